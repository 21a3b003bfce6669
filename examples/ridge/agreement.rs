//! The hypergradient beside differences of the re-solved `h`.

use std::error::Error;

use hypergrad::estimator::Ift;
use nalgebra::DVector;

use crate::problem::Ridge;
use crate::tune::fit;

/// One entry of `∇h`, found twice.
pub struct Entry {
    /// By the estimator.
    pub gradient: f64,
    /// By differences of h, the inner problem solved anew for each.
    pub difference: f64,
    /// Digits on which the two agree, relative to the largest entry.
    pub digits: f64,
}

/// Every entry of the hypergradient at y.
pub fn entries(problem: &Ridge, y: &DVector<f64>) -> Result<Vec<Entry>, Box<dyn Error>> {
    let gradient = problem.hypergradient(&fit(problem, y)?, y, &Ift::new())?.gradient;
    let scale = gradient.amax();
    let entry = |i: usize| {
        let difference = difference(problem, y, i)?;
        let digits = -((gradient[i] - difference).abs() / scale).log10();
        Ok(Entry { gradient: gradient[i], difference, digits })
    };
    (0..y.len()).map(entry).collect()
}

/// Central differences of order 6: their error is far below that of one difference.
fn difference(problem: &Ridge, y: &DVector<f64>, i: usize) -> Result<f64, Box<dyn Error>> {
    const WEIGHTS: [f64; 3] = [45.0, -9.0, 1.0];
    let step = 0.01;
    let h = |shift: f64| -> Result<f64, Box<dyn Error>> {
        let mut moved = y.clone();
        moved[i] += shift;
        Ok(problem.at(&fit(problem, &moved)?, &moved)?.g())
    };
    let mut sum = 0.0;
    for (k, weight) in (1..).zip(WEIGHTS) {
        let shift = f64::from(k) * step;
        sum += weight * (h(shift)? - h(-shift)?);
    }
    Ok(sum / (60.0 * step))
}
