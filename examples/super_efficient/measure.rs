//! `C_y` and errors at a distance from the root, with and without the change of variables.

use std::error::Error;

use hypergrad::estimator::{self, Estimator, Ift, Localized, Reparameterized};
use hypergrad::problem::{Bilevel, ChangeOfVariables};
use hypergrad::solver::{self, Newton};

/// A problem in one dimension with a change of variables.
pub trait Scalar: ChangeOfVariables + Bilevel<Scalar = f64, X = f64, Y = f64> {}
impl<P: ChangeOfVariables + Bilevel<Scalar = f64, X = f64, Y = f64>> Scalar for P {}

/// `C_y` of plain Ω, of Ω^phi with the problem's phi, and with the map `sign(x) e^z`.
pub struct Constants {
    pub plain: f64,
    pub changed: f64,
    pub exp: f64,
}

/// One inexact x.
pub struct Errors {
    pub inner: f64,
    pub plain: f64,
    pub changed: f64,
}

/// `x*(y)` to rounding.
pub fn root<P: Scalar>(problem: &P, y: f64) -> Result<f64, Box<dyn Error>> {
    let found = solver::solve(problem, &1.0, &y, &Newton::new())?;
    Ok(solver::solve(problem, &found.x, &y, &Newton::new().steps(2))?.x)
}

/// The three constants at y.
pub fn constants<P: Scalar>(problem: &P, y: f64) -> Result<Constants, Box<dyn Error>> {
    let x = root(problem, y)?;
    Ok(Constants {
        plain: estimator::efficiency(problem, &x, &y, &Ift::new())?,
        changed: estimator::efficiency(problem, &x, &y, &Reparameterized::new())?,
        exp: estimator::efficiency(problem, &x, &y, &Localized::exp())?,
    })
}

/// Errors at `x* + inner` for each inner error.
pub fn errors<P: Scalar>(problem: &P, y: f64, inner: &[f64]) -> Result<Vec<Errors>, Box<dyn Error>> {
    let root = root(problem, y)?;
    let truth = estimator::hypergradient(problem, &root, &y, &Ift::new())?.gradient;
    let at = |&inner: &f64| {
        let x = root + inner;
        let plain = (gradient(problem, x, y, &Ift::new())? - truth).abs();
        let changed = (gradient(problem, x, y, &Reparameterized::new())? - truth).abs();
        Ok(Errors { inner, plain, changed })
    };
    inner.iter().map(at).collect()
}

fn gradient<P: Scalar, E: Estimator<P>>(problem: &P, x: f64, y: f64, estimator: &E) -> Result<f64, Box<dyn Error>> {
    Ok(estimator::hypergradient(problem, &x, &y, estimator)?.gradient)
}
