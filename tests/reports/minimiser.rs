//! With an objective, x* is a minimiser.

use hypergrad::bilevel;
use hypergrad::error::SolveError;
use hypergrad::estimator::{Ift, Preconditioned};
use hypergrad::solver::{GradientDescent, Newton};
use nalgebra::{DVector, dvector};

#[bilevel]
mod double_well {
    pub fn f(x: f64, y: f64) -> f64 {
        0.25 * x.powi(4) - 0.5 * x * x + y * x
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        (x - 2.0).powi(2)
    }
}

/// The maximiser is at 0.101; from both sides of it the way leads down, and Ω has the sign of the minimum's.
#[test]
fn both_ways_down_from_a_maximum() {
    let problem = double_well::Problem::new().unwrap();
    for x0 in [0.1, 0.5, 1.5, -1.5, 0.0] {
        let newton = problem.solve(&x0, &0.1, &Newton::new()).unwrap();
        let descended = problem.solve(&x0, &0.1, &GradientDescent::auto()).unwrap();
        assert!(3.0 * newton.x * newton.x > 1.0 && 3.0 * descended.x * descended.x > 1.0, "{x0}: {} {}", newton.x, descended.x);
        let found = problem.hypergradient(&newton.x, &0.1, &Ift::new()).unwrap();
        assert_eq!(found.report.positive_definite, Some(true));
    }
    let maximum = problem.solve(&0.1, &0.1, &Newton::new().stationary()).unwrap();
    assert!((maximum.x - 0.101).abs() < 1e-3);
    assert_eq!(problem.hypergradient(&maximum.x, &0.1, &Ift::new()).unwrap().report.positive_definite, Some(false));
    let refused = problem.solve(&maximum.x, &0.1, &GradientDescent::new(0.1));
    assert!(matches!(refused, Err(SolveError::NotAMinimum { .. })));
}

#[bilevel]
mod network {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    /// A factorisation `u vᵀ` of a matrix: 0 is a saddle.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, d: &Data) -> f64 {
        (0..3).map(|i| (0..3).map(|j| (x[i] * x[3 + j] - d.a[(i, j)]).powi(2)).sum::<f64>()).sum::<f64>()
            + y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _d: &Data) -> f64 {
        x.norm_squared()
    }
}

#[test]
fn a_saddle_is_left() {
    let a = nalgebra::DMatrix::from_fn(3, 3, |i, j| (1.0 + i as f64) * (2.0 - j as f64) + 0.1 * (i * j) as f64);
    let problem = network::Problem::new(network::Data { a }).unwrap();
    let (x, y) = (DVector::zeros(6), DVector::from_element(6, -4.0));
    let found = problem.solve(&x, &y, &Newton::new().max_steps(200)).unwrap();
    assert!(found.x.norm() > 1.0 && found.converged);
    assert_eq!(problem.hypergradient(&found.x, &y, &Ift::new()).unwrap().report.positive_definite, Some(true));
}

#[bilevel]
mod ridge {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, d: &Data) -> f64 {
        (&d.a * x - &d.b).norm_squared() + y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, d: &Data) -> f64 {
        (&d.a * x).sum()
    }
}

/// Constants of subnormal Jacobians are numbers; of huge ones, numbers or errors.
#[test]
fn efficiencies_are_finite() {
    for size in [1e-160, 1e-100, 1.0, 1e100] {
        let a = nalgebra::dmatrix![1.0, 0.4; 0.3, -2.0; 0.5, 0.1] * size;
        let problem = ridge::Problem::new(ridge::Data { a, b: dvector![1.0, -1.0, 0.5] * size }).unwrap();
        let y = dvector![0.1, -0.2];
        let Ok(solution) = problem.solve(&DVector::zeros(2), &y, &Newton::new()) else { continue };
        for c_y in
            [problem.efficiency(&solution.x, &y, &Preconditioned::jacobi()), problem.efficiency(&solution.x, &y, &Ift::new())]
        {
            assert!(c_y.as_ref().map_or(true, |c_y| c_y.is_finite()), "{size:e}: {c_y:?}");
        }
        if let Ok(table) = problem.compare(&solution.x, &y) {
            assert!(!table.to_string().contains("NaN") && !table.to_string().contains("inf"), "{size:e}\n{table}");
        }
    }
}
