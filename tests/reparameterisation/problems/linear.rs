//! `F = A x + M(y)` with a constant A, and a g that is affine in x with the slope `a + trap y_0 a'`.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    use nalgebra::{Matrix2, Vector2};

    pub struct Data {
        pub trap: f64,
    }

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        Matrix2::new(2.0, 0.7, -0.4, 1.5) * x + Vector2::new(y[0].sin(), y[0] * y[1])
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let a = Vector2::new(0.3, -1.2) + data.trap * y[0] * Vector2::new(0.5, 0.9);
        a.dot(x) + y[0].exp() * y[1]
    }
}

pub const Y: [f64; 2] = [0.4, -0.6];

pub fn problem(trap: f64) -> model::Problem<model::Data> {
    model::Problem::new(model::Data { trap }).unwrap()
}
