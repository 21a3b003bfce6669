//! The outer loop.

use super::{Descent, Minimum, Projection};
use crate::error::{EstimatorError, LinearError, OuterError, SolveError};
use crate::estimator::{Estimator, Report, objective};
use crate::kernels::{all_finite, axpy, norm};
use crate::point::{self, T, X, Y, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense, Variable};
use crate::scalar::Real;
use crate::solver::{InnerSolver, Solution};

/// What an observer sees at each outer step, before y moves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Observation<'a, S> {
    /// Outer steps done.
    pub step: usize,
    /// The flat y.
    pub y: &'a [S],
    /// `g(x, y)`.
    pub value: f64,
    /// The flat hypergradient.
    pub gradient: &'a [S],
    /// Its norm; with a projection `|y - proj(y - ∇h)|`.
    pub gradient_norm: f64,
    /// The inner solver's report.
    pub inner: Solution<()>,
    /// The estimator's report.
    pub report: Report,
}

/// What [`minimize`] returns.
pub type MinimumResult<P> = Result<Reached<P>, OuterError<<P as Bilevel>::X, <P as Bilevel>::Y>>;
/// A [`Minimum`] in the variables of a problem.
pub type Reached<P> = Minimum<<P as Bilevel>::X, <P as Bilevel>::Y>;

