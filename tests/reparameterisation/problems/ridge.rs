//! Ridge regression (`a_ridge`), every size dynamic; psi is `sign(x_bar) exp(z)` with its inverse.

use hypergrad::bilevel;

use super::{cosines, training, validation};

#[bilevel]
pub mod model {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_tr * x - &data.b_tr).norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }

    pub fn phi(z: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
        let n = z.len();
        let next = DVector::from_fn(n, |i, _| if i + 1 < n { z[i + 1] } else { z[0] });
        z.zip_map(y, |z, y| z * (0.3 * y).exp()) + 0.1 * next.component_mul(&next) + 0.05 * y[0].sin() * z
    }

    pub fn psi(z: &DVector<f64>, _y: &DVector<f64>, x_bar: &DVector<f64>, _y_bar: &DVector<f64>) -> DVector<f64> {
        z.zip_map(x_bar, |z, x| x.signum() * z.exp())
    }

    pub fn psi_inv(x: &DVector<f64>, _y: &DVector<f64>, _x_bar: &DVector<f64>, _y_bar: &DVector<f64>) -> DVector<f64> {
        x.map(|x| x.abs().ln())
    }

    /// Neither `F_1`, of which it has the Gram matrix only in part, nor a diagonal.
    pub fn P(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        data.a_tr.tr_mul(&data.a_tr) * 1.5 + DMatrix::from_diagonal(&x.zip_map(y, |x, y| x * x + y.exp()))
    }
}

pub fn problem() -> model::Problem<model::Data> {
    model::Problem::new(model::Data {
        a_tr: training(12, 4),
        b_tr: cosines(12, 0.9, 0.0),
        a_val: validation(9, 4),
        b_val: cosines(9, 1.7, 0.4),
    })
    .unwrap()
}
