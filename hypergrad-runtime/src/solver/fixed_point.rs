//! Fixed-point iteration.

use core::ops::ControlFlow;

use super::anderson::Anderson;
use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::step::{Cross, GradientState, Held, Parts, Step, step_along_f};
use super::{InnerObservation, InnerSolver, Solution, samples};
use crate::error::{LinearError, SolveError};
use crate::linear::Side;
use crate::point::T;
use crate::problem::{Bilevel, FixedPointMap};

/// `x <- Phi(x, y)`, for modules whose inner role is `Phi`; the residual is `F = x - Phi`.
///
/// Converges where Phi contracts. Defaults: `.tolerance(1e-8).max_steps(10_000)` (`f32`: the square root of
/// that tolerance). Where the steps end or stall, the default accepts `1e-8 |F(x0, y)|` too, which
/// rounding may not let it pass.
///
/// [`FixedPoint::anderson`] combines the last points at each step: about as fast as GMRES near the root, without a
/// product. What it learns of `F_1⁻¹` is a start for the adjoint, see
/// [`Ift::inverse_start`](crate::estimator::Ift::inverse_start). Only the iteration itself is a differentiable map.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod layer {
/// #     use nalgebra::{Vector2, Matrix2};
/// #     pub fn g(x: &Vector2<f64>, _y: &Matrix2<f64>) -> f64 { x.norm_squared() }
/// /// An equilibrium of a layer.
/// pub fn Phi(x: &Vector2<f64>, y: &Matrix2<f64>) -> Vector2<f64> {
///     (y * x + Vector2::new(0.5, -1.0)).map(f64::tanh)
/// }
/// # }
/// use hypergrad::solver::FixedPoint;
/// # use nalgebra::{Vector2, Matrix2};
/// let problem = layer::Problem::new()?;
/// let (x, y) = (Vector2::zeros(), Matrix2::new(0.9, 0.3, -0.4, 0.8));
/// let plain = problem.solve(&x, &y, &FixedPoint::new())?;
/// let faster = problem.solve(&x, &y, &FixedPoint::new().anderson::<2>())?;
/// assert!((plain.x - faster.x).norm() < 1e-7 && faster.steps < plain.steps);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Walker, Ni, Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49 (2011).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedPoint<const MEMORY: usize = 0> {
    stopping: Stopping,
}

impl FixedPoint {
    /// With the default settings.
    pub const fn new() -> Self {
        Self { stopping: Stopping::NEW }
    }
}

impl Default for FixedPoint {
    fn default() -> Self {
        Self::new()
    }
}

impl<const MEMORY: usize> FixedPoint<MEMORY> {
    /// Anderson acceleration with the changes of the last M steps; 5 are usual, 0 is none. It begins anew where `|F|`
    /// has doubled.
    #[must_use]
    pub const fn anderson<const M: usize>(self) -> FixedPoint<M> {
        FixedPoint { stopping: self.stopping }
    }
}
stopping_builders!([const MEMORY: usize] FixedPoint<MEMORY>);

const DEFAULTS: Defaults = Defaults { tolerance: 1e-8, max_steps: 10_000 };

impl<P: FixedPointMap> Step<P> for FixedPoint {
    step_along_f!();

    /// `Phi = x - F`.
    fn begin(&self, _problem: &P, _work: &mut P::Work, state: &mut GradientState<P>) -> Result<(), SolveError> {
        state.step = 1.0;
        Ok(())
    }
}

impl<P: FixedPointMap, const MEMORY: usize> InnerSolver<P> for FixedPoint<MEMORY> {
    type Workspace = (Vectors<P>, Anderson<P, MEMORY>);

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, Anderson::new(problem, work)?))
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut <P as Bilevel>::Work,
        (vectors, anderson): &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        anderson.begin();
        let settings = (self.stopping.or(tolerance), DEFAULTS);
        iterate(problem, work, vectors, settings, observer, |work, vectors, size| {
            anderson.advance(problem, work, vectors, size);
            Ok(Moved::Yes)
        })
    }

    /// Where samples do not read each other, so many steps are made for some of them at a time.
    fn run(&self, problem: &P, work: &mut P::Work, workspace: &mut Self::Workspace) -> Result<Solution<()>, SolveError> {
        if MEMORY == 0
            && let Some(solution) = samples::run(problem, work, &mut workspace.0, (self.stopping, DEFAULTS), 1.0)?
        {
            return Ok(solution);
        }
        self.run_observed(problem, work, workspace, None, &mut |_| ControlFlow::Continue(()))
    }

    fn apply_inverse(&self, (_, anderson): &mut Self::Workspace, side: Side, u: &mut [T<P>]) -> bool {
        anderson.apply(side, u)
    }
}
