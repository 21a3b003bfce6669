//! A run's storage: the last complete step, the best one, and how y is evaluated.

use super::{Descent, InnerAccuracy, Projection};
use crate::error::{EstimatorError, LinearError, OuterError, ShapeError, SolveError};
use crate::estimator::{Estimator, Report, objective, start_by_inverse};
use crate::kernels::{all_finite, axpy, dot, norm};
use crate::point::{self, T, X, Y, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense, Variable};
use crate::report::Memory;
use crate::report::{Iterate, Minimum, State, Stop};
use crate::scalar::Real;
use crate::solver::{InnerSolver, Solution};

/// Why a run, or an attempt at a step, ended.
pub(super) enum End {
    Done(Stop),
    NotConverged(Stop),
    NonFinite(&'static str),
    Solve(SolveError),
    Estimator(EstimatorError),
    Invalid { what: &'static str, value: f64, accepted: &'static str },
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

/// A complete step, flat; its numbers beside it.
pub(super) struct Slot<P: Bilevel> {
    pub x: X<P>,
    pub y: Y<P>,
    pub gradient: Y<P>,
    pub numbers: Option<Iterate<(), ()>>,
}

impl<P: Bilevel> Slot<P> {
    fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        let y = || zeros_y(problem, work);
        Ok(Self { x: zeros_x(problem, work)?, y: y()?, gradient: y()?, numbers: None })
    }

    fn copy(&mut self, other: &Self) {
        self.x.flat_mut().copy_from_slice(other.x.flat());
        self.y.flat_mut().copy_from_slice(other.y.flat());
        self.gradient.flat_mut().copy_from_slice(other.gradient.flat());
        self.numbers = other.numbers;
    }

    fn read(&mut self, from: Iterate<P::X, P::Y>) {
        from.x.read(self.x.flat_mut());
        from.y.read(self.y.flat_mut());
        from.gradient.read(self.gradient.flat_mut());
        self.numbers = Some(from.map(|_| (), |_| ()));
    }
}

/// What an attempt at a y gave, before it is a step.
pub(super) struct Attempt {
    pub value: f64,
    pub inner: Solution<()>,
    /// `None`: the gradient has not been estimated.
    pub report: Option<Report>,
}

pub(super) struct Running<'a, P: Bilevel, S: InnerSolver<P>, E: Estimator<P>, J> {
    pub problem: &'a P,
    pub descent: &'a Descent<J>,
    solver: &'a S,
    estimator: &'a E,
    inner: S::Workspace,
    outer: E::Workspace,
    work: P::Work,
    pub current: Slot<P>,
    pub best: Slot<P>,
    pub memory: Memory<Y<P>>,
    /// The y of an attempt.
    pub trial: Y<P>,
    /// Its gradient.
    gradient: Y<P>,
    /// The direction of a line search, or what a projection moves.
    pub direction: Y<P>,
    adjoint: X<P>,
    residual: X<P>,
    /// The averages of the memory before a step.
    before: [Y<P>; 2],
}

/// A [`Running`] or why it could not be made.
type Made<'a, P, S, E, J> = Result<Running<'a, P, S, E, J>, OuterError<<P as Bilevel>::X, <P as Bilevel>::Y>>;

