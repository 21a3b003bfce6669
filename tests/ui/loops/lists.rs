#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut positive = Vec::new();
        for t in x.iter() {
            if *t > 0.0 && positive.len() < 3 {
                positive.push(*t);
            }
        }
        let mut twice = Vec::new();
        for t in x.iter() {
            twice.push(*t);
            twice.push(2.0 * t);
        }
        let mut below = Vec::new();
        for i in 0..x.len() {
            for j in 0..i {
                below.push(x[i] * x[j]);
            }
        }
        let mut signs = Vec::new();
        for t in x.iter() {
            signs.push(*t > 0.0);
        }
        let mut lagged = vec![y[0], y[1]];
        for i in 0..x.len() {
            lagged.push(0.5 * lagged[i] + x[i]);
        }
        positive[0] + twice[0] + below[0] + if signs[0] { 1.0 } else { lagged[0] }
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
