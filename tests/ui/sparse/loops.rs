use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let row = data.a.row(0);
        let mut product = y[0];
        for (&j, v) in row.col_indices().iter().zip(row.values()) {
            product *= 1.0 + v * x[j];
        }
        product
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
