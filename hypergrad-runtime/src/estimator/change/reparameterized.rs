//! Omega in the module's own variables.

use super::{Storage, estimate, jacobian};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::direct::{Vectors, distance_to_tangent, residual};
use crate::estimator::{Estimator, Report};
use crate::point::{T, check_finite};
use crate::problem::{ChangeOfVariables, Global};
use crate::structure::EstimatorKind;

/// `Omega^phi`: Omega of the problem in z, where `x = phi(z, y)` is the module's change of variables.
///
/// The reduced problem is `g~ = g(phi(z, y), y)`, `F~ = phi_1ᵀ F(phi(z, y), y)`. Consistent for every
/// invertible phi; super-efficient exactly where `phi_1⁻¹ v*` is stationary along `x*(y)`. z is found
/// with the module's `phi_inv`, or without one by Newton's method from `z = x`.
///
/// The error estimate is the distance to `Omega - Omega_1 F_1⁻¹ F`, whose error is of second order.
///
/// # Errors
/// `NotInvertible` where `phi(z, y) = x` has no solution that is found.
///
/// # Reference
/// Ye, Peyré, Cremers, Ablin, Enhancing Hypergradients Estimation (2024), Prop. 6, with `V⁻ᵀ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reparameterized {
    error_estimate: bool,
}

impl Reparameterized {
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

impl Default for Reparameterized {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: ChangeOfVariables> Estimator<P> for Reparameterized {
    type Workspace = (Vectors<P>, Storage<P>);

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Reparameterized
    }

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, Storage::new(problem, work)?))
    }

    fn estimate(
        &self,
        problem: &P,
        work: &mut P::Work,
        (s, storage): &mut Self::Workspace,
        gradient: &mut [T<P>],
    ) -> Result<Report, EstimatorError> {
        let inner = residual(problem, work, s)?;
        let linear = estimate::<P, Global>(problem, work, s, storage, gradient)?;
        let error = if self.error_estimate { distance_to_tangent(problem, work, s, gradient) } else { None };
        Ok(Report::direct(inner, linear, error, gradient))
    }

    /// `Omega^phi_1`, at any x where phi is invertible.
    fn jacobian_into(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian::<P, Global>(problem, work, out)?;
        check_finite("Omega^phi_1", out)
    }
}
