//! A descent whose inner problem is hardly solved: what plain Ω says, what its error estimate says,
//! and what is true.

use std::error::Error;
use std::ops::ControlFlow;

use hypergrad::estimator::{Estimator, Ift};
use hypergrad::outer::{self, Descent};
use hypergrad::solver::GradientDescent;
use nalgebra::DVector;

use crate::problem::Ridge;
use crate::tune::fit;

/// Outer steps.
pub const STEPS: usize = 20;
/// Steps of gradient descent on x for each of them.
pub const INNER: usize = 3;
/// The step of Adam.
const STEP: f64 = 0.25;

/// One outer step.
pub struct Step {
    /// `h(y)`, the inner problem solved.
    pub h: f64,
    /// `g(x, y)` at the loose x.
    pub seen: f64,
    pub y: DVector<f64>,
    pub omega: DVector<f64>,
    /// `|Ω - ∇h|`.
    pub error: f64,
    /// The same as estimated, without knowing `x*`.
    pub estimated: f64,
}

impl Step {
    /// The true error, relative to `|Ω|`.
    pub fn relative(&self) -> f64 {
        self.error / self.omega.norm()
    }

    /// What the error estimate says.
    pub fn verdict(&self) -> &'static str {
        match self.relative_estimate() {
            e if e >= 1.0 => "its direction is in doubt",
            e if e >= 0.1 => "no digit is sure",
            _ => "usable",
        }
    }

    /// The estimated error, relative to `|Ω|`.
    pub fn relative_estimate(&self) -> f64 {
        self.estimated / self.omega.norm()
    }
}

/// The run, and beside each step the truth.
pub fn run<'d, E: Estimator<Ridge<'d>>>(problem: &Ridge<'d>, n: usize, estimator: &E) -> Result<Vec<Step>, Box<dyn Error>> {
    let start = DVector::zeros(n);
    let solver = GradientDescent::auto().steps(INNER);
    let mut seen = Vec::new();
    outer::minimize(problem, &start, &start, &Descent::adam(STEP).steps(STEPS), &solver, estimator, |o| {
        seen.push((o.value, DVector::from_column_slice(o.y), DVector::from_column_slice(o.gradient), o.report.error_estimate));
        ControlFlow::Continue(())
    })?;
    seen.into_iter().map(|(seen, y, omega, estimated)| judge(problem, seen, y, omega, estimated)).collect()
}

fn judge(
    problem: &Ridge,
    seen: f64,
    y: DVector<f64>,
    omega: DVector<f64>,
    estimated: Option<f64>,
) -> Result<Step, Box<dyn Error>> {
    let truth = problem.hypergradient(&fit(problem, &y)?, &y, &Ift::new())?;
    let error = (&omega - &truth.gradient).norm();
    let estimated = estimated.ok_or("no error estimate")?;
    Ok(Step { h: truth.objective, seen, y, omega, error, estimated })
}

/// Where Ω of the step before said that h would be: the step, h there, and how far off by the error
/// estimate.
pub fn promised(steps: &[Step]) -> Vec<(f64, f64, f64)> {
    let pairs = steps.windows(2).zip(1..);
    let promise = |(pair, k): (&[Step], usize)| {
        let (before, moved) = (&pair[0], &pair[1].y - &pair[0].y);
        (k as f64, before.h + before.omega.dot(&moved), before.estimated * moved.norm())
    };
    pairs.map(promise).collect()
}
