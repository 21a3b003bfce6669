//! What an inner solver returns.

use core::fmt;

use super::entries::Entries;
use crate::problem::Variable;

/// An approximate solution of `F(x, y) = 0`.
#[derive(Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Solution<X> {
    /// The last iterate.
    pub x: X,
    /// `|F(x, y)|` there.
    pub residual: f64,
    /// Steps done.
    pub steps: usize,
    /// Whether the residual is at most the tolerance (with `.steps(k)`: the default tolerance).
    pub converged: bool,
}

impl<X> Solution<X> {
    /// Assembles a solution.
    pub const fn new(x: X, residual: f64, steps: usize, converged: bool) -> Self {
        Self { x, residual, steps, converged }
    }

    /// The same solution in another variable.
    pub fn map<Z>(self, change: impl FnOnce(X) -> Z) -> Solution<Z> {
        Solution { x: change(self.x), residual: self.residual, steps: self.steps, converged: self.converged }
    }
}

/// x, and how well it solves: `x = [0.5000], |F| = 1.2e-13 after 3 steps`.
impl<X: Variable> fmt::Display for Solution<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("x = ")?;
        Entries(&self.x).fmt(f)?;
        self.solved(f)
    }
}

impl<X> Solution<X> {
    /// `, |F| = 1.2e-13 after 3 steps`.
    pub(super) fn solved(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.steps == 1 { "" } else { "s" };
        write!(f, ", |F| = {:.1e} after {} step{plural}", self.residual, self.steps)?;
        if self.converged { Ok(()) } else { f.write_str(", not converged") }
    }
}

// By hand: x need not be `Debug`.
impl<X> fmt::Debug for Solution<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Solution")
            .field("residual", &self.residual)
            .field("steps", &self.steps)
            .field("converged", &self.converged)
            .finish_non_exhaustive()
    }
}
