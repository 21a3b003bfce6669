//! Facts about the graph: dependence, sign, curvature, structure. Nothing here changes a node.

mod curvature;
mod dependence;
mod diagonal;
mod efficiency;
mod facts;
mod flatten;
mod mirror;
mod parity;
mod sign;
mod stage;
mod structure;

pub use facts::Facts;
pub use flatten::flatten_where;
pub use parity::parity;
pub use stage::{Stage, Stages, stages};
pub use structure::structure;

#[cfg(test)]
mod tests;
