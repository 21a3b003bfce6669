//! Fixed-point iteration.

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::{InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::axpy;
use crate::point::T;
use crate::problem::{Bilevel, Dense, FixedPointMap};
use crate::scalar::Real;

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
        Self { stopping: Stopping { exact: None, tolerance: None, max_steps: None } }
    }
}
stopping_builders!(FixedPoint);

impl<P: FixedPointMap> InnerSolver<P> for FixedPoint {
    type Workspace = Vectors<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Vectors<P>, LinearError> {
        Vectors::new(problem, work)
    }

    fn run_to(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Vectors<P>,
        tolerance: f64,
    ) -> Result<Solution<()>, SolveError> {
        self.tolerance(tolerance).run(problem, work, workspace)
    }

    fn run(&self, problem: &P, work: &mut <P as Bilevel>::Work, workspace: &mut Vectors<P>) -> Result<Solution<()>, SolveError> {
        let settings = (self.stopping, Defaults { tolerance: 1e-8, max_steps: 10_000 });
        iterate(problem, work, workspace, settings, |work, vectors, _| {
            axpy(-T::<P>::ONE, vectors.residual.flat(), vectors.x.flat_mut());
            problem.set_x(work, vectors.x.flat());
            Ok(Moved::Yes)
        })
    }
}
