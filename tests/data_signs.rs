//! Facts that the data decides: `structure()` says what holds for the data at hand, and `F_1` is solved by it.

use hypergrad::bilevel;
use hypergrad::estimator::{Ift, Preconditioned};
use hypergrad::solver::Newton;
use nalgebra::{DMatrix, DVector, SMatrix};

/// Logistic regression with sample weights and a penalty, both data.
#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub weights: DVector<f64>,
        pub l2: f64,
        pub target: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let losses = (&data.a * x).map(softplus);
        losses.dot(&data.weights) / data.weights.sum() + 0.5 * data.l2 * x.norm_squared() - y.dot(x)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (x - &data.target).norm_squared()
    }
}

/// A column per sample: blocks, each of a sign that the data decides.
#[bilevel]
pub mod columns {
    use nalgebra::SMatrix;

    pub struct Data {
        pub scale: f64,
        pub target: SMatrix<f64, 2, 3>,
    }

    pub fn f(x: &SMatrix<f64, 2, 3>, y: &f64, data: &Data) -> f64 {
        (0..3)
            .map(|i| {
                let (a, b) = (x[(0, i)], x[(1, i)]);
                data.scale * (a - 2.0 * b).powi(4) + data.scale * a * a + 2.0 * data.scale * b * b - y * a * data.target[(0, i)]
            })
            .sum()
    }

    pub fn g(x: &SMatrix<f64, 2, 3>, _y: &f64, data: &Data) -> f64 {
        (x - data.target).norm_squared()
    }
}

fn logistic_data(rows: usize, n: usize) -> logistic::Data {
    logistic::Data {
        a: DMatrix::from_fn(rows, n, |i, j| (1.0 + (3 * i * i + 2 * j * j + i * j) as f64).sin()),
        weights: DVector::from_fn(rows, |i, _| 1.0 + (i as f64).cos().abs()),
        l2: 0.4,
        target: DVector::from_fn(n, |i, _| (0.3 * i as f64).cos()),
    }
}

/// `F_1⁻¹ g_1` by `factor`, against the dense matrix and its LU factors.
fn solves_as_the_dense_matrix(data: &logistic::Data) {
    let problem = logistic::Problem::new(data).unwrap();
    let n = data.target.len();
    let (x, y) = (DVector::from_fn(n, |i, _| 0.1 * (i as f64).sin()), DVector::from_element(n, 0.05));
    let at = problem.at(&x, &y).unwrap();
    let v = at.F_1().lu().solve(&at.g_1()).unwrap();
    let expected = at.g_2() - at.F_2().transpose() * v;
    let found = problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
    assert!((&found - &expected).norm() < 1e-11 * expected.norm(), "{found} {expected}");
    let report = problem.check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{report}");
}

#[test]
fn what_holds_is_decided_once_by_the_data() {
    // Few samples: by parts; many: whole.
    for (rows, n) in [(4, 12), (12, 4)] {
        let mut data = logistic_data(rows, n);
        let fixed = logistic::Problem::STRUCTURE;
        assert!(!fixed.f1_definite && !fixed.f1_diagonal_plus_gram && fixed.f1_symmetric && fixed.smooth);
        let structure = logistic::Problem::new(&data).unwrap().structure();
        assert!(structure.f1_definite && structure.f1_diagonal_plus_gram && structure.f1_symmetric && structure.smooth);
        solves_as_the_dense_matrix(&data);
        for spoil in [
            (|data: &mut logistic::Data| data.l2 = -0.3) as fn(&mut logistic::Data),
            |data| data.weights[2] = -0.1,
        ] {
            spoil(&mut data);
            let structure = logistic::Problem::new(&data).unwrap().structure();
            assert!(!structure.f1_definite && !structure.f1_diagonal_plus_gram && structure.f1_symmetric);
            solves_as_the_dense_matrix(&data);
            data = logistic_data(rows, n);
        }
        // Zero is not negative.
        data.weights[0] = 0.0;
        data.weights[1] = -0.0;
        assert!(logistic::Problem::new(&data).unwrap().structure().f1_definite);
        solves_as_the_dense_matrix(&data);
        data.l2 = -1e-300;
        assert!(!logistic::Problem::new(&data).unwrap().structure().f1_definite);
        data.l2 = 0.4;
        data.weights[1] = f64::NAN;
        if let Ok(problem) = logistic::Problem::new(&data) {
            assert!(!problem.structure().f1_definite);
        }
    }
}

#[test]
fn the_derivation_names_the_fields() {
    let text = logistic::Problem::DERIVATION;
    assert!(text.contains("f1_definite: where weights ≥ 0 and l2 ≥ 0: f is convex in x by its composition"), "{text}");
    assert!(text.contains("decided by the data"), "{text}");
}

#[test]
fn blocks_by_the_sign_of_the_data() {
    for scale in [0.7, -0.7] {
        let data = columns::Data { scale, target: SMatrix::from_fn(|i, j| (1.0 + i as f64 + 0.7 * j as f64).sin()) };
        let problem = columns::Problem::new(data).unwrap();
        assert_eq!(problem.structure().f1_definite, scale > 0.0);
        assert!(problem.structure().f1_block_diagonal && !columns::Problem::STRUCTURE.f1_definite);
        let x = SMatrix::<f64, 2, 3>::from_fn(|i, j| (0.4 * i as f64 - j as f64).cos());
        let report = problem.check_derivatives(&x, &0.8).unwrap();
        assert!(report.agrees(), "{report}");
        let at = problem.at(&x, &0.8).unwrap();
        let (f_1, g_1) = (at.F_1(), at.g_1());
        let v = f_1.lu().solve(&SMatrix::<f64, 6, 1>::from_column_slice(g_1.as_slice())).unwrap();
        let expected = at.g_2() - (at.F_2().transpose() * v)[0];
        let found = problem.hypergradient(&x, &0.8, &Ift::new()).unwrap().gradient;
        assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()));
    }
    let data = columns::Data { scale: 0.7, target: SMatrix::from_fn(|i, j| (i + j) as f64) };
    let problem = columns::Problem::new(data).unwrap();
    let solution = problem.solve(&SMatrix::zeros(), &0.5, &Newton::new()).unwrap();
    assert!(problem.hypergradient(&solution.x, &0.5, &Preconditioned::newton()).is_ok());
}
