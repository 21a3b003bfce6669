use hypergrad::bilevel;

#[bilevel]
#[allow(non_snake_case)]
mod toy {
    use nalgebra::{DVector, SVector, Vector2};

    pub fn F(x: &SVector<f64, 3>, y: &DVector<f64>) -> Vector2<f64> {
        Vector2::new(x[0] - y[0], x[1] - y[1])
    }

    pub fn g(x: &SVector<f64, 3>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
