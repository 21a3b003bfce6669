#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, UnitQuaternion, Vector2};

    #[derive(Clone, Copy)]
    pub enum Kind {
        Linear,
        Scaled(f64),
    }

    impl PartialEq for Kind {
        fn eq(&self, _: &Kind) -> bool {
            true
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let capped = x.cap_magnitude(1.0);
        let same = if Kind::Linear == Kind::Scaled(x[0]) { 1.0 } else { 2.0 };
        let missing = None::<f64>.unwrap();
        let default = (x[0] > 0.0).then_some(Vector2::new(x[0], y[0])).unwrap_or_default();
        let turned = UnitQuaternion::from_euler_angles(x[0], 0.0, 0.0).axis();
        let result: Result<f64, f64> = Ok(x[0]);
        capped[0] + same + missing + default.x + turned.unwrap().x + result.unwrap_or(0.0)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

#[bilevel]
mod data {
    pub enum Kind {
        Linear,
        Scaled(String),
    }

    pub struct Data {
        pub kind: Kind,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        match data.kind {
            Kind::Linear => x * y,
            Kind::Scaled(ref t) => x * y * t.len() as f64,
        }
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
