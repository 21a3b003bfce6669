//! Fixed-point iteration.

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::step::{GradientState, Parts, Step};
use super::{InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::point::T;
use crate::problem::{Bilevel, Dense, FixedPointMap};

/// `x <- Phi(x, y)`, for modules whose inner role is `Phi`; the residual is `F = x - Phi`.
///
/// Converges where Phi contracts. Defaults: `.tolerance(1e-8).max_steps(10_000)` (`f32`: the square root of
/// that tolerance). Where the steps end or stall, the default accepts `1e-8 |F(x0, y)|` too, which
/// rounding may not let it pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FixedPoint {
    stopping: Stopping,
}

impl FixedPoint {
    /// With the default settings.
    pub const fn new() -> Self {
        Self { stopping: Stopping::NEW }
    }
}
stopping_builders!(FixedPoint);

impl<P: FixedPointMap> Step<P> for FixedPoint {
    type State = GradientState<P>;
    const VECTORS: usize = 1;

    fn state(&self, problem: &P, work: &P::Work) -> Result<GradientState<P>, LinearError> {
        GradientState::new(problem, work)
    }

    /// `Phi = x - F`.
    fn begin(&self, _problem: &P, _work: &mut P::Work, state: &mut GradientState<P>) -> Result<(), SolveError> {
        state.step = 1.0;
        Ok(())
    }

    fn memory<'s>(&self, _state: &'s mut GradientState<P>) -> &'s mut [T<P>] {
        &mut []
    }

    fn advance(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut GradientState<P>,
        residual: &[T<P>],
    ) -> Result<(), SolveError> {
        state.descend(problem, work, residual);
        Ok(())
    }

    fn pull_back(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut GradientState<P>,
        (cotangent, _): Parts<'_, T<P>>,
        y_bar: &mut [T<P>],
    ) -> Result<(), LinearError> {
        state.pull(problem, work, cotangent, y_bar);
        Ok(())
    }

    fn push_forward(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut GradientState<P>,
        (tangent, _): Parts<'_, T<P>>,
        c: &[T<P>],
    ) -> Result<(), LinearError> {
        state.push(problem, work, tangent, c);
        Ok(())
    }
}

impl<P: FixedPointMap> InnerSolver<P> for FixedPoint {
    type Workspace = (Vectors<P>, GradientState<P>);

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, GradientState::new(problem, work)?))
    }

    fn run_to(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: f64,
    ) -> Result<Solution<()>, SolveError> {
        self.tolerance(tolerance).run(problem, work, workspace)
    }

    fn run(
        &self,
        problem: &P,
        work: &mut <P as Bilevel>::Work,
        (vectors, state): &mut Self::Workspace,
    ) -> Result<Solution<()>, SolveError> {
        self.begin(problem, work, state)?;
        let settings = (self.stopping, Defaults { tolerance: 1e-8, max_steps: 10_000 });
        iterate(problem, work, vectors, settings, |work, vectors, _| {
            self.advance(problem, work, state, vectors.residual.flat())?;
            Ok(Moved::Yes)
        })
    }
}
