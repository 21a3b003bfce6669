//! Inner solvers: from a start x0 to `x*(y)`.

mod solution;

pub use solution::Solution;
