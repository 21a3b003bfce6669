//! Kernel ridge regression with a width per feature (Grazzi et al. 3.1, (22)):
//! `K_ij = exp(-Σ_k γ_k (X_ik - X_jk)²)`, outer variable `(β, γ)`, as it is and through exp.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

use crate::copies::exp;
use crate::data::{cosines, training, validation};
use crate::oracle::{Inner, Number, Oracle, dot, squared_distance};
use crate::verify::{Reference, against_oracle, verify};

#[bilevel]
pub mod plain {
    use nalgebra::{DMatrix, DVector};

    pub struct Hyper {
        pub beta: f64,
        pub gamma: DVector<f64>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DVector<f64>,
        pub inputs_val: DMatrix<f64>,
        pub targets_val: DVector<f64>,
    }

    fn kernel(left: &DMatrix<f64>, right: &DMatrix<f64>, gamma: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(left.nrows(), right.nrows(), |i, j| {
            (-(0..gamma.len()).map(|k| gamma[k] * (left[(i, k)] - right[(j, k)]).powi(2)).sum::<f64>()).exp()
        })
    }

    pub fn f(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        let k = kernel(&data.inputs, &data.inputs, &y.gamma);
        0.5 * x.dot(&(&k * x)) + 0.5 * y.beta * x.norm_squared() - x.dot(&data.targets)
    }

    pub fn g(x: &DVector<f64>, y: &Hyper, data: &Data) -> f64 {
        0.5 * (&data.targets_val - kernel(&data.inputs_val, &data.inputs, &y.gamma) * x).norm_squared()
    }
}

/// The same as a root, the logarithms of β and γ being the outer variable.
#[bilevel]
pub mod through_exp {
    use nalgebra::{DMatrix, DVector};

    pub struct Logarithms {
        pub beta: f64,
        pub gamma: DVector<f64>,
    }

    pub struct Data {
        pub inputs: DMatrix<f64>,
        pub targets: DVector<f64>,
        pub inputs_val: DMatrix<f64>,
        pub targets_val: DVector<f64>,
    }

    fn kernel(left: &DMatrix<f64>, right: &DMatrix<f64>, log_gamma: &DVector<f64>) -> DMatrix<f64> {
        let gamma = log_gamma.map(f64::exp);
        DMatrix::from_fn(left.nrows(), right.nrows(), |i, j| {
            let squares = (left.row(i) - right.row(j)).map(|d| d * d);
            (-(squares * &gamma)[0]).exp()
        })
    }

    pub fn F(x: &DVector<f64>, y: &Logarithms, data: &Data) -> DVector<f64> {
        kernel(&data.inputs, &data.inputs, &y.gamma) * x + y.beta.exp() * x - &data.targets
    }

    pub fn g(x: &DVector<f64>, y: &Logarithms, data: &Data) -> f64 {
        0.5 * (kernel(&data.inputs_val, &data.inputs, &y.gamma) * x - &data.targets_val).norm_squared()
    }
}

const BETA: f64 = 0.3;
const GAMMA: [f64; 3] = [0.5, 0.8, 1.1];
const REFERENCE: Reference<'_> = Reference {
    x_star: &[
        1.6710903969480757,
        0.6695387048048336,
        -1.2934532454228047,
        -1.2253246796475343,
        -1.0994126964702151,
        -1.2482544830011877,
        0.7417239196297413,
        1.854351887609889,
    ],
    x_hat: &[1.69, 0.658, -1.305, -1.206, -1.1, -1.267, 0.755, 1.865],
    omega_hat: &[-0.7640212791438228, -0.6748498550198259, 0.17191734058506875, 0.07492955096898046],
    gradient: &[-0.7502374519870575, -0.6883716248338593, 0.1713650490395856, 0.06763748427406224],
    efficiency: 2.508963629831789,
};

/// `K α`, with the rows of `left` and `right`.
fn kernel_times(left: &DMatrix<f64>, right: &DMatrix<f64>, gamma: &[Number], alpha: &[Number]) -> Vec<Number> {
    let entry = |i: usize, j: usize| {
        let distance: Number = (0..gamma.len()).map(|k| gamma[k] * (left[(i, k)] - right[(j, k)]).powi(2)).sum();
        exp(-distance)
    };
    (0..left.nrows()).map(|i| (0..right.nrows()).map(|j| entry(i, j) * alpha[j]).sum()).collect()
}

#[test]
fn as_it_is() {
    let data = plain::Data {
        inputs: training(8, 3),
        targets: cosines(8, 0.9, 0.0),
        inputs_val: validation(6, 3),
        targets_val: cosines(6, 1.7, 0.4),
    };
    let problem = plain::Problem::new(&data).unwrap();
    let y = plain::Hyper { beta: BETA, gamma: DVector::from_column_slice(&GAMMA) };
    let x = cosines(8, 0.3, 0.1);
    let x_star = verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let k_x = kernel_times(&data.inputs, &data.inputs, &y[1..], x);
            let linear: Number = x.iter().zip(data.targets.iter()).map(|(x, t)| *x * *t).sum();
            (dot(x, &k_x) + y[0] * dot(x, x)) * 0.5 - linear
        }),
        g: &|x, y| {
            let predictions = kernel_times(&data.inputs_val, &data.inputs, &y[1..], x);
            squared_distance(&predictions, data.targets_val.as_slice()) * 0.5
        },
    };
    against_oracle(&problem, &x, &y, &oracle);
    REFERENCE.check(&problem, &x_star, &y, |entries| entries);
}

/// `dh/d ln t = t dh/dt`.
#[test]
fn logarithms() {
    let data = through_exp::Data {
        inputs: training(8, 3),
        targets: cosines(8, 0.9, 0.0),
        inputs_val: validation(6, 3),
        targets_val: cosines(6, 1.7, 0.4),
    };
    let problem = through_exp::Problem::new(&data).unwrap();
    let y = through_exp::Logarithms { beta: BETA.ln(), gamma: DVector::from_column_slice(&GAMMA).map(f64::ln) };
    let x = cosines(8, 0.3, 0.1);
    let x_star = verify(&problem, &x, &y);
    let gamma = |y: &[Number]| y[1..].iter().map(|t| exp(*t)).collect::<Vec<_>>();
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let k_x = kernel_times(&data.inputs, &data.inputs, &gamma(y), x);
            k_x.into_iter().enumerate().map(|(i, t)| t + exp(y[0]) * x[i] - data.targets[i]).collect()
        }),
        g: &|x, y| {
            let predictions = kernel_times(&data.inputs_val, &data.inputs, &gamma(y), x);
            squared_distance(&predictions, data.targets_val.as_slice()) * 0.5
        },
    };
    against_oracle(&problem, &x, &y, &oracle);
    let omega = problem.at(&x_star, &y).unwrap().Omega().unwrap();
    crate::verify::close("beta", &[omega.beta], &[BETA * REFERENCE.gradient[0]], 1e-9);
    let gamma: Vec<f64> = GAMMA.iter().zip(&REFERENCE.gradient[1..]).map(|(g, d)| g * d).collect();
    crate::verify::close("gamma", omega.gamma.as_slice(), &gamma, 1e-9);
    assert!(through_exp::Problem::STRUCTURE.f1_constant_in_x);
}
