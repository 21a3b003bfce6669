#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct Data {
        pub k: Vec<i32>,
    }

    pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 {
        let shifted = data.k[0].saturating_sub(3) as f64;
        let counted: f64 = (0..3).map(|i| (i as i64).saturating_sub(2) as f64).sum();
        let below: f64 = (0..3).map(|i| (i - 2) * 1).map(|k: i32| k.saturating_sub(2_i32) as f64).sum();
        x.norm_squared() * shifted + counted + below
    }

    pub fn g(x: &DVector<f64>, _y: f64, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
