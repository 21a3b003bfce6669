//! What can go wrong at run time: one enum per area, with the numbers inside.

mod estimator;
mod linear;
mod outer;
mod shape;
mod solve;

pub use estimator::EstimatorError;
pub use linear::LinearError;
pub use outer::OuterError;
pub use shape::ShapeError;
pub use solve::SolveError;
