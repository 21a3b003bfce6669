//! The fixed-point iteration (Neumann series), for an `F_1` close to the identity.

use super::adjoint::{AdjointSolve, LinearInfo, Side, vectors};
use super::jacobi::Jacobi;
use super::stopping::{Delayed, Go, LinearStopping, Progress, add, begin, first_residual, linear_builders};
use crate::error::LinearError;
use crate::kernels::norm;
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense};

/// `v <- v + step (b - A v)` for `A = F_1` or its transpose. From 0, k steps give `step` times the first k terms of
/// the Neumann series of `I - step A`, at one product each.
///
/// With an inner map `Phi`, `F = x - Phi` and a step of 1 this is `v <- Phi_1ᵀ v + g_1`; it converges like
/// `|Phi_1|^k`. Otherwise it needs a step with `|I - step A| < 1`: with a gradient that of gradient descent. A
/// residual that grows without bound is `Err(Diverged)`.
///
/// Default: a step of 1, a relative residual of `1e-10` (`f32`: `1e-5`), no preconditioner.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod game {
/// #     use nalgebra::Vector2;
/// /// Two players, each with a loss of its own: `F_1` is not symmetric.
/// pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
///     Vector2::new(2.0 * x[0] + x[1] - y[0], x[1] - 0.5 * x[0] + x[1].powi(3) - y[1])
/// }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::Ift;
/// use hypergrad::linear::FixedPoint;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = game::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let found = problem.hypergradient(&x, &y, &Ift::with(FixedPoint::new().step(0.4)))?;
/// assert!((found.gradient - exact).norm() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Grazzi, Franceschi, Pontil, Salzo, On the iteration complexity of hypergradient computation (2020), (16).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedPoint {
    stopping: LinearStopping,
    step: f64,
    jacobi: bool,
}

impl FixedPoint {
    /// With a step of 1.
    pub const fn new() -> Self {
        Self { stopping: LinearStopping::NEW, step: 1.0, jacobi: false }
    }

    /// Another step, not 0.
    #[must_use]
    pub const fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    /// Jacobi's iteration: steps are divided by the diagonal of `F_1` (default: no).
    #[must_use]
    pub const fn jacobi(mut self, wanted: bool) -> Self {
        self.jacobi = wanted;
        self
    }
}
linear_builders!(FixedPoint);

impl Default for FixedPoint {
    fn default() -> Self {
        Self::new()
    }
}

/// The vectors of [`FixedPoint`].
pub struct FixedPointWork<P: Bilevel> {
    residual: X<P>,
    /// The right side.
    target: X<P>,
    scaled: X<P>,
    jacobi: Jacobi<P>,
    delayed: Delayed<P>,
}
opaque_debug!([P: Bilevel] FixedPointWork<P>, "FixedPointWork");

const METHOD: &str = "fixed-point iteration of the linear system";

impl<P: Bilevel> AdjointSolve<P> for FixedPoint {
    type Workspace = FixedPointWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        let [residual, target, scaled] = vectors(problem, work)?;
        let jacobi = Jacobi::new(problem, work, self.jacobi)?;
        Ok(FixedPointWork { residual, target, scaled, jacobi, delayed: Delayed::new(problem, work)? })
    }

    fn solve_one(
        &self,
        problem: &P,
        work: &mut P::Work,
        w: &mut Self::Workspace,
        side: Side,
        start: Option<&[T<P>]>,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        if !(self.step != 0.0 && self.step.is_finite()) {
            let accepted = "a finite number that is not 0";
            return Err(LinearError::InvalidSetting { what: "step", value: self.step, accepted });
        }
        w.jacobi.prepare(problem, work, false)?;
        let (r, b, z) = (w.residual.flat_mut(), w.target.flat_mut(), w.scaled.flat_mut());
        let mut progress = Progress::new::<T<P>>(&self.stopping, METHOD, rhs.len(), norm(rhs), side == Side::Transposed)?;
        b.copy_from_slice(rhs);
        let mut size = first_residual(start, rhs, r, |x, out| side.multiply(problem, work, x, out));
        progress.info.products += usize::from(start.is_some());
        let x = rhs;
        begin(start, x);
        while progress.judge(size)? == Go::On && progress.judge_gradient(problem, work, &mut w.delayed, x, true) == Go::On {
            w.jacobi.apply(r, z);
            add(self.step, z, x);
            size = first_residual(Some(x), b, r, |x, out| side.multiply(problem, work, x, out));
            progress.stepped(1);
        }
        Ok(progress.info)
    }
}
