//! The inner method and its derivative by y, until both have converged.

use super::jacobian;
use super::unrolled::ForwardStorage;
use crate::error::{EstimatorError, LinearError};
use crate::estimator::formula::{Evaluated, Formula};
use crate::estimator::hypergradient_report;
use crate::estimator::steps::Vectors;
use crate::point::T;
use crate::problem::Bilevel;
use crate::scalar::Real;
use crate::solver::Step;
use crate::structure::EstimatorKind;

/// Piggyback differentiation: `J_k+1 = Phi_1 J_k + Phi_2` beside `x_k+1 = Phi(x_k, y)`, from the x that is passed in and
/// `J_0 = 0`, until `|F|` is at most a tolerance and J changes by at most a tolerance, relative to itself. J is
/// one step behind x: where only x has converged its error is still `q^k`.
///
/// The report counts the steps in `linear_iterations` and gives the last change of J in `linear_residual`.
///
/// Defaults: `.tolerance(1e-8).jacobian_tolerance(1e-8)` (`f32`: the square roots), `.max_steps(10_000)`.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Piggyback};
/// use hypergrad::solver::{GradientDescent, Newton};
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let found = problem.hypergradient(&Vector2::zeros(), &y, &Piggyback::new(GradientDescent::new(0.2)))?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// assert!((found.gradient - problem.hypergradient(&x, &y, &Ift::new())?.gradient).norm() < 1e-6);
/// println!("{} steps", found.report.linear_iterations);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `NotConverged` after so many steps; a step that cannot be done, or is not finite.
///
/// # Reference
/// Griewank, Faure, Piggyback differentiation and optimization (2003); Bolte, Pauwels, Vaiter, One-step
/// differentiation of iterative algorithms (2023), (2), from the first step on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piggyback<M> {
    map: M,
    tolerance: Option<f64>,
    jacobian_tolerance: Option<f64>,
    max_steps: usize,
    error_estimate: bool,
}

impl<M> Piggyback<M> {
    /// With the default settings.
    pub const fn new(map: M) -> Self {
        Self { map, tolerance: None, jacobian_tolerance: None, max_steps: 10_000, error_estimate: false }
    }

    /// Asks for `|F|` of at most t.
    #[must_use]
    pub const fn tolerance(mut self, t: f64) -> Self {
        self.tolerance = Some(t);
        self
    }

    /// Asks for a change of J in one step of at most `t |J|`.
    #[must_use]
    pub const fn jacobian_tolerance(mut self, t: f64) -> Self {
        self.jacobian_tolerance = Some(t);
        self
    }

    /// Gives up after k steps: `Err(NotConverged)`.
    #[must_use]
    pub const fn max_steps(mut self, k: usize) -> Self {
        self.max_steps = k;
        self
    }

    /// Whether to compute the error estimate (default: no; it solves three systems by products).
    #[must_use]
    pub const fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }

    /// Both tolerances, in numbers.
    fn tolerances<S: Real>(&self) -> Result<(f64, f64), EstimatorError> {
        let default = if S::EPSILON > 1e-10 { 1e-4 } else { 1e-8 };
        let both = (self.tolerance.unwrap_or(default), self.jacobian_tolerance.unwrap_or(default));
        for (what, value) in [("tolerance", both.0), ("jacobian_tolerance", both.1)] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(EstimatorError::InvalidSetting { what, value, accepted: "a finite number, at least 0" });
            }
        }
        Ok(both)
    }
}

impl<P: Bilevel, M: Step<P>> Formula<P> for Piggyback<M> {
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
        let (tolerance, relative) = self.tolerances::<T<P>>()?;
        let (mut steps, mut change) = (0, f64::INFINITY);
        let evaluated = storage.evaluate(problem, work, s, &self.map, gradient, |storage, work, s| {
            loop {
                change = storage.sensitivity.advance(problem, work, s, (&self.map, &mut storage.state), steps)?;
                steps += 1;
                let residual = crate::estimator::steps::residual(problem, work, s)?;
                let allowed = relative * storage.sensitivity.size();
                if residual <= tolerance && change <= allowed {
                    return Ok(());
                }
                if steps >= self.max_steps {
                    let (found, asked) = if residual > tolerance { (residual, tolerance) } else { (change, allowed) };
                    let what = if residual > tolerance { "piggyback iteration of x" } else { "piggyback iteration of dx/dy" };
                    let (iterations, by_gradient) = (steps, false);
                    return Err(
                        LinearError::NotConverged { what, iterations, residual: found, tolerance: asked, by_gradient }.into()
                    );
                }
            }
        })?;
        Ok(Evaluated::after(steps, change, evaluated))
    }

    /// That of a run of as many steps as are made from here, which small changes of x do not change.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let steps = hypergradient_report(problem, work, self)?.linear_iterations;
        jacobian::of_run(problem, work, (&self.map, steps, EstimatorKind::Unrolled), out)
    }
}
