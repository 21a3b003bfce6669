//! When an iteration for `F_1 out = rhs` stops.
//!
//! After exactly k steps, or when the residual is small relative to the right side, or when what is left in
//! `F_2ᵀ v`, the part of Omega that depends on the solution v, is small: `Omega(v_k) - Omega(v)` is
//! `-F_2ᵀ F_1⁻ᵀ r`, and `|F_2ᵀ (v_{k+d} - v_k)|` estimates it without a solve.
//!
//! # Reference
//! Golub, Meurant, Matrices, moments and quadrature II, BIT 37 (1997), for estimates by delay.

use super::adjoint::LinearInfo;
use crate::error::LinearError;
use crate::kernels::{axpy, norm};
use crate::problem::space::{T, X, Y, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// When to stop, as the user set it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinearStopping {
    exact: Option<usize>,
    tolerance: Option<f64>,
    gradient: Option<f64>,
    max_steps: Option<usize>,
}

impl LinearStopping {
    /// The defaults.
    pub(super) const NEW: Self = Self { exact: None, tolerance: None, gradient: None, max_steps: None };

    pub(super) const fn exactly(mut self, k: usize) -> Self {
        self.exact = Some(k);
        self
    }

    pub(super) const fn tolerance(mut self, t: f64) -> Self {
        (self.tolerance, self.gradient, self.exact) = (Some(t), None, None);
        self
    }

    pub(super) const fn gradient_tolerance(mut self, t: f64) -> Self {
        (self.gradient, self.tolerance, self.exact) = (Some(t), None, None);
        self
    }

    pub(super) const fn max_steps(mut self, k: usize) -> Self {
        (self.max_steps, self.exact) = (Some(k), None);
        self
    }
}

/// The builders of an iteration with a field `stopping`.
macro_rules! linear_builders {
    ($solver:ident $(, $t:ident)*) => {
        impl<$($t),*> $solver<$($t),*> {
            /// Does exactly k steps, whatever the residual (fewer only where it falls to the square of the rounding
            /// unit: nothing would change).
            #[must_use]
            pub const fn steps(mut self, k: usize) -> Self {
                self.stopping = self.stopping.exactly(k);
                self
            }

            /// Stops when the residual is at most t times the right side (default: `1e-10`; `f32`: `1e-5`).
            #[must_use]
            pub const fn tolerance(mut self, t: f64) -> Self {
                self.stopping = self.stopping.tolerance(t);
                self
            }

            /// Stops adjoint systems when the error that they leave in the gradient is estimated to be at most t, an
            /// absolute number: `|F_2ᵀ (v_k+8 - v_k)|`. Costs one product with `F_2ᵀ` per 8 steps. Other systems stop
            /// by their residual.
            #[must_use]
            pub const fn gradient_tolerance(mut self, t: f64) -> Self {
                self.stopping = self.stopping.gradient_tolerance(t);
                self
            }

            /// Gives up after k steps: `Err(NotConverged)` (default: `2 n + 100`).
            #[must_use]
            pub const fn max_steps(mut self, k: usize) -> Self {
                self.stopping = self.stopping.max_steps(k);
                self
            }
        }
    };
}
pub(super) use linear_builders;

/// Steps between two estimates of the gradient's error.
const DELAY: usize = 8;
/// So many roundings are no sign of a singular matrix.
const ROUNDING: f64 = 1e3;
/// A residual this many times as large as the right side is divergence.
const DIVERGED: f64 = 1e8;

/// Of the gradient's error by delay: an earlier iterate.
pub(super) struct Delayed<P: Bilevel> {
    before: X<P>,
    image: Y<P>,
}

impl<P: Bilevel> Delayed<P> {
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        Ok(Self { before: zeros_x(problem, work)?, image: zeros_y(problem, work)? })
    }
}

/// One iteration's progress.
pub(super) struct Progress {
    what: &'static str,
    limit: usize,
    exact: bool,
    /// An absolute residual.
    tolerance: f64,
    /// A residual so small that further steps change nothing but the rounding of the result.
    floor: f64,
    epsilon: f64,
    gradient: Option<f64>,
    size: f64,
    /// The last change of the gradient; infinite before there is one.
    change: f64,
    pub(super) info: LinearInfo,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Stop,
}

