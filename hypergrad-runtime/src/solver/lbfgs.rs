//! L-BFGS: steps from what the last steps have shown of the curvature.

use core::ops::ControlFlow;

use nalgebra::ComplexField;

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::minimum::{check, is_cheap};
use super::{InnerObservation, InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{all_finite, axpy, dot, norm, scale};
use crate::linear::{Side, check_symmetric};
use crate::point::{T, X, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `x <- x - t H F(x, y)`, H the inverse of `F_1` that the last PAIRS steps suggest (8 of them, or
/// [`Lbfgs::pairs`]). Costs products with vectors only: for many unknowns where Newton's method is too dear.
///
/// t is found by bisection: f decreases by a part of what the slope promises, and the slope along the step grows
/// to 0.9 of what it was (Wolfe), so that H stays positive definite whether f is convex or not; where f changes by
/// rounding alone, or the inner role is not an objective, the slopes at both ends decide. `F_1` has to be
/// symmetric: otherwise `Err(NotSymmetric)`.
///
/// H is a start for the adjoint, see [`Ift::inverse_start`](crate::estimator::Ift::inverse_start).
///
/// Of an objective a root of F is a solution only where it is a minimiser: see [`crate::solver`], and
/// [`Lbfgs::stationary`]. Defaults: `.tolerance(1e-8).max_steps(10_000)`, as
/// [`GradientDescent`](super::GradientDescent).
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod valley {
/// #     use nalgebra::Vector2;
/// #     pub fn g(x: &Vector2<f64>, _y: f64) -> f64 { x.norm_squared() }
/// /// Rosenbrock's valley.
/// pub fn f(x: &Vector2<f64>, y: f64) -> f64 {
///     (y - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
/// }
/// # }
/// use hypergrad::solver::Lbfgs;
/// # use nalgebra::Vector2;
/// let problem = valley::Problem::new()?;
/// let found = problem.solve(&Vector2::new(-1.2, 1.0), &1.0, &Lbfgs::new().tolerance(1e-10))?;
/// assert!((found.x - Vector2::new(1.0, 1.0)).norm() < 1e-9 && found.steps < 60);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Liu, Nocedal, On the limited memory BFGS method for large scale optimization, Math. Program. 45 (1989); Lewis,
/// Overton, Nonsmooth optimization via quasi-Newton methods, Math. Program. 141 (2013), for the bisection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lbfgs<const PAIRS: usize = 8> {
    stopping: Stopping,
    stationary: bool,
}

impl Lbfgs {
    /// With eight pairs.
    pub const fn new() -> Self {
        Self { stopping: Stopping::NEW, stationary: false }
    }
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new()
    }
}

impl<const PAIRS: usize> Lbfgs<PAIRS> {
    /// Another number of pairs: two vectors of length n and four products with vectors each.
    #[must_use]
    pub const fn pairs<const K: usize>(self) -> Lbfgs<K> {
        Lbfgs { stopping: self.stopping, stationary: self.stationary }
    }

    /// Accepts any root of F: a saddle or a maximiser of f too.
    #[must_use]
    pub const fn stationary(mut self) -> Self {
        self.stationary = true;
        self
    }
}
stopping_builders!([const PAIRS: usize] Lbfgs<PAIRS>);

/// How x and F changed in the last K steps: `H ≈ F_1⁻¹`.
pub struct CurvaturePairs<P: Bilevel, const K: usize> {
    steps: [X<P>; K],
    changes: [X<P>; K],
    /// `step · change`, positive.
    products: [f64; K],
    /// Pairs in use, and where the next one goes.
    count: usize,
    next: usize,
}
opaque_debug!([P: Bilevel, const K: usize] CurvaturePairs<P, K>, "CurvaturePairs");

impl<P: Bilevel, const K: usize> CurvaturePairs<P, K> {
    fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        let zeros = zeros_x(problem, work)?;
        let vectors = || core::array::from_fn(|_| zeros.clone());
        Ok(Self { steps: vectors(), changes: vectors(), products: [0.0; K], count: 0, next: 0 })
    }

    /// The places of the pairs, the newest first.
    fn newest_first(&self) -> impl DoubleEndedIterator<Item = usize> + use<P, K> {
        let next = self.next;
        (1..=self.count).map(move |back| (next + K - back) % K)
    }

    /// One pair more, in the place of the oldest one: from x and F before to x and F now. None where the slope
    /// did not grow.
    fn keep(&mut self, (x, f): (&[T<P>], &[T<P>]), (before_x, before_f): (&[T<P>], &[T<P>])) {
        if K == 0 {
            return;
        }
        let (step, change) = (self.steps[self.next].flat_mut(), self.changes[self.next].flat_mut());
        step.copy_from_slice(x);
        axpy(-T::<P>::ONE, before_x, step);
        change.copy_from_slice(f);
        axpy(-T::<P>::ONE, before_f, change);
        let product = dot(step, change).wide();
        if product > T::<P>::EPSILON * norm(step) * norm(change) {
            self.products[self.next] = product;
            self.next = (self.next + 1) % K;
            self.count = (self.count + 1).min(K);
        }
    }

    /// `u <- H u`, by the two loops; `false` where there is no pair.
    fn multiply(&self, u: &mut [T<P>]) -> bool {
        let Some(newest) = self.newest_first().next() else { return false };
        let mut weights = [T::<P>::ZERO; K];
        for k in self.newest_first() {
            weights[k] = dot(self.steps[k].flat(), u) * T::<P>::lit(1.0 / self.products[k]);
            axpy(-weights[k], self.changes[k].flat(), u);
        }
        let squared = dot(self.changes[newest].flat(), self.changes[newest].flat()).wide();
        scale(T::<P>::lit(self.products[newest] / squared), u);
        for k in self.newest_first().rev() {
            let weight = dot(self.changes[k].flat(), u) * T::<P>::lit(1.0 / self.products[k]);
            axpy(weights[k] - weight, self.steps[k].flat(), u);
        }
        true
    }
}

impl<P: Bilevel, const PAIRS: usize> InnerSolver<P> for Lbfgs<PAIRS> {
    type Workspace = (Vectors<P>, CurvaturePairs<P, PAIRS>);

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, CurvaturePairs::new(problem, work)?))
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        (vectors, pairs): &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        let (a, b, c) = (vectors.x.flat_mut(), vectors.direction.flat_mut(), vectors.trial.flat_mut());
        check_symmetric(problem, work, a, b, c)?;
        (pairs.count, pairs.next) = (0, 0);
        let settings = (self.stopping.or(tolerance), Defaults { tolerance: 1e-8, max_steps: 10_000 });
        let result = iterate(problem, work, vectors, settings, observer, |work, vectors, size| {
            vectors.keep_x(problem, work);
            Ok(advance(problem, work, (vectors, pairs), size))
        });
        if self.stationary || !is_cheap(problem, work) { result } else { check(problem, work, result?) }
    }

    fn apply_inverse(&self, (_, pairs): &mut Self::Workspace, _side: Side, u: &mut [T<P>]) -> bool {
        pairs.multiply(u)
    }
}

