//! A hypergradient with its report.

use core::fmt;

use crate::problem::Variable;
use crate::report::Report;
use crate::report::entries::Entries;

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

/// The gradient, the objective and the report, each on a line.
impl<Y: Variable> fmt::Display for Hypergradient<Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("∇h ≈ ")?;
        Entries(&self.gradient).fmt(f)?;
        write!(f, "\ng = {:.6e}\n{}", self.objective, self.report)
    }
}
