//! Tests of the engine, and what tests elsewhere build on.

pub mod fixture;
pub mod interpret;
pub mod random;
