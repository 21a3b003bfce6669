use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }

    pub fn P(x: &DVector<f64>, _y: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(x.len(), x.len() - 1, |i, j| if i == j { x[j] } else { 0.0 })
    }
}

fn main() {}
