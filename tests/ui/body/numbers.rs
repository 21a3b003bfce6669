#![allow(unused, overflowing_literals)]

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
        let large = 99_999_999_999_999_999_999_u128;
        let text = b"text";
        let infinite = 1e999;
        let power = x[0].powi(3_000_000_000_u32 as i32);
        let remainder = x[0] % 2.0;
        let bits = data.n ^ 1;
        let complement = !data.n;
        let long = [[1.0; 2]; 1_000_000];
        let equal = [1.0, 2.0] == [1.0, x[0]];
        let sign = (-0.0_f64).signum();
        x[0] + power + remainder
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
