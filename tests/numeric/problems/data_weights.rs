//! Weights that are data: contractions of data alone that need scratch are made once, with the
//! problem. Enough rows for that to pay, and results of three indices and more.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod weighted {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub weights: DVector<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a * x - &data.b;
        let quadratic = r.component_mul(&data.weights).dot(&r);
        let cubic = (&data.a * x).map(|t| t * t * t).dot(&data.weights);
        quadratic + 0.01 * cubic + y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).dot(&data.weights) + x.norm_squared() + 0.1 * y.norm_squared()
    }
}

fn check(rows: usize, n: usize) {
    let data = weighted::Data {
        a: data::matrix(rows, n, 0.0),
        weights: data::vector(rows, 0.9).map(f64::abs),
        b: data::vector(rows, 1.7),
    };
    let product = |x: &[Number], i: usize| (0..n).map(|j| x[j] * data.a[(i, j)]).sum::<Number>();
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let term = |i: usize| {
                let t = product(x, i);
                let r = t - data.b[i];
                (r * r + t * t * t * 0.01) * data.weights[i]
            };
            (0..rows).map(term).sum::<Number>() + (0..n).map(|j| y[j].exp() * x[j] * x[j]).sum::<Number>()
        }),
        g: &|x, y| {
            let first = (0..rows).map(|i| product(x, i) * data.weights[i]).sum::<Number>();
            first + x.iter().map(|t| *t * *t).sum::<Number>() + y.iter().map(|t| *t * *t * 0.1).sum::<Number>()
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1));
    let problem = weighted::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

#[test]
fn many_rows() {
    check(40, 3);
}

#[test]
fn few_rows() {
    check(2, 4);
}
