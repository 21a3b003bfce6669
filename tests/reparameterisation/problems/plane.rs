//! A root in the plane without symmetry. phi is `B(y) z + c(y)`, psi `P(x_bar, y)⁻¹ z`, and P lies between
//! `F_1` (`transposed` 0) and its transpose (1), times `scale`; `unit` multiplies F.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    use nalgebra::{Matrix2, Vector2};

    pub struct Data {
        pub transposed: f64,
        pub scale: f64,
        pub unit: f64,
    }

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> Vector2<f64> {
        let first = 2.0 * x[0] + (x[1] + y[0]).sin() + 0.3 * x[0].powi(3) - 0.7;
        let second = 1.5 * x[1] - 0.8 * x[0] * y[1] + 0.2 * x[1].powi(2) * y[0].exp() + 0.4;
        data.unit * Vector2::new(first, second)
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        0.5 * (x - Vector2::new(0.3, -0.2)).norm_squared() + x[0] * y[1] + 0.1 * y.norm_squared() + 0.2 * (x[1] * y[0]).sin()
    }

    pub fn slope(y: &Vector2<f64>) -> Matrix2<f64> {
        Matrix2::new(1.0 + 0.5 * y[0], 0.3 * y[1].sin(), 0.2, (0.4 * y[0]).exp())
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        slope(y) * z + Vector2::new(y[0] * y[1], y[1].cos())
    }

    pub fn psi(z: &Vector2<f64>, y: &Vector2<f64>, x_bar: &Vector2<f64>, _y_bar: &Vector2<f64>, data: &Data) -> Vector2<f64> {
        let p = P(x_bar, y, data);
        let determinant = p[(0, 0)] * p[(1, 1)] - p[(0, 1)] * p[(1, 0)];
        Vector2::new(p[(1, 1)] * z[0] - p[(0, 1)] * z[1], p[(0, 0)] * z[1] - p[(1, 0)] * z[0]) / determinant
    }

    pub fn P(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> Matrix2<f64> {
        let f_1 = Matrix2::new(2.0 + 0.9 * x[0] * x[0], (x[1] + y[0]).cos(), -0.8 * y[1], 1.5 + 0.4 * x[1] * y[0].exp());
        data.scale * data.unit * (f_1 * (1.0 - data.transposed) + f_1.transpose() * data.transposed)
    }
}

pub const Y: [f64; 2] = [0.4, -0.6];

pub fn problem(transposed: f64, scale: f64, unit: f64) -> model::Problem<model::Data> {
    model::Problem::new(model::Data { transposed, scale, unit }).unwrap()
}
