//! Nodes and facts as readable mathematics, in plain Unicode: what `Problem::DERIVATION` and the
//! documentation of the emitted methods show.
//!
//! `2 a_trᵀ (a_tr x - b_tr) + e^y∘x`: matrix notation where a product is a chain of matrices and
//! vectors, index notation (`Σ_k a[k,i] x[k + 1]`) elsewhere, names for what is long and shared.

mod chain;
mod derivation;
mod function;
mod indexed;
mod literal;
mod printer;
mod text;

#[cfg(test)]
mod tests;

pub use derivation::derivation;

use crate::ir::{Graph, Id};
use crate::shape::Sizes;

/// Longer expressions are cut short.
const SHORT: usize = 90;

/// An expression in one short line, to name it in an error.
pub fn name(graph: &Graph, sizes: &Sizes, node: Id) -> String {
    let text = printer::Printer::expression(graph, sizes, node);
    if text.chars().count() <= SHORT { text } else { text.chars().take(SHORT).chain(['…']).collect() }
}

/// `name = ...` in one line, then a line `where t1 = ...` for each name given.
#[cfg(test)]
pub fn formula(graph: &Graph, sizes: &Sizes, name: &str, node: Id) -> String {
    printer::Printer::formula(graph, sizes, name, node).join("\n")
}

/// An entry of a node.
#[cfg(test)]
pub fn expression(graph: &Graph, sizes: &Sizes, node: Id) -> String {
    printer::Printer::expression(graph, sizes, node)
}
