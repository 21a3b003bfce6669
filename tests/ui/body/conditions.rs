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
        let kinds = if x[0] > 0.0 { f64::powf } else { f64::atan2 };
        let pair = if x[0] > 0.0 { (x.iter(), 1.0) } else { (x.iter(), 2.0) };
        let chosen = if x.is_empty() || data.w == [1.0, 2.0, 3.0] { 1.0 } else { 2.0 };
        let flag = data.n.is_power_of_two();
        kinds(x[0], 2.0) + chosen
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
