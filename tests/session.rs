//! `at.factor()?`: a factor of `F_1` to solve with.
#![allow(missing_docs, reason = "test modules")]

use hypergrad::estimator::Ift;
use hypergrad::linear::Inertia;
use hypergrad::{EstimatorError, LinearError, bilevel};
use nalgebra::{DMatrix, DVector, Matrix3, Matrix3x2, Vector2, Vector3};

/// `F_1` symmetric and indefinite, constant size.
#[bilevel]
pub mod saddle {
    use nalgebra::{Vector2, Vector3};

    pub fn f(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        0.5 * x[0] * x[0] * y[0].exp() - x[1] * x[1] + x[0] * x[1] * x[2] + x[2] * x[2] + y[1] * x[2]
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>) -> f64 {
        x.norm_squared() + y[0] * x[1]
    }
}

/// `F_1` is the data, not symmetric.
#[bilevel]
pub mod affine {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn F(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        &data.a * x - y.map(f64::exp)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

/// x decides its own shape.
#[bilevel]
pub mod grid {
    use nalgebra::DMatrix;

    pub fn f(x: &DMatrix<f64>, y: f64) -> f64 {
        x.norm_squared() * y.exp() + x.row(0).sum() * x.column(0).sum()
    }

    pub fn g(x: &DMatrix<f64>, y: f64) -> f64 {
        x.row(1).sum() * y
    }
}

/// Two shapes with as many entries are two shapes.
#[test]
fn held_and_moved_points_of_another_shape() {
    let problem = grid::Problem::new().unwrap();
    let entries = |i: usize, j: usize| 1.0 + 0.5 * i as f64 - 0.3 * j as f64;
    let (wide, tall) = (DMatrix::from_fn(2, 3, entries), DMatrix::from_fn(3, 2, entries));
    let expected = problem.at(&tall, &0.4).unwrap().F();
    assert!((&expected - grid_residual(&tall, 0.4)).norm() < 1e-14);
    let held = problem.fix(&0.4).unwrap();
    held.at(&wide).unwrap();
    assert_eq!(held.at(&tall).unwrap().F(), expected);
    let mut at = problem.at(&wide, &0.4).unwrap();
    at.move_to(&tall).unwrap();
    assert_eq!(at.F(), expected);
}

fn grid_residual(x: &DMatrix<f64>, y: f64) -> DMatrix<f64> {
    let (row, column) = (x.row(0).sum(), x.column(0).sum());
    DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| {
        2.0 * y.exp() * x[(i, j)] + if i == 0 { column } else { 0.0 } + if j == 0 { row } else { 0.0 }
    })
}

#[test]
fn one_and_many_right_sides_determinant_inertia() {
    let problem = saddle::Problem::new().unwrap();
    let at = problem.at(&Vector3::new(0.3, -0.2, 0.5), &Vector2::new(0.1, 0.4)).unwrap();
    let (f_1, factor) = (at.F_1(), at.factor().unwrap());
    let rhs = Vector3::new(1.0, -2.0, 0.5);
    assert!((f_1 * factor.solve(&rhs).unwrap() - rhs).norm() < 1e-14);
    assert!((f_1.transpose() * factor.solve_tr(&rhs).unwrap() - rhs).norm() < 1e-14);
    let (columns, mut solved) = (Matrix3x2::new(1.0, 0.0, 2.0, -1.0, 0.5, 3.0), Matrix3x2::new(1.0, 0.0, 2.0, -1.0, 0.5, 3.0));
    factor.solve_columns(&mut solved).unwrap();
    assert!((f_1 * solved - columns).norm() < 1e-14);
    factor.solve_tr_columns(&mut solved).unwrap();
    let mut identity = Matrix3::identity();
    factor.solve_columns(&mut identity).unwrap();
    assert!((f_1 * identity - Matrix3::identity()).norm() < 1e-14);
    let (log_det, determinant) = (factor.log_det(), f_1.determinant());
    assert_eq!(log_det.sign, determinant.signum());
    assert!((log_det.ln_abs - determinant.abs().ln()).abs() < 1e-13);
    let values = f_1.symmetric_eigenvalues();
    let negative = values.iter().filter(|v| **v < 0.0).count();
    assert_eq!((factor.inertia(), negative), (Some(Inertia::new(2, 1)), 1));
    // The session does not keep the point from being asked for other things.
    assert!(at.Omega().unwrap().norm() > 0.0 && factor.condition() >= 1.0);
    let overflow = factor.solve(&Vector3::new(f64::INFINITY, 0.0, 0.0));
    assert!(matches!(overflow, Err(LinearError::NonFinite { .. })), "{overflow:?}");
}

/// 1 on the diagonal, -1 above: no pivot is small, nothing cancels, and from n = 52 on no digit is right.
#[test]
fn a_condition_without_small_pivots_is_noticed() {
    for (n, sound) in [(20, true), (52, false), (60, false)] {
        let a = DMatrix::identity(n, n) - DMatrix::from_fn(n, n, |i, j| f64::from(u8::from(i < j)));
        let problem = affine::Problem::new(affine::Data { a }).unwrap();
        let (x, y) = (DVector::from_element(n, 0.1), DVector::from_element(n, 0.2));
        let at = problem.at(&x, &y).unwrap();
        if sound {
            let factor = at.factor().unwrap();
            assert!(factor.inertia().is_none() && factor.condition() > 1e5);
            continue;
        }
        assert!(matches!(at.factor(), Err(LinearError::IllConditioned { .. })));
        let estimate = problem.hypergradient(&x, &y, &Ift::new());
        assert!(matches!(estimate, Err(EstimatorError::Linear(LinearError::IllConditioned { .. }))), "{estimate:?}");
    }
}

#[test]
#[should_panic(expected = "the right side has 2 rows, x has 3 entries")]
fn another_length_is_a_mistake_of_the_caller() {
    let data = affine::Data { a: DMatrix::identity(3, 3) };
    let problem = affine::Problem::new(&data).unwrap();
    let at = problem.at(&DVector::zeros(3), &DVector::zeros(3)).unwrap();
    let _ = at.factor().unwrap().solve(&DVector::zeros(2));
}