impl Progress {
    /// For a right side of this size, `what` naming the method; `by_gradient` for the adjoint.
    pub(super) fn new<S: Real>(
        stopping: &LinearStopping,
        what: &'static str,
        n: usize,
        size: f64,
        by_gradient: bool,
    ) -> Result<Self, LinearError> {
        let default = if S::EPSILON > 1e-10 { 1e-5 } else { 1e-10 };
        let relative = stopping.tolerance.unwrap_or(default);
        for (what, value) in [("tolerance", relative), ("gradient_tolerance", stopping.gradient.unwrap_or(0.0))] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(LinearError::InvalidSetting { what, value, accepted: "a finite number, at least 0" });
            }
        }
        if !size.is_finite() {
            return Err(LinearError::NonFinite { what: "the right side", index: 0 });
        }
        let limit = stopping.exact.or(stopping.max_steps).unwrap_or(2 * n + 100);
        let gradient = stopping.gradient.filter(|_| by_gradient && stopping.exact.is_none());
        let info = LinearInfo { residual: Some(size), ..LinearInfo::default() };
        Ok(Self {
            what,
            limit,
            exact: stopping.exact.is_some(),
            tolerance: relative * size,
            floor: S::EPSILON * S::EPSILON * size,
            epsilon: S::EPSILON,
            gradient,
            size,
            change: f64::INFINITY,
            info,
        })
    }

    /// Whether the gradient's error decides.
    pub(super) const fn by_gradient(&self) -> bool {
        self.gradient.is_some()
    }

    /// Whether another step is to be done from an iterate with this residual.
    ///
    /// # Errors
    /// A residual that is not finite, or grows without bound; steps used up.
    pub(super) fn judge(&mut self, residual: f64) -> Result<Go, LinearError> {
        self.info.residual = Some(residual);
        let Self { what, size, .. } = *self;
        if !residual.is_finite() {
            return Err(LinearError::Diverged { what, iterations: self.info.iterations, residual });
        }
        let met = if self.gradient.is_some() { false } else { residual <= self.tolerance };
        if residual <= self.floor || (met && !self.exact) {
            return Ok(Go::Stop);
        }
        if self.info.iterations >= self.limit {
            return if self.exact { Ok(Go::Stop) } else { Err(self.not_converged()) };
        }
        if residual > DIVERGED * size && !self.exact {
            return Err(LinearError::Diverged { what, iterations: self.info.iterations, residual });
        }
        Ok(Go::On)
    }

    /// Whether a residual is one that rounding may leave of a solution.
    pub(super) fn is_rounding(&self, residual: f64) -> bool {
        residual <= ROUNDING * self.epsilon * self.size
    }

    /// Ends an iteration that cannot go on in this arithmetic.
    ///
    /// # Errors
    /// Unless exactly so many steps were asked for.
    pub(super) fn exhausted(&self) -> Result<(), LinearError> {
        if self.exact { Ok(()) } else { Err(self.not_converged()) }
    }

    fn not_converged(&self) -> LinearError {
        let (residual, tolerance) = match self.gradient {
            Some(tolerance) => (self.info.gradient_error.unwrap_or(f64::INFINITY), tolerance),
            None => (self.info.residual.unwrap_or(f64::NAN), self.tolerance),
        };
        let by_gradient = self.gradient.is_some();
        LinearError::NotConverged { what: self.what, iterations: self.info.iterations, residual, tolerance, by_gradient }
    }

    /// Counts a step.
    pub(super) fn stepped(&mut self, products: usize) {
        self.info.iterations += 1;
        self.info.products += products;
    }

    /// By the error left in the gradient: compares v with the iterate [`DELAY`] steps before. The change is the
    /// error of the earlier one; at a rate q per delay `q/(1-q)` of it is left, which a Krylov method
    /// (`geometric` is false) does better than.
    pub(super) fn judge_gradient<P: Bilevel>(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        delayed: &mut Delayed<P>,
        v: &[T<P>],
        geometric: bool,
    ) -> Go {
        let Some(tolerance) = self.gradient else { return Go::On };
        if !self.info.iterations.is_multiple_of(DELAY) {
            return Go::On;
        }
        let mut go = Go::On;
        if self.info.iterations > 0 {
            let before = delayed.before.flat_mut();
            for (before, &v) in before.iter_mut().zip(v) {
                *before = v - *before;
            }
            problem.f_2_tr_mul(work, before, delayed.image.flat_mut());
            let change = norm(delayed.image.flat());
            let rate = core::mem::replace(&mut self.change, change);
            let left = left_after(change, change / rate, geometric);
            self.info.gradient_error = Some(left);
            go = if left <= tolerance { Go::Stop } else { Go::On };
        }
        delayed.before.flat_mut().copy_from_slice(v);
        go
    }
}

/// What is left after a change that was `rate` times the one before (0: not known). At a geometric rate what is
/// still to come is known; a Krylov method does better than its last change, unless it is slow.
fn left_after(change: f64, rate: f64, geometric: bool) -> f64 {
    if change == 0.0 || rate == 0.0 {
        return change;
    }
    let tail = if rate < 1.0 { rate / (1.0 - rate) } else { f64::INFINITY };
    if geometric || (1.0..f64::INFINITY).contains(&tail) { change * tail } else { change }
}

/// `r = b - A x` for a start x, or b itself; its norm.
pub(super) fn first_residual<S: Real>(
    start: Option<&[S]>,
    rhs: &[S],
    residual: &mut [S],
    product: impl FnOnce(&[S], &mut [S]),
) -> f64 {
    match start {
        Some(x) => {
            product(x, residual);
            for (r, &b) in residual.iter_mut().zip(rhs) {
                *r = b - *r;
            }
        }
        None => residual.copy_from_slice(rhs),
    }
    norm(residual)
}

/// The start into `out`, or zeros.
pub(super) fn begin<S: Real>(start: Option<&[S]>, out: &mut [S]) {
    match start {
        Some(x) => out.copy_from_slice(x),
        None => out.fill(S::ZERO),
    }
}

/// `a <- b + t a`.
pub(super) fn shrink_and_add<S: Real>(a: &mut [S], t: S, b: &[S]) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a = b + t * *a;
    }
}

/// `a += t b`, t wide.
pub(super) fn add<S: Real>(t: f64, b: &[S], a: &mut [S]) {
    axpy(S::lit(t), b, a);
}
