//! Gradient descent.

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::{InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{axpy, norm, scale, scatter};
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `x <- x - step F(x, y)`.
///
/// With a fixed step it converges for `step < 2 / L`, L the largest eigenvalue of `F_1`, where f is
/// strongly convex. [`GradientDescent::auto`] takes `1 / L` with L from a power iteration at the
/// start, and anew wherever `|F|` has grown.
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
        Self { step: Some(step), stopping: Stopping { exact: None, tolerance: None, max_steps: None } }
    }

    /// A step from an estimate of the largest eigenvalue of `F_1`.
    pub const fn auto() -> Self {
        Self { step: None, stopping: Stopping { exact: None, tolerance: None, max_steps: None } }
    }
}
stopping_builders!(GradientDescent);

impl<P: Bilevel> InnerSolver<P> for GradientDescent {
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

    fn run(&self, problem: &P, work: &mut P::Work, workspace: &mut Vectors<P>) -> Result<Solution<()>, SolveError> {
        if let Some(value) = self.step
            && !(value > 0.0 && value.is_finite())
        {
            return Err(SolveError::InvalidSetting { what: "step", value, accepted: "a positive number" });
        }
        let settings = (self.stopping, Defaults { tolerance: 1e-8, max_steps: 10_000 });
        let mut rate = self.step;
        let mut before = f64::INFINITY;
        iterate(problem, work, workspace, settings, |work, vectors, size| {
            let step = match rate {
                Some(step) if self.step.is_some() || size <= before => step,
                Some(step) => smaller(step * 0.5, estimated_step(problem, work, vectors)?),
                None => estimated_step(problem, work, vectors)?,
            };
            (rate, before) = (Some(step), size);
            axpy(T::<P>::lit(-step), vectors.residual.flat(), vectors.x.flat_mut());
            problem.set_x(work, vectors.x.flat());
            Ok(Moved::Yes)
        })
    }
}

fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `1 / L`, by power iteration on `F_1` from a start with no structure.
fn estimated_step<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>) -> Result<f64, SolveError> {
    let (u, image) = (vectors.direction.flat_mut(), vectors.trial.flat_mut());
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
