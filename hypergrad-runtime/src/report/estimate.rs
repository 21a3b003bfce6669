//! What an estimator returns.

use core::fmt;

use crate::kernels::norm;
use crate::scalar::Real;

/// How good an estimate is.
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
    /// The condition of `F_1` (normal equations: of its square) as an iteration sees it by its Ritz values, from
    /// below; `None` where they have no sign in common, and for a factorisation.
    pub linear_condition: Option<f64>,
    /// A-posteriori estimate of `|gradient - ∇h|`, to first order in the error of x (each
    /// estimator says which). `None` if it was switched off or is not finite.
    pub error_estimate: Option<f64>,
    /// `error_estimate / |gradient|`; `None` for a zero gradient too.
    pub relative_error_estimate: Option<f64>,
    /// `|vᵀF|`, to first order the error of `g(x, y)` as a value of h (docs/formulas.md 6.1); `None` where the
    /// estimator has no adjoint, or it is not finite.
    pub value_error: Option<f64>,
}

impl Report {
    /// Assembles a report; of the linear system its residual, iterations and condition.
    pub(crate) fn new<S: Real>(
        inner_residual: f64,
        (linear_residual, linear_iterations, linear_condition): (f64, usize, Option<f64>),
        error_estimate: Option<f64>,
        gradient: &[S],
    ) -> Self {
        let error_estimate = error_estimate.filter(|error| error.is_finite());
        let size = norm(gradient);
        let relative_error_estimate = error_estimate.map(|error| error / size).filter(|relative| relative.is_finite());
        Self {
            inner_residual,
            linear_residual,
            linear_iterations,
            linear_condition,
            error_estimate,
            relative_error_estimate,
            value_error: None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "|F| {:.3e}, linear residual {:.3e}", self.inner_residual, self.linear_residual)?;
        if self.linear_iterations > 0 {
            write!(f, " after {} iterations", self.linear_iterations)?;
        }
        if let Some(error) = self.error_estimate {
            write!(f, ", error estimate {error:.3e}")?;
        }
        if let Some(relative) = self.relative_error_estimate {
            write!(f, " ({relative:.3e} relative)")?;
        }
        Ok(())
    }
}