/// The part of the predicted decrease that is asked for, and the part of the slope that may be left.
const SUFFICIENT: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// Points looked at before the search gives up.
const TRIALS: usize = 60;

/// One step from x in `vectors`, F there in `residual`.
fn advance<P: Bilevel, const K: usize>(
    problem: &P,
    work: &mut P::Work,
    (vectors, pairs): (&mut Vectors<P>, &mut CurvaturePairs<P, K>),
    size: f64,
) -> Moved {
    let direction = vectors.direction.flat_mut();
    direction.copy_from_slice(vectors.residual.flat());
    let known = pairs.multiply(direction);
    let mut slope = -dot(direction, vectors.residual.flat()).wide();
    let downhill = slope < 0.0 && slope.is_finite() && all_finite(direction);
    if !downhill {
        // What was gathered is rounding.
        (pairs.count, pairs.next) = (0, 0);
        direction.copy_from_slice(vectors.residual.flat());
        slope = -size * size;
    }
    let first = if known && downhill { 1.0 } else { 1.0 / f64::max(size, 1.0) };
    if !search(problem, work, vectors, slope, first) {
        problem.set_x(work, vectors.x.flat());
        if pairs.count == 0 {
            return Moved::Stalled;
        }
        // Once more, along F itself.
        (pairs.count, pairs.next) = (0, 0);
        return advance(problem, work, (vectors, pairs), size);
    }
    pairs.keep((problem.x(work), vectors.trial.flat()), (vectors.x.flat(), vectors.residual.flat()));
    Moved::Yes
}

/// Moves the point to `x - t d` with a t that both conditions accept, or if there is none to the last one that goes
/// down by enough, F there into `trial`; `false` where there is none either.
fn search<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>, slope: f64, first: f64) -> bool {
    let value = problem.objective(work).map(Real::wide);
    let (mut low, mut high, mut t) = (0.0, f64::INFINITY, first);
    for _ in 0..TRIALS {
        match judge(problem, work, vectors, (value, slope), t) {
            Trial::Accepted => return true,
            Trial::TooFar => high = t,
            Trial::TooShort => low = t,
        }
        t = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * t };
    }
    low > 0.0 && !matches!(judge(problem, work, vectors, (value, slope), low), Trial::TooFar)
}

enum Trial {
    Accepted,
    TooFar,
    TooShort,
}

/// Looks at `x - t d`.
fn judge<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    vectors: &mut Vectors<P>,
    (value, slope): (Option<f64>, f64),
    t: f64,
) -> Trial {
    let trial = vectors.trial.flat_mut();
    trial.copy_from_slice(vectors.x.flat());
    axpy(T::<P>::lit(-t), vectors.direction.flat(), trial);
    if !all_finite(trial) {
        return Trial::TooFar;
    }
    problem.set_x(work, trial);
    // F first: it reads a large matrix once for both.
    problem.residual(work, trial);
    let now = problem.objective(work).map(Real::wide);
    let here = -dot(vectors.direction.flat(), trial).wide();
    if !(here.is_finite() && now.is_none_or(f64::is_finite)) {
        return Trial::TooFar;
    }
    let down = match (value, now) {
        (Some(value), Some(now)) => {
            let change = now - value;
            let flat = ComplexField::abs(change) <= 16.0 * T::<P>::EPSILON * ComplexField::abs(value);
            change <= SUFFICIENT * t * slope || (flat && here <= (2.0 * SUFFICIENT - 1.0) * slope)
        }
        _ => here <= -CURVATURE * slope,
    };
    match (down, here >= CURVATURE * slope) {
        (false, _) => Trial::TooFar,
        (true, false) => Trial::TooShort,
        (true, true) => Trial::Accepted,
    }
}
