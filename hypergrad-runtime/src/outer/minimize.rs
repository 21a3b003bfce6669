//! The outer loop.

use core::ops::ControlFlow;

use super::running::{End, Running};
use super::{Descent, Projection};
use crate::error::OuterError;
use crate::estimator::{Estimator, Report};
use crate::point::T;
use crate::problem::{Bilevel, Dense, Variable};
use crate::report::{Minimum, State, Stop};
use crate::scalar::Real;
use crate::solver::{InnerSolver, Solution};

/// What an observer sees at each outer step, before y moves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Observation<'a, S> {
    /// Outer steps done.
    pub step: usize,
    /// The flat y; [`Observation::y_like`] gives it its shape.
    pub y: &'a [S],
    /// `g(x, y)`.
    pub value: f64,
    /// The flat hypergradient; [`Observation::gradient_like`] gives it its shape.
    pub gradient: &'a [S],
    /// Its norm; with a projection `|y - proj(y - ∇h)|`.
    pub gradient_norm: f64,
    /// The inner solver's report.
    pub inner: Solution<()>,
    /// The estimator's report: `report.error_estimate` is of the gradient, `report.value_error` of the value.
    pub report: Report,
}

impl<S: Real> Observation<'_, S> {
    /// y, shaped like another y: `seen.y_like(&y0)`.
    pub fn y_like<Y: Variable<Scalar = S>>(&self, shape: &Y) -> Y {
        shape.like(self.y)
    }

    /// The hypergradient, shaped like a y.
    pub fn gradient_like<Y: Variable<Scalar = S>>(&self, shape: &Y) -> Y {
        shape.like(self.gradient)
    }
}

/// What [`minimize`] returns.
pub type MinimumResult<P> = Result<Reached<P>, OuterError<<P as Bilevel>::X, <P as Bilevel>::Y>>;
/// A [`Minimum`] in the variables of a problem.
pub type Reached<P> = Minimum<<P as Bilevel>::X, <P as Bilevel>::Y>;

