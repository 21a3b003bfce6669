//! Powers, roots, exponentials and logarithms; polynomial features `t^k` with k from the sum.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod powered {
    use nalgebra::{DVector, Vector3};

    pub struct Data {
        pub t: DVector<f64>,
        pub v: DVector<f64>,
    }

    fn polynomial(x: &DVector<f64>, t: f64) -> f64 {
        (0..x.len()).map(|k| x[k] * t.powi(k as i32)).sum()
    }

    pub fn f(x: &DVector<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let fit: f64 = (0..data.t.len()).map(|i| (polynomial(x, data.t[i]) - data.v[i]).powi(2)).sum();
        let spread = x.map(|t| (1.0 + t * t).powf(0.75)).sum();
        fit + y[0].exp2() * spread + (y[1] * y[1] + 1.0).ln() * x.norm_squared() + x[0].exp_m1() * y[2].powf(2.0)
    }

    pub fn g(x: &DVector<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let positive = x.map(|t| 1.0 + t * t);
        let logs = positive.map(f64::log10).sum() + positive.map(f64::log2).sum() + positive.map(|t| t.ln_1p()).sum();
        let roots = positive.map(f64::sqrt).sum() + positive.map(f64::cbrt).sum() + positive.map(f64::recip).sum();
        logs * y[0] + roots + positive[0].powf(y[1]) + (x[1] * x[1]).powi(-1).mul_add(y[2], data.t[0])
    }
}

#[test]
fn against_the_oracle() {
    let n = 3;
    let data = powered::Data { t: data::vector(6, 0.9), v: data::vector(6, 1.7) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = (y[1] * y[1] + 1.0).ln() * dot(x, x) + (x[0].exp() - 1.0) * y[2] * y[2];
            for i in 0..6 {
                let t = data.t[i];
                let r = x[0] + x[1] * t + x[2] * (t * t) - data.v[i];
                sum += r * r;
            }
            sum + (0..n).map(|k| y[0].exp2() * (x[k] * x[k] + 1.0).powf(0.75)).sum::<Number>()
        }),
        g: &|x, y| {
            let mut sum = (y[1] * (x[0] * x[0] + 1.0).ln()).exp() + y[2] / (x[1] * x[1]) + data.t[0];
            for k in 0..n {
                let p = x[k] * x[k] + 1.0;
                sum += (p.log10() + p.log2() + p.ln_1p()) * y[0] + p.sqrt() + p.cbrt() + p.recip();
            }
            sum
        },
    };
    let (x, y) = (data::vector(n, 0.3), nalgebra::Vector3::new(0.2, 0.4, 0.6));
    let problem = powered::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
