#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut sum = 0.0;
        let sums: f64 = x
            .iter()
            .filter(|t| {
                sum += **t;
                true
            })
            .sum();
        let fixed = x[0];
        fixed += 1.0;
        x.clone().fill(1.0);
        let [first, second];
        [first, second] = [x[0], x[1]];
        let mut range = 0..2;
        if x[0] > 0.0 {
            range = 1..2;
        }
        sums + fixed + first + second + range.map(|i| y[i]).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
