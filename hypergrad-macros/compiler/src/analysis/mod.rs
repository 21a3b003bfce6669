//! Facts about the graph: dependence, sign, curvature, structure. Nothing here changes a node.

mod algebra;
mod band;
mod blocks;
mod composition;
mod conditions;
mod curvature;
mod dependence;
mod diagonal;
mod efficiency;
mod eigenvalues;
mod facts;
mod gram;
mod interval;
mod mirror;
mod sign;
mod smooth;
mod stage;
mod stationary;
mod structure;

pub use dependence::dependence;
pub use facts::{Fact, Facts, Samples};
pub use stage::{Stage, Stages, stages};
pub use structure::structure;

#[cfg(test)]
mod tests;
