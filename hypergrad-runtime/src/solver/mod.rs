//! Inner solvers: from a start x0 to `x*(y)`, where `F(x*(y), y) = 0`.
//!
//! Every solver stops in one of two ways: after exactly k steps (`.steps(k)`, `Ok` wherever that is), or when
//! `|F(x, y)|` is small (`.tolerance(t)`, at most `.max_steps(k)`; else `Err(NotConverged)`, which
//! carries the solution that was reached).
//!
//! Where the inner role is an objective f, a solution is a minimiser of it: a root of F where `F_1` has a negative
//! eigenvalue is `Err(NotAMinimum)`, unless `.stationary()` asked for any root. The signs come from a factorisation of
//! `F_1`: [`Newton`] makes one more at the end; [`GradientDescent`] makes one where `F_1` is diagonal, falls into
//! blocks, or has at most 512 rows, and none where f was proved convex.
//!
//! # Example
//! ```
//! # #[hypergrad::bilevel]
//! # mod ridge {
//! #     use nalgebra::Vector2;
//! #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
//! #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
//! # }
//! # use nalgebra::Vector2;
//! # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
//! use hypergrad::solver::{GradientDescent, Lbfgs, Nesterov, Newton};
//! let problem = ridge::Problem::new()?;
//! let root = problem.solve(&x, &y, &Newton::new().tolerance(1e-12))?.x;
//! let found = [
//!     problem.solve(&x, &y, &GradientDescent::auto().tolerance(1e-9))?.x,
//!     problem.solve(&x, &y, &Nesterov::proved().tolerance(1e-9))?.x,
//!     problem.solve(&x, &y, &Lbfgs::new().tolerance(1e-9))?.x,
//! ];
//! assert!(found.iter().all(|x| (x - root).norm() < 1e-8));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod affine;
mod anderson;
mod constants;
mod fixed_point;
mod gradient_descent;
mod iterate;
mod lbfgs;
mod minimum;
mod momentum;
mod newton;
mod observe;
mod samples;
mod step;

pub use crate::report::Solution;
pub use anderson::Anderson;
pub use fixed_point::FixedPoint;
pub use gradient_descent::GradientDescent;
pub use iterate::Vectors;
pub use lbfgs::{CurvaturePairs, Lbfgs};
pub use momentum::{HeavyBall, MomentumState, Nesterov};
pub use newton::{Newton, NewtonState};
pub use observe::{InnerObservation, Observed};
pub use step::{Cross, GradientState, Held, Parts, Step};

use core::ops::ControlFlow;

use crate::error::{LinearError, SolveError};
use crate::linear::Side;
use crate::point::T;
use crate::problem::{Bilevel, Variable};

/// An inner solver.
pub trait InnerSolver<P: Bilevel> {
    /// Its vectors, made once: a run with a kept workspace allocates nothing itself.
    type Workspace;

    /// Makes the workspace for a point of these sizes.
    ///
    /// # Errors
    /// Storage would be too large.
    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError>;

    /// Runs from the x in `work`, and leaves the last iterate there, also on error. `tolerance` stands for the
    /// solver's own where it is given, as by an outer loop that chooses it. `observer` is called at the start and
    /// after each step, and breaks the run off with what was reached.
    ///
    /// # Errors
    /// See [`SolveError`].
    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError>;

    /// [`InnerSolver::run_observed`] by nobody.
    ///
    /// # Errors
    /// See [`SolveError`].
    fn run(&self, problem: &P, work: &mut P::Work, workspace: &mut Self::Workspace) -> Result<Solution<()>, SolveError> {
        self.run_observed(problem, work, workspace, None, &mut |_| ControlFlow::Continue(()))
    }

    /// The same with another tolerance.
    ///
    /// # Errors
    /// As [`InnerSolver::run`].
    fn run_to(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: f64,
    ) -> Result<Solution<()>, SolveError> {
        self.run_observed(problem, work, workspace, Some(tolerance), &mut |_| ControlFlow::Continue(()))
    }

    /// Multiplies u with what the last run has learnt of `F_1⁻¹`, or of its transpose, in place; `false`, and u as it
    /// was, where it has learnt nothing.
    fn apply_inverse(&self, workspace: &mut Self::Workspace, side: Side, u: &mut [T<P>]) -> bool {
        let _ = (workspace, side, u);
        false
    }
}

/// Solves the inner problem at y, from x0.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::solver::{Newton, solve};
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// // `problem.solve` is this.
/// let found = solve(&problem, &Vector2::zeros(), &y, &Newton::new())?;
/// assert!(problem.at(&found.x, &y)?.F().norm() < 1e-10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Shapes, non-finite input or iterates, a singular `F_1` (Newton), invalid settings, and no
/// convergence: the last one carries the solution that was reached.
pub fn solve<P: Bilevel, S: InnerSolver<P>>(
    problem: &P,
    x0: &P::X,
    y: &P::Y,
    solver: &S,
) -> Result<Solution<P::X>, SolveError<P::X>> {
    problem.begin(x0, y, |work| {
        let mut workspace = solver.workspace(problem, work)?;
        let result = solver.run(problem, work, &mut workspace);
        let x = |()| x0.like(problem.x(work));
        match result {
            Ok(solution) => Ok(solution.map(x)),
            Err(error) => Err(error.or_of_data(problem).map(x)),
        }
    })?
}
