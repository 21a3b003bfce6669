//! The change of variables that makes Ω super-efficient in one dimension.
//!
//! At a root, `dΩ^phi/dx = (dp*/dy) phi' F_1` with `p* = v* / phi'` along the roots `x*(y)`, and the adjoint
//! `v* = g_1 / F_1`. So `C_y = 0` where p* does not depend on y: where `phi'(z*(y)) = c v*(y)`. With Y,
//! the inverse of `x*`, that is an integral over x, for any F and g:
//!
//! ```text
//! z(x) = ∫ dx / (c v*(Y(x))),    phi = the inverse of z
//! ```
//!
//! It exists where `x*` is monotone and v* has no zero.

use std::error::Error;

use nalgebra::DVector;

use super::one_dimension::curve::{Data, Problem};
use super::series::Series;

/// Terms of a series: the last ones are rounding.
const TERMS: usize = 32;

/// `phi = z` on an interval that is wide enough to evaluate F and g.
pub fn identity() -> Data {
    let series = DVector::from_vec(vec![0.0, 10.0]);
    Data { middle: 0.0, half: 10.0, series: series.clone(), inverse_middle: 0.0, inverse_half: 10.0, inverse: series }
}

/// `Y(x)`: the y that x solves, by Newton's method on `F(x, y) = 0`.
fn outer_of(problem: &Problem<&Data>, x: f64) -> Result<f64, Box<dyn Error>> {
    let mut y = 0.0;
    for _ in 0..100 {
        let at = problem.at(&x, &y)?;
        let step = at.F() / at.F_2()[(0, 0)];
        y -= step;
        if step.abs() < 1e-15 * (1.0 + y.abs()) {
            break;
        }
    }
    Ok(y)
}

/// The adjoint `v* = g_1 / F_1` at the y that x solves.
pub fn adjoint(problem: &Problem<&Data>, x: f64) -> Result<f64, Box<dyn Error>> {
    let at = problem.at(&x, &outer_of(problem, x)?)?;
    Ok(at.g_1() / at.F_1()[(0, 0)])
}

/// phi for the roots in `[low, high]`, with `c = 1`, as data of the problem; also what the two series leave out.
pub fn super_efficient(low: f64, high: f64) -> Result<(Data, f64), Box<dyn Error>> {
    let plain = identity();
    let problem = Problem::new(&plain)?;
    let slope = |x| -> Result<f64, Box<dyn Error>> { Ok(adjoint(&problem, x)?.recip()) };
    let inverse = Series::interpolate(low, high, TERMS, slope)?.integral();
    let (z_low, z_high) = (inverse.value(low), inverse.value(high));
    let phi = Series::interpolate(z_low, z_high, TERMS, |z| invert(&inverse, (low, high), z))?;
    let tail = inverse.tail().max(phi.tail());
    let data = Data {
        middle: phi.middle,
        half: phi.half,
        series: phi.coefficients,
        inverse_middle: inverse.middle,
        inverse_half: inverse.half,
        inverse: inverse.coefficients,
    };
    Ok((data, tail))
}

/// x with `z(x) = z`, by bisection: z is monotone.
fn invert(inverse: &Series, (mut low, mut high): (f64, f64), z: f64) -> Result<f64, Box<dyn Error>> {
    if (inverse.value(low) - z) * (inverse.value(high) - z) > 0.0 {
        return Err("the adjoint changes its sign: no change of variables".into());
    }
    let rises = inverse.value(high) > inverse.value(low);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if (inverse.value(middle) < z) == rises { low = middle } else { high = middle }
    }
    Ok(0.5 * (low + high))
}
