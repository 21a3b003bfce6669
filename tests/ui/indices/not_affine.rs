#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub order: DVector<f64>,
        pub first: usize,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let square = (0..n).map(|i| x.rows(i * i, 1).sum()).sum::<f64>();
        let product = (0..n).map(|i| (0..n).map(|j| x.rows(0, i * j).sum() * y[i]).sum::<f64>()).sum::<f64>();
        let sorted = (0..n).map(|i| x[data.order[i] as usize]).sum::<f64>();
        let shifted = (0..n).map(|i| x[i ^ data.first] + x[i | data.first]).sum::<f64>();
        let wrapped = x[n.wrapping_sub(1)];
        wrapped + square + product + sorted + shifted + x[data.first]
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
