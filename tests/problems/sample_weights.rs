//! Weights of samples (Bolte et al.): ridge regression and logistic regression, the latter with an
//! intercept that is not penalised.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

use crate::copies::least_squares;
use crate::data::{cosines, signs, training, validation};
use crate::oracle::{Inner, Number, Oracle, dot, softplus, times};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
        pub lambda: f64,
    }

    pub fn f(x: &DVector<f64>, theta: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        0.5 * theta.dot(&r.component_mul(&r)) + 0.5 * data.lambda * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _theta: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Model {
        pub slope: DVector<f64>,
        pub intercept: f64,
    }

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
        pub lambda: f64,
    }

    fn margin(a: &DMatrix<f64>, b: &DVector<f64>, i: usize, x: &Model) -> f64 {
        b[i] * (a.row(i).transpose().dot(&x.slope) + x.intercept)
    }

    fn loss(margin: f64) -> f64 {
        (1.0 + (-margin).exp()).ln()
    }

    pub fn f(x: &Model, theta: &DVector<f64>, data: &Data) -> f64 {
        let losses = (0..theta.len()).map(|i| theta[i] * loss(margin(&data.a_tr, &data.b_tr, i, x))).sum::<f64>();
        losses + 0.5 * data.lambda * x.slope.norm_squared()
    }

    pub fn g(x: &Model, _theta: &DVector<f64>, data: &Data) -> f64 {
        (0..data.b_val.len()).map(|i| loss(margin(&data.a_val, &data.b_val, i, x))).sum()
    }
}

#[test]
fn weighted_ridge() {
    let data = ridge::Data {
        a_tr: training(7, 3),
        b_tr: cosines(7, 0.9, 0.0),
        a_val: validation(9, 3),
        b_val: cosines(9, 1.7, 0.4),
        lambda: 0.4,
    };
    let problem = ridge::Problem::new(&data).unwrap();
    let (x, theta) = (cosines(3, 0.3, 0.1), cosines(7, 2.1, 0.3).map(|c| 1.2 + 0.5 * c));
    verify(&problem, &x, &theta);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, theta| {
            let residuals = times(&data.a_tr, x).into_iter().zip(data.b_tr.iter()).map(|(t, b)| t - *b);
            let weighted: Number = residuals.zip(theta).map(|(r, t)| *t * r * r).sum();
            (weighted + dot(x, x) * data.lambda) * 0.5
        }),
        g: &|x, _| least_squares(&data.a_val, &data.b_val, x),
    };
    against_oracle(&problem, &x, &theta, &oracle);
    assert!(ridge::Problem::STRUCTURE.f1_constant_in_x);
}

#[test]
fn weighted_logistic_with_intercept() {
    let data = logistic::Data {
        a_tr: training(7, 3),
        b_tr: signs(7, 0.9, 0.2),
        a_val: validation(9, 3),
        b_val: signs(9, 1.7, 0.4),
        lambda: 0.4,
    };
    let problem = logistic::Problem::new(&data).unwrap();
    let x = logistic::Model { slope: cosines(3, 0.3, 0.1), intercept: 0.1 };
    let theta = cosines(7, 2.1, 0.3).map(|c| 1.2 + 0.5 * c);
    verify(&problem, &x, &theta);
    // Slope (3), intercept.
    let losses = |a: &DMatrix<f64>, b: &DVector<f64>, x: &[Number]| -> Vec<Number> {
        times(a, &x[..3]).into_iter().zip(b.iter()).map(|(t, b)| softplus((t + x[3]) * -b)).collect()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, theta| {
            dot(theta, &losses(&data.a_tr, &data.b_tr, x)) + dot(&x[..3], &x[..3]) * (0.5 * data.lambda)
        }),
        g: &|x, _| losses(&data.a_val, &data.b_val, x).into_iter().sum(),
    };
    against_oracle(&problem, &x, &theta, &oracle);
    assert!(logistic::Problem::STRUCTURE.f1_symmetric);
}
