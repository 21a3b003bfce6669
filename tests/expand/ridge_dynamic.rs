//! Ridge regression with one weight per feature; sizes are known at run time.

use hypergrad::bilevel;

#[bilevel]
pub mod ridge_dynamic {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    /// Inner objective: least squares plus a ridge penalty with one weight `e^{y_i}` per feature.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    /// Outer objective: validation loss.
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}
