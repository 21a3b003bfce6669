//! The implicit function theorem at x as it is.

use super::efficiency::check_root_with;
use super::formula::{Evaluated, Formula};
use super::norm::{Step, norm_of_products};
use super::steps::{AdjointStart, Vectors, first_order_error, omega_from};
use crate::error::{EstimatorError, LinearError};
use crate::linear::{AdjointSolve, Direct, Systems};
use crate::point::{T, omega_1_with};
use crate::problem::Bilevel;
use crate::report::NoEstimate;
use crate::structure::EstimatorKind;

/// `Omega = g_2 - F_2ᵀ v`, `F_1ᵀ v = g_1`, all at the x that is passed in; L solves for v.
///
/// The error is of first order in that of x, with `C_y = |Omega_1(x*, y)|`. The error estimate is
/// `|Omega_1 F_1⁻¹ F - F_2ᵀ F_1⁻ᵀ r|` with what is left of the system, `r = F_1ᵀ v - g_1`: two solves more of
/// the same accuracy, and no further factorisation.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::Ift;
/// use hypergrad::linear::ConjugateGradient;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let direct = problem.hypergradient(&x, &y, &Ift::new())?;
/// let iterated = problem.hypergradient(&x, &y, &Ift::with(ConjugateGradient::new().tolerance(1e-12)))?;
/// assert!((direct.gradient - iterated.gradient).norm() < 1e-10);
/// assert!(iterated.report.linear_iterations <= 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Ye, Peyré, Cremers, Ablin, Enhancing Hypergradients Estimation (2024), (4), with `F_1⁻ᵀ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ift<L = Direct> {
    linear: L,
    error_estimate: bool,
    start: AdjointStart,
}

impl Ift {
    /// By a factorisation, with an error estimate.
    pub const fn new() -> Self {
        Self::with(Direct)
    }
}

impl<L> Ift<L> {
    /// With v found in another way, see [`crate::linear`]; with an error estimate.
    pub const fn with(linear: L) -> Self {
        Self { linear, error_estimate: true, start: AdjointStart::Zero }
    }

    /// Whether to compute the error estimate (default: yes).
    #[must_use]
    pub const fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }

    /// Whether v starts from that of the last estimate with the same workspace, as in an outer loop (default: no).
    /// Only iterations have a start.
    #[must_use]
    pub const fn warm_start(mut self, wanted: bool) -> Self {
        self.start = if wanted { AdjointStart::Last } else { AdjointStart::Zero };
        self
    }

    /// Whether v starts from `Hᵀ g_1`, H what the inner solver has learnt of `F_1⁻¹` (default: no), in
    /// `value_and_gradient` and outer loops: after [`Lbfgs`](crate::solver::Lbfgs) and
    /// [`FixedPoint::anderson`](crate::solver::FixedPoint::anderson). After other solvers v starts from 0. With no
    /// step at all (`ConjugateGradient::new().steps(0)`) the start itself is the adjoint.
    ///
    /// # Reference
    /// Ramzi, Mannel, Bai, Starck, Ciuciu, Moreau, SHINE: sharing the inverse estimate from the forward pass for
    /// bi-level optimization and implicit models (2022).
    #[must_use]
    pub const fn inverse_start(mut self, wanted: bool) -> Self {
        self.start = if wanted { AdjointStart::Inverse } else { AdjointStart::Zero };
        self
    }
}

impl Default for Ift {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Bilevel, L: AdjointSolve<P>> Formula<P> for Ift<L> {
    type Storage = L::Workspace;

    /// Of the direct one `Ift`, of iterations `Aid`: nothing that is proved of the exact v holds for theirs.
    fn kind(&self) -> EstimatorKind {
        if self.linear.is_direct() { EstimatorKind::Ift } else { EstimatorKind::Aid }
    }

    fn estimates_error(&self) -> bool {
        self.error_estimate
    }

    fn adjoint_start(&self) -> AdjointStart {
        self.start
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<L::Workspace, LinearError> {
        self.linear.workspace(problem, work)
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut L::Workspace,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        let mut systems = Systems::new(&self.linear, storage);
        let linear_residual = omega_from(problem, work, s, &mut systems, (gradient, self.start))?;
        let info = systems.info;
        let error =
            if self.error_estimate { first_order_error(problem, work, s, &mut systems) } else { Err(NoEstimate::NotAsked) };
        Ok(Evaluated { linear_residual, info, error })
    }

    /// `Omega_1`, at any x.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let mut storage = self.linear.workspace(problem, work)?;
        omega_1_with(problem, work, &mut Systems::new(&self.linear, &mut storage), out)
    }

    fn refuse_others(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        check_root_with(problem, work, &self.linear)
    }

    fn norm(&self, problem: &P, work: &mut P::Work) -> Option<Result<f64, EstimatorError>> {
        Some(norm_of_products(problem, work, &self.linear, Step::Nothing))
    }
}
