//! What an inner solver returns.

use core::fmt;

use super::entries::Entries;
use crate::problem::Variable;

/// An approximate solution of `F(x, y) = 0`.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// # use nalgebra::Vector2;
/// use hypergrad::SolveError;
/// use hypergrad::solver::GradientDescent;
/// # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// // Exactly ten steps, wherever they end; and a tolerance, whose failure carries what was reached.
/// let ten = problem.solve(&x, &y, &GradientDescent::new(0.1).steps(10))?;
/// assert!(ten.steps == 10 && !ten.converged);
/// match problem.solve(&ten.x, &y, &GradientDescent::new(0.1).tolerance(1e-12).max_steps(5)) {
///     Err(SolveError::NotConverged { solution, .. }) => assert!(solution.residual < ten.residual),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
