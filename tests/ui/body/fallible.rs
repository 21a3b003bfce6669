use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let factor = data.a.clone().cholesky().expect("a positive definite matrix");
        (factor.solve(x) - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

fn main() {}
