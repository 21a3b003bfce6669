use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, SVector};
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
    }

    pub fn f(x: &SVector<f64, 3>, y: &SVector<f64, 2>, data: &Data) -> f64 {
        let residual: DVector<f64> = &data.a * x;
        let other: DVector<f64> = &data.a * y;
        residual.dot(&other)
    }

    pub fn g(x: &SVector<f64, 3>, _y: &SVector<f64, 2>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
