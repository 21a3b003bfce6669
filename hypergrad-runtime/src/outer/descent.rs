//! Settings of the outer descent.

use nalgebra::ComplexField;

use super::projection::{Everywhere, Projection};
use super::rule::Rule;
use crate::error::OuterError;

/// Descent on y: plain, with momentum, Nesterov's, Adam, or L-BFGS; with a fixed step or a line search.
///
/// Defaults: `.tolerance(1e-6).max_steps(1000)`, no constraint on y, the inner solver's own tolerance.
///
/// ```
/// use hypergrad_runtime::outer::{Ball, Descent, InnerAccuracy};
///
/// // Steps found by halving until the value decreases, the inner problem solved as accurately as that needs.
/// let careful = Descent::gradient(1.0).backtracking().inner(InnerAccuracy::by_error(1e-3)).tolerance(1e-5);
/// // 200 steps of Adam, y kept in a ball.
/// let adam = Descent::adam(0.05).project(Ball::new(10.0)).steps(200);
/// # let _ = (careful, adam);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent<J = Everywhere> {
    pub(super) step: f64,
    pub(super) rule: Rule,
    pub(super) search: bool,
    pub(super) inner: InnerAccuracy,
    exact: Option<usize>,
    tolerance: f64,
    max_steps: usize,
    relative_decrease: Option<f64>,
    projection: J,
}

/// How accurately the inner problem is solved at each outer step.
///
/// # Example
/// ```
/// use hypergrad::outer::{Descent, InnerAccuracy};
///
/// // 1e-2 at first, half of it with every step, never below 1e-8.
/// let scheduled = Descent::adam(0.1).inner(InnerAccuracy::schedule(1e-2, 0.5, 1e-8));
/// // As accurate as the step needs, by the error estimates.
/// let adapted = Descent::lbfgs().inner(InnerAccuracy::by_error(1e-2));
/// # let _ = (scheduled, adapted);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum InnerAccuracy {
    /// As the solver was set.
    Own,
    /// To the tolerance `max(start · factor^k, floor)` at outer step k.
    Schedule {
        /// At the first step.
        start: f64,
        /// From one step to the next, in `(0, 1]`.
        factor: f64,
        /// Never less.
        floor: f64,
    },
    /// As accurately as the step needs: the tolerance is halved while the gradient's estimated error is more
    /// than half of it, and while no step decreases the value by more than the value's estimated error; it
    /// grows by a quarter with each step that is made.
    ByError {
        /// At the first step.
        start: f64,
    },
}

impl InnerAccuracy {
    /// [`InnerAccuracy::Schedule`].
    pub const fn schedule(start: f64, factor: f64, floor: f64) -> Self {
        Self::Schedule { start, factor, floor }
    }

    /// [`InnerAccuracy::ByError`].
    ///
    /// # Reference
    /// Salehi, Mukherjee, Roberts, Ehrhardt, An adaptively inexact first-order method for bilevel optimization
    /// with application to hyperparameter learning (2023), with the estimates of the report for its constants.
    pub const fn by_error(start: f64) -> Self {
        Self::ByError { start }
    }
}

impl Descent {
    const fn with(step: f64, rule: Rule) -> Self {
        Self {
            step,
            rule,
            search: false,
            inner: InnerAccuracy::Own,
            exact: None,
            tolerance: 1e-6,
            max_steps: 1000,
            relative_decrease: None,
            projection: Everywhere,
        }
    }

    /// `y <- y - step ∇h`.
    pub const fn gradient(step: f64) -> Self {
        Self::with(step, Rule::Plain)
    }

    /// `p <- beta p + ∇h`, `y <- y - step p`, with `0 <= beta < 1`.
    pub const fn momentum(step: f64, beta: f64) -> Self {
        Self::with(step, Rule::Momentum { beta })
    }

    /// Nesterov's accelerated gradient: `z <- y - step ∇h(y)`, `y <- z + k/(k + 3) (z - z_before)`; k starts
    /// anew where the step would not go downhill.
    ///
    /// # Reference
    /// Nesterov (1983); O'Donoghue, Candès, Adaptive restart for accelerated gradient schemes, Found. Comput.
    /// Math. 15 (2015).
    pub const fn nesterov(step: f64) -> Self {
        Self::with(step, Rule::Nesterov)
    }

