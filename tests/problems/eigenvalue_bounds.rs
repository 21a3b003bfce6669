//! What was proved of the eigenvalues of `F_1`, against the eigenvalues at random points, and the methods that build on it.

use hypergrad::EigenvalueBounds;
use hypergrad::bilevel;
use hypergrad::bounds::rates;
use hypergrad::error::{LinearError, SolveError};
use hypergrad::estimator::{Ift, Unrolled};
use hypergrad::nalgebra::{DMatrix, DVector};
use hypergrad::solver::{GradientDescent, HeavyBall, Nesterov, Newton};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::data::{cosines, one_hot, signs, training};

/// Weights of the samples in y: one block of x.
#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub labels: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let margins = (&data.a * x).component_mul(&data.labels);
        margins.map(|t| softplus(-t)).sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).norm_squared()
    }
}

/// Softmax, x a matrix and an intercept.
#[bilevel]
pub mod softmax {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Weights {
        pub w: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub struct Data {
        pub a: DMatrix<f64>,
        pub labels: DMatrix<f64>,
    }

    pub fn f(x: &Weights, y: f64, data: &Data) -> f64 {
        let mut total = 0.0;
        for i in 0..data.a.nrows() {
            let logits = x.w.tr_mul(&data.a.row(i).transpose()) + &x.b;
            total += log_sum_exp(&logits) - logits.dot(&data.labels.row(i).transpose());
        }
        total + 0.5 * y.exp() * (x.w.norm_squared() + x.b.norm_squared())
    }

    pub fn g(x: &Weights, _y: f64) -> f64 {
        x.w.norm_squared()
    }
}

/// Not convex where the cosines win, and weights of unknown sign.
#[bilevel]
pub mod waves {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub weights: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        (&data.a * x).map(f64::cos).dot(&data.weights)
            + 0.5 * y * x.norm_squared()
            + (1..x.len()).map(|i| (x[i] - x[i - 1]).powi(2)).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, _y: f64) -> f64 {
        x.norm_squared()
    }
}

/// y in the matrix of the features.
#[bilevel]
pub mod features {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (&data.a * (y * x) - &data.b).norm_squared() + 0.25 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (&data.a * y * x - &data.b).norm_squared()
    }
}

/// A map in place of an objective, entry by entry.
#[bilevel]
pub mod entries {
    use nalgebra::Vector3;

    pub fn F(x: &Vector3<f64>, y: &Vector3<f64>) -> Vector3<f64> {
        Vector3::from_fn(|i, _| 2.0 * x[i] + y[i].sin() * x[i].tanh() - y[i])
    }

    pub fn g(x: &Vector3<f64>, _y: &Vector3<f64>) -> f64 {
        x.norm_squared()
    }
}

/// Curvature without end.
#[bilevel]
pub mod quartic {
    use nalgebra::Vector2;

    pub fn f(x: &Vector2<f64>, y: f64) -> f64 {
        x.map(|t| t.powi(4)).sum() + 0.5 * y.exp() * x.norm_squared() - x.sum()
    }

    pub fn g(x: &Vector2<f64>, _y: f64) -> f64 {
        x.norm_squared()
    }
}

fn random(rng: &mut ChaCha8Rng, rows: usize, columns: usize, size: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| rng.random_range(-size..size))
}

/// The eigenvalues lie within the bounds, of which both are there.
fn check(bounds: EigenvalueBounds, f_1: DMatrix<f64>) -> [f64; 2] {
    let values = f_1.symmetric_eigenvalues();
    let (least, most) = (bounds.least.unwrap(), bounds.most.unwrap());
    let rounding = 1e-12 * (1.0 + most.abs());
    assert!(least <= values.min() + rounding && values.max() <= most + rounding, "{bounds} {values}");
    [values.min() - least, most / values.max()]
}

