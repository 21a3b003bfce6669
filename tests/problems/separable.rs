//! A hundred thousand variables that do not meet: `F_1` is diagonal, and only vectors are stored.

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Localized, Preconditioned, Tangent};
use hypergrad::solver::Newton;
use nalgebra::DVector;

use crate::verify::close;

#[bilevel]
pub mod quartic {
    use nalgebra::DVector;

    pub struct Data {
        pub b: DVector<f64>,
        pub target: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * y.map(f64::exp).dot(&x.component_mul(x)) + 0.25 * x.map(|t| t.powi(4)).sum() - data.b.dot(x)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (x - &data.target).norm_squared()
    }
}

/// `∂h/∂y_i = -e^{y_i} x_i (x_i - t_i) / (e^{y_i} + 3 x_i²)`.
#[test]
fn many_variables() {
    let n = 100_000;
    let vector = |slope: f64| DVector::from_fn(n, |i, _| (slope * i as f64).sin());
    let data = quartic::Data { b: vector(0.7).add_scalar(2.0), target: vector(1.3) };
    let y = vector(0.3);
    let problem = quartic::Problem::new(&data).unwrap();
    assert!(quartic::Problem::STRUCTURE.f1_diagonal);
    let x = problem.solve(&data.b, &y, &Newton::new()).unwrap().x;
    let curvature = y.map(f64::exp) + x.map(|t| 3.0 * t * t);
    let slope = (&x - &data.target).component_div(&curvature);
    let expected = -y.map(f64::exp).component_mul(&x).component_mul(&slope);
    let found = [
        ("Omega", problem.hypergradient(&x, &y, &Ift::new())),
        ("Omega^T", problem.hypergradient(&x, &y, &Tangent::new().error_estimate(false))),
        ("Omega^P", problem.hypergradient(&x, &y, &Preconditioned::jacobi().error_estimate(false))),
        ("exp", problem.hypergradient(&x, &y, &Localized::exp().error_estimate(false))),
        ("newton", problem.hypergradient(&x, &y, &Localized::newton().error_estimate(false))),
    ];
    for (what, found) in found {
        close(what, found.unwrap().gradient.as_slice(), expected.as_slice(), 1e-9);
    }
}
