//! The outer problem: descent on y, each step an inner solve from the last x and a hypergradient.
//!
//! [`minimize`] runs a [`Descent`], [`resume`] goes on where a run ended; the sets that y can be kept in are the
//! [`Projection`]s. [`Reduced`] is the function of y, for the optimisers of other crates.
#![expect(clippy::result_large_err, reason = "without an allocator, what was reached is carried as it is")]

mod descent;
mod minimize;
#[cfg(feature = "std")]
mod pairs;
mod projection;
mod reduced;
mod rule;
mod running;
mod search;
mod value;

#[cfg(feature = "std")]
pub use crate::report::Pair;
pub use crate::report::{Iterate, Memory, Minimum, State, Stop};
pub use descent::{Descent, InnerAccuracy};
pub use minimize::{MinimumResult, Observation, Reached, minimize, resume};
#[cfg(feature = "std")]
pub use projection::Spectral;
pub use projection::{Ball, Block, Bounds, Everywhere, Interval, NonNegative, Projection, Simplex};
pub use reduced::Reduced;
pub use value::{Evaluated, ValueAndGradient, ValueResult, value_and_gradient};
