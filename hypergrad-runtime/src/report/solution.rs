//! What an inner solver returns.

use core::fmt;

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
