//! Tests of the engine, and what tests elsewhere build on.

pub mod fixture;
pub mod programs;
mod rules;
mod scan;
mod solve;
mod structured;

pub use programs::{random_module, read};

/// Random numbers of tests.
pub mod random {
    pub use program_generator::Random;
}
