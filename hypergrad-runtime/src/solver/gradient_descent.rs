//! Gradient descent.

use core::ops::ControlFlow;

use super::affine;
use super::constants::proved_bounds;
use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, reached, residual_norm, stopping_builders};
use super::minimum::{check, is_cheap};
use super::step::{Cross, GradientState, Held, Parts, Step, step_along_f};
use super::{InnerObservation, InnerSolver, Solution, samples};
use crate::error::{LinearError, SolveError};
use crate::kernels::{axpy, dot, norm, scale, scatter};
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `x <- x - step F(x, y)`.
///
/// With a fixed step it converges for `step < 2 / L`, L the largest eigenvalue of `F_1`, where f is
/// strongly convex; best is `2 / (L + μ)`. [`GradientDescent::auto`] begins with `1 / L`, L from a power iteration at the
/// start. Where the inner role is an objective, each step is halved until f decreases by a quarter of `step |F|²`
/// (Armijo), and grows by a quarter after a step that was not halved; where f changes by rounding alone, the slope
/// along the step decides. Without an objective the step is halved, or estimated anew, wherever `|F|` has grown, and
/// grows slowly otherwise. As a differentiable map it keeps the step of the start. [`GradientDescent::proved`] takes the best
/// step for the bounds of the eigenvalues that were proved when the module was compiled.
///
/// Of an objective a root of F is a solution only where it is a minimiser: see [`crate::solver`], and
/// [`GradientDescent::stationary`].
///
/// Defaults: `.tolerance(1e-8).max_steps(10_000)` (`f32`: the square root of
/// that tolerance). Where the steps end or stall, the default accepts `1e-8 |F(x0, y)|` too, which
/// rounding may not let it pass.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::solver::GradientDescent;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// // Until |F| is small, with a step that is found; and exactly ten steps of a given length.
/// let found = problem.solve(&x, &y, &GradientDescent::auto().tolerance(1e-10))?;
/// let ten = problem.solve(&x, &y, &GradientDescent::new(0.1).steps(10))?;
/// assert!(found.converged && ten.steps == 10 && ten.residual > found.residual);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Hager, Zhang, A new conjugate gradient method with guaranteed descent and an efficient line search, SIAM J.
/// Optim. 16 (2005), for the condition on slopes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientDescent {
    length: Length,
    stopping: Stopping,
    stationary: bool,
}

/// Where the step comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Length {
    Given(f64),
    /// An estimate of the largest eigenvalue at the start; then what is seen on the way.
    Adapted,
    /// Proved bounds.
    Proved,
}

/// Products spent on one estimate of the largest eigenvalue.
const POWER_STEPS: usize = 20;

impl GradientDescent {
    /// A fixed step, positive.
    pub const fn new(step: f64) -> Self {
        Self { length: Length::Given(step), stopping: Stopping::NEW, stationary: false }
    }

    /// A step from an estimate of the largest eigenvalue of `F_1`.
    pub const fn auto() -> Self {
        Self { length: Length::Adapted, stopping: Stopping::NEW, stationary: false }
    }

    /// The step `2 / (L + μ)` of the bounds that were proved of the eigenvalues of `F_1`
    /// ([`EigenvalueBounds`](crate::structure::EigenvalueBounds)), or `1 / L` where μ is not positive: convergence to the
    /// minimiser of a strongly convex f is certain from every start. A proved L may be many times the largest eigenvalue.
    ///
    /// # Errors
    /// Of a run: `LinearError::NotProved` where no L was proved.
    pub const fn proved() -> Self {
        Self { length: Length::Proved, stopping: Stopping::NEW, stationary: false }
    }

