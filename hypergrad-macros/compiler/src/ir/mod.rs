//! The intermediate representation: a hash-consed graph of tensors in index notation.

pub mod affine;
pub mod batch;
mod canonical;
mod definition;
mod equation;
pub mod evaluate;
mod finite;
pub mod flatten;
mod formula;
pub mod func;
pub mod graph;
#[cfg(test)]
pub mod interpret;
mod lengths;
pub mod map;
pub mod mirror;
pub mod node;
mod normalise;
pub mod parity;
pub mod product;
pub mod resolve;
pub mod scan;
pub mod segments;
pub mod size;
pub mod slice;
pub mod solve;
pub mod sparse;
mod stabilise;
pub mod sum;
mod support;
pub mod verify;

pub use affine::{Affine, Wire};
pub use definition::{Bend, Cost, Notation, Parameter, Range, Trend};
pub use formula::{Formula, Name};
pub use func::{Func, Number};
pub use graph::{Graph, InputInfo, MOST_NODES, Role, TooManyNodes};
pub use node::{Elimination, Guard, Id, Input, Op, Operand, Product, Reduction, Term, Test, View};
#[cfg(test)]
pub use scan::Slot;
pub use scan::{Kept, Recurrence, Scan, Sequence, Variable};
pub use size::{Size, Symbol};
pub use sparse::{Sparse, selection_name};
pub use support::Support;

#[cfg(test)]
mod tests;