/// Minimises `h(y) = g(x*(y), y)` from y0. Each inner solve starts from the x of the one before, the
/// first from x0. Storage is made once (L-BFGS keeps its pairs besides). `observer` is called at every step, for
/// progress, plots, and to break off; `|_| ControlFlow::Continue(())` if not wanted.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use hypergrad::bilevel;
/// use hypergrad::estimator::Ift;
/// use hypergrad::outer::{self, Descent, Interval};
/// use hypergrad::solver::Newton;
///
/// #[bilevel]
/// mod ridge {
///     /// Three measurements with one ridge weight `e^y`.
///     pub fn f(x: f64, y: f64) -> f64 {
///         (x - 1.0).powi(2) + (x - 2.0).powi(2) + (x - 4.0).powi(2) + y.exp() * x * x
///     }
///     pub fn g(x: f64, _y: f64) -> f64 {
///         (x - 2.0).powi(2)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let problem = ridge::Problem::new()?;
/// let descent = Descent::gradient(1.0).backtracking().project(Interval::new(-8.0, 8.0)).tolerance(1e-9);
/// let found = outer::minimize(&problem, &0.0, &0.0, &descent, &Newton::new(), &Ift::new(), |seen| {
///     // Progress, patience, a time limit ..
///     if seen.step < 500 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// })?;
/// // x = 7/(3 + e^y) is 2 for e^y = 1/2.
/// assert!((found.best.y.exp() - 0.5).abs() < 1e-8 && found.converged());
///
/// // Ten steps, and as many again: twenty steps, to the last bit.
/// let ten = Descent::adam(0.1).steps(10);
/// let go_on = |_: &outer::Observation<'_, f64>| ControlFlow::Continue(());
/// let half = outer::minimize(&problem, &0.0, &0.0, &ten, &Newton::new(), &Ift::new(), go_on)?;
/// let rest = outer::resume(&problem, half.state(), &ten, &Newton::new(), &Ift::new(), go_on)?;
/// let whole = outer::minimize(&problem, &0.0, &0.0, &ten.steps(20), &Newton::new(), &Ift::new(), go_on)?;
/// assert_eq!(rest.last.y.to_bits(), whole.last.y.to_bits());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of solvers and estimators, invalid settings, a y that is not finite, and no convergence;
/// all but errors of the first step carry what was reached.
pub fn minimize<P, S, E, J>(
    problem: &P,
    x0: &P::X,
    y0: &P::Y,
    descent: &Descent<J>,
    solver: &S,
    estimator: &E,
    observer: impl FnMut(&Observation<'_, T<P>>) -> ControlFlow<()>,
) -> MinimumResult<P>
where
    P: Bilevel,
    S: InnerSolver<P>,
    E: Estimator<P>,
    J: Projection,
{
    let running = Running::new(problem, x0, y0, descent, solver, estimator)?;
    finish(running, x0, y0, observer)
}

/// Goes on from the end of another run, as if it had not ended: k steps and l more are `k + l` steps to the last
/// bit, with the same settings. The observer does not see the step again that the state is at.
///
/// # Example
/// ```
/// use std::ops::ControlFlow;
///
/// use hypergrad::estimator::Ift;
/// use hypergrad::outer::{self, Descent, Observation};
/// use hypergrad::solver::Newton;
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     pub fn f(x: f64, y: f64) -> f64 { (x - 1.0).powi(2) + (x - 4.0).powi(2) + y.exp() * x * x }
/// #     pub fn g(x: f64, _y: f64) -> f64 { (x - 2.0).powi(2) }
/// # }
///
/// let problem = ridge::Problem::new()?;
/// let (solver, estimator) = (Newton::new(), Ift::new());
/// let go_on = |_: &Observation<'_, f64>| ControlFlow::Continue(());
/// let ten = Descent::adam(0.1).steps(10);
/// let half = outer::minimize(&problem, &0.0, &0.0, &ten, &solver, &estimator, go_on)?;
/// // With the feature `serde` the state goes to a file and back.
/// let rest = outer::resume(&problem, half.state(), &ten, &solver, &estimator, go_on)?;
/// assert_eq!(rest.last.step, 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`minimize`]; and a state whose vectors do not fit the problem.
pub fn resume<P, S, E, J>(
    problem: &P,
    state: State<P::X, P::Y>,
    descent: &Descent<J>,
    solver: &S,
    estimator: &E,
    observer: impl FnMut(&Observation<'_, T<P>>) -> ControlFlow<()>,
) -> MinimumResult<P>
where
    P: Bilevel,
    S: InnerSolver<P>,
    E: Estimator<P>,
    J: Projection,
{
    let mut running = Running::new(problem, &state.last.x, &state.last.y, descent, solver, estimator)?;
    // Shapes only.
    let (x, y) = (state.last.x.like(running.current.x.flat()), state.last.y.like(running.current.y.flat()));
    running.restore(state)?;
    finish(running, &x, &y, observer)
}

/// Runs to the end, and says what was reached.
fn finish<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>, J: Projection>(
    mut running: Running<'_, P, S, E, J>,
    x: &P::X,
    y: &P::Y,
    mut observer: impl FnMut(&Observation<'_, T<P>>) -> ControlFlow<()>,
) -> MinimumResult<P> {
    let end = running.run(&mut observer);
    let (problem, tolerance) = (running.problem, running.descent.gradient_tolerance());
    let at = running.x_like(x);
    let stop = if let End::Done(stop) | End::NotConverged(stop) = &end { *stop } else { Stop::Steps };
    match (end, running.reached(x, y, stop)) {
        (End::Done(_), Some(reached)) => Ok(reached),
        (End::NotConverged(_), Some(reached)) => Err(OuterError::NotConverged { reached, tolerance }),
        (End::Solve(error), reached) => Err(OuterError::Solve { error: error.or_of_data(problem).map(|()| at), reached }),
        (End::Estimator(error), reached) => Err(OuterError::Estimator { error, reached }),
        (End::NonFinite(what), reached) => Err(OuterError::NonFinite { what, reached }),
        (End::Invalid { what, value, accepted }, _) => Err(OuterError::InvalidSetting { what, value, accepted }),
        // The loop evaluates at least once before it is done.
        (End::Done(_) | End::NotConverged(_), None) => Err(OuterError::NonFinite { what: "h", reached: None }),
    }
}

impl<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>, J: Projection> Running<'_, P, S, E, J> {
    /// Evaluates, observes, stops or moves.
    fn run(&mut self, observer: &mut impl FnMut(&Observation<'_, T<P>>) -> ControlFlow<()>) -> End {
        if self.current.numbers.is_none() {
            match self.begin() {
                Err(end) => return end,
                Ok(()) if self.observe(observer).is_break() => return End::Done(Stop::Observer),
                Ok(()) => {}
            }
        } else {
            self.retreat();
        }
        let start = self.step();
        let mut before = None;
        loop {
            if let Some(end) = self.is_over(self.step() - start, before) {
                return end;
            }
            before = self.current.numbers.map(|now| now.value);
            match self.advance() {
                Err(End::Done(stop)) => {
                    let exact = self.descent.is_exact();
                    return if exact { End::Done(stop) } else { End::NotConverged(stop) };
                }
                Err(end) => return end,
                Ok(()) if self.observe(observer).is_break() => return End::Done(Stop::Observer),
                Ok(()) => {}
            }
        }
    }

    fn step(&self) -> usize {
        self.current.numbers.map_or(0, |now| now.step)
    }

    /// The step 0.
    fn begin(&mut self) -> Result<(), End> {
        let attempt = self.attempt(self.descent.inner_tolerance(0, self.memory.tolerance))?;
        self.commit(attempt, 0)
    }

    /// Whether the rule is met, or the steps are done.
    fn is_over(&self, steps: usize, before: Option<f64>) -> Option<End> {
        let now = self.current.numbers?;
        let descent = self.descent;
        let met = if now.gradient_norm <= descent.gradient_tolerance() {
            Some(Stop::Gradient)
        } else {
            descent.is_flat(now.value, before).then_some(Stop::RelativeDecrease)
        };
        if steps >= descent.limit() {
            return Some(match met {
                Some(stop) => End::Done(stop),
                None if descent.is_exact() => End::Done(Stop::Steps),
                None => End::NotConverged(Stop::Steps),
            });
        }
        met.filter(|_| !descent.is_exact()).map(End::Done)
    }

    /// One step.
    fn advance(&mut self) -> Result<(), End> {
        let k = self.step();
        if self.descent.search || matches!(self.descent.inner, super::InnerAccuracy::ByError { .. }) {
            return self.search_step(k);
        }
        self.fixed_step(k)
    }

    fn observe(&self, observer: &mut impl FnMut(&Observation<'_, T<P>>) -> ControlFlow<()>) -> ControlFlow<()> {
        let Some(now) = self.current.numbers else { return ControlFlow::Continue(()) };
        observer(&Observation {
            step: now.step,
            y: self.current.y.flat(),
            value: now.value,
            gradient: self.current.gradient.flat(),
            gradient_norm: now.gradient_norm,
            inner: now.inner,
            report: now.report,
        })
    }
}
