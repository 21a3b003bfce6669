//! The outer problem: descent on y.

mod minimum;

pub use minimum::Minimum;
