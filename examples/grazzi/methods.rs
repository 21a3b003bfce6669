//! Methods whose length of steps follows y, as solvers and adjoints of one's own.

use std::ops::ControlFlow;

use hypergrad::linear::{AdjointSolve, FixedPoint, FixedPointWork, LinearInfo, Side};
use hypergrad::problem::Bilevel;
use hypergrad::solver::{GradientDescent, InnerObservation, InnerSolver, Solution};
use hypergrad::{LinearError, SolveError};

/// So many steps of gradient descent, of a length for the flat y.
#[derive(Clone, Copy)]
pub struct Descending<L> {
    pub length: L,
    pub steps: usize,
    /// Whether every run starts from 0, not from the x before.
    pub from_zero: bool,
}

impl<P: Bilevel<Scalar = f64>, L: Fn(&[f64]) -> f64> InnerSolver<P> for Descending<L> {
    type Workspace = <GradientDescent as InnerSolver<P>>::Workspace;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        InnerSolver::workspace(&GradientDescent::auto(), problem, work)
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, f64>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        if self.from_zero {
            problem.set_x(work, &vec![0.0; problem.dims(work).0]);
        }
        let step = (self.length)(problem.y(work));
        GradientDescent::new(step).steps(self.steps).run_observed(problem, work, workspace, tolerance, observer)
    }
}

/// So many terms of the Neumann series with the same steps: FP.
#[derive(Clone, Copy)]
pub struct Neumann<L> {
    pub length: L,
    pub steps: usize,
}

impl<P: Bilevel<Scalar = f64>, L: Fn(&[f64]) -> f64> AdjointSolve<P> for Neumann<L> {
    type Workspace = FixedPointWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        FixedPoint::new().workspace(problem, work)
    }

    fn solve_one(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        side: Side,
        start: Option<&[f64]>,
        rhs: &mut [f64],
    ) -> Result<LinearInfo, LinearError> {
        let step = (self.length)(problem.y(work));
        FixedPoint::new().step(step).steps(self.steps).solve_one(problem, work, workspace, side, start, rhs)
    }
}
