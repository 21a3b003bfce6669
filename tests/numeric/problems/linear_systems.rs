//! Functions that solve systems: the evidence of a Gaussian process, generalised least squares, the gain
//! of a Kalman filter, a root with a matrix that is not symmetric.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

/// `a⁻¹ b` and `det a` over dual numbers, without exchanges.
fn eliminate(mut a: Vec<Vec<Number>>, mut b: Vec<Number>) -> (Vec<Number>, Number) {
    let n = a.len();
    let mut determinant = constant(1.0);
    for j in 0..n {
        determinant *= a[j][j];
        for i in (0..n).filter(|i| *i != j) {
            let t = a[i][j] / a[j][j];
            for k in 0..n {
                let own = a[j][k];
                a[i][k] -= t * own;
            }
            let own = b[j];
            b[i] -= t * own;
        }
    }
    (0..n).for_each(|j| b[j] /= a[j][j]);
    (b, determinant)
}

fn table(n: usize, entry: impl Fn(usize, usize) -> Number) -> Vec<Vec<Number>> {
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

fn dot(a: &[Number], b: &[Number]) -> Number {
    a.iter().zip(b).map(|(a, b)| *a * *b).sum()
}

/// Logarithms of length scale, amplitude and noise as inner variable, weights of their priors outside.
#[bilevel]
pub mod gaussian_process {
    use nalgebra::{DMatrix, DVector, Vector3};

    pub struct Data {
        pub points: DVector<f64>,
        pub targets: DVector<f64>,
        pub test_points: DVector<f64>,
        pub test_targets: DVector<f64>,
    }

    fn kernel(a: f64, b: f64, x: &Vector3<f64>) -> f64 {
        let d = (a - b) / x[0].exp();
        (2.0 * x[1] - 0.5 * d * d).exp()
    }

    fn covariance(x: &Vector3<f64>, data: &Data) -> DMatrix<f64> {
        let n = data.points.len();
        DMatrix::from_fn(n, n, |i, j| kernel(data.points[i], data.points[j], x)) + DMatrix::identity(n, n) * (2.0 * x[2]).exp()
    }

    /// The negative logarithm of the evidence, and priors.
    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let factor = covariance(x, data).cholesky().expect("a covariance");
        let alpha = factor.solve(&data.targets);
        0.5 * data.targets.dot(&alpha) + 0.5 * factor.ln_determinant() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &Vector3<f64>, _y: &Vector3<f64>, data: &Data) -> f64 {
        let alpha = covariance(x, data).cholesky().expect("a covariance").solve(&data.targets);
        let across =
            DMatrix::from_fn(data.test_points.len(), data.points.len(), |i, j| kernel(data.test_points[i], data.points[j], x));
        (across * alpha - &data.test_targets).norm_squared()
    }
}

#[test]
fn evidence() {
    let data = gaussian_process::Data {
        points: data::vector(5, 0.9) * 2.0,
        targets: data::vector(5, 1.7),
        test_points: data::vector(3, 0.5),
        test_targets: data::vector(3, 1.1),
    };
    let kernel = |a: f64, b: f64, x: &[Number]| ((x[1] * 2.0) - ((x[0] * -2.0).exp() * (0.5 * (a - b) * (a - b)))).exp();
    let solved = |x: &[Number]| {
        let matrix = table(5, |i, j| {
            let noise = if i == j { (x[2] * 2.0).exp() } else { constant(0.0) };
            kernel(data.points[i], data.points[j], x) + noise
        });
        eliminate(matrix, data.targets.iter().map(|t| constant(*t)).collect())
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let (alpha, det) = solved(x);
            let form: Number = alpha.iter().zip(data.targets.iter()).map(|(a, t)| *a * *t).sum();
            let prior: Number = (0..3).map(|k| y[k].exp() * x[k] * x[k]).sum();
            (form + det.ln() + prior) * 0.5
        }),
        g: &|x, _| {
            let (alpha, _) = solved(x);
            let residual = |i: usize| {
                let row = (0..5).map(|j| kernel(data.test_points[i], data.points[j], x) * alpha[j]).sum::<Number>();
                row - data.test_targets[i]
            };
            (0..3).map(|i| residual(i) * residual(i)).sum()
        },
    };
    let problem = gaussian_process::Problem::new(&data).unwrap();
    let (x, y) = (nalgebra::Vector3::new(-0.4, 0.2, -0.6), nalgebra::Vector3::new(0.3, -0.2, 0.5));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

/// Coefficients inside; a covariance of the errors with logarithms of scales and a correlation outside.
#[bilevel]
pub mod generalised_least_squares {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    fn covariance(y: &DVector<f64>) -> DMatrix<f64> {
        let n = y.len() - 1;
        let r = y[n].tanh();
        DMatrix::from_fn(n, n, |i, j| (0.5 * (y[i] + y[j])).exp() * r.powi(i.abs_diff(j) as i32))
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a * x - &data.b;
        let s = covariance(y);
        0.5 * (r.transpose() * s.clone().try_inverse().unwrap() * &r).to_scalar() + 0.5 * s.determinant().ln()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared() + 0.1 * y.norm_squared()
    }
}

/// What rotates and shrinks a state, and what is measured of it; the gain is written as in the textbooks.
#[bilevel]
pub mod kalman {
    use nalgebra::{Matrix2, Matrix2x3, Matrix3, Vector2, Vector3};

    pub struct Data {
        pub h: Matrix2x3<f64>,
        pub z: Vector2<f64>,
        pub prior: Vector3<f64>,
        pub truth: Vector3<f64>,
    }

