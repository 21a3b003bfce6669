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

mod fixed_point;
mod gradient_descent;
mod iterate;
mod minimum;
mod momentum;
mod newton;
mod step;

pub use crate::report::Solution;
pub use fixed_point::FixedPoint;
pub use gradient_descent::GradientDescent;
pub use momentum::{HeavyBall, MomentumState, Nesterov};
pub use newton::{Newton, NewtonState};
pub use step::{GradientState, Parts, Step};

use crate::error::{LinearError, SolveError};
use crate::point;
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

    /// Runs from the x in `work`, and leaves the last iterate there, also on error.
    ///
    /// # Errors
    /// See [`SolveError`].
    fn run(&self, problem: &P, work: &mut P::Work, workspace: &mut Self::Workspace) -> Result<Solution<()>, SolveError>;

    /// The same with another tolerance, for an outer loop that chooses it.
    ///
    /// # Errors
    /// As [`InnerSolver::run`]; a solver that takes no tolerance.
    fn run_to(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: f64,
    ) -> Result<Solution<()>, SolveError> {
        let _ = (problem, work, workspace);
        let accepted = "an inner solver that takes a tolerance";
        Err(SolveError::InvalidSetting { what: "inner tolerance", value: tolerance, accepted })
    }
}

/// Solves the inner problem at y, from x0.
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
    let mut work = point::start(problem, x0, y)?;
    let mut workspace = solver.workspace(problem, &work)?;
    let result = solver.run(problem, &mut work, &mut workspace);
    let x = |()| x0.like(problem.x(&work));
    match result {
        Ok(solution) => Ok(solution.map(x)),
        Err(error) => Err(error.map(x)),
    }
}
