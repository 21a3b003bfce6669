//! Ridge regression with one weight per feature; every size is a constant.

use hypergrad::bilevel;

#[bilevel]
pub mod ridge_constant {
    use nalgebra::{SMatrix, SVector};

    pub struct Data {
        pub a_tr: SMatrix<f64, 12, 3>,
        pub b_tr: SVector<f64, 12>,
        pub a_val: SMatrix<f64, 8, 3>,
        pub b_val: SVector<f64, 8>,
    }

    pub fn f(x: &SVector<f64, 3>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let r = data.a_tr * x - data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &SVector<f64, 3>, _y: &SVector<f64, 3>, data: &Data) -> f64 {
        (data.a_val * x - data.b_val).norm_squared()
    }
}
