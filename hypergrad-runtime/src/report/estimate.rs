//! What an estimator returns.

use core::fmt;

use crate::kernels::norm;
use crate::scalar::Real;

/// How good an estimate is.
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
/// use hypergrad::estimator::Ift;
/// use hypergrad::solver::{GradientDescent, Newton};
/// # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let loose = problem.solve(&x, &y, &GradientDescent::new(0.1).steps(8))?.x;
/// let estimate = problem.hypergradient(&loose, &y, &Ift::new())?;
/// // Off the root the report knows about how wrong the gradient is.
/// let root = problem.solve(&x, &y, &Newton::new())?.x;
/// let error = (estimate.gradient - problem.hypergradient(&root, &y, &Ift::new())?.gradient).norm();
/// let known = estimate.report.error_estimate.ok_or("an estimate")?;
/// assert!(estimate.report.inner_residual > 1e-3 && 0.5 * error < known && known < 2.0 * error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Report {
    /// `|F(x, y)|` at the x that was passed in.
    pub inner_residual: f64,
    /// `|F_1ᵀ v - g_1|`, where the adjoint v was solved for.
    pub linear_residual: f64,
    /// Iterations of the linear solver; 0 for a factorisation.
    pub linear_iterations: usize,
    /// The condition of `F_1`: of a factorisation that of the matrix scaled by rows and columns, of an iteration as
    /// its Ritz values show it (normal equations: of the square), from below. `None` where the error estimate
    /// was switched off, and where Ritz values have no sign in common.
    pub linear_condition: Option<f64>,
    /// Whether `F_1` was positive definite at x; `None` where the signs of its eigenvalues are not known: F is not
    /// known to be a gradient, an iteration solved the systems, or the error estimate was switched off.
    pub positive_definite: Option<bool>,
    /// The rounding in the gradient, `eps (condition |F_2ᵀ v| + |g_2|)`, which the error estimate includes.
    /// `None` where there is no condition.
    pub rounding: Option<f64>,
    /// A-posteriori estimate of `|gradient - ∇h|`, to first order in the error of x (each
    /// estimator says which), and its rounding. `None` with a reason in `no_estimate`.
    pub error_estimate: Option<f64>,
    /// `error_estimate / |gradient|`; `None` for a zero gradient too.
    pub relative_error_estimate: Option<f64>,
    /// `|vᵀF|`, to first order the error of `g(x, y)` as a value of h (docs/formulas.md 6.1); `None` where the
    /// estimator has no adjoint, or it is not finite.
    pub value_error: Option<f64>,
    /// Why there is no error estimate.
    pub no_estimate: Option<NoEstimate>,
}

/// Why there is no error estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoEstimate {
    /// It was switched off.
    NotAsked,
    /// A derivative that it needs, or it itself, is infinite or not a number here.
    NotFinite,
    /// A system of it could not be solved.
    Unsolved,
}

impl fmt::Display for NoEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAsked => "switched off",
            Self::NotFinite => "a second derivative is not finite here",
            Self::Unsolved => "a system of it could not be solved",
        })
    }
}

/// What is known of the systems with `F_1` at a point.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions {
    pub condition: Option<f64>,
    pub positive_definite: Option<bool>,
    pub rounding: Option<f64>,
    pub value_error: Option<f64>,
}

impl Report {
    /// Assembles a report; of the linear system its residual and iterations.
    pub(crate) fn new<S: Real>(
        inner_residual: f64,
        (linear_residual, linear_iterations): (f64, usize),
        known: Conditions,
        error: Result<f64, NoEstimate>,
        gradient: &[S],
    ) -> Self {
        let error = error.map(|error| error + known.rounding.unwrap_or(0.0));
        let error = error.and_then(|error| if error.is_finite() { Ok(error) } else { Err(NoEstimate::NotFinite) });
        let size = norm(gradient);
        let error_estimate = error.ok();
        let relative_error_estimate = error_estimate.map(|error| error / size).filter(|relative| relative.is_finite());
        Self {
            inner_residual,
            linear_residual,
            linear_iterations,
            linear_condition: known.condition,
            positive_definite: known.positive_definite,
            rounding: known.rounding,
            error_estimate,
            relative_error_estimate,
            value_error: known.value_error.filter(|error| error.is_finite()),
            no_estimate: error.err(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "|F| {:.3e}, linear residual {:.3e}", self.inner_residual, self.linear_residual)?;
        if self.linear_iterations > 0 {
            write!(f, " after {} iterations", self.linear_iterations)?;
        }
        if let Some(condition) = self.linear_condition {
            write!(f, ", condition {condition:.1e}")?;
        }
        if self.positive_definite == Some(false) {
            f.write_str(", F_1 not positive definite")?;
        }
        if let Some(error) = self.error_estimate {
            write!(f, ", error estimate {error:.3e}")?;
        }
        if let Some(reason) = self.no_estimate {
            write!(f, ", no error estimate: {reason}")?;
        }
        if let Some(relative) = self.relative_error_estimate {
            write!(f, " ({relative:.3e} relative)")?;
        }
        Ok(())
    }
}
