//! The intermediate representation: a hash-consed graph of tensors in index notation.

pub mod affine;
pub mod func;
pub mod graph;
pub mod node;
pub mod size;

pub use affine::{Affine, Wire};
pub use func::{Func, Number};
pub use graph::{Graph, InputInfo, Role};
pub use node::{Guard, Id, Input, Node, Op, Operand, Product, Reduction, Term, Test, View};
pub use size::{Size, Symbol};
