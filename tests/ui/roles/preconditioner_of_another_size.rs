use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{Matrix2x3, SMatrix};

    pub fn f(x: &Matrix2x3<f64>, y: &Matrix2x3<f64>) -> f64 {
        (x - y).norm_squared()
    }

    pub fn g(x: &Matrix2x3<f64>, _y: &Matrix2x3<f64>) -> f64 {
        x.norm_squared()
    }

    pub fn P(_x: &Matrix2x3<f64>, _y: &Matrix2x3<f64>) -> SMatrix<f64, 5, 5> {
        SMatrix::identity()
    }
}

fn main() {}
