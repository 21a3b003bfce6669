//! A root in the plane without symmetry, psi separable (Prop. 10): `R(x_bar, y) Q(z, y_bar) + x_bar`, with
//! `Q = C sinh(z) - b(y_bar)` and an inverse.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    use nalgebra::{Matrix2, Vector2};

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        Vector2::new(
            2.0 * x[0] + (x[1] + y[0]).sin() + 0.3 * x[0].powi(3) - 0.7,
            1.5 * x[1] - 0.8 * x[0] * y[1] + 0.2 * x[1].powi(2) * y[0].exp() + 0.4,
        )
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        0.5 * (x - Vector2::new(0.3, -0.2)).norm_squared() + x[0] * y[1] + 0.1 * y.norm_squared() + 0.2 * (x[1] * y[0]).sin()
    }

    pub fn r(x_bar: &Vector2<f64>, y: &Vector2<f64>) -> Matrix2<f64> {
        Matrix2::new(1.0 + x_bar[0] * y[0], 0.5 * y[1], 0.3 * x_bar[1].sin(), y[0].exp())
    }

    pub fn c() -> Matrix2<f64> {
        Matrix2::new(1.2, 0.5, -0.3, 0.8)
    }

    fn b(y_bar: &Vector2<f64>) -> Vector2<f64> {
        Vector2::new(0.6 + y_bar[0], y_bar[1])
    }

    pub fn psi(z: &Vector2<f64>, y: &Vector2<f64>, x_bar: &Vector2<f64>, y_bar: &Vector2<f64>) -> Vector2<f64> {
        r(x_bar, y) * (c() * z.map(f64::sinh) - b(y_bar)) + x_bar
    }

    fn solve(a: Matrix2<f64>, v: Vector2<f64>) -> Vector2<f64> {
        let determinant = a[(0, 0)] * a[(1, 1)] - a[(0, 1)] * a[(1, 0)];
        Vector2::new(a[(1, 1)] * v[0] - a[(0, 1)] * v[1], a[(0, 0)] * v[1] - a[(1, 0)] * v[0]) / determinant
    }

    pub fn psi_inv(x: &Vector2<f64>, y: &Vector2<f64>, x_bar: &Vector2<f64>, y_bar: &Vector2<f64>) -> Vector2<f64> {
        solve(c(), solve(r(x_bar, y), x - x_bar) + b(y_bar)).map(f64::asinh)
    }
}

pub const Y: [f64; 2] = [0.4, -0.6];
