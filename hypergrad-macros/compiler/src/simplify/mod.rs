//! Rewrites of the graph that keep its value.

mod exponential;
mod logarithm;
mod root;
pub mod stabilise;
pub mod symmetry;

#[cfg(test)]
mod tests;
