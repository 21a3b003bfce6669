//! Predicted against measured: how the error of each estimator depends on that of x.

use std::error::Error;

use hypergrad::estimator::{self, Estimator, Ift, Localized, Preconditioned, Tangent};
use hypergrad::solver::GradientDescent;
use nalgebra::DVector;

use crate::problem::Ridge;
use crate::tune::fit;

/// An estimator along a run of gradient descent.
pub struct Measured {
    /// Its name.
    pub name: &'static str,
    /// `C_y`: what an error of x is multiplied by, at most.
    pub predicted: f64,
    /// The same for the direction from which this run approaches `x*`.
    pub along: f64,
    /// Inner error and hypergradient error.
    pub points: Vec<(f64, f64)>,
    /// The line through them; `None` where all errors are rounding.
    pub line: Option<Line>,
}

/// `log error = slope log |x - x*| + log constant`.
#[derive(Clone, Copy)]
pub struct Line {
    pub slope: f64,
    pub constant: f64,
}

/// Points of one run, the root and the true hypergradient there.
struct Run<'a> {
    problem: &'a Ridge<'a>,
    y: &'a DVector<f64>,
    iterates: Vec<DVector<f64>>,
    root: DVector<f64>,
    truth: DVector<f64>,
}

/// Measures every estimator at y.
pub fn measure(problem: &Ridge, y: &DVector<f64>) -> Result<Vec<Measured>, Box<dyn Error>> {
    let root = fit(problem, y)?;
    let truth = problem.hypergradient(&root, y, &Ift::new())?.gradient;
    let run = Run { problem, y, iterates: iterates(problem, y)?, root, truth };
    Ok(vec![
        run.measure(&Ift::new())?,
        run.measure(&Preconditioned::jacobi())?,
        run.measure(&Localized::exp())?,
        run.measure(&Localized::diagonal())?,
        run.measure(&Localized::newton())?,
        run.measure(&Tangent::new())?,
        run.measure(&Preconditioned::newton())?,
    ])
}

/// Gradient descent from 0, stopped at residuals that fall by a factor of 3. Its step is fixed: that of an adaptive one, and
/// with it the direction of the last error, hangs on rounding.
fn iterates(problem: &Ridge, y: &DVector<f64>) -> Result<Vec<DVector<f64>>, Box<dyn Error>> {
    let start = DVector::zeros(y.len());
    let at = problem.at(&start, y)?;
    let descent = GradientDescent::new(1.0 / at.F_1().symmetric_eigenvalues().max());
    let mut tolerance = at.F().norm();
    let mut found = Vec::new();
    while tolerance > 1e-7 {
        found.push(problem.solve(&start, y, &descent.tolerance(tolerance))?.x);
        tolerance /= 3.0;
    }
    Ok(found)
}

impl<'a> Run<'a> {
    fn measure<E: Estimator<Ridge<'a>>>(&self, estimator: &E) -> Result<Measured, Box<dyn Error>> {
        let mut points = Vec::new();
        for x in &self.iterates {
            let found = estimator::hypergradient(self.problem, x, self.y, estimator)?.gradient;
            points.push(((x - &self.root).norm(), (found - &self.truth).norm()));
        }
        let line = Line::through(&points, &self.floors());
        let predicted = self.problem.efficiency(&self.root, self.y, estimator)?;
        let along = self.along(estimator)?;
        Ok(Measured { name: estimator.kind().name(), predicted, along, points, line })
    }

    /// `|Omega~_1 u|` for the unit vector u of the last error that is not rounding.
    fn along<E: Estimator<Ridge<'a>>>(&self, estimator: &E) -> Result<f64, Box<dyn Error>> {
        let jacobian = self.problem.jacobian(&self.root, self.y, estimator)?;
        let floor = 1e-9 * self.root.norm();
        let mut errors = self.iterates.iter().map(|x| x - &self.root);
        let last = errors.rfind(|e| e.norm() > floor).ok_or("a run that starts at its end")?;
        Ok((jacobian * last.normalize()).norm())
    }

    /// Errors of x and of the hypergradient below which rounding shows.
    fn floors(&self) -> (f64, f64) {
        (1e-9 * self.root.norm(), 1e-11 * self.truth.norm())
    }
}

impl Line {
    /// The error that the line gives.
    pub fn at(self, x: f64) -> f64 {
        self.constant * x.powf(self.slope)
    }

    /// Least squares in logarithms, over small errors that are not rounding.
    fn through(points: &[(f64, f64)], &(inner, outer): &(f64, f64)) -> Option<Self> {
        let small = points.iter().filter(|(x, e)| (inner..=1e7 * inner).contains(x) && *e > outer);
        let logs: Vec<(f64, f64)> = small.map(|(x, e)| (x.ln(), e.ln())).collect();
        if logs.len() < 5 {
            return None;
        }
        let count = logs.len() as f64;
        let (x, e) = logs.iter().fold((0.0, 0.0), |(x, e), p| (x + p.0 / count, e + p.1 / count));
        let slope = logs.iter().map(|p| (p.0 - x) * (p.1 - e)).sum::<f64>() / logs.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>();
        Some(Self { slope, constant: (e - slope * x).exp() })
    }
}
