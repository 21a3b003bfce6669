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
        let mut best = f64::INFINITY;
        for i in 0..x.len() {
            best = 0.5 * best + x[i];
        }
        let pairs = (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let mut total = 0.0;
        for (i, j) in pairs {
            total = 0.9 * total + x[i] * y[j];
        }
        let mut last = std::cmp::Ordering::Less;
        for i in 0..x.len() {
            last = x[i].total_cmp(&y[i]);
        }
        let first = x.iter().fold(std::cmp::Ordering::Less, |found, t| if *t > 0.0 { std::cmp::Ordering::Greater } else { found });
        best + total + if last.is_lt() || first.is_lt() { 1.0 } else { 0.0 }
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
