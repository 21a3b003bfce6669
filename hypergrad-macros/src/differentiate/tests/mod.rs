//! Tests of the engine, and what tests elsewhere build on.

pub mod fixture;
pub mod program;
pub mod programs;
mod rules;
mod structured;

pub use program::random;
