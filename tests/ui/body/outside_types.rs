use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, Point2, Rotation2};

    #[derive(Clone, Copy, Default)]
    pub struct Line {
        pub slope: f64,
    }

    impl Line {
        pub fn new(slope: f64) -> Self {
            Self { slope }
        }
    }

    #[derive(Clone, Copy, PartialEq)]
    pub enum Kind {
        Linear,
        Quadratic,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let turned = Rotation2::new(y[0]);
        let point = Point2::new(x[0], x[1]);
        let line = Line::default();
        let kind = Kind::Linear;
        let some = Some(y[0]);
        let none: Option<f64> = None;
        let sum = (turned * point).x + line.slope + Line::UNIT + some.unwrap() + none.unwrap_or(1.0);
        sum * if kind == Kind::Quadratic { x.norm() } else { x.sum() }
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

impl toy::Line {
    const UNIT: f64 = 1.0;
}

fn main() {}
