#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector, SMatrix, SVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub s: SMatrix<f64, 2, 3>,
        pub w: [f64; 3],
        pub n: usize,
    }

    pub fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> f64 {
        let trace = (data.s * data.s.transpose()).trace();
        let square = DMatrix::<f64>::identity(2, 3).trace();
        let crossed = DVector::<f64>::zeros(2).cross(&DVector::<f64>::zeros(2)).sum();
        let less = x < &(x + x);
        let truth = x.map(|t| if t > 0.0 { 1 } else { 0 });
        let ragged = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0]);
        let unknown = SVector::<f64, 3>::default();
        let same = [SVector::from_fn(|i, _| i as f64), *y];
        let ones = x.map(|_| 1);
        let product: SMatrix<f64, 2, 2> = (0..2).map(|_| SMatrix::<f64, 2, 2>::identity()).product();
        let longer = SVector::<f64, 3>::from_iterator(x.iter().copied());
        trace + square + crossed
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
