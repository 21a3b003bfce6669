use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        data.a.row(0).values().iter().enumerate().map(|(k, v)| v * x[k]).sum::<f64>() + y.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