    fn updated(x: &Vector3<f64>, y: &Vector2<f64>, data: &Data) -> Vector3<f64> {
        let p = Matrix3::from_fn(|i, j| 0.3 * (x[i] * x[j]).sin()) + Matrix3::from_diagonal_element(1.0);
        let r = Matrix2::from_diagonal(&y.map(f64::exp));
        let s = data.h * p * data.h.transpose() + r;
        let k = p * data.h.transpose() * s.try_inverse().unwrap();
        data.prior + k * (data.z - data.h * x)
    }

    pub fn f(x: &Vector3<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        (x - updated(x, y, data)).norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        (updated(x, y, data) - data.truth).norm_squared() + y.dot(y) * 0.1
    }
}

#[test]
fn gain() {
    let data = kalman::Data {
        h: data::fixed(0.2),
        z: data::fixed_vector(0.8),
        prior: data::fixed_vector(0.6),
        truth: data::fixed_vector(1.4),
    };
    let updated = |x: &[Number], y: &[Number]| {
        let p = table(3, |i, j| (x[i] * x[j]).sin() * 0.3 + if i == j { 1.0 } else { 0.0 });
        let ph = |i: usize, a: usize| (0..3).map(|j| p[i][j] * data.h[(a, j)]).sum::<Number>();
        let s = table(2, |a, b| {
            let noise = if a == b { y[a].exp() } else { constant(0.0) };
            (0..3).map(|i| ph(i, b) * data.h[(a, i)]).sum::<Number>() + noise
        });
        let innovation = (0..2).map(|a| -(0..3).map(|i| x[i] * data.h[(a, i)]).sum::<Number>() + data.z[a]).collect();
        let (weights, _) = eliminate(s, innovation);
        (0..3).map(|i| dot(&[ph(i, 0), ph(i, 1)], &weights) + data.prior[i]).collect::<Vec<Number>>()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| updated(x, y).iter().zip(x).map(|(u, x)| (*x - *u) * (*x - *u)).sum()),
        g: &|x, y| {
            let error: Number = updated(x, y).iter().zip(data.truth.iter()).map(|(u, t)| (*u - *t) * (*u - *t)).sum();
            error + dot(y, y) * 0.1
        },
    };
    let problem = kalman::Problem::new(&data).unwrap();
    let (x, y) = (nalgebra::Vector3::new(0.4, -0.3, 0.7), nalgebra::Vector2::new(-0.4, 0.3));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

#[test]
fn least_squares() {
    let data = generalised_least_squares::Data {
        a: data::matrix(4, 3, 0.1),
        b: data::vector(4, 0.8),
        a_val: data::matrix(3, 3, 0.7),
        b_val: data::vector(3, 1.2),
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let r: Vec<Number> = (0..4).map(|i| (0..3).map(|j| x[j] * data.a[(i, j)]).sum::<Number>() - data.b[i]).collect();
            let s = table(4, |i, j| ((y[i] + y[j]) * 0.5).exp() * y[4].tanh().powi(i.abs_diff(j) as i32));
            let (solution, det) = eliminate(s, r.clone());
            (dot(&r, &solution) + det.ln()) * 0.5
        }),
        g: &|x, y| {
            let residual = |i: usize| (0..3).map(|j| x[j] * data.a_val[(i, j)]).sum::<Number>() - data.b_val[i];
            (0..3).map(|i| residual(i) * residual(i)).sum::<Number>() + dot(y, y) * 0.1
        },
    };
    let problem = generalised_least_squares::Problem::new(&data).unwrap();
    let (x, y) = (data::vector(3, 0.7), nalgebra::DVector::from_vec(vec![0.2, -0.3, 0.1, 0.4, 0.6]));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

/// A root with a factor of data alone, and one of the transpose of a matrix of x.
#[bilevel]
pub mod tilted_root {
    use nalgebra::{SMatrix, SVector};

    pub struct Data {
        pub a: SMatrix<f64, 5, 5>,
    }

    fn heavy(m: SMatrix<f64, 5, 5>) -> SMatrix<f64, 5, 5> {
        m + SMatrix::<f64, 5, 5>::identity() * 5.0
    }

    pub fn F(x: &SVector<f64, 5>, y: &SVector<f64, 5>, data: &Data) -> SVector<f64, 5> {
        let by_data = heavy(data.a).lu().solve(&(x + y.map(f64::sin))).unwrap();
        let by_x = heavy(data.a.component_mul(&(x * y.transpose()))).transpose().lu().solve(x).unwrap();
        by_data + by_x + x * 0.5 - y
    }

    pub fn g(x: &SVector<f64, 5>, y: &SVector<f64, 5>, data: &Data) -> f64 {
        heavy(data.a).determinant() * 1e-4 * x.norm_squared() + x.dot(y)
    }
}

#[test]
fn root() {
    let data = tilted_root::Data { a: data::fixed(0.3) };
    let heavy = |i: usize, j: usize, entry: Number| entry + if i == j { 5.0 } else { 0.0 };
    let plain = table(5, |i, j| heavy(i, j, constant(data.a[(i, j)])));
    let det = eliminate(plain.clone(), vec![constant(0.0); 5]).1;
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let (by_data, _) = eliminate(plain.clone(), (0..5).map(|i| x[i] + y[i].sin()).collect());
            let (by_x, _) = eliminate(table(5, |i, j| heavy(i, j, x[j] * y[i] * data.a[(j, i)])), x.to_vec());
            (0..5).map(|i| by_data[i] + by_x[i] + x[i] * 0.5 - y[i]).collect()
        }),
        g: &|x, y| det * dot(x, x) * 1e-4 + dot(x, y),
    };
    let problem = tilted_root::Problem::new(&data).unwrap();
    let (x, y) = (data::fixed_vector(0.7), data::fixed_vector(1.1));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
