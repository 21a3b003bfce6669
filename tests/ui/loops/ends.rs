#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct Data {
        pub n: usize,
        pub k: usize,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut sum = y[0];
        for i in 0..x.len() {
            if x[i] > 3.0 {
                break;
            }
            sum += x[i];
        }
        'rows: for i in 0..x.len() {
            for j in 0..x.len() {
                let weight = 2.0 * if i == j { continue 'rows } else { x[j] };
                let other = 1.0;
                sum += x[i] * weight * other;
            }
        }
        'steps: for i in 0..x.len() {
            let weight = 2.0 * if i == 2 { break 'steps } else { x[i] };
            let other = 1.0;
            sum += x[i] * weight * other;
        }
        for i in 0..data.n {
            for j in 0..i * (data.n - data.k) {
                sum += x[i];
            }
        }
        while sum > 1.0 {
            sum *= 0.5;
        }
        for i in 0.. {
            sum += x[i];
        }
        sum
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
