//! Random programs of the language: as the text of a module, as the text of a generic function, and
//! as an evaluator over dual numbers. Self-contained (std and num-dual only), so that integration
//! tests can include it by path.

pub mod ast;
pub mod evaluate;
pub mod generate;
pub mod oracle;
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
    spell::module(&random_program(seed))
}

/// The text of `f` and `g` of the same module, generic over dual numbers; see [`oracle::module`].
pub fn random_oracle(seed: u64) -> String {
    oracle::module(&random_program(seed))
}
