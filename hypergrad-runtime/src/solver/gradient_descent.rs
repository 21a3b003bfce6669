//! Gradient descent.

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::step::{GradientState, Parts, Step};
use super::{InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{norm, scale, scatter};
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `x <- x - step F(x, y)`.
///
/// With a fixed step it converges for `step < 2 / L`, L the largest eigenvalue of `F_1`, where f is
/// strongly convex; best is `2 / (L + μ)`. [`GradientDescent::auto`] takes `1 / L` with L from a power iteration at the
/// start, and anew wherever `|F|` has grown; as a differentiable map it keeps the step of the start.
///
/// Defaults: `.tolerance(1e-8).max_steps(10_000)` (`f32`: the square root of
/// that tolerance). Where the steps end or stall, the default accepts `1e-8 |F(x0, y)|` too, which
/// rounding may not let it pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientDescent {
    /// `None`: from the largest eigenvalue.
    step: Option<f64>,
    stopping: Stopping,
}

/// Products spent on one estimate of the largest eigenvalue.
const POWER_STEPS: usize = 20;

impl GradientDescent {
    /// A fixed step, positive.
    pub const fn new(step: f64) -> Self {
        Self { step: Some(step), stopping: Stopping::NEW }
    }

    /// A step from an estimate of the largest eigenvalue of `F_1`.
    pub const fn auto() -> Self {
        Self { step: None, stopping: Stopping::NEW }
    }
}
stopping_builders!(GradientDescent);

/// Refuses a number that is not positive.
pub(super) fn check_positive(what: &'static str, value: f64) -> Result<(), SolveError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(SolveError::InvalidSetting { what, value, accepted: "a positive number" })
}

impl<P: Bilevel> Step<P> for GradientDescent {
    type State = GradientState<P>;
    const VECTORS: usize = 1;

    fn state(&self, problem: &P, work: &P::Work) -> Result<GradientState<P>, LinearError> {
        GradientState::new(problem, work)
    }

    fn begin(&self, problem: &P, work: &mut P::Work, state: &mut GradientState<P>) -> Result<(), SolveError> {
        state.step = match self.step {
            Some(step) => {
                check_positive("step", step)?;
                step
            }
            None => estimated_step(problem, work, state)?,
        };
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

impl<P: Bilevel> InnerSolver<P> for GradientDescent {
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

    fn run(&self, problem: &P, work: &mut P::Work, (vectors, state): &mut Self::Workspace) -> Result<Solution<()>, SolveError> {
        self.begin(problem, work, state)?;
        let settings = (self.stopping, Defaults { tolerance: 1e-8, max_steps: 10_000 });
        let mut before = f64::INFINITY;
        iterate(problem, work, vectors, settings, |work, vectors, size| {
            if self.step.is_none() && size > before {
                state.step = smaller(state.step * 0.5, estimated_step(problem, work, state)?);
            }
            before = size;
            state.descend(problem, work, vectors.residual.flat());
            Ok(Moved::Yes)
        })
    }
}

fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `1 / L`, by power iteration on `F_1` from a start with no structure.
fn estimated_step<P: Bilevel>(problem: &P, work: &mut P::Work, state: &mut GradientState<P>) -> Result<f64, SolveError> {
    let (u, image) = (state.before.flat_mut(), state.next.flat_mut());
    scatter(u);
    let mut largest = 0.0;
    for _ in 0..POWER_STEPS {
        let length = norm(u);
        if length > 0.0 {
            scale(T::<P>::lit(1.0 / length), u);
        }
        problem.f_1_mul(work, u, image);
        largest = norm(image);
        u.copy_from_slice(image);
    }
    if !f64::is_finite(largest) {
        return Err(SolveError::NonFinite { what: "F_1", step: 0 });
    }
    if largest == 0.0 {
        let what = "F_1";
        return Err(LinearError::Singular { what, block: None, pivot: 0, value: 0.0, scale: 0.0 }.into());
    }
    Ok(1.0 / largest)
}
