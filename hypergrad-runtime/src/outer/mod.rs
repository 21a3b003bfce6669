//! The outer problem: descent on y, each step an inner solve from the last x and a hypergradient.

mod descent;
mod minimize;
mod projection;
mod value;

pub use crate::report::Minimum;
pub use descent::Descent;
pub use minimize::{MinimumResult, Observation, Reached, minimize};
pub use projection::{Ball, Everywhere, Interval, Projection};
pub use value::{Evaluated, ValueAndGradient, ValueResult, value_and_gradient};
