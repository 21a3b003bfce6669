//! The problem, as a user without `std` writes it; read by the test on the host too.

use hypergrad::bilevel;

/// A nonlinear fit of four values by two weights, each with its own penalty.
#[bilevel]
pub mod fit {
    use hypergrad::math::softplus;
    use nalgebra::{ComplexField, Matrix4x2, Vector2, Vector4};

    pub struct Data {
        pub a: Matrix4x2<f64>,
        pub b: Vector4<f64>,
        pub target: Vector2<f64>,
    }

    /// Inner objective: softplus of the residuals, and penalties `e^{y_i} x_i²`.
    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let r = data.a * x - data.b;
        r.map(softplus).sum() + y.map(ComplexField::exp).dot(&x.component_mul(x))
    }

    /// Outer objective: distance to a target.
    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        0.5 * (x - data.target).norm_squared() + 0.01 * y.norm_squared()
    }
}