    /// Accepts any root of F: a saddle or a maximiser of f too.
    #[must_use]
    pub const fn stationary(mut self) -> Self {
        self.stationary = true;
        self
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
    step_along_f!();

    fn begin(&self, problem: &P, work: &mut P::Work, state: &mut GradientState<P>) -> Result<(), SolveError> {
        state.step = match self.length {
            Length::Given(step) => {
                check_positive("step", step)?;
                step
            }
            Length::Adapted => estimated_step(problem, work, state)?,
            Length::Proved => proved_step(problem, work)?,
        };
        Ok(())
    }
}

impl<P: Bilevel> InnerSolver<P> for GradientDescent {
    type Workspace = (Vectors<P>, GradientState<P>);

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, GradientState::new(problem, work)?))
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        (vectors, state): &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        self.begin(problem, work, state)?;
        let settings = (self.stopping.or(tolerance), DEFAULTS);
        let mut before = f64::INFINITY;
        let result = iterate(problem, work, vectors, settings, observer, |work, vectors, size| {
            if self.length == Length::Adapted {
                if let Some(value) = problem.objective(work).map(Real::wide) {
                    let (moved, next) = descend(problem, work, vectors, value, state.step);
                    state.step = next;
                    return Ok(moved);
                }
                state.step = if size > before {
                    smaller(state.step * 0.5, estimated_step(problem, work, state)?)
                } else {
                    state.step * SLOW_GROWTH
                };
            }
            before = size;
            state.descend(problem, work, vectors.residual.flat());
            Ok(Moved::Yes)
        });
        if self.stationary || !is_cheap(problem, work) { result } else { check(problem, work, result?) }
    }

    /// Where F is affine in few entries of x, the steps are those of F itself: `F <- F - step F_1 F`.
    fn run(&self, problem: &P, work: &mut P::Work, workspace: &mut Self::Workspace) -> Result<Solution<()>, SolveError> {
        let vectors = &mut workspace.0;
        if let Length::Given(step) = self.length {
            check_positive("step", step)?;
            if let Some(solution) = samples::run(problem, work, vectors, (self.stopping, DEFAULTS), step)? {
                return if self.stationary || !is_cheap(problem, work) { Ok(solution) } else { check(problem, work, solution) };
            }
        }
        if let (Some(steps), Length::Given(step)) = (self.stopping.exact, self.length)
            && affine::applies::<P>(steps)
        {
            check_positive("step", step)?;
            let start = residual_norm(problem, work, vectors.residual.flat_mut(), 0)?;
            if affine::descend(problem, work, vectors, step, steps) {
                let result = reached(problem, work, vectors, (self.stopping, DEFAULTS), (start, steps));
                return if self.stationary || !is_cheap(problem, work) { result } else { check(problem, work, result?) };
            }
        }
        self.run_observed(problem, work, workspace, None, &mut |_| ControlFlow::Continue(()))
    }
}

const DEFAULTS: Defaults = Defaults { tolerance: 1e-8, max_steps: 10_000 };

/// The growth of a step that went well: where f decides, and where `|F|` does.
const GROWTH: f64 = 1.25;
const SLOW_GROWTH: f64 = 1.02;
/// The part of the predicted decrease that is asked for.
const SUFFICIENT: f64 = 0.25;
/// Halvings before the search gives up.
const HALVINGS: usize = 60;

/// One step downhill from x in `work`, F there in `vectors`, and the step to try next.
fn descend<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>, value: f64, step: f64) -> (Moved, f64) {
    vectors.keep_x(problem, work);
    let squared = dot(vectors.residual.flat(), vectors.residual.flat()).wide();
    let rounding = 16.0 * T::<P>::EPSILON * nalgebra::ComplexField::abs(value);
    let mut t = step;
    for halving in 0..HALVINGS {
        let trial = vectors.trial.flat_mut();
        trial.copy_from_slice(vectors.x.flat());
        axpy(T::<P>::lit(-t), vectors.residual.flat(), trial);
        problem.set_x(work, trial);
        let change = problem.objective(work).map_or(f64::NAN, Real::wide) - value;
        let flat = nalgebra::ComplexField::abs(change) <= rounding;
        let accepted = if flat {
            problem.residual(work, vectors.direction.flat_mut());
            dot(vectors.direction.flat(), vectors.residual.flat()).wide() >= -(1.0 - 2.0 * SUFFICIENT) * squared
        } else {
            change <= -SUFFICIENT * t * squared
        };
        if accepted {
            return (Moved::Yes, if halving == 0 { GROWTH * t } else { t });
        }
        t *= 0.5;
    }
    problem.set_x(work, vectors.x.flat());
    (Moved::Stalled, step)
}

fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `2 / (L + μ)` of what was proved.
fn proved_step<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<f64, SolveError> {
    let (smallest, largest) = proved_bounds(problem, work)?;
    Ok(if smallest > 0.0 { 2.0 / (largest + smallest) } else { 1.0 / largest })
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
