//! Logistic regression with one weight of the penalty; sizes are known at run time.

use hypergrad::bilevel;

#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub a_val: DMatrix<f64>,
    }

    /// Rows of the data are already multiplied by their labels.
    fn loss(margins: &DVector<f64>) -> f64 {
        margins.map(|t| (-t).exp().ln_1p()).sum()
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        loss(&(&data.a_tr * x)) + 0.5 * y.exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: f64, data: &Data) -> f64 {
        loss(&(&data.a_val * x))
    }
}
