//! What `#[bilevel]` adds to a module: its types as rustdoc shows them. Of the documentation only.

/// One weight for each feature of a ridge regression.
#[crate::bilevel(crate = crate)]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};

    use crate::nalgebra;

    /// Rows to fit, and rows to judge by.
    pub struct Data {
        /// Training rows.
        pub a_tr: DMatrix<f64>,
        /// Their targets.
        pub b_tr: DVector<f64>,
        /// Validation rows.
        pub a_val: DMatrix<f64>,
        /// Their targets.
        pub b_val: DVector<f64>,
    }

    /// Inner objective: least squares, and a penalty with the weight `e^{y_i}` of each feature.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    /// Outer objective: the loss on the validation rows.
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

#[doc(inline)]
pub use ridge::__bilevel::{Held, Point};
