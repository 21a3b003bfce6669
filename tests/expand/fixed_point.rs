//! A fixed point, an equilibrium of a layer of neurons.

use hypergrad::bilevel;

#[bilevel]
pub mod fixed_point {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub input: DVector<f64>,
        pub target: DVector<f64>,
    }

    /// Entries of a small matrix keep the map a contraction.
    #[allow(non_snake_case)]
    pub fn Phi(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> DVector<f64> {
        (y * x + &data.input).map(f64::tanh)
    }

    pub fn g(x: &DVector<f64>, y: &DMatrix<f64>, data: &Data) -> f64 {
        0.5 * (x - &data.target).norm_squared() + 0.01 * y.norm_squared()
    }
}
