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
        let quotient: f64 = (0..3).map(|i| y[i % 0]).sum();
        let product: f64 = (0..2).map(|i| (0..2).map(|j| (0..i * j).map(|k| y[k]).sum::<f64>()).sum::<f64>()).sum();
        let entry: f64 = (0..2).map(|i| (0..2).map(|j| data.s.rows(i * j, 1)[0]).sum::<f64>()).sum();
        let shifted: f64 = (0..3).map(|i| y[i ^ 1]).sum();
        let divided: f64 = (0..2).map(|i| (0..2).map(|j| ((i * j) & 2) as f64).sum::<f64>()).sum();
        let chosen = DVector::<f64>::zeros(if x[0] > 0.0 { 2 } else { 3 });
        let growing: f64 = (0..3).map(|i| (0..i).map(|j| y[j]).sum::<f64>() * DVector::<f64>::repeat(i - 1, 1.0).sum()).sum();
        let power: f64 = (0..3).map(|i| (2_usize.pow(data.n as u32)) as f64).sum();
        let total: usize = (0..3).sum();
        let below: f64 = (0..3).map(|i| y[i - 1]).sum();
        let large: f64 = (0..3).map(|i| y[i * 4611686018427387904]).sum();
        let wrapped: f64 = (0..3).map(|i| y[(i - 1) % 3]).sum();
        let euclid: f64 = (0..3).map(|i: usize| y[i.rem_euclid(0)]).sum();
        quotient + product
    }

    pub fn g(x: &DVector<f64>, _y: &SVector<f64, 3>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
