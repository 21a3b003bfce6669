//! Rewrites of the graph that keep its value.

mod exponential;
mod logarithm;
pub mod stabilise;
pub mod symmetry;

#[cfg(test)]
mod tests;