impl<'a, P: Bilevel, S: InnerSolver<P>, E: Estimator<P>, J: Projection> Running<'a, P, S, E, J> {
    pub fn new(
        problem: &'a P,
        x: &P::X,
        y: &P::Y,
        descent: &'a Descent<J>,
        solver: &'a S,
        estimator: &'a E,
    ) -> Made<'a, P, S, E, J> {
        let work = point::start(problem, x, y)?;
        descent.check(problem.dims(&work).1)?;
        let (inner, outer) = (solver.workspace(problem, &work)?, estimator.workspace(problem, &work)?);
        let (current, best) = (Slot::new(problem, &work)?, Slot::new(problem, &work)?);
        let y = || zeros_y(problem, &work);
        let memory = Memory::new(y()?, y()?, descent.step, descent.first_tolerance());
        let (mut trial, gradient, direction) = (y()?, y()?, y()?);
        trial.flat_mut().copy_from_slice(problem.y(&work));
        descent.projection().project(trial.flat_mut());
        let (adjoint, residual) = (zeros_x(problem, &work)?, zeros_x(problem, &work)?);
        let before = [y()?, y()?];
        Ok(Self {
            problem,
            descent,
            solver,
            estimator,
            inner,
            outer,
            work,
            current,
            best,
            memory,
            trial,
            gradient,
            direction,
            adjoint,
            residual,
            before,
        })
    }

    /// Goes on from a state.
    pub fn restore(&mut self, state: State<P::X, P::Y>) -> Result<(), ShapeError> {
        let m = self.trial.flat().len();
        let n = self.current.x.flat().len();
        let vectors = [&state.last.gradient, &state.best.y, &state.best.gradient, &state.memory.average, &state.memory.squares];
        let lengths = vectors.map(Variable::flat_len);
        #[cfg(feature = "std")]
        let pairs = state.memory.pairs.iter().flat_map(|pair| [pair.step.flat_len(), pair.change.flat_len()]);
        #[cfg(not(feature = "std"))]
        let pairs = core::iter::empty();
        let inner = [&state.best.x].into_iter().chain(&state.adjoint).map(|x| (x.flat_len(), n));
        for (found, expected) in lengths.into_iter().chain(pairs).map(|len| (len, m)).chain(inner) {
            if found != expected {
                let (left, right) = ("a vector of the state", "the variable it is shaped like");
                return Err(ShapeError::Mismatch { left, left_size: found, right, right_size: expected, place: "" });
            }
        }
        self.current.read(state.last);
        self.best.read(state.best);
        if let Some(v) = state.adjoint {
            v.read(self.adjoint.flat_mut());
            self.estimator.start_adjoint(&mut self.outer, self.adjoint.flat());
        }
        let template = &self.trial;
        self.memory = state.memory.map(|vector| {
            let mut flat = template.clone();
            vector.read(flat.flat_mut());
            flat
        });
        Ok(())
    }

    /// Solves the inner problem at the trial y from the x in the work, and evaluates g.
    pub fn attempt(&mut self, tolerance: Option<f64>) -> Result<Attempt, End> {
        if !all_finite(self.trial.flat()) {
            return Err(End::NonFinite("y"));
        }
        self.problem.set_y(&mut self.work, self.trial.flat());
        let inner = match tolerance {
            None => self.solver.run(self.problem, &mut self.work, &mut self.inner)?,
            Some(tolerance) => self.solver.run_to(self.problem, &mut self.work, &mut self.inner, tolerance)?,
        };
        let value = objective(self.problem, &mut self.work)?.wide();
        Ok(Attempt { value, inner, report: None })
    }

    /// The gradient at an attempt.
    pub fn estimate(&mut self, attempt: &mut Attempt) -> Result<Report, End> {
        if let Some(report) = attempt.report {
            return Ok(report);
        }
        let (inner, outer) = ((self.solver, &mut self.inner), (self.estimator, &mut self.outer));
        start_by_inverse(self.problem, &mut self.work, inner, outer, self.adjoint.flat_mut());
        let mut report = self.estimator.estimate(self.problem, &mut self.work, &mut self.outer, self.gradient.flat_mut())?;
        if matches!(self.descent.inner, InnerAccuracy::ByError { .. })
            && report.value_error.is_none()
            && report.error_estimate.is_some()
        {
            report.value_error = self.value_error();
        }
        attempt.report = Some(report);
        Ok(report)
    }

    /// `|vᵀF|`, where the estimator did not come by it: a factorisation and a solve.
    fn value_error(&mut self) -> Option<f64> {
        let (v, residual) = (self.adjoint.flat_mut(), self.residual.flat_mut());
        point::adjoint_into(self.problem, &mut self.work, v).ok()?;
        self.problem.residual(&mut self.work, residual);
        Some(nalgebra::ComplexField::abs(dot(v, residual).wide())).filter(|error| error.is_finite())
    }

    /// The step k by an update rule with a fixed length. Where it fails the memory is that of the last complete
    /// step, from which the run can be resumed.
    pub fn fixed_step(&mut self, k: usize) -> Result<(), End> {
        let (memory, descent, [average, squares]) = (&mut self.memory, self.descent, &mut self.before);
        average.flat_mut().copy_from_slice(memory.average.flat());
        squares.flat_mut().copy_from_slice(memory.squares.flat());
        let count = memory.count;
        self.trial.flat_mut().copy_from_slice(self.current.y.flat());
        descent.rule.advance(descent.step, &self.current.gradient, &mut self.trial, memory, descent.projection());
        let attempt = self.attempt(descent.inner_tolerance(k + 1, self.memory.tolerance));
        let result = attempt.and_then(|attempt| self.commit(attempt, k + 1));
        if result.is_err() {
            self.memory.average.flat_mut().copy_from_slice(self.before[0].flat());
            self.memory.squares.flat_mut().copy_from_slice(self.before[1].flat());
            self.memory.count = count;
        }
        result
    }

    /// Makes an attempt the last complete step.
    pub fn commit(&mut self, mut attempt: Attempt, step: usize) -> Result<(), End> {
        let report = self.estimate(&mut attempt)?;
        // The same step once more, solved more accurately, is no second candidate.
        if self.current.numbers.is_some_and(|now| now.step != step) {
            self.consider();
        }
        #[cfg(feature = "std")]
        self.remember();
        self.current.x.flat_mut().copy_from_slice(self.problem.x(&self.work));
        self.current.y.flat_mut().copy_from_slice(self.trial.flat());
        self.current.gradient.flat_mut().copy_from_slice(self.gradient.flat());
        let (value, inner, gradient_norm) = (attempt.value, attempt.inner, self.gradient_norm());
        self.current.numbers = Some(Iterate { step, y: (), x: (), gradient: (), value, gradient_norm, inner, report });
        Ok(())
    }

    /// Makes the last step the best one if its value is less, each at its upper end.
    fn consider(&mut self) {
        let upper = |numbers: &Iterate<(), ()>| numbers.value + numbers.report.value_error.unwrap_or(0.0);
        let Some(now) = self.current.numbers else { return };
        if self.best.numbers.is_none_or(|best| upper(&now) <= upper(&best)) {
            self.best.copy(&self.current);
        }
    }

    /// Keeps the difference to the last step, before it is overwritten, where the rule needs it.
    #[cfg(feature = "std")]
    fn remember(&mut self) {
        if self.current.numbers.is_none() || !matches!(self.descent.rule, super::rule::Rule::Lbfgs) {
            return;
        }
        let (mut step, mut change) = (self.trial.clone(), self.gradient.clone());
        axpy(-T::<P>::ONE, self.current.y.flat(), step.flat_mut());
        axpy(-T::<P>::ONE, self.current.gradient.flat(), change.flat_mut());
        self.memory.keep(step, change);
    }

    /// Back to the last complete step, after an attempt that is none.
    pub fn retreat(&mut self) {
        self.problem.set_y(&mut self.work, self.current.y.flat());
        self.problem.set_x(&mut self.work, self.current.x.flat());
    }

    /// `|y - proj(y - ∇h)|`: the gradient's norm where nothing is projected.
    fn gradient_norm(&mut self) -> f64 {
        let (moved, y, gradient) = (self.direction.flat_mut(), self.current.y.flat(), self.current.gradient.flat());
        moved.copy_from_slice(y);
        axpy(-T::<P>::ONE, gradient, moved);
        self.descent.projection().project(moved);
        let mut free = true;
        for ((t, &y), &g) in moved.iter_mut().zip(y).zip(gradient) {
            free &= *t == y - g;
            *t = y - *t;
        }
        // Without the rounding of `y - (y - g)`.
        if free { norm(gradient) } else { norm(moved) }
    }

    /// The x in the work, which an error of the solver is about.
    pub fn x_like(&self, shape: &P::X) -> P::X {
        shape.like(self.problem.x(&self.work))
    }

    /// What was reached, in the shapes of x and y; `None` before the first step.
    pub fn reached(mut self, x: &P::X, y: &P::Y, stop: Stop) -> Option<Minimum<P::X, P::Y>> {
        self.consider();
        let shaped = |slot: Slot<P>| {
            let Slot { x: flat_x, y: flat_y, gradient, numbers } = slot;
            let Iterate { step, value, gradient_norm, inner, report, .. } = numbers?;
            let (y, gradient) = (y.like(flat_y.flat()), y.like(gradient.flat()));
            Some(Iterate { step, y, x: x.like(flat_x.flat()), gradient, value, gradient_norm, inner, report })
        };
        let (best, last) = (shaped(self.best)?, shaped(self.current)?);
        let adjoint = self.estimator.last_adjoint(&self.outer).map(|v| x.like(v));
        Some(Minimum { best, last, stop, memory: self.memory.map(|flat| y.like(flat.flat())), adjoint })
    }
}
