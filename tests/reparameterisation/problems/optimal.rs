//! The map of Prop. 11 as printed, `psi = x_bar - (F_1(x_bar, y) + error E)⁻¹ F(z, y_bar)` without an inverse:
//! the z that Newton's method finds is the root. F is a gradient where `twist` is 0, g of constant slope where
//! `curvature` is.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    use nalgebra::{Matrix2, Vector2};

    pub struct Data {
        pub twist: f64,
        pub curvature: f64,
        pub error: f64,
    }

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> Vector2<f64> {
        let wave = (x[0] + x[1] * y[1]).cos();
        let first = 2.0 * x[0] + 0.6 * x[0].powi(3) + wave - 0.7;
        let second = 1.5 * x[1] + 0.3 * x[1].powi(2) * y[0].exp() + y[1] * wave + 0.4;
        Vector2::new(first + data.twist * x[1] * y[0], second + data.twist * (x[0] * x[1] - x[0]))
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        Vector2::new(0.8, -0.5).dot(x) + 0.5 * data.curvature * x.norm_squared() + y.norm_squared()
    }

    pub fn f_1(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> Matrix2<f64> {
        let wave = (x[0] + x[1] * y[1]).sin();
        let gradient = Matrix2::new(
            2.0 + 1.8 * x[0] * x[0] - wave,
            -y[1] * wave,
            -y[1] * wave,
            1.5 + 0.6 * x[1] * y[0].exp() - y[1] * y[1] * wave,
        );
        gradient + data.twist * Matrix2::new(0.0, y[0], x[1] - 1.0, x[0])
    }

    pub fn psi(z: &Vector2<f64>, y: &Vector2<f64>, x_bar: &Vector2<f64>, y_bar: &Vector2<f64>, data: &Data) -> Vector2<f64> {
        let a = f_1(x_bar, y, data) + data.error * Matrix2::new(0.5, 0.3 + y[0], -0.2, 0.4 * y[1]);
        let v = F(z, y_bar, data);
        let determinant = a[(0, 0)] * a[(1, 1)] - a[(0, 1)] * a[(1, 0)];
        x_bar - Vector2::new(a[(1, 1)] * v[0] - a[(0, 1)] * v[1], a[(0, 0)] * v[1] - a[(1, 0)] * v[0]) / determinant
    }
}

pub const Y: [f64; 2] = [0.4, -0.6];

pub fn problem(twist: f64, curvature: f64, error: f64) -> model::Problem<model::Data> {
    model::Problem::new(model::Data { twist, curvature, error }).unwrap()
}
