//! More features than samples: `F_1` is a diagonal plus a Gram matrix of few rows, which is never formed.

use hypergrad::bilevel;
use hypergrad::error::{LinearError, SolveError};
use hypergrad::estimator::{Ift, Preconditioned, Tangent};
use hypergrad::solver::Newton;
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::CsrMatrix;

use crate::data::{cosines, sines};
use crate::verify::{close, verify};

/// Ridge regression with a weight per feature.
#[bilevel]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_tr * x - &data.b_tr).norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

/// Logistic regression and a term of rank one, in one number for the weight.
#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub prior: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let losses = (&data.a * x).map(|t| (-t).exp().ln_1p());
        losses.sum() + 0.5 * (data.prior.dot(x) - 1.0).powi(2) + 0.5 * y.exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &f64, data: &Data) -> f64 {
        (x - &data.prior).norm_squared() + (&data.a * x).sum()
    }
}

/// The same with stored entries only.
#[bilevel]
pub mod stored {
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
        pub target: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let losses = (&data.a * x).map(|t| (-t).exp().ln_1p());
        losses.sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (x - &data.target).norm_squared()
    }
}

fn ridge_data(rows: usize, n: usize) -> ridge::Data {
    let size = 1.0 / (n as f64).sqrt();
    ridge::Data {
        a_tr: sines(rows, n, [1.3, 0.7, 0.1, 0.0]) * size,
        b_tr: cosines(rows, 0.9, 0.2),
        a_val: sines(rows + 2, n, [0.8, 1.1, 0.2, 0.5]) * size,
        b_val: cosines(rows + 2, 1.3, 0.1),
    }
}

/// Small enough for the dense path: the same derivatives, and solves, by the parts.
#[test]
fn small_wide_problems() {
    let data = ridge_data(3, 9);
    let problem = ridge::Problem::new(&data).unwrap();
    assert!(ridge::Problem::STRUCTURE.f1_diagonal_plus_gram && ridge::Problem::STRUCTURE.f1_definite);
    let y = cosines(9, 2.1, 0.0);
    let x_star = verify(&problem, &cosines(9, 0.4, 0.1), &y);
    let at = problem.at(&x_star, &y).unwrap();
    let w = at.F_1().lu().solve(&at.F_2()).unwrap();
    close("Psi", at.Psi().unwrap().as_slice(), (-w.transpose()).as_slice(), 1e-12);

    let data = logistic::Data { a: sines(4, 12, [1.3, 0.7, 0.1, 0.0]), prior: cosines(12, 0.9, 0.2) };
    assert!(logistic::Problem::STRUCTURE.f1_diagonal_plus_gram);
    verify(&logistic::Problem::new(&data).unwrap(), &DVector::zeros(12), &-0.5);
}

#[test]
fn sparse_and_wide() {
    let dense = DMatrix::from_fn(5, 30, |i, j| if (3 * i + j) % 7 < 2 { ((i + 2 * j) as f64).sin() } else { 0.0 });
    let data = stored::Data { a: CsrMatrix::from(&dense), target: cosines(30, 0.9, 0.2) };
    let problem = stored::Problem::new(&data).unwrap();
    assert!(stored::Problem::STRUCTURE.f1_diagonal_plus_gram);
    let y = cosines(30, 2.1, 0.0);
    let x_star = verify(&problem, &cosines(30, 0.4, 0.1), &y);
    let at = problem.at(&x_star, &y).unwrap();
    let w = at.F_1().lu().solve(&at.F_2()).unwrap();
    close("Psi", at.Psi().unwrap().as_slice(), (-w.transpose()).as_slice(), 1e-12);
}

/// n = 20,000, where the dense matrix would take 3.2 GB and 10^12 operations. The solution has a closed
/// form of the size of the samples: `x = D⁻¹ Aᵀ t`.
#[test]
fn twenty_thousand_features() {
    let (rows, n) = (6, 20_000);
    let data = ridge_data(rows, n);
    let problem = ridge::Problem::new(&data).unwrap();
    let y = cosines(n, 2.1, 0.0);
    let solution = problem.solve(&DVector::zeros(n), &y, &Newton::new()).unwrap();
    // F = 2 Aᵀ (A x - b) + e^y x = 0 for x = e^-y Aᵀ t, (A e^-y Aᵀ + I/2) t = b.
    let inverse = y.map(|y| (-y).exp());
    let scaled = DMatrix::from_fn(n, rows, |i, k| inverse[i] * data.a_tr[(k, i)]);
    let small = &data.a_tr * &scaled + DMatrix::identity(rows, rows) * 0.5;
    let t = small.clone().cholesky().unwrap().solve(&data.b_tr);
    let x = &scaled * t;
    close("x*", solution.x.as_slice(), x.as_slice(), 1e-11);
    // v = (2 AᵀA + D)⁻¹ g_1 by Woodbury's formula; grad h = -e^y x v.
    let g_1 = 2.0 * data.a_val.tr_mul(&(&data.a_val * &x - &data.b_val));
    let whole = inverse.component_mul(&g_1);
    let v = &whole - &scaled * small.cholesky().unwrap().solve(&(&data.a_tr * &whole));
    let expected = -y.map(f64::exp).component_mul(&x).component_mul(&v);
    for (what, found) in [
        ("Omega", problem.hypergradient(&solution.x, &y, &Ift::new())),
        ("Omega^T", problem.hypergradient(&(&x * 1.001), &y, &Tangent::new())),
        ("Omega^P", problem.hypergradient(&(&x * 1.001), &y, &Preconditioned::newton())),
    ] {
        let found = found.unwrap();
        let tolerance = if what == "Omega^T" { 1e-5 } else { 1e-10 };
        close(what, found.gradient.as_slice(), expected.as_slice(), tolerance);
    }
    // The diagonal alone: no matrix either.
    assert!(problem.hypergradient(&x, &y, &Preconditioned::jacobi().error_estimate(false)).is_ok());
}

/// Weights that underflow: where the parts fail, the whole is factored, or said to be singular.
#[test]
fn weights_of_zero() {
    let data = ridge_data(3, 9);
    let problem = ridge::Problem::new(&data).unwrap();
    let mut y = DVector::from_element(9, 0.0);
    y[4] = -800.0;
    // e^-800 is 0, and F_1 is regular all the same.
    let x = problem.solve(&DVector::zeros(9), &y, &Newton::new()).unwrap().x;
    let at = problem.at(&x, &y).unwrap();
    let w = at.F_1().lu().solve(&at.F_2()).unwrap();
    close("Psi", at.Psi().unwrap().as_slice(), (-w.transpose()).as_slice(), 1e-9);
    let singular = problem.solve(&x, &DVector::from_element(9, -800.0), &Newton::new()).expect_err("rank 3");
    assert!(matches!(singular, SolveError::Linear(LinearError::Singular { what: "F_1", .. })), "{singular}");
}
