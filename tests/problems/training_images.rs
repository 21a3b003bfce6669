//! Training-data optimisation (Grazzi et al. 3.2): the outer variable is one image per class, the
//! inner one the classifier that they train.

use hypergrad::bilevel;

use crate::copies::{cross_entropy, log_sum_exp};
use crate::data::{one_hot, sines, validation};
use crate::oracle::{Inner, Number, Oracle, dot};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod images {
    use hypergrad::math::log_sum_exp;
    use nalgebra::DMatrix;

    pub struct Data {
        pub a_val: DMatrix<f64>,
        pub labels: DMatrix<f64>,
        pub beta: f64,
    }

    /// x is p x c, y is c x p: image k is of class k.
    pub fn f(x: &DMatrix<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        let logits = y * x;
        let loss = (0..y.nrows()).map(|k| log_sum_exp(&logits.row(k)) - logits[(k, k)]).sum::<f64>();
        loss / y.nrows() as f64 + data.beta * x.norm_squared() / x.len() as f64
    }

    pub fn g(x: &DMatrix<f64>, _y: &DMatrix<f64>, data: &Data) -> f64 {
        let logits = &data.a_val * x;
        let partitions = (0..logits.nrows()).map(|i| log_sum_exp(&logits.row(i))).sum::<f64>();
        (partitions - logits.component_mul(&data.labels).sum()) / logits.nrows() as f64
    }
}

#[test]
fn one_image_per_class() {
    let data = images::Data { a_val: validation(8, 4), labels: one_hot(8, 3), beta: 0.6 };
    let problem = images::Problem::new(&data).unwrap();
    let (x, y) = (sines(4, 3, [0.4, 1.7, 0.3, 0.2]), sines(3, 4, [1.4, 0.7, 0.2, 0.9]));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let logits =
                |k: usize| -> Vec<Number> { x.chunks(4).map(|column| (0..4).map(|j| y[k + 3 * j] * column[j]).sum()).collect() };
            let loss: Number = (0..3).map(|k| log_sum_exp(&logits(k)) - logits(k)[k]).sum();
            loss / 3.0 + dot(x, x) * (data.beta / 12.0)
        }),
        g: &|x, _| cross_entropy(&data.a_val, &data.labels, x) / 8.0,
    };
    against_oracle(&problem, &x, &y, &oracle);
}
