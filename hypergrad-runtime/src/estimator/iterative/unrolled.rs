//! The derivative of a whole run, or of its last steps.

use super::forward::Sensitivity;
use super::tape::Tape;
use super::{ErrorWork, error_at_end, error_work, jacobian, reverse};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::formula::{Evaluated, Formula};
use crate::estimator::steps::Vectors;
use crate::point::{T, X, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::report::NoEstimate;
use crate::scalar::Real;
use crate::solver::Step;
use crate::structure::EstimatorKind;

/// Pulls back: products with `F_1ᵀ` and `F_2ᵀ`, one each a step; memory for the iterates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reverse {
    segments: usize,
}

/// Pushes forward: for every entry of y two products a step; memory for `dx/dy`, `n x m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward;

/// The derivative of `g(x_t, y)`, `x_t` being t steps of an inner method from the x that is passed in, which counts as
/// independent of y. `map` is any [`Step`]: gradient descent, heavy ball, Nesterov's and Newton's method (full
/// steps), the fixed-point iteration.
///
/// Where the map contracts by q the error is at most `(c_1 + c_2 t/q + c_3) q^t`: it needs no linear solve, and
/// no point near the root, but t steps. The objective in the result is g at the x that is passed in.
///
/// The error estimate (off by default) is the distance to `Omega - Omega_1 F_1⁻¹ F` at the last iterate, with systems
/// solved by products. At a root the estimate is not `∇h` but for t to infinity: `|estimate - ∇h| <= b + C_y |x - x*|` to first
/// order, b the error at the root itself. The Jacobian holds at every x for gradient descent, momentum and the fixed
/// point, and at a root for Newton's method, where it is 0 from two steps on.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Unrolled};
/// use hypergrad::solver::{HeavyBall, Newton};
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let run = problem.hypergradient(&Vector2::zeros(), &y, &Unrolled::reverse(HeavyBall::auto(), 80))?;
/// let forward = problem.hypergradient(&Vector2::zeros(), &y, &Unrolled::forward(HeavyBall::auto(), 80))?;
/// assert!((run.gradient - forward.gradient).norm() < 1e-14);
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// assert!((run.gradient - problem.hypergradient(&x, &y, &Ift::new())?.gradient).norm() < 1e-10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Grazzi, Franceschi, Pontil, Salzo, On the iteration complexity of hypergradient computation (2020), Algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unrolled<M, W = Reverse> {
    map: M,
    steps: usize,
    way: W,
    error_estimate: bool,
}

impl<M> Unrolled<M> {
    /// In reverse, every iterate stored: `t n` numbers.
    pub const fn reverse(map: M, t: usize) -> Self {
        Self { map, steps: t, way: Reverse { segments: 1 }, error_estimate: false }
    }

    /// Keeps so many states, evenly spread, and runs the steps between two of them a second time: about
    /// `(count + t/count) n` numbers, at one evaluation of F a step more. The result is the same to the last bit.
    #[must_use]
    pub fn checkpoints(mut self, count: usize) -> Self {
        self.way.segments = count.max(1);
        self
    }

    /// [`Unrolled::checkpoints`] with about √t states: the least memory, about `2 √t n` numbers.
    #[must_use]
    pub fn few_checkpoints(self) -> Self {
        let count = self.steps.isqrt();
        self.checkpoints(count)
    }
}

impl<M> Unrolled<M, Forward> {
    /// Forward: `J <- Phi_1 J + Phi_2` beside x, for few y or many steps.
    pub const fn forward(map: M, t: usize) -> Self {
        Self { map, steps: t, way: Forward, error_estimate: false }
    }
}

impl<M, W> Unrolled<M, W> {
    /// Whether to compute the error estimate (default: no; it solves three systems by products).
    #[must_use]
    pub fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

/// What a reverse run needs.
pub struct ReverseStorage<P: Bilevel, M: Step<P>> {
    state: M::State,
    tape: Tape<T<P>>,
    start: X<P>,
    error: ErrorWork<P>,
}
opaque_debug!([P: Bilevel, M: Step<P>] ReverseStorage<P, M>, "ReverseStorage");

impl<P: Bilevel, M: Step<P>> ReverseStorage<P, M> {
    fn new(problem: &P, work: &P::Work, map: &M, (steps, segments): (usize, usize), wanted: bool) -> Result<Self, LinearError> {
        let n = problem.dims(work).0;
        Ok(Self {
            state: map.state(problem, work)?,
            tape: Tape::new(n, M::VECTORS, steps, segments, T::<P>::ZERO)?,
            start: zeros_x(problem, work)?,
            error: error_work(problem, work, wanted)?,
        })
    }

