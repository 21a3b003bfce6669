//! What is known of `F_1`, for all data or for the data at hand (`structure()`), and that it is solved by it.
#![allow(missing_docs, reason = "test modules")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

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

/// A linear predictor over three blocks of x, with a weight for each sample.
#[bilevel]
pub mod mixed {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Effects {
        pub fixed: DVector<f64>,
        pub group: DMatrix<f64>,
        pub offset: f64,
    }

    pub struct Data {
        pub design: DMatrix<f64>,
        pub member: DMatrix<f64>,
        pub weights: DVector<f64>,
    }

    pub fn f(x: &Effects, y: &DVector<f64>, data: &Data) -> f64 {
        let eta = (&data.design * &x.fixed).add_scalar(x.offset) - 2.0 * (&data.member * &x.group).column(1);
        let priors = y[0].exp() * x.fixed.norm_squared() + y[1].exp() * x.group.norm_squared() + 0.1 * x.offset * x.offset;
        eta.map(softplus).dot(&data.weights) + priors - 0.3 * x.fixed.sum()
    }

    pub fn g(x: &Effects, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.design * &x.fixed).norm_squared() + x.group.column(1).sum() + x.offset
    }
}

/// Softmax regression: a diagonal plus a Gram matrix of a row per sample and class.
#[bilevel]
pub mod softmax {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub one_hot: DMatrix<f64>,
        pub decay: f64,
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let logits = &data.a * x;
        let loss = |i: usize| log_sum_exp(&logits.row(i)) - data.one_hot.row(i).dot(&logits.row(i));
        (0..data.a.nrows()).map(|i| y[i].exp() * loss(i)).sum::<f64>() + 0.5 * data.decay * x.norm_squared()
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x - &data.one_hot).norm_squared()
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
        for spoil in [(|data: &mut logistic::Data| data.l2 = -0.3) as fn(&mut logistic::Data), |data| data.weights[2] = -0.1] {
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

fn sines(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (1.0 + (3 * i * i + 2 * j * j + i * j) as f64).sin())
}

#[test]
fn gram_matrices_across_the_blocks_of_x() {
    for (rows, columns, spoilt) in [(3, 20, false), (30, 4, false), (3, 20, true)] {
        let mut weights = DVector::from_fn(rows, |i, _| 0.5 + 0.1 * i as f64);
        if spoilt {
            weights[1] = -0.2;
        }
        let data = mixed::Data { design: sines(rows, columns), member: sines(rows, 6), weights };
        let problem = mixed::Problem::new(data).unwrap();
        assert_eq!(problem.structure().f1_diagonal_plus_gram, !spoilt);
        assert_eq!(problem.structure().f1_definite, !spoilt);
        let x = mixed::Effects { fixed: sines(columns, 1).column(0) * 0.3, group: sines(6, 3) * 0.2, offset: 0.1 };
        let y = DVector::from_vec(vec![-0.3, 0.4]);
        let report = problem.check_derivatives(&x, &y).unwrap();
        assert!(report.agrees(), "{report}");
        let at = problem.at(&x, &y).unwrap();
        let slope = at.g_1();
        let flat = DVector::from_iterator(
            columns + 19,
            slope.fixed.iter().chain(slope.group.iter()).copied().chain(std::iter::once(slope.offset)),
        );
        let expected = at.g_2() - at.F_2().transpose() * at.F_1().lu().solve(&flat).unwrap();
        let found = problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
        assert!((&found - &expected).norm() < 1e-10 * expected.norm(), "{found} {expected}");
    }
}

#[test]
fn softmax_by_its_roots() {
    for (rows, columns) in [(2, 15), (20, 4)] {
        let one_hot = DMatrix::from_fn(rows, 3, |i, j| if i % 3 == j { 1.0 } else { 0.0 });
        let problem = softmax::Problem::new(softmax::Data { a: sines(rows, columns), one_hot, decay: 0.2 }).unwrap();
        assert!(problem.structure().f1_diagonal_plus_gram && !softmax::Problem::STRUCTURE.f1_diagonal_plus_gram);
        let (x, y) = (sines(columns, 3) * 0.5, DVector::from_fn(rows, |i, _| 0.2 * i as f64 - 0.3));
        let report = problem.check_derivatives(&x, &y).unwrap();
        assert!(report.agrees(), "{report}");
        let at = problem.at(&x, &y).unwrap();
        let g_1 = DVector::from_column_slice(at.g_1().as_slice());
        let expected = at.g_2() - at.F_2().transpose() * at.F_1().lu().solve(&g_1).unwrap();
        let found = problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
        assert!((&found - &expected).norm() < 1e-10 * expected.norm(), "{found} {expected}");
    }
}

/// F affine, of constant size: not as many entries as vectors have.
#[bilevel]
pub mod affine {
    use nalgebra::{SMatrix, SVector};

    pub struct Data {
        pub a: SMatrix<f64, 12, 5>,
        pub b: SVector<f64, 12>,
    }

    pub fn f(x: &SVector<f64, 5>, y: &SVector<f64, 5>, data: &Data) -> f64 {
        (data.a * x - data.b).norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &SVector<f64, 5>, _y: &SVector<f64, 5>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

/// Steps in registers are those that are seen one by one, and fail as they do.
#[test]
fn descent_on_an_affine_residual() {
    use core::ops::ControlFlow;
    use hypergrad::problem::Bilevel;
    use hypergrad::solver::{GradientDescent, InnerSolver};
    let data = affine::Data {
        a: SMatrix::from_fn(|i, j| (1.3 * i as f64 + 0.7 * j as f64).sin()),
        b: SMatrix::from_fn(|i, _| (0.4 * i as f64).cos()),
    };
    let problem = affine::Problem::new(&data).unwrap();
    let (x0, y) = (SMatrix::from_fn(|i, _| 0.1 * i as f64), SMatrix::from_fn(|i, _| 0.2 - 0.1 * i as f64));
    let reached = |descent: &GradientDescent, seen: &mut dyn FnMut(&[f64])| {
        let mut work = problem.work(&x0, &y).unwrap();
        let mut kept = descent.workspace(&problem, &work).unwrap();
        descent.run_observed(&problem, &mut work, &mut kept, None, &mut |step| {
            seen(step.x);
            ControlFlow::Continue(())
        })
    };
    for steps in [1, 8, 9, 100] {
        let descent = GradientDescent::new(0.02).steps(steps);
        let mut x = vec![0.0; 5];
        let observed = reached(&descent, &mut |seen| x.copy_from_slice(seen)).unwrap();
        let found = problem.solve(&x0, &y, &descent).unwrap();
        assert_eq!((found.steps, found.converged), (observed.steps, observed.converged));
        assert!(found.x.iter().zip(&x).all(|(found, seen)| (found - seen).abs() < 1e-14), "{steps}: {} {x:?}", found.x);
        assert!((found.residual - observed.residual).abs() < 1e-12);
    }
    let far = GradientDescent::new(1e6).steps(80);
    let (found, observed) = (problem.solve(&x0, &y, &far).unwrap_err(), reached(&far, &mut |_| {}).unwrap_err());
    assert_eq!(found.to_string(), observed.to_string());
    assert!(found.to_string().contains("step"), "{found}");
}
