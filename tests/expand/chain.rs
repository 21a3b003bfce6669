//! A chain of neighbours, written by index.

use hypergrad::bilevel;

#[bilevel]
pub mod chain {
    use nalgebra::DVector;

    pub struct Data {
        pub target: DVector<f64>,
    }

    /// Smoothness between neighbours with one stiffness each, and a well at every place.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let smooth = (0..n - 1).map(|i| y[i].exp() * (x[i + 1] - x[i]).powi(2)).sum::<f64>();
        let well = (0..n).map(|i| (x[i] - data.target[i]).cosh()).sum::<f64>();
        smooth + well
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (0..x.len()).map(|i| (x[i] - data.target[i] * data.target[i]).powi(2)).sum::<f64>()
    }
}
