//! Multinomial regression: x a matrix of weights, the loss by log-sum-exp over the rows of the
//! logits, written with a stable function and by hand.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod multinomial {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        /// One-hot rows.
        pub labels: DMatrix<f64>,
        pub a_val: DMatrix<f64>,
        pub labels_val: DMatrix<f64>,
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let logits = &data.a * x;
        let loss = logits.row_iter().map(|row| log_sum_exp(&row)).sum::<f64>() - data.labels.dot(&logits);
        let penalty: f64 = x.row_iter().zip(y.iter()).map(|(row, y)| y.exp() * row.norm_squared()).sum();
        loss + 0.5 * penalty
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        let logits = &data.a_val * x;
        let n = logits.nrows();
        let partition = |i: usize| (0..logits.ncols()).map(|k| logits[(i, k)].exp()).sum::<f64>().ln();
        let chosen = logits.component_mul(&data.labels_val).sum();
        ((0..n).map(partition).sum::<f64>() - chosen) / n as f64
    }
}

fn one_hot(rows: usize, classes: usize) -> nalgebra::DMatrix<f64> {
    nalgebra::DMatrix::from_fn(rows, classes, |i, k| if (i * i + 1) % classes == k { 1.0 } else { 0.0 })
}

#[test]
fn against_the_oracle() {
    let (rows, features, classes) = (6, 2, 3);
    let data = multinomial::Data {
        a: data::matrix(rows, features, 0.0),
        labels: one_hot(rows, classes),
        a_val: data::matrix(4, features, 0.5),
        labels_val: one_hot(4, classes),
    };
    let loss = |a: &nalgebra::DMatrix<f64>, labels: &nalgebra::DMatrix<f64>, x: &[Number]| {
        let mut sum = constant(0.0);
        for i in 0..a.nrows() {
            let logits: Vec<Number> =
                (0..classes).map(|k| (0..features).map(|j| x[j + features * k] * a[(i, j)]).sum()).collect();
            sum += logits.iter().map(DualNum::exp).sum::<Number>().ln();
            for k in 0..classes {
                sum -= logits[k] * labels[(i, k)];
            }
        }
        sum
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let penalty: Number = (0..features * classes).map(|e| y[e % features].exp() * x[e] * x[e] * 0.5).sum();
            loss(&data.a, &data.labels, x) + penalty
        }),
        g: &|x, _| loss(&data.a_val, &data.labels_val, x) / 4.0,
    };
    let (x, y) = (data::matrix(features, classes, 0.3), data::vector(features, 2.1));
    let problem = multinomial::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
