//! A root without symmetry (`h_nonsym_root`); psi is `sign(x_bar) exp(z)` with its inverse.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    use nalgebra::{SMatrix, SVector};

    pub fn F(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| {
            2.0 * x[i]
                + 0.4 * (x[(i + 1) % 4] + y[i % 3]).sin()
                + 0.3 * x[(i + 2) % 4] * y[(i + 1) % 3]
                + 0.1 * x[i].powi(3) * y[i % 3].exp()
                - (0.9 * i as f64).cos()
        })
    }

    pub fn g(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> f64 {
        let t = SVector::<f64, 4>::from_fn(|i, _| (1.7 * i as f64 + 0.4).cos());
        0.5 * (x - t).norm_squared() + 0.1 * y.norm_squared() + 0.3 * x[0] * y[1] + 0.2 * (x[2] * y[2]).sin()
    }

    pub fn phi(z: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| z[i] * (0.3 * y[i % 3]).exp() + 0.1 * z[(i + 1) % 4].powi(2) + 0.05 * y[0].sin() * z[i])
    }

    pub fn psi(z: &SVector<f64, 4>, _y: &SVector<f64, 3>, x_bar: &SVector<f64, 4>, _y_bar: &SVector<f64, 3>) -> SVector<f64, 4> {
        z.zip_map(x_bar, |z, x| x.signum() * z.exp())
    }

    pub fn psi_inv(x: &SVector<f64, 4>, _y: &SVector<f64, 3>, _x_bar: &SVector<f64, 4>, _: &SVector<f64, 3>) -> SVector<f64, 4> {
        x.map(|x| x.abs().ln())
    }

    pub fn P(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SMatrix<f64, 4, 4> {
        SMatrix::<f64, 4, 4>::from_fn(|i, j| if i == j { 2.0 + x[i] * x[i] } else { 0.1 * x[j] * y[0] })
    }
}

pub fn problem() -> model::Problem {
    model::Problem::new().unwrap()
}
