//! The implicit function theorem at x as it is.

use super::direct::{Vectors, first_order_error, omega, residual};
use super::{Estimator, Report, Step};
use crate::error::{EstimatorError, LinearError};
use crate::point::{T, omega_1_into};
use crate::problem::Bilevel;
use crate::structure::EstimatorKind;

/// `Omega = g_2 - F_2ᵀ v`, `F_1ᵀ v = g_1`, all at the x that is passed in.
///
/// The error is of first order in that of x, with `C_y = |Omega_1(x*, y)|`. The error estimate is
/// `|Omega_1 F_1⁻¹ F|`, with two solves more and no further factorisation.
///
/// # Reference
/// Ye, Peyré, Cremers, Ablin, Enhancing Hypergradients Estimation (2024), (4), with `F_1⁻ᵀ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ift {
    error_estimate: bool,
}

impl Ift {
    /// With an error estimate.
    pub const fn new() -> Self {
        Self { error_estimate: true }
    }

    /// Whether to compute the error estimate (default: yes).
    #[must_use]
    pub const fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

impl Default for Ift {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Bilevel> Estimator<P> for Ift {
    type Workspace = Vectors<P>;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Ift
    }

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Vectors<P>, LinearError> {
        Vectors::new(problem, work)
    }

    fn estimate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        gradient: &mut [T<P>],
    ) -> Result<Report, EstimatorError> {
        let inner = residual(problem, work, s)?;
        let linear = omega(problem, work, s, gradient)?;
        let error = if self.error_estimate { first_order_error(problem, work, s) } else { None };
        Ok(Report::direct(inner, linear, error, gradient))
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Nothing)
    }

    /// `Omega_1`, at any x.
    fn jacobian_into(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        omega_1_into(problem, work, out)
    }
}
