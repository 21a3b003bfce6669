use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, Similarity2, Point4, Vector2};

    #[derive(Clone, Copy)]
    pub struct Line {
        pub slope: f64,
    }

    impl Line {
        pub fn new(slope: f64) -> Self {
            Self { slope }
        }
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let turned = Similarity2::new(Vector2::new(x[0], x[1]), y[0], 2.0);
        let point = Point4::new(x[0], x[1], 0.0, 0.0);
        let line = Line::flat();
        turned.isometry.translation.vector.x + point.x + line.slope + Line::UNIT + Line::new(x[0]).slope
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

impl toy::Line {
    const UNIT: f64 = 1.0;

    fn flat() -> Self {
        Self::new(0.0)
    }
}

fn main() {}
