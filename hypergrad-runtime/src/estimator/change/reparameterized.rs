//! Omega in the module's own variables.

use super::{Storage, estimate, jacobian};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::efficiency::check_root_with;
use crate::estimator::formula::{Evaluated, Formula};
use crate::estimator::steps::{Vectors, distance_to_tangent};
use crate::linear::{AdjointSolve, Direct, Systems};
use crate::point::T;
use crate::problem::{ChangeOfVariables, Global};
use crate::report::NoEstimate;
use crate::structure::EstimatorKind;

/// `Omega^phi`: Omega of the problem in z, where `x = phi(z, y)` is the module's change of variables.
///
/// The reduced problem is `g~ = g(phi(z, y), y)`, `F~ = phi_1ᵀ F(phi(z, y), y)`. Consistent for every
/// invertible phi; super-efficient exactly where `phi_1⁻¹ v*` is stationary along `x*(y)`. z is found
/// with the module's `phi_inv`, or without one by Newton's method from `z = x`.
///
/// The error estimate is the distance to `Omega - Omega_1 F_1⁻¹ F`, whose error is of second order.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod positive {
/// /// A root that is positive: `x = e^z`.
/// pub fn F(x: f64, y: f64) -> f64 {
///     y.exp() * x - 2.0
/// }
/// pub fn phi(z: f64, _y: f64) -> f64 {
///     z.exp()
/// }
/// #     pub fn g(x: f64, _y: f64) -> f64 { 3.0 * x }
/// # }
/// use hypergrad::estimator::{Ift, Reparameterized};
/// let problem = positive::Problem::new()?;
/// let (x, y) = (2.0 * f64::exp(-0.3), 0.3);
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let error = |found: f64| (found - exact).abs();
/// // In z the derivative does not depend on x to first order.
/// let near = 1.01 * x;
/// let changed = problem.hypergradient(&near, &y, &Reparameterized::new())?.gradient;
/// let plain = problem.hypergradient(&near, &y, &Ift::new())?.gradient;
/// assert!(error(changed) < 0.1 * error(plain));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `NotInvertible` where `phi(z, y) = x` has no solution that is found.
///
/// # Reference
/// Ye, Peyré, Cremers, Ablin, Enhancing Hypergradients Estimation (2024), Prop. 6, with `V⁻ᵀ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reparameterized<L = Direct> {
    linear: L,
    error_estimate: bool,
}

impl Reparameterized {
    /// With an error estimate.
    pub const fn new() -> Self {
        Self { linear: Direct, error_estimate: true }
    }
}

impl<L> Reparameterized<L> {
    /// The same estimate, with the systems of the error estimate solved in another way, see [`crate::linear`]. The
    /// matrix of the reduced problem is factored.
    #[must_use]
    pub fn with<M>(self, linear: M) -> Reparameterized<M> {
        Reparameterized { linear, error_estimate: self.error_estimate }
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

impl<P: ChangeOfVariables, L: AdjointSolve<P>> Formula<P> for Reparameterized<L> {
    type Storage = (Storage<P>, L::Workspace);

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Reparameterized
    }

    fn estimates_error(&self) -> bool {
        self.error_estimate
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        Ok((Storage::new(problem, work)?, self.linear.workspace(problem, work)?))
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (storage, workspace): &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        let mut systems = Systems::new(&self.linear, workspace);
        let linear_residual = estimate::<P, Global>(problem, work, s, storage, gradient)?;
        let info = systems.info;
        let error = if self.error_estimate {
            distance_to_tangent(problem, work, s, &mut systems, gradient)
        } else {
            Err(NoEstimate::NotAsked)
        };
        Ok(Evaluated { linear_residual, info, error })
    }

    /// `Omega^phi_1`, at any x where phi is invertible.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian::<P, Global>(problem, work, out)
    }

    fn refuse_others(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        check_root_with(problem, work, &self.linear)
    }
}
