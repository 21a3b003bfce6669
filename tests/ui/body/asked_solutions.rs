use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, Matrix2};

    fn covariance(x: &DVector<f64>) -> Matrix2<f64> {
        Matrix2::new(x[0], 0.1, 0.1, x[1])
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        if covariance(x).cholesky().is_some() { x.dot(y) } else { y[0] }
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let first = if let Some(_) = covariance(x).try_inverse() { x[0] } else { y[0] };
        let second = match covariance(y).cholesky() {
            Some(c) if c.ln_determinant() < 1.0 => x[1],
            _ => y[1],
        };
        first * second + covariance(x).cholesky().map_or(1.0, |c| c.ln_determinant().max(0.0))
    }
}

fn main() {}
