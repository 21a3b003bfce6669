//! Hypergradient descent on the weights, and the two baselines it is compared with.

use std::error::Error;
use std::ops::ControlFlow;

use hypergrad::estimator::Ift;
use hypergrad::outer::{self, Descent, Interval, Iterate};
use hypergrad::solver::Newton;
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::DVector;

use crate::problem::Ridge;

/// Outer steps.
pub const STEPS: usize = 60;
/// The step of Adam, in units of y.
pub const STEP: f64 = 0.25;
/// Weights stay between `e^-6` and `e^9`: beyond, nothing changes that the losses could show.
pub const BOUNDS: (f64, f64) = (-6.0, 9.0);
/// `e^y` is 0 in `f64`: no penalty.
pub const NO_PENALTY: f64 = -800.0;

/// Weights, and what they lead to.
pub struct Choice {
    /// What it is, in words.
    pub name: &'static str,
    /// Log-weights.
    pub y: DVector<f64>,
    /// The fit.
    pub x: DVector<f64>,
    /// Inner problems solved to find it.
    pub solves: usize,
}

/// Everything that is compared.
pub struct Choices {
    pub none: Choice,
    pub common: Choice,
    pub start: Choice,
    pub tuned: Choice,
}

impl Choices {
    /// In the order of the table.
    pub fn all(&self) -> [&Choice; 4] {
        [&self.none, &self.common, &self.start, &self.tuned]
    }
}

/// Baselines, start and end.
pub fn choices(problem: &Ridge, n: usize, bar: &ProgressBar) -> Result<Choices, Box<dyn Error>> {
    Ok(Choices {
        none: fixed("no penalty", problem, DVector::repeat(n, NO_PENALTY))?,
        common: grid(problem, n)?,
        start: fixed("one weight per feature, before: all 1", problem, DVector::zeros(n))?,
        tuned: descend(problem, n, bar)?,
    })
}

/// The fit with these weights.
pub fn fit(problem: &Ridge, y: &DVector<f64>) -> Result<DVector<f64>, Box<dyn Error>> {
    Ok(problem.solve(&DVector::zeros(y.len()), y, &Newton::new())?.x)
}

/// One choice, made without a search.
fn fixed(name: &'static str, problem: &Ridge, y: DVector<f64>) -> Result<Choice, Box<dyn Error>> {
    Ok(Choice { name, x: fit(problem, &y)?, y, solves: 1 })
}

/// One common weight, the best of a grid from `e^-6` to `e^9`.
fn grid(problem: &Ridge, n: usize) -> Result<Choice, Box<dyn Error>> {
    let (low, high) = BOUNDS;
    let points = STEPS + 1;
    let mut best: Option<(f64, DVector<f64>, DVector<f64>)> = None;
    for k in 0..points {
        let y = DVector::repeat(n, low + (high - low) * k as f64 / (points - 1) as f64);
        let x = fit(problem, &y)?;
        let value = problem.at(&x, &y)?.g();
        if best.as_ref().is_none_or(|(least, _, _)| value < *least) {
            best = Some((value, y, x));
        }
    }
    let (_, y, x) = best.ok_or("an empty grid")?;
    Ok(Choice { name: "one common weight, by grid search", y, x, solves: points })
}

/// One weight per feature, by the hypergradient; each outer step is one inner solve.
fn descend(problem: &Ridge, n: usize, bar: &ProgressBar) -> Result<Choice, Box<dyn Error>> {
    let start = DVector::zeros(n);
    let descent = Descent::adam(STEP).project(Interval::new(BOUNDS.0, BOUNDS.1)).steps(STEPS);
    let reached = outer::minimize(problem, &start, &start, &descent, &Newton::new(), &Ift::new(), |seen| {
        bar.set_position(seen.step as u64);
        bar.set_message(format!("h = {:.1}, |∇h| = {:.2}", seen.value, seen.gradient_norm));
        ControlFlow::Continue(())
    })?;
    let Iterate { step, y, x, .. } = reached.last;
    Ok(Choice { name: "one weight per feature, after", y, x, solves: step + 1 })
}

/// The progress bar of a descent; invisible where the output is no terminal.
pub fn progress(steps: usize) -> Result<ProgressBar, Box<dyn Error>> {
    let style = ProgressStyle::with_template(" tuning [{bar:40}] {pos}/{len}  {msg}")?;
    Ok(ProgressBar::new(steps as u64).with_style(style))
}
