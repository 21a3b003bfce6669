use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
    }

    fn covariance(y: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        &data.a * data.a.transpose() + DMatrix::from_diagonal(y)
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let root = covariance(y, data).lu().l();
        let values = covariance(y, data).symmetric_eigenvalues();
        let inverse = covariance(y, data).try_inverse().unwrap();
        let (_, upper) = (1, data.a.clone().lu().u());
        (root * x).norm_squared() + values.dot(x) + (inverse * upper * x).sum()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let wide = DMatrix::<f64>::from_element(2, 3, y[0]).lu().solve(&DVector::zeros(2)).unwrap();
        let long = DMatrix::<f64>::identity(2, 2).lu().solve(&DVector::<f64>::repeat(3, x[0])).unwrap();
        wide.norm_squared() + long.norm_squared() + covariance(x, data).cholesky().unwrap().determinant()
    }
}

fn main() {}
