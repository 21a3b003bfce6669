//! Rewrites of the graph that keep its value.

mod exponential;
mod logarithm;
pub mod stabilise;

#[cfg(test)]
mod tests;
