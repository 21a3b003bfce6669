//! Helpers with vectors, counts and closures of the module; a helper that calls a helper.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod helped {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    fn square(t: f64) -> f64 {
        t * t
    }

    fn leaky(t: f64) -> f64 {
        softabs(t) + 0.1 * t
    }

    fn softabs(t: f64) -> f64 {
        (square(t) + 0.01).sqrt()
    }

    /// The mean of the first `count` squares.
    fn mean_square(v: &DVector<f64>, count: usize) -> f64 {
        (0..count).map(|i| square(v[i])).sum::<f64>() / count as f64
    }

    fn residual(x: &DVector<f64>, data: &Data) -> DVector<f64> {
        &data.a * x - &data.b
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let weight = |k: usize| (k as f64 + 1.0).recip();
        let penalty = |t: f64, s: f64| s.exp() * square(t);
        let r = residual(x, data);
        let robust = r.map(leaky).sum();
        let tail = (0..x.len()).map(|k| weight(k) * penalty(x[k], y[k])).sum::<f64>();
        robust + tail
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let rows = data.b.len();
        mean_square(&residual(x, data), rows) + 0.1 * mean_square(y, 2) + {
            let s = x.sum();
            s * y[0]
        }
    }
}

#[test]
fn against_the_oracle() {
    let (rows, n) = (6, 3);
    let data = helped::Data { a: data::matrix(rows, n, 0.0), b: data::vector(rows, 0.9) };
    let residual =
        |x: &[Number]| -> Vec<Number> { times(&data.a, x).into_iter().zip(data.b.iter()).map(|(t, b)| t - *b).collect() };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let robust: Number = residual(x).iter().map(|r| (*r * *r + 0.01).sqrt() + *r * 0.1).sum();
            robust + (0..n).map(|k| y[k].exp() * x[k] * x[k] / (k as f64 + 1.0)).sum::<Number>()
        }),
        g: &|x, y| {
            let r = residual(x);
            let sum: Number = x.iter().copied().sum();
            dot(&r, &r) / rows as f64 + dot(&y[..2], &y[..2]) * 0.05 + sum * y[0]
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1));
    let problem = helped::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
