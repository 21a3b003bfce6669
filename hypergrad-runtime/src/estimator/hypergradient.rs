//! A hypergradient with its report.

use crate::problem::Variable;
use crate::report::Report;

/// A hypergradient with its report.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hypergradient<Y: Variable> {
    /// The estimate of `∇h(y)`, shaped like y.
    pub gradient: Y,
    /// `g(x, y)` at the x that was passed in.
    pub objective: Y::Scalar,
    /// How good it is.
    pub report: Report,
}
