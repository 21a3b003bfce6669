//! Facts about the graph: dependence, sign, curvature, structure. Nothing here changes a node.

mod algebra;
mod blocks;
mod curvature;
mod dependence;
mod diagonal;
mod efficiency;
mod facts;
mod flatten;
mod gram;
mod mirror;
mod parity;
mod sign;
mod stage;
mod stationary;
mod structure;

pub use blocks::Samples;
pub use facts::{Fact, Facts};
pub use flatten::flatten_where;
pub use gram::{DiagonalPlusGram, Root};
pub use parity::Parities;
pub use stage::{Stage, Stages, stages};
pub use structure::structure;

#[cfg(test)]
mod claims;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod tests;
