use hypergrad::bilevel;

mod sparse {
    pub struct CsrMatrix<T>(pub T);

    impl<T> CsrMatrix<T> {
        pub fn nrows(&self) -> usize {
            2
        }
        pub fn ncols(&self) -> usize {
            2
        }
    }
}

#[bilevel]
mod toy {
    use super::sparse::CsrMatrix;

    pub struct Data {
        pub a: CsrMatrix<f64>,
    }

    pub fn f(x: f64, y: f64, data: &Data) -> f64 {
        (x - y).powi(2) * data.a.nrows() as f64
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