    /// Adam, with the decay rates 0.9 and 0.999.
    ///
    /// # Reference
    /// Kingma, Ba, Adam: a method for stochastic optimization (2015).
    pub const fn adam(step: f64) -> Self {
        Self::with(step, Rule::Adam { beta_1: 0.9, beta_2: 0.999 })
    }

    /// L-BFGS with ten pairs and a line search from the full step; the first step has length 1 at most. With a
    /// projection the step is projected, and where that does not go downhill it is a projected gradient step.
    ///
    /// # Reference
    /// Liu, Nocedal, On the limited memory BFGS method for large scale optimization, Math. Program. 45 (1989).
    #[cfg(feature = "std")]
    pub const fn lbfgs() -> Self {
        let mut descent = Self::with(1.0, Rule::Lbfgs);
        descent.search = true;
        descent
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

    /// Halves each step until the value decreases by a part of what the gradient predicts (Armijo); the next
    /// step starts a quarter larger. Of plain descent; L-BFGS does it anyway.
    #[must_use]
    pub fn backtracking(mut self) -> Self {
        self.search = true;
        self
    }

    /// How accurately the inner problem is solved.
    #[must_use]
    pub fn inner(mut self, accuracy: InnerAccuracy) -> Self {
        self.inner = accuracy;
        self
    }

    /// Keeps y in a set.
    #[must_use]
    pub fn project<K: Projection>(self, projection: K) -> Descent<K> {
        let Self { step, rule, search, inner, exact, tolerance, max_steps, relative_decrease, .. } = self;
        Descent { step, rule, search, inner, exact, tolerance, max_steps, relative_decrease, projection }
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

    /// The inner tolerance at step k, where the loop sets it.
    pub(super) fn inner_tolerance(&self, k: usize, adapted: f64) -> Option<f64> {
        match self.inner {
            InnerAccuracy::Own => None,
            InnerAccuracy::Schedule { start, factor, floor } => {
                let power = ComplexField::powi(factor, i32::try_from(k).unwrap_or(i32::MAX));
                Some(f64::max(start * power, floor))
            }
            InnerAccuracy::ByError { .. } => Some(adapted),
        }
    }

    /// The inner tolerance that is adapted, at first.
    pub(super) fn first_tolerance(&self) -> f64 {
        match self.inner {
            InnerAccuracy::Own => 0.0,
            InnerAccuracy::Schedule { start, .. } | InnerAccuracy::ByError { start } => start,
        }
    }

    /// Whether a step that changed the value from `before` to `value` was the last.
    pub(super) fn is_flat(&self, value: f64, before: Option<f64>) -> bool {
        match (self.relative_decrease, before) {
            (Some(r), Some(before)) => ComplexField::abs(value - before) <= r * ComplexField::abs(value),
            _ => false,
        }
    }
}

impl<J: Projection> Descent<J> {
    /// Refuses settings that have no meaning, for a y of length m.
    pub(super) fn check<X, Y>(&self, m: usize) -> Result<(), OuterError<X, Y>> {
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
        if let Rule::Momentum { beta } = self.rule
            && !(0.0..1.0).contains(&beta)
        {
            return invalid("beta", beta, "0 <= beta < 1");
        }
        let by_error = matches!(self.inner, InnerAccuracy::ByError { .. });
        if (self.search || by_error) && !self.rule.descends() {
            return invalid("line search", self.step, "plain gradient descent or L-BFGS, whose steps go downhill");
        }
        if let InnerAccuracy::Schedule { start, factor, floor } = self.inner
            && !(start > 0.0 && start.is_finite() && 0.0 < factor && factor <= 1.0 && floor >= 0.0 && floor <= start)
        {
            return invalid("schedule", factor, "a positive start, a factor in (0, 1], a floor below the start");
        }
        if by_error && !(self.first_tolerance() > 0.0 && self.first_tolerance().is_finite()) {
            return invalid("inner tolerance", self.first_tolerance(), "a positive number");
        }
        match self.projection.invalid(m) {
            Some((what, value)) => invalid(what, value, "a set that is not empty, of coordinates that y has"),
            None => Ok(()),
        }
    }
}
