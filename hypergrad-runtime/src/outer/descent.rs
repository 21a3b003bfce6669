//! Settings and update rules of the outer descent.

use nalgebra::ComplexField;

use super::projection::{Everywhere, Projection};
use crate::error::OuterError;
use crate::kernels::axpy;
use crate::scalar::Real;

/// Descent on y with a fixed step: plain, with momentum, or Adam.
///
/// Defaults: `.tolerance(1e-6).max_steps(1000)`, no constraint on y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent<J = Everywhere> {
    step: f64,
    update: Update,
    exact: Option<usize>,
    tolerance: f64,
    max_steps: usize,
    relative_decrease: Option<f64>,
    projection: J,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Update {
    Plain,
    Momentum { beta: f64 },
    Adam { beta_1: f64, beta_2: f64 },
}

/// Keeps Adam's quotient finite.
const ADAM_EPSILON: f64 = 1e-8;

impl Descent {
    const fn with(step: f64, update: Update) -> Self {
        Self { step, update, exact: None, tolerance: 1e-6, max_steps: 1000, relative_decrease: None, projection: Everywhere }
    }

    /// `y <- y - step ∇h`.
    pub const fn gradient(step: f64) -> Self {
        Self::with(step, Update::Plain)
    }

    /// `p <- beta p + ∇h`, `y <- y - step p`, with `0 <= beta < 1`.
    pub const fn momentum(step: f64, beta: f64) -> Self {
        Self::with(step, Update::Momentum { beta })
    }

    /// Adam, with the decay rates 0.9 and 0.999.
    ///
    /// # Reference
    /// Kingma, Ba, Adam: a method for stochastic optimization (2015).
    pub const fn adam(step: f64) -> Self {
        Self::with(step, Update::Adam { beta_1: 0.9, beta_2: 0.999 })
    }
}

impl<J> Descent<J> {
    /// Does exactly k steps.
    #[must_use]
    pub fn steps(mut self, k: usize) -> Self {
        self.exact = Some(k);
        self
    }

    /// Stops when the gradient's norm is at most t; with a projection `|y - proj(y - ∇h)|`.
    #[must_use]
    pub fn tolerance(mut self, t: f64) -> Self {
        self.tolerance = t;
        self.exact = None;
        self
    }

    /// Gives up after k steps: `Err(NotConverged)`.
    #[must_use]
    pub fn max_steps(mut self, k: usize) -> Self {
        self.max_steps = k;
        self.exact = None;
        self
    }

    /// Stops also when the value changes by at most `r |h|` in a step.
    #[must_use]
    pub fn relative_decrease(mut self, r: f64) -> Self {
        self.relative_decrease = Some(r);
        self.exact = None;
        self
    }

    /// Keeps y in a set.
    #[must_use]
    pub fn project<K: Projection>(self, projection: K) -> Descent<K> {
        let Self { step, update, exact, tolerance, max_steps, relative_decrease, .. } = self;
        Descent { step, update, exact, tolerance, max_steps, relative_decrease, projection }
    }

    pub(super) fn limit(&self) -> usize {
        self.exact.unwrap_or(self.max_steps)
    }

    pub(super) fn is_exact(&self) -> bool {
        self.exact.is_some()
    }

    pub(super) fn gradient_tolerance(&self) -> f64 {
        self.tolerance
    }

    pub(super) fn projection(&self) -> &J {
        &self.projection
    }

    /// Whether the stopping rule holds, at a value that was `before` one step ago.
    pub(super) fn met(&self, gradient_norm: f64, value: f64, before: Option<f64>) -> bool {
        let flat = match (self.relative_decrease, before) {
            (Some(r), Some(before)) => ComplexField::abs(value - before) <= r * ComplexField::abs(value),
            _ => false,
        };
        gradient_norm <= self.tolerance || flat
    }
}

impl<J: Projection> Descent<J> {
    /// Refuses settings that have no meaning.
    pub(super) fn check<X, Y>(&self) -> Result<(), OuterError<X, Y>> {
        let invalid = |what, value, accepted| Err(OuterError::InvalidSetting { what, value, accepted });
        if !(self.step > 0.0 && self.step.is_finite()) {
            return invalid("step", self.step, "a positive number");
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return invalid("tolerance", self.tolerance, "a finite number, at least 0");
        }
        if let Some(r) = self.relative_decrease
            && !(r >= 0.0 && r.is_finite())
        {
            return invalid("relative_decrease", r, "a finite number, at least 0");
        }
        if let Update::Momentum { beta } = self.update
            && !(0.0..1.0).contains(&beta)
        {
            return invalid("beta", beta, "0 <= beta < 1");
        }
        match self.projection.invalid() {
            Some((what, value)) => invalid(what, value, "a set that is not empty"),
            None => Ok(()),
        }
    }

    /// Step k, from 0: moves y against the gradient and projects. `p`, `q` are the averages.
    pub(super) fn advance<T: Real>(&self, k: usize, gradient: &[T], y: &mut [T], p: &mut [T], q: &mut [T]) {
        match self.update {
            Update::Plain => axpy(T::lit(-self.step), gradient, y),
            Update::Momentum { beta } => {
                average(p, gradient, T::lit(beta), T::ONE, |g| g);
                axpy(T::lit(-self.step), p, y);
            }
            Update::Adam { beta_1, beta_2 } => {
                average(p, gradient, T::lit(beta_1), T::lit(1.0 - beta_1), |g| g);
                average(q, gradient, T::lit(beta_2), T::lit(1.0 - beta_2), |g| g * g);
                let first = T::lit(1.0 / remaining(beta_1, k));
                let second = T::lit(1.0 / remaining(beta_2, k));
                for ((y, &p), &q) in y.iter_mut().zip(&*p).zip(&*q) {
                    let size = (q * second).sqrt() + T::lit(ADAM_EPSILON);
                    *y -= T::lit(self.step) * (p * first) / size;
                }
            }
        }
        self.projection.project(y);
    }
}

/// `1 - beta^(k+1)`.
fn remaining(beta: f64, k: usize) -> f64 {
    1.0 - ComplexField::powi(beta, i32::try_from(k).map_or(i32::MAX, |k| k.saturating_add(1)))
}

/// `p <- decay p + weight f(g)`.
fn average<T: Real>(p: &mut [T], gradient: &[T], decay: T, weight: T, f: impl Fn(T) -> T) {
    for (p, &g) in p.iter_mut().zip(gradient) {
        *p = decay * *p + weight * f(g);
    }
}
