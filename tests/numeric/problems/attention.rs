//! One head of attention: a softmax between two matrix products, as a root of constant size.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod self_attention {
    use nalgebra::{SMatrix, SVector};

    pub struct Data {
        pub keys: SMatrix<f64, 4, 2>,
        pub values: SMatrix<f64, 4, 2>,
    }

    fn softmax(t: &SVector<f64, 4>) -> SVector<f64, 4> {
        let e = t.map(f64::exp);
        let total = e.sum();
        e / total
    }

    /// A query that is its own answer.
    #[allow(non_snake_case)]
    pub fn F(x: &SVector<f64, 2>, y: &SMatrix<f64, 2, 2>, data: &Data) -> SVector<f64, 2> {
        let weights = softmax(&(data.keys * y * x));
        x - 0.5 * data.values.transpose() * weights
    }

    pub fn g(x: &SVector<f64, 2>, y: &SMatrix<f64, 2, 2>, data: &Data) -> f64 {
        let weights = softmax(&(data.keys * x));
        let entropy: f64 = weights.iter().map(|p| -p * p.ln()).sum();
        entropy + (data.values.tr_mul(&weights) - y * x).norm_squared()
    }
}

fn softmax(t: &[Number]) -> Vec<Number> {
    let total: Number = t.iter().map(DualNum::exp).sum();
    t.iter().map(|t| t.exp() / total).collect()
}

#[test]
fn against_the_oracle() {
    let data = self_attention::Data { keys: data::fixed(0.0), values: data::fixed(0.5) };
    let values = data.values.transpose();
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            let query = [y[0] * x[0] + y[2] * x[1], y[1] * x[0] + y[3] * x[1]];
            let answer = times(&values, &softmax(&times(&data.keys, &query)));
            (0..2).map(|i| x[i] - answer[i] * 0.5).collect()
        }),
        g: &|x, y| {
            let weights = softmax(&times(&data.keys, x));
            let query = [y[0] * x[0] + y[2] * x[1], y[1] * x[0] + y[3] * x[1]];
            let answer = times(&values, &weights);
            let apart: Number = (0..2).map(|i| (answer[i] - query[i]).powi(2)).sum();
            weights.iter().map(|p| -*p * p.ln()).sum::<Number>() + apart
        },
    };
    let problem = self_attention::Problem::new(&data).unwrap();
    let (x, y) = (nalgebra::Vector2::new(0.3, -0.4), data::fixed::<2, 2>(2.1));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
