//! A hypergradient with its report.

use core::fmt;

use crate::problem::Variable;
use crate::report::Report;
use crate::report::entries::Entries;

/// A hypergradient with its report.
///
/// The value of the outer objective is not among them: `problem.at(&x, &y)?.g()` computes it where it is read, and
/// [`value_and_gradient`](crate::outer::value_and_gradient) gives it at the solution.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hypergradient<Y: Variable> {
    /// The estimate of `∇h(y)`, shaped like y.
    pub gradient: Y,
    /// How good it is.
    pub report: Report,
}

/// The gradient and the report, each on a line.
impl<Y: Variable> fmt::Display for Hypergradient<Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("∇h ≈ ")?;
        Entries(&self.gradient).fmt(f)?;
        write!(f, "\n{}", self.report)
    }
}