#[test]
fn eigenvalues_are_within() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for trial in 0..40 {
        let (samples, n) = (rng.random_range(3..20), rng.random_range(1..7));
        let a = random(&mut rng, samples, n, 1.0);
        let size = [0.1, 1.0, 10.0][trial % 3];
        let (x, y) = (random(&mut rng, n, 1, size).column(0).into_owned(), random(&mut rng, n, 1, 1.0).column(0).into_owned());

        let data = logistic::Data { a: a.clone(), labels: signs(samples, 1.1, 0.2) };
        let problem = logistic::Problem::new(&data).unwrap();
        let at = problem.at(&x, &y).unwrap();
        check(at.eigenvalue_bounds(), at.F_1());
        // Attained where every margin is 0, but for the norm of A.
        let at = problem.at(&DVector::zeros(n), &y).unwrap();
        let [below, above] = check(at.eigenvalue_bounds(), at.F_1());
        assert!(below >= 0.0 && above < 10.0);

        let data = softmax::Data { a: a.clone(), labels: one_hot(samples, 3) };
        let problem = softmax::Problem::new(&data).unwrap();
        let weights = softmax::Weights { w: random(&mut rng, n, 3, size), b: cosines(3, 0.7, size) };
        let at = problem.at(&weights, &-1.0).unwrap();
        check(at.eigenvalue_bounds(), at.F_1());

        let data = waves::Data { a: a.clone(), weights: random(&mut rng, samples, 1, 1.0).column(0).into_owned() };
        let problem = waves::Problem::new(&data).unwrap();
        let at = problem.at(&x, &rng.random_range(-1.0..1.0)).unwrap();
        check(at.eigenvalue_bounds(), at.F_1());

        let data = features::Data { b: cosines(samples, 0.3, 0.0), a };
        let problem = features::Problem::new(&data).unwrap();
        let at = problem.at(&cosines(2, 1.0, 0.0), &random(&mut rng, n, 2, size)).unwrap();
        check(at.eigenvalue_bounds(), at.F_1());

        let problem = entries::Problem::new().unwrap();
        let [x, y] = [0, 1].map(|_| hypergrad::nalgebra::Vector3::from_fn(|_, _| rng.random_range(-3.0..3.0)));
        let at = problem.at(&x, &y).unwrap();
        let f_1 = at.F_1();
        check(at.eigenvalue_bounds(), DMatrix::from_fn(3, 3, |i, j| f_1[(i, j)]));
    }
}

#[test]
fn methods_with_proved_constants_converge_from_anywhere() {
    let data = logistic::Data { a: training(12, 4), labels: signs(12, 1.1, 0.2) };
    let problem = logistic::Problem::new(&data).unwrap();
    let (far, y) = (DVector::from_element(4, 30.0), cosines(4, 1.0, 0.0));
    let root = problem.solve(&DVector::zeros(4), &y, &Newton::new().tolerance(1e-13)).unwrap().x;
    let plain = problem.solve(&far, &y, &GradientDescent::proved().tolerance(1e-10)).unwrap();
    let fast = problem.solve(&far, &y, &Nesterov::proved().tolerance(1e-10)).unwrap();
    assert!((&plain.x - &root).norm() < 1e-9 && (&fast.x - &root).norm() < 1e-9);
    assert!(fast.steps < plain.steps, "{} {}", fast.steps, plain.steps);
    let near = problem.solve(&root.map(|t| t + 0.01), &y, &HeavyBall::proved().tolerance(1e-10)).unwrap();
    assert!((&near.x - &root).norm() < 1e-9);
    // The rate that they certify holds for the iterates, and as maps they are differentiated.
    let ends = problem.at(&root, &y).unwrap().eigenvalue_bounds();
    let condition = ends.most.unwrap() / ends.least.unwrap();
    let rate = rates::gradient_descent(condition, 1).unwrap();
    let (mut x, mut before) = (far, f64::INFINITY);
    for _ in 0..20 {
        x = problem.solve(&x, &y, &GradientDescent::proved().steps(1)).unwrap().x;
        let error = (&x - &root).norm();
        assert!(error <= rate * before * (1.0 + 1e-9));
        before = error;
    }
    let exact = problem.hypergradient(&root, &y, &Ift::new()).unwrap().gradient;
    let unrolled = problem.hypergradient(&root, &y, &Unrolled::reverse(GradientDescent::proved(), 3000)).unwrap().gradient;
    assert!((exact - unrolled).norm() < 1e-8);
}

#[test]
fn what_is_not_proved_is_an_error() {
    let problem = quartic::Problem::new().unwrap();
    let (x, y) = (hypergrad::nalgebra::Vector2::new(0.1, 0.2), -1.0);
    let ends = problem.at(&x, &y).unwrap().eigenvalue_bounds();
    assert!(ends.least == Some((-1.0_f64).exp()) && ends.most.is_none());
    for result in [
        problem.solve(&x, &y, &GradientDescent::proved()),
        problem.solve(&x, &y, &Nesterov::proved()),
        problem.solve(&x, &y, &HeavyBall::proved()),
    ] {
        assert!(matches!(result, Err(SolveError::Linear(LinearError::NotProved { .. }))), "{result:?}");
    }
    // A bound that is not positive proves no rate.
    let data = waves::Data { a: training(5, 2), weights: cosines(5, 1.0, 0.0) };
    let problem = waves::Problem::new(&data).unwrap();
    let x = DVector::from_element(2, 0.1);
    assert!(matches!(problem.solve(&x, &-3.0, &Nesterov::proved()), Err(SolveError::Linear(LinearError::NotProved { .. }))));
}
