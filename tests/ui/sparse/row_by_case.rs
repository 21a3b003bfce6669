use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;
    use nalgebra_sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let row = data.a.row(x.len().max(2));
        let total: f64 = row.values().iter().sum();
        (x - y).norm_squared() + total
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

fn main() {}
