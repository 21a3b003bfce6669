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
        let (bound, typed) = (x.len() as i32, LAG);
        let named = bound.saturating_sub(9) as f64 + typed.saturating_sub(4) as f64 + lag(3).saturating_sub(5) as f64;
        let looped: f64 = (0..bound).map(|k| k.saturating_sub(2) as f64).sum();
        let counts: f64 = (0..x.len()).map(|i| i.saturating_sub(2) as f64).sum();
        x.norm_squared() * shifted + counted + below + named + looped + counts
    }

    const LAG: i64 = 3;

    fn lag(k: usize) -> isize {
        k as isize - 1
    }

    pub fn g(x: &DVector<f64>, _y: f64, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
