use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, Point2, Rotation2};

    #[derive(Clone, Copy)]
    pub struct Line {
        pub slope: f64,
    }

    impl Line {
        const UNIT: f64 = 1.0;

        pub fn new(slope: f64) -> Self {
            Self { slope }
        }
    }

    #[derive(Clone, Copy)]
    pub struct Pair(pub f64, pub f64);

    #[derive(Clone, Copy, PartialEq)]
    pub enum Kind {
        Linear,
        Quadratic,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let turned = Rotation2::new(y[0]);
        let point = Point2::new(x[0], x[1]);
        let line = Line::new(y[0]);
        let pair = Pair(x[0], y[0]);
        let kind = Kind::Linear;
        let some = Some(y[0]);
        let none: Option<f64> = None;
        let sum = (turned * point).x + line.slope + Line::UNIT + pair.0 + some.unwrap() + none.unwrap_or(1.0);
        sum * if kind == Kind::Quadratic { x.norm() } else { x.sum() }
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

fn main() {}
