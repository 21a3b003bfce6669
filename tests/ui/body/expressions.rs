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
        let labelled = 'a: {
            if x[0] > 0.0 {
                break 'a 1.0;
            }
            if x[1] > 0.0 {
                return 0.0;
            }
            2.0
        };
        let first = if let Some(first) = x.iter().next() { *first } else { 0.0 };
        let both = if x[0] > 0.0 && let Some(second) = x.iter().nth(1) { *second } else { 0.0 };
        let future = async { 1.0 };
        let closure = async |t: f64| t;
        let address = &raw const x;
        let length = <[f64]>::len(&data.w);
        labelled + first + both
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
