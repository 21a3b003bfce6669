//! Problems solved and differentiated on several threads (feature `threads`).
#![allow(missing_docs, reason = "tests")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use hypergrad::bilevel;
use hypergrad::estimator::{Hypergradient, Ift};
use hypergrad::problem::Variable;
use hypergrad::solver::{FixedPoint, Newton};
use nalgebra::{DMatrix, DVector};

#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).map(|t| (-t).exp().ln_1p()).sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).map(|t| (-t).exp().ln_1p()).sum()
    }
}

/// `w_i = tanh(A w_i + u_i)` for many samples i.
#[bilevel]
pub mod equilibrium {
    use nalgebra::DMatrix;

    pub struct Data {
        pub inputs: DMatrix<f64>,
    }

    pub fn Phi(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> DMatrix<f64> {
        (y * x + &data.inputs).map(f64::tanh)
    }

    pub fn g(x: &DMatrix<f64>, _y: &DMatrix<f64>, _data: &Data) -> f64 {
        0.5 * x.norm_squared()
    }
}

fn matrix(rows: usize, columns: usize, size: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| size * (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64).sin())
}

fn on<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

/// The gradient, the objective and the numbers of the report.
fn flat<Y: Variable<Scalar = f64>>(found: &Hypergradient<Y>) -> Vec<f64> {
    let mut entries = vec![0.0; found.gradient.flat_len()];
    found.gradient.read(&mut entries);
    entries.extend([found.objective, found.report.error_estimate.unwrap(), found.report.inner_residual]);
    entries
}

/// The same bits whenever three threads compute it, and what one thread computes but for rounding, which the condition of
/// these problems, below 100, makes larger. The last two numbers are 0 but for rounding.
fn agrees(compute: impl Fn() -> Vec<f64> + Sync) {
    let [one, three, again] = [1, 3, 3].map(|threads| on(threads, &compute));
    assert!(three == again);
    let size = one.iter().fold(0.0_f64, |size, entry| size.max(entry.abs()));
    for (one, three) in one.iter().zip(&three) {
        assert!((one - three).abs() <= 1e-11 * size, "{one} {three}");
    }
}

#[test]
fn logistic_regression() {
    let data = logistic::Data { a: matrix(6000, 60, 0.5) };
    let problem = logistic::Problem::new(&data).unwrap();
    let y = DVector::from_fn(60, |i, _| 3.0 + (i as f64).sin());
    agrees(|| {
        let x = problem.solve(&DVector::zeros(60), &y, &Newton::new().tolerance(1e-9)).unwrap().x;
        let mut entries = flat(&problem.hypergradient(&x, &y, &Ift::new()).unwrap());
        let at = problem.at(&x, &y).unwrap();
        entries.extend(at.F_1_mul(&y).iter());
        entries
    });
}

#[test]
fn many_small_blocks() {
    let data = equilibrium::Data { inputs: matrix(16, 401, 1.0) };
    let problem = equilibrium::Problem::new(&data).unwrap();
    let y = matrix(16, 16, 0.1);
    agrees(|| {
        let start = DMatrix::zeros(16, 401);
        let x = problem.solve(&start, &y, &FixedPoint::new().steps(60)).unwrap().x;
        flat(&problem.hypergradient(&x, &y, &Ift::new()).unwrap())
    });
}
