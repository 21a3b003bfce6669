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
        let scalar = x.dot(x);
        let range = data.a[(0, 0)] + x.as_slice()[0];
        let part = &data.s.as_slice()[0..2];
        let rows = data.a.select_rows(&[0, 1]);
        let whole: f64 = data.w[0..2].iter().sum();
        let pair = data.s[(0, x.len() - x.len() + 5)];
        let field = y.data.0[0][0];
        let number = (1.0, 2.0).0;
        scalar + range + whole + pair
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