    /// The estimate; the point is the same afterwards.
    fn evaluate(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (map, steps): (&M, usize),
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        self.start.flat_mut().copy_from_slice(problem.x(work));
        let result = reverse::differentiate(problem, work, s, (map, &mut self.state, &mut self.tape), steps, gradient);
        let error =
            if result.is_ok() { error_at_end(problem, work, s, &mut self.error, gradient) } else { Err(NoEstimate::Unsolved) };
        problem.set_x(work, self.start.flat());
        result?;
        Ok(Evaluated { error, ..Evaluated::default() })
    }
}

impl<P: Bilevel, M: Step<P>> Formula<P> for Unrolled<M, Reverse> {
    type Storage = ReverseStorage<P, M>;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Unrolled
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        ReverseStorage::new(problem, work, &self.map, (self.steps, self.way.segments), self.error_estimate)
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        storage.evaluate(problem, work, s, (&self.map, self.steps), gradient)
    }

    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian::of_run(problem, work, (&self.map, self.steps, EstimatorKind::Unrolled), out)
    }
}

/// What a forward run needs.
pub struct ForwardStorage<P: Bilevel, M: Step<P>> {
    pub(super) state: M::State,
    pub(super) sensitivity: Sensitivity<P>,
    pub(super) start: X<P>,
    pub(super) error: ErrorWork<P>,
}
opaque_debug!([P: Bilevel, M: Step<P>] ForwardStorage<P, M>, "ForwardStorage");

impl<P: Bilevel, M: Step<P>> ForwardStorage<P, M> {
    pub(super) fn new(problem: &P, work: &P::Work, map: &M, wanted: bool) -> Result<Self, LinearError> {
        Ok(Self {
            state: map.state(problem, work)?,
            sensitivity: Sensitivity::new(problem, work, M::VECTORS)?,
            start: zeros_x(problem, work)?,
            error: error_work(problem, work, wanted)?,
        })
    }

    /// The estimate of a run that `run` makes, which gives its steps; the point is the same afterwards.
    pub(super) fn evaluate(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        map: &M,
        gradient: &mut [T<P>],
        run: impl FnOnce(&mut Self, &mut P::Work, &mut Vectors<P>) -> Result<(), EstimatorError>,
    ) -> Result<Evaluated, EstimatorError> {
        self.start.flat_mut().copy_from_slice(problem.x(work));
        let mut result = map.begin(problem, work, &mut self.state).map_err(EstimatorError::from);
        self.sensitivity.begin();
        result = result.and_then(|()| run(self, work, s));
        result = result.and_then(|()| self.sensitivity.gradient(problem, work, s, gradient));
        let error =
            if result.is_ok() { error_at_end(problem, work, s, &mut self.error, gradient) } else { Err(NoEstimate::Unsolved) };
        problem.set_x(work, self.start.flat());
        result?;
        Ok(Evaluated { error, ..Evaluated::default() })
    }
}

impl<P: Bilevel, M: Step<P>> Formula<P> for Unrolled<M, Forward> {
    type Storage = ForwardStorage<P, M>;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Unrolled
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        ForwardStorage::new(problem, work, &self.map, self.error_estimate)
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        storage.evaluate(problem, work, s, &self.map, gradient, |storage, work, s| {
            for step in 0..self.steps {
                storage.sensitivity.advance(problem, work, s, (&self.map, &mut storage.state), step)?;
            }
            Ok(())
        })
    }

    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian::of_run(problem, work, (&self.map, self.steps, EstimatorKind::Unrolled), out)
    }
}

/// The derivative of the last k steps of a run: the x that is passed in is held, and k steps from there are
/// pulled back. Where x is a root the error is `|(Phi_1)^k dx/dy|`, at most `q^k |dx/dy|`.
///
/// Error estimate, objective and `C_y` are those of [`Unrolled`].
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Truncated};
/// use hypergrad::solver::{GradientDescent, Newton};
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let error = |k| -> Result<f64, hypergrad::EstimatorError> {
///     Ok((problem.hypergradient(&x, &y, &Truncated::new(GradientDescent::new(0.2), k))?.gradient - exact).norm())
/// };
/// assert!(error(20)? < 0.1 * error(5)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Bolte, Pauwels, Vaiter, One-step differentiation of iterative algorithms (2023), 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncated<M> {
    map: M,
    steps: usize,
    error_estimate: bool,
}

impl<M> Truncated<M> {
    /// The last k steps.
    pub const fn new(map: M, k: usize) -> Self {
        Self { map, steps: k, error_estimate: false }
    }

    /// Whether to compute the error estimate (default: no; it solves three systems by products).
    #[must_use]
    pub const fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

impl<P: Bilevel, M: Step<P>> Formula<P> for Truncated<M> {
    type Storage = ReverseStorage<P, M>;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Truncated
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        ReverseStorage::new(problem, work, &self.map, (self.steps, 1), self.error_estimate)
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        storage.evaluate(problem, work, s, (&self.map, self.steps), gradient)
    }

    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        jacobian::of_run(problem, work, (&self.map, self.steps, EstimatorKind::Truncated), out)
    }
}
