//! A root whose Jacobian is not symmetric.

use hypergrad::bilevel;

#[bilevel]
pub mod root {
    use nalgebra::{Matrix3, Vector3};

    pub struct Data {
        pub a: Matrix3<f64>,
        pub b: Vector3<f64>,
    }

    #[allow(non_snake_case)]
    pub fn F(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> Vector3<f64> {
        data.a * x + 0.1 * x.component_mul(x).component_mul(y) - data.b
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        0.5 * x.norm_squared() + x.dot(y)
    }
}
