//! Logistic regression, the loss spelled in three ways.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let margins = data.b.component_mul(&(&data.a * x));
        margins.map(|t| (1.0 + (-t).exp()).ln()).sum() + 0.5 * x.zip_map(y, |x, y| y.exp() * x * x).sum()
    }

    pub fn g(x: &DVector<f64>, _: &DVector<f64>, data: &Data) -> f64 {
        let margins = data.b_val.component_mul(&(&data.a_val * x));
        let half: f64 = margins.iter().map(|t| softplus(-t)).sum();
        0.5 * half + 0.5 * margins.map(|t| (-t).exp().ln_1p()).sum()
    }
}

#[test]
fn against_the_oracle() {
    let data = logistic::Data {
        a: data::matrix(12, 4, 0.0),
        b: data::labels(12, 0.9),
        a_val: data::matrix(9, 4, 0.5),
        b_val: data::labels(9, 1.7),
    };
    let loss = |a: &nalgebra::DMatrix<f64>, b: &nalgebra::DVector<f64>, x: &[Number]| -> Number {
        (0..a.nrows())
            .map(|i| {
                let t = (0..4).map(|j| x[j] * a[(i, j)]).sum::<Number>() * -b[i];
                (t.exp() + 1.0).ln()
            })
            .sum()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            loss(&data.a, &data.b, x) + (0..4).map(|j| y[j].exp() * x[j] * x[j] * 0.5).sum::<Number>()
        }),
        g: &|x, _| loss(&data.a_val, &data.b_val, x),
    };
    let (x, y) = (data::vector(4, 0.3), data::vector(4, 2.1));
    let problem = logistic::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

#[test]
fn far_margins_stay_finite() {
    let data = logistic::Data {
        a: data::matrix(12, 4, 0.0) * 1e4,
        b: data::labels(12, 0.9),
        a_val: data::matrix(9, 4, 0.5) * 1e4,
        b_val: data::labels(9, 1.7),
    };
    let problem = logistic::Problem::new(&data).unwrap();
    let at = problem.at(&data::vector(4, 0.3), &data::vector(4, 2.1)).unwrap();
    assert!(at.f().is_finite() && at.F().iter().all(|v| v.is_finite()) && at.F_1().iter().all(|v| v.is_finite()));
    assert!(at.Omega().unwrap().iter().all(|v| v.is_finite()));
}
