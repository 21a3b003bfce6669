use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, SVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &SVector<f64, 2>) -> f64 {
        x.norm_squared() + y.norm_squared()
    }
}

fn main() {}
