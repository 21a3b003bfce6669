//! A step found by halving, and the inner accuracy that it needs.

use super::running::{Attempt, End, Running};
use super::{InnerAccuracy, Projection};
use crate::estimator::{Estimator, Report};
use crate::kernels::axpy;
#[cfg(feature = "std")]
use crate::kernels::norm;
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::report::Stop;
use crate::scalar::Real;
use crate::solver::InnerSolver;

/// The part of the predicted decrease that is asked for.
const SUFFICIENT: f64 = 1e-2;
/// Attempts at a step before the search gives up.
const ATTEMPTS: usize = 60;
/// The largest part of the gradient that may be error.
const ERROR_SHARE: f64 = 0.5;
/// Inner tolerances are not asked for below this.
const FINEST: f64 = 1e-15;

/// What an attempt at a step is worth.
enum Weight {
    /// The value decreases by enough, whatever the errors are.
    Decrease,
    /// It would, but for its errors: the inner tolerance has to be so many times smaller.
    Unknown {
        factor: f64,
    },
    Increase,
}

impl<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>, J: Projection> Running<'_, P, S, E, J> {
    /// The step k: `y <- proj(y - α d)` with the first α in `α, α/2, ...` that decreases the value, by its
    /// estimated error too where the accuracy is chosen by error (docs/formulas.md 6.3).
    pub fn search_step(&mut self, k: usize) -> Result<(), End> {
        let by_error = matches!(self.descent.inner, InnerAccuracy::ByError { .. });
        if by_error {
            self.sharpen(k)?;
        }
        let mut step = self.first_step();
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            let predicted = self.propose(step);
            if predicted <= 0.0 {
                // No y is left between y and its projection.
                break;
            }
            match self.try_step(k, by_error) {
                Ok((attempt, error)) => match self.weigh(&attempt, error, predicted) {
                    Weight::Decrease => {
                        self.accept(step);
                        return self.commit(attempt, k + 1);
                    }
                    // The same step, known better.
                    Weight::Unknown { factor } if self.memory.tolerance > FINEST => {
                        self.memory.tolerance *= factor;
                        self.solve_again(k)?;
                        continue;
                    }
                    Weight::Unknown { .. } | Weight::Increase => self.retreat(),
                },
                // Too far: shorter steps may be inside of what the solver can do.
                Err(end @ (End::Solve(_) | End::Estimator(_) | End::NonFinite(_))) => {
                    self.retreat();
                    failed = Some(end);
                }
                Err(end) => return Err(end),
            }
            step *= 0.5;
        }
        Err(failed.unwrap_or(End::Done(Stop::NoDecrease)))
    }

    /// The step that is tried first, with its direction.
    fn first_step(&mut self) -> f64 {
        let rule = self.descent.rule;
        rule.direction(&self.current.gradient, &self.memory, &mut self.direction);
        #[cfg(feature = "std")]
        if matches!(rule, super::rule::Rule::Lbfgs) {
            let length = norm(self.direction.flat());
            return if self.memory.pairs.is_empty() && length > 1.0 { 1.0 / length } else { 1.0 };
        }
        self.memory.step_size
    }

    /// `proj(y - step d)` as the trial; the decrease `⟨∇h, y - trial⟩` that it promises to first order. Where
    /// it promises none, d becomes the gradient: a projected gradient step always does.
    fn propose(&mut self, step: f64) -> f64 {
        for _ in 0..2 {
            let trial = self.trial.flat_mut();
            trial.copy_from_slice(self.current.y.flat());
            axpy(T::<P>::lit(-step), self.direction.flat(), trial);
            self.descent.projection().project(trial);
            let moved = self.current.y.flat().iter().zip(self.trial.flat()).zip(self.current.gradient.flat());
            let predicted = moved.fold(0.0, |sum, ((y, t), g)| sum + (y.wide() - t.wide()) * g.wide());
            if predicted > 0.0 || !f64::is_finite(predicted) {
                return predicted;
            }
            self.direction.flat_mut().copy_from_slice(self.current.gradient.flat());
        }
        0.0
    }

    /// Evaluates the trial; with its value's error where that is asked for.
    fn try_step(&mut self, k: usize, by_error: bool) -> Result<(Attempt, f64), End> {
        let tolerance = self.descent.inner_tolerance(k + 1, self.memory.tolerance);
        let mut attempt = self.attempt(tolerance)?;
        let error = if by_error { value_error(&self.estimate(&mut attempt)?)? } else { 0.0 };
        Ok((attempt, error))
    }

    /// Whether `h(y') + err' - (h(y) - err) <= -λ ⟨∇h, y - y'⟩`, up to the rounding of h; or would, but for the
    /// errors.
    fn weigh(&self, attempt: &Attempt, error: f64, predicted: f64) -> Weight {
        let Some(current) = self.current.numbers else { return Weight::Increase };
        let by_error = matches!(self.descent.inner, InnerAccuracy::ByError { .. });
        let known = if by_error { value_error(&current.report).unwrap_or(f64::INFINITY) } else { 0.0 };
        let rounding = 16.0 * T::<P>::EPSILON * nalgebra::ComplexField::abs(current.value);
        let asked = SUFFICIENT * predicted;
        let change = attempt.value - current.value;
        if change + error + known <= rounding - asked {
            Weight::Decrease
        } else if change <= rounding - asked {
            let factor = nalgebra::RealField::clamp(0.5 * asked / (error + known), 1e-3, 0.5);
            Weight::Unknown { factor }
        } else {
            Weight::Increase
        }
    }

    /// The next step, and the next inner tolerance, start a quarter larger.
    fn accept(&mut self, step: f64) {
        self.memory.step_size = 1.25 * step;
        self.memory.count += 1;
        if let InnerAccuracy::ByError { start } = self.descent.inner {
            self.memory.tolerance = f64::min(1.25 * self.memory.tolerance, start);
        }
    }

    /// Solves on at the same y until at most half of the gradient is error.
    fn sharpen(&mut self, k: usize) -> Result<(), End> {
        loop {
            let Some(current) = self.current.numbers else { return Ok(()) };
            let Some(error) = current.report.error_estimate else { return Err(no_estimate()) };
            if error <= ERROR_SHARE * current.gradient_norm {
                return Ok(());
            }
            if self.memory.tolerance <= FINEST {
                return Err(End::Done(Stop::NoDecrease));
            }
            let factor = 0.5 * ERROR_SHARE * current.gradient_norm / error;
            self.memory.tolerance *= nalgebra::RealField::clamp(factor, 1e-3, 0.5);
            self.solve_again(k)?;
        }
    }

    /// The last complete step anew, with the inner tolerance as it is now.
    fn solve_again(&mut self, k: usize) -> Result<(), End> {
        self.trial.flat_mut().copy_from_slice(self.current.y.flat());
        self.retreat();
        let attempt = self.attempt(self.descent.inner_tolerance(k, self.memory.tolerance))?;
        self.commit(attempt, k)?;
        self.descent.rule.direction(&self.current.gradient, &self.memory, &mut self.direction);
        Ok(())
    }
}

/// `|vᵀF|`: to first order the error of the value.
fn value_error(report: &Report) -> Result<f64, End> {
    report.value_error.ok_or_else(no_estimate)
}

fn no_estimate() -> End {
    let accepted = "an estimator that estimates its error and that of the value";
    End::Invalid { what: "error estimate", value: f64::NAN, accepted }
}
