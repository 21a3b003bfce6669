//! What an outer loop returns.

use core::fmt;

/// The point an outer loop reached.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Minimum<X, Y> {
    /// The outer variable.
    pub y: Y,
    /// The inner solution at y.
    pub x: X,
    /// `g(x, y)`.
    pub value: f64,
    /// The norm of the (projected) hypergradient at y.
    pub gradient_norm: f64,
    /// Outer steps done.
    pub steps: usize,
    /// Whether the stopping rule was met.
    pub converged: bool,
}

impl<X, Y> Minimum<X, Y> {
    /// The same point in other variables.
    pub fn map<A, B>(self, x: impl FnOnce(X) -> A, y: impl FnOnce(Y) -> B) -> Minimum<A, B> {
        Minimum {
            y: y(self.y),
            x: x(self.x),
            value: self.value,
            gradient_norm: self.gradient_norm,
            steps: self.steps,
            converged: self.converged,
        }
    }
}

// By hand: x and y need not be `Debug`.
impl<X, Y> fmt::Debug for Minimum<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minimum")
            .field("value", &self.value)
            .field("gradient_norm", &self.gradient_norm)
            .field("steps", &self.steps)
            .field("converged", &self.converged)
            .finish_non_exhaustive()
    }
}
