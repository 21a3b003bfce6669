//! The service: it answers value and risk at once, from the curve that it has, and says how wrong they may be.

use std::time::{Duration, Instant};

use hypergrad::estimator::{Estimator, Tangent};
use hypergrad::solver::Newton;
use nalgebra::DVector;

use crate::problem::Curve;

/// When the curve is calibrated again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// At every tick.
    Always,
    /// Where the estimated error of the risk is above this share of the risk.
    Above(f64),
}

/// What a client gets.
pub struct Answer {
    /// The risk: the change of the portfolio's value per unit of each quote.
    pub risk: DVector<f64>,
    /// The estimated error of the risk, as a share of it.
    pub doubt: f64,
    /// How long the answer took.
    pub took: Duration,
}

/// A curve, kept from the last calibration.
pub struct Desk<'d, E> {
    problem: Curve<'d>,
    estimator: E,
    policy: Policy,
    rates: DVector<f64>,
    /// How often the curve was calibrated.
    pub calibrations: usize,
}

type Failure = Box<dyn std::error::Error>;

impl<'d, E: Estimator<Curve<'d>>> Desk<'d, E> {
    /// Calibrates for the first time.
    pub fn open(problem: Curve<'d>, quotes: &DVector<f64>, estimator: E, policy: Policy) -> Result<Self, Failure> {
        let rates = problem.solve(quotes, quotes, &Newton::new())?.x;
        Ok(Self { problem, estimator, policy, rates, calibrations: 1 })
    }

    /// Answers for these quotes.
    pub fn answer(&mut self, quotes: &DVector<f64>) -> Result<Answer, Failure> {
        let start = Instant::now();
        if self.policy == Policy::Always {
            self.calibrate(quotes)?;
        }
        let (mut risk, mut doubt) = self.risk(quotes)?;
        if let Policy::Above(limit) = self.policy
            && doubt > limit
        {
            self.calibrate(quotes)?;
            (risk, doubt) = self.risk(quotes)?;
        }
        Ok(Answer { risk, doubt, took: start.elapsed() })
    }

    fn calibrate(&mut self, quotes: &DVector<f64>) -> Result<(), Failure> {
        self.rates = self.problem.solve(&self.rates, quotes, &Newton::new())?.x;
        self.calibrations += 1;
        Ok(())
    }

    fn risk(&self, quotes: &DVector<f64>) -> Result<(DVector<f64>, f64), Failure> {
        let found = self.problem.hypergradient(&self.rates, quotes, &self.estimator)?;
        let error = found.report.error_estimate.ok_or("an estimator without an error estimate")?;
        let size = found.gradient.norm();
        Ok((found.gradient, error / size))
    }
}

/// The risk on a curve that was calibrated for these very quotes.
pub fn exact(problem: &Curve<'_>, quotes: &DVector<f64>) -> Result<DVector<f64>, Failure> {
    let rates = problem.solve(quotes, quotes, &Newton::new())?.x;
    Ok(problem.hypergradient(&rates, quotes, &Tangent::new())?.gradient)
}
