//! What solvers, estimators and outer loops report: plain data, below the errors that carry it.

mod estimate;
mod memory;
mod minimum;
mod solution;

pub use estimate::Report;
pub use memory::Memory;
#[cfg(feature = "std")]
pub use memory::Pair;
pub use minimum::{Iterate, Minimum, State, Stop};
pub use solution::Solution;
