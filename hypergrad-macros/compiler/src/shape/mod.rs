//! Symbolic shapes: size symbols, their unification over the module, and what is left to check
//! when the program runs.

mod sizes;

pub use sizes::{Check, CheckKind, Sizes, SymbolSource};
