//! What an observer of an inner solver sees, and solvers that are watched.

use core::cell::RefCell;
use core::ops::ControlFlow;

use super::{InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::linear::Side;
use crate::point::T;
use crate::problem::Bilevel;

/// What an observer sees: the start, then the end of each step.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InnerObservation<'a, S> {
    /// Steps done.
    pub step: usize,
    /// The flat x.
    pub x: &'a [S],
    /// `|F(x, y)|` there.
    pub residual: f64,
}

impl<'a, S> InnerObservation<'a, S> {
    pub(super) const fn new(step: usize, x: &'a [S], residual: f64) -> Self {
        Self { step, x, residual }
    }
}

/// An inner solver whose steps are watched, for progress, plots, and to break off: then what was reached is
/// `Ok`, and `converged` says whether it meets the tolerance.
///
/// It can stand wherever the solver can: in `problem.solve`, and in an outer loop.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use std::ops::ControlFlow;
///
/// use hypergrad::solver::{GradientDescent, Observed};
/// # use nalgebra::Vector2;
/// let problem = ridge::Problem::new()?;
/// let mut residuals = Vec::new();
/// let watched = Observed::new(GradientDescent::auto(), |seen| {
///     residuals.push(seen.residual);
///     if seen.residual > 1e-3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// });
/// let found = problem.solve(&Vector2::zeros(), &Vector2::new(-1.0, 0.2), &watched)?;
/// assert!(!found.converged && residuals.len() == found.steps + 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Observed<S, O> {
    solver: S,
    observer: RefCell<O>,
}

impl<S, O> Observed<S, O> {
    /// Calls `observer` at the start and after each step.
    pub const fn new<A>(solver: S, observer: O) -> Self
    where
        O: FnMut(&InnerObservation<'_, A>) -> ControlFlow<()>,
    {
        Self { solver, observer: RefCell::new(observer) }
    }
}

impl<P, S, O> InnerSolver<P> for Observed<S, O>
where
    P: Bilevel,
    S: InnerSolver<P>,
    O: FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
{
    type Workspace = S::Workspace;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        self.solver.workspace(problem, work)
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        self.solver.run_observed(problem, work, workspace, tolerance, &mut |seen: &InnerObservation<'_, T<P>>| {
            // Borrowed already only where the observer itself runs this solver.
            if let Ok(mut own) = self.observer.try_borrow_mut() {
                own(seen)?;
            }
            observer(seen)
        })
    }

    fn apply_inverse(&self, workspace: &mut Self::Workspace, side: Side, u: &mut [T<P>]) -> bool {
        self.solver.apply_inverse(workspace, side, u)
    }
}
