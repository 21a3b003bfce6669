//! The three bilevel problems. Inner losses are weighted by `loss` and `penalty`: 1 where the paper
//! writes sums, one over the number of rows or features where its script takes means.

use hypergrad::bilevel;

/// Ridge regression with one penalty per feature, judged by a random linear function (Fig. 1a).
#[bilevel]
pub mod ridge_linear {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub loss: f64,
        pub penalty: f64,
        pub slope: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * data.loss * (&data.a * x - &data.b).norm_squared() + 0.5 * data.penalty * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        data.slope.dot(x) + y.norm_squared()
    }
}

/// The same, judged by a random quadratic function (Figs. 1b and 2).
#[bilevel]
pub mod ridge_quadratic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub loss: f64,
        pub penalty: f64,
        pub a_out: DMatrix<f64>,
        pub b_out: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * data.loss * (&data.a * x - &data.b).norm_squared() + 0.5 * data.penalty * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        0.5 * (&data.a_out * x - &data.b_out).norm_squared()
    }
}

/// Logistic regression with one penalty per feature, judged by the loss on other rows (Fig. 3).
/// Labels are -1 and 1, and every row is already multiplied by its label.
#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub training: DMatrix<f64>,
        pub test: DMatrix<f64>,
        pub loss: f64,
        pub penalty: f64,
        pub test_loss: f64,
    }

    fn losses(margins: &DVector<f64>) -> f64 {
        margins.map(|t| softplus(-t)).sum()
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        data.loss * losses(&(&data.training * x)) + 0.5 * data.penalty * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        data.test_loss * losses(&(&data.test * x))
    }
}
