//! Training-data optimisation (Grazzi et al. 3.2): the outer variable is one image per class, the
//! inner one the classifier that they train.

use hypergrad::bilevel;

use crate::data::{one_hot, sines, validation};
use crate::verify::verify;

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
    verify(&problem, &sines(4, 3, [0.4, 1.7, 0.3, 0.2]), &sines(3, 4, [1.4, 0.7, 0.2, 0.9]));
}