/// Minimises `h(y) = g(x*(y), y)` from y0. Each inner solve starts from the x of the one before, the
/// first from x0. Storage is made once. `observer` is called at every step, for progress and plots;
/// `|_| {}` if not wanted.
///
/// # Errors
/// Those of solvers and estimators, invalid settings, a y that is not finite, and no convergence;
/// all but errors of the first step carry the last complete step.
pub fn minimize<P, S, E, J>(
    problem: &P,
    x0: &P::X,
    y0: &P::Y,
    descent: &Descent<J>,
    solver: &S,
    estimator: &E,
    observer: impl FnMut(&Observation<'_, T<P>>),
) -> MinimumResult<P>
where
    P: Bilevel,
    S: InnerSolver<P>,
    E: Estimator<P>,
    J: Projection,
{
    descent.check()?;
    let mut state = State::new(problem, x0, y0, descent.projection())?;
    let mut inner = solver.workspace(problem, &state.work)?;
    let mut outer = estimator.workspace(problem, &state.work)?;
    let evaluate = |state: &mut State<P>| state.evaluate(problem, solver, estimator, &mut inner, &mut outer);
    let end = descend(problem, descent, &mut state, evaluate, observer);
    let reached = state.reached.map(|reached| reached.map(|()| x0.like(state.last_x.flat()), |()| y0.like(state.last_y.flat())));
    finish(end, reached, descent.gradient_tolerance(), || x0.like(problem.x(&state.work)))
}

/// Why the loop ended.
enum End {
    Done,
    NotConverged,
    NonFinite(&'static str),
    Solve(SolveError),
    Estimator(EstimatorError),
}

impl From<SolveError> for End {
    fn from(error: SolveError) -> Self {
        Self::Solve(error)
    }
}

impl From<EstimatorError> for End {
    fn from(error: EstimatorError) -> Self {
        Self::Estimator(error)
    }
}

/// The end of the loop, with what was reached.
fn finish<A, B>(
    end: End,
    reached: Option<Minimum<A, B>>,
    tolerance: f64,
    x: impl FnOnce() -> A,
) -> Result<Minimum<A, B>, OuterError<A, B>> {
    match (end, reached) {
        (End::Done, Some(reached)) => Ok(reached),
        (End::NotConverged, Some(reached)) => Err(OuterError::NotConverged { reached, tolerance }),
        (End::Solve(error), reached) => Err(OuterError::Solve { error: error.map(|()| x()), reached }),
        (End::Estimator(error), reached) => Err(OuterError::Estimator { error, reached }),
        (End::NonFinite(what), reached) => Err(OuterError::NonFinite { what, reached }),
        // The loop evaluates at least once before it is done.
        (End::Done | End::NotConverged, None) => Err(OuterError::NonFinite { what: "h", reached: None }),
    }
}

/// Everything the loop owns.
struct State<P: Bilevel> {
    work: P::Work,
    y: Y<P>,
    gradient: Y<P>,
    trial: Y<P>,
    /// Averages of the update rule.
    p: Y<P>,
    q: Y<P>,
    /// x and y of the last complete step, and its numbers.
    last_x: X<P>,
    last_y: Y<P>,
    reached: Option<Minimum<(), ()>>,
}

/// One evaluation of h and its gradient.
struct Evaluation {
    value: f64,
    inner: Solution<()>,
    report: Report,
}

impl<P: Bilevel> State<P> {
    fn new(problem: &P, x0: &P::X, y0: &P::Y, set: &impl Projection) -> Result<Self, OuterError<P::X, P::Y>> {
        let mut work = point::start(problem, x0, y0)?;
        let y = || -> Result<Y<P>, LinearError> { zeros_y(problem, &work) };
        let (mut start, gradient, trial, p, q, last_y) = (y()?, y()?, y()?, y()?, y()?, y()?);
        let last_x = zeros_x(problem, &work)?;
        start.flat_mut().copy_from_slice(problem.y(&work));
        set.project(start.flat_mut());
        problem.set_y(&mut work, start.flat());
        Ok(Self { work, y: start, gradient, trial, p, q, last_x, last_y, reached: None })
    }

    /// Solves from the x in the work, then differentiates.
    fn evaluate<S: InnerSolver<P>, E: Estimator<P>>(
        &mut self,
        problem: &P,
        solver: &S,
        estimator: &E,
        inner: &mut S::Workspace,
        outer: &mut E::Workspace,
    ) -> Result<Evaluation, End> {
        let inner = solver.run(problem, &mut self.work, inner)?;
        let value = objective(problem, &mut self.work)?.wide();
        let report = estimator.estimate(problem, &mut self.work, outer, self.gradient.flat_mut())?;
        Ok(Evaluation { value, inner, report })
    }

    /// `|y - proj(y - ∇h)|`: the gradient's norm where nothing is projected.
    fn gradient_norm(&mut self, set: &impl Projection) -> f64 {
        let (trial, y, gradient) = (self.trial.flat_mut(), self.y.flat(), self.gradient.flat());
        trial.copy_from_slice(y);
        axpy(-T::<P>::ONE, gradient, trial);
        set.project(trial);
        let mut free = true;
        for ((t, &y), &g) in trial.iter_mut().zip(y).zip(gradient) {
            free &= *t == y - g;
            *t = y - *t;
        }
        // Without the rounding of `y - (y - g)`.
        if free { norm(gradient) } else { norm(trial) }
    }

    /// Keeps the step that is complete.
    fn keep(&mut self, problem: &P, reached: Minimum<(), ()>) {
        self.last_x.flat_mut().copy_from_slice(problem.x(&self.work));
        self.last_y.flat_mut().copy_from_slice(self.y.flat());
        self.reached = Some(reached);
    }

    /// Moves y by the update rule.
    fn advance<J: Projection>(&mut self, problem: &P, descent: &Descent<J>, step: usize) -> Result<(), End> {
        let (p, q) = (self.p.flat_mut(), self.q.flat_mut());
        descent.advance(step, self.gradient.flat(), self.y.flat_mut(), p, q);
        if !all_finite(self.y.flat()) {
            return Err(End::NonFinite("y"));
        }
        problem.set_y(&mut self.work, self.y.flat());
        Ok(())
    }
}

/// Evaluates, observes, stops or moves.
fn descend<P: Bilevel, J: Projection>(
    problem: &P,
    descent: &Descent<J>,
    state: &mut State<P>,
    mut evaluate: impl FnMut(&mut State<P>) -> Result<Evaluation, End>,
    mut observer: impl FnMut(&Observation<'_, T<P>>),
) -> End {
    let mut before = None;
    for step in 0.. {
        let Evaluation { value, inner, report } = match evaluate(state) {
            Ok(evaluation) => evaluation,
            Err(end) => return end,
        };
        let gradient_norm = state.gradient_norm(descent.projection());
        let converged = descent.met(gradient_norm, value, before);
        let (y, x) = ((), ());
        state.keep(problem, Minimum { y, x, value, gradient_norm, steps: step, converged });
        let (y, gradient) = (state.y.flat(), state.gradient.flat());
        observer(&Observation { step, y, value, gradient, gradient_norm, inner, report });
        if step >= descent.limit() {
            return if converged || descent.is_exact() { End::Done } else { End::NotConverged };
        }
        if converged && !descent.is_exact() {
            return End::Done;
        }
        if let Err(end) = state.advance(problem, descent, step) {
            return end;
        }
        before = Some(value);
    }
    End::NotConverged
}
