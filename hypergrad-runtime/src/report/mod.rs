//! What solvers, estimators and outer loops report: plain data, below the errors that carry it.

mod estimate;
mod minimum;
mod solution;

pub use estimate::Report;
pub use minimum::Minimum;
pub use solution::Solution;
