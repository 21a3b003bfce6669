//! Tests of the engine, and what tests elsewhere build on.

pub mod fixture;
pub mod interpret;
pub mod program;
mod programs;

pub use program::random;
