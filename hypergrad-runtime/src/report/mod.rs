//! What solvers, estimators and outer loops report: plain data, below the errors that carry it.

pub(crate) mod entries;
mod estimate;
mod inertia;
mod memory;
mod minimum;
mod solution;

pub(crate) use estimate::Conditions;
pub use estimate::{NoEstimate, Report};
pub use inertia::Inertia;
pub use memory::Memory;
#[cfg(feature = "std")]
pub use memory::Pair;
pub use minimum::{Iterate, Minimum, State, Stop};
pub use solution::Solution;
