//! Newton's method with a backtracking line search.

use nalgebra::ComplexField;

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::{InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{all_finite, axpy, dot, norm};
use crate::linear::{AdjointSolve, Direct};
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `x <- x - t F_1⁻¹ F`, with t in `1, 1/2, 1/4, ...` the first that decreases a merit function
/// sufficiently (Armijo): f where the inner role is an objective and the step descends on it, else
/// `|F|²/2`. The second is used as well where f changes by rounding only.
///
/// Quadratic convergence near a root where `F_1` is regular. [`Newton::new`] solves with the factorisation that the
/// proved structure allows, [`Newton::with`] in any other way: with conjugate gradients it is the Newton-CG
/// method, which forms no matrix.
///
/// Defaults: `.tolerance(1e-10).max_steps(50)` (`f32`: the square root of
/// that tolerance). Where the steps end or stall, the default accepts `1e-10 |F(x0, y)|` too, which
/// rounding may not let it pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Newton<L = Direct> {
    linear: L,
    stopping: Stopping,
}

/// The part of the predicted decrease that is asked for.
const SUFFICIENT: f64 = 1e-4;
/// Halvings before the search gives up.
const HALVINGS: usize = 50;

impl Newton {
    /// By factorisations, with the default settings.
    pub const fn new() -> Self {
        Self::with(Direct)
    }
}

impl<L> Newton<L> {
    /// With steps found in another way, see [`crate::linear`].
    pub const fn with(linear: L) -> Self {
        Self { linear, stopping: Stopping { exact: None, tolerance: None, max_steps: None } }
    }
}
stopping_builders!(Newton, L);

impl<P: Bilevel, L: AdjointSolve<P>> InnerSolver<P> for Newton<L> {
    type Workspace = (Vectors<P>, L::Workspace);

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, self.linear.workspace(problem, work)?))
    }

    fn run(&self, problem: &P, work: &mut P::Work, workspace: &mut Self::Workspace) -> Result<Solution<()>, SolveError> {
        self.run_until(self.stopping, problem, work, workspace)
    }

    fn run_to(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: f64,
    ) -> Result<Solution<()>, SolveError> {
        self.run_until(self.stopping.at(tolerance), problem, work, workspace)
    }
}

impl<L> Newton<L> {
    fn run_until<P: Bilevel>(
        &self,
        stopping: Stopping,
        problem: &P,
        work: &mut P::Work,
        (vectors, linear): &mut (Vectors<P>, L::Workspace),
    ) -> Result<Solution<()>, SolveError>
    where
        L: AdjointSolve<P>,
    {
        let settings = (stopping, Defaults { tolerance: 1e-10, max_steps: 50 });
        iterate(problem, work, vectors, settings, |work, vectors, size| {
            let direction = vectors.direction.flat_mut();
            direction.copy_from_slice(vectors.residual.flat());
            self.linear.solve(problem, work, linear, direction)?;
            if !all_finite(direction) {
                return Err(SolveError::NonFinite { what: "F_1⁻¹ F", step: 0 });
            }
            let merit = Merit::choose(problem, work, vectors, size);
            Ok(backtrack(problem, work, vectors, merit))
        })
    }
}

/// What the line search decreases.
#[derive(Clone, Copy)]
enum Merit {
    /// f, with its value and `Fᵀ F_1⁻¹ F`, its slope along the step.
    Objective { value: f64, slope: f64 },
    /// `|F|`.
    Residual { size: f64 },
}

impl Merit {
    fn choose<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &Vectors<P>, size: f64) -> Self {
        let slope = dot(vectors.residual.flat(), vectors.direction.flat()).wide();
        match problem.objective(work).map(Real::wide) {
            Some(value) if slope > 16.0 * T::<P>::EPSILON * ComplexField::abs(value) => Self::Objective { value, slope },
            _ => Self::Residual { size },
        }
    }

    /// Whether the point in `work`, t along the step, is good enough.
    fn accepts<P: Bilevel>(self, problem: &P, work: &mut P::Work, scratch: &mut [T<P>], t: f64) -> bool {
        match self {
            Self::Objective { value, slope } => {
                problem.objective(work).is_some_and(|now| now.wide() <= value - SUFFICIENT * t * slope)
            }
            Self::Residual { size } => {
                problem.residual(work, scratch);
                norm(scratch) <= size * (1.0 - SUFFICIENT * t)
            }
        }
    }
}

/// Halves t until the merit accepts; leaves x as it was when none is accepted.
fn backtrack<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>, merit: Merit) -> Moved {
    let mut t = 1.0;
    for _ in 0..HALVINGS {
        let trial = vectors.trial.flat_mut();
        trial.copy_from_slice(vectors.x.flat());
        axpy(T::<P>::lit(-t), vectors.direction.flat(), trial);
        if all_finite(trial) {
            problem.set_x(work, trial);
            // The residual at x is not needed any more; `iterate` computes the next one.
            if merit.accepts(problem, work, vectors.residual.flat_mut(), t) {
                return Moved::Yes;
            }
        }
        t *= 0.5;
    }
    problem.set_x(work, vectors.x.flat());
    Moved::Stalled
}
