use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let total: f64 = (0..data.a.nrows()).map(|i| data.a.row(i).dot(x)).sum();
        total + (x.transpose() - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (x * y).norm_squared() + (x.transpose() * y.transpose()).sum()
    }
}

fn main() {}
