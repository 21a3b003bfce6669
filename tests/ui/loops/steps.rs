#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub n: usize,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut filtered = 0.0;
        for i in 0..x.len() {
            filtered = 0.9 * filtered + x[i];
        }
        let (mut total, mut partial) = (0.0, 0.0);
        for i in 0..data.n {
            total += x[i];
            partial += total;
        }
        let mut v = x.clone();
        for i in 1..x.len() {
            v[i] -= data.a[(i, i - 1)] * v[i - 1];
        }
        let mut power = y.clone();
        for _ in 0..17 {
            power = &data.a * power.normalize();
        }
        let folded = x.iter().fold(0.0, |s, t| s * t + 1.0);
        filtered + partial + v.sum() + power[0] + folded
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
