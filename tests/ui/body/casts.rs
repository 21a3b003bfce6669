#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    const THIRD: f32 = 1.0 / 3.0;

    pub struct Data {
        pub n: usize,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let single = 0.1_f32;
        let third = THIRD as f64;
        let narrow = (data.n * 3) as u16 as f64;
        let below = (0..data.n).map(|i| (i as i32 - 1) as u32 as f64).sum::<f64>();
        let large = (-1i64) as usize as f64;
        let nothing = 0.0;
        let quotient = nothing / 0.0;
        let logarithm = (-1.0_f64).ln();
        let dropped = 0.0 * x[0].sqrt();
        x.dot(y)
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
