//! Random programs of the language: as the text of a module, and as an evaluator over dual numbers
//! that shares nothing with the engine. Self-contained (std and num-dual only), so that integration
//! tests can include it by path: write out [`random_module_named`] for some seeds, compile, and
//! compare what the module returns with [`evaluate::evaluate`] of [`random_program`] of the same seeds.

pub mod ast;
pub mod evaluate;
pub mod generate;
pub mod random;
pub mod spell;

pub use ast::Program;
pub use evaluate::Inputs;

/// The program of a seed.
pub fn random_program(seed: u64) -> Program {
    generate::program(seed)
}

/// The text of an annotatable module `pub mod random { .. }` for a seed.
pub fn random_module(seed: u64) -> String {
    spell::module(&random_program(seed), "random")
}

/// The same under a name of its own, so that one file can hold many.
pub fn random_module_named(seed: u64, name: &str) -> String {
    spell::module(&random_program(seed), name)
}
