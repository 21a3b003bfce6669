//! Multinomial logistic regression with a weight `e^{y_j}` per feature (Grazzi et al. 3.2), x a
//! p x c matrix: with the labels as rows of a one-hot matrix.

use hypergrad::bilevel;

use crate::copies::{cross_entropy, weighted_rows};
use crate::data::{log_weights, one_hot, sines, training, validation};
use crate::oracle::{Inner, Oracle};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod dense {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub labels_tr: DMatrix<f64>,
        pub a_val: DMatrix<f64>,
        pub labels_val: DMatrix<f64>,
    }

    fn cross_entropy(logits: &DMatrix<f64>, labels: &DMatrix<f64>) -> f64 {
        let log_partition = |i: usize| {
            let row = logits.row(i);
            row.map(f64::exp).sum().ln()
        };
        (0..logits.nrows()).map(|i| log_partition(i) - logits.row(i).dot(&labels.row(i))).sum::<f64>() / logits.nrows() as f64
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let penalty = (0..x.nrows()).map(|j| y[j].exp() * x.row(j).norm_squared()).sum::<f64>();
        cross_entropy(&(&data.a_tr * x), &data.labels_tr) + penalty / x.len() as f64
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(&(&data.a_val * x), &data.labels_val)
    }
}

/// With the largest logit subtracted, as one writes it in floats.
#[bilevel]
pub mod shifted {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub labels: DMatrix<f64>,
    }

    fn cross_entropy(logits: &DMatrix<f64>, labels: &DMatrix<f64>) -> f64 {
        (0..logits.nrows())
            .map(|i| {
                let row = logits.row(i);
                let top = row.max();
                top + row.map(|t| (t - top).exp()).sum().ln() - row.dot(&labels.row(i))
            })
            .sum()
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(&(&data.a * x), &data.labels) + (0..x.nrows()).map(|j| y[j].exp() * x.row(j).norm_squared()).sum::<f64>()
    }

    pub fn g(x: &DMatrix<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        cross_entropy(&(&data.a * x), &data.labels)
    }
}

#[test]
fn multinomial() {
    let data =
        dense::Data { a_tr: training(10, 4), labels_tr: one_hot(10, 3), a_val: validation(7, 4), labels_val: one_hot(7, 3) };
    let problem = dense::Problem::new(&data).unwrap();
    let (x, y) = (sines(4, 3, [0.4, 1.7, 0.3, 0.2]), log_weights(4));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| cross_entropy(&data.a_tr, &data.labels_tr, x) / 10.0 + weighted_rows(x, y) / 12.0),
        g: &|x, _| cross_entropy(&data.a_val, &data.labels_val, x) / 7.0,
    };
    against_oracle(&problem, &x, &y, &oracle);
}

#[test]
fn with_the_largest_logit_subtracted() {
    let data = shifted::Data { a: training(8, 3), labels: one_hot(8, 3) };
    let problem = shifted::Problem::new(&data).unwrap();
    let (x, y) = (sines(3, 3, [0.4, 1.7, 0.3, 0.2]), log_weights(3));
    verify(&problem, &x, &y);
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| cross_entropy(&data.a, &data.labels, x) + weighted_rows(x, y)),
        g: &|x, _| cross_entropy(&data.a, &data.labels, x),
    };
    against_oracle(&problem, &x, &y, &oracle);
    assert!(shifted::Problem::STRUCTURE.smooth, "the shift cancels");
}
