//! Symbolic shapes: size symbols, their unification over the module, and what is left to check
//! when the program runs.

mod sizes;
mod varying;

pub use sizes::{Check, CheckKind, Sizes, SymbolSource};
pub use varying::{Alike, ItemExtent, Varying};
