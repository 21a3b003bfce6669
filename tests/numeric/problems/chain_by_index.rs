//! Denoising of a chain: neighbours by `x[i + 1] - x[i]` and `x[i - 1]`, with weights of their own.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod chain {
    use hypergrad::math::pseudo_huber;
    use nalgebra::DVector;

    pub struct Data {
        pub noisy: DVector<f64>,
        pub clean: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let fit = 0.5 * (x - &data.noisy).norm_squared();
        let first: f64 = (0..n - 1).map(|i| y[i].exp() * pseudo_huber(x[i + 1] - x[i], 0.2)).sum();
        let second: f64 = (1..n - 1).map(|i| (x[i - 1] - 2.0 * x[i] + x[i + 1]).powi(2)).sum();
        fit + first + 0.1 * second
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let ends = x[0] * x[x.len() - 1];
        (x - &data.clean).norm_squared() + 0.01 * y.norm_squared() + 0.1 * ends
    }
}

fn check(n: usize) {
    let data = chain::Data { noisy: data::vector(n, 1.9), clean: data::vector(n, 0.4) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = squared_distance(x, data.noisy.as_slice()) * 0.5;
            for i in 0..n - 1 {
                let t = x[i + 1] - x[i];
                sum += y[i].exp() * ((t * t / 0.04 + 1.0).sqrt() - 1.0) * 0.04;
            }
            for i in 1..n - 1 {
                let t = x[i - 1] - x[i] * 2.0 + x[i + 1];
                sum += t * t * 0.1;
            }
            sum
        }),
        g: &|x, y| squared_distance(x, data.clean.as_slice()) + dot(y, y) * 0.01 + x[0] * x[n - 1] * 0.1,
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n - 1, 2.1));
    let problem = chain::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}

#[test]
fn seven() {
    check(7);
}

#[test]
fn three() {
    check(3);
}

#[test]
fn two() {
    check(2);
}
