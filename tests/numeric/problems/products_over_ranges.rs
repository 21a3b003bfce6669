//! Products over ranges and of all entries.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod multiplied {
    use nalgebra::{DVector, Vector4};

    pub struct Data {
        pub a: Vector4<f64>,
    }

    pub fn f(x: &Vector4<f64>, y: &Vector4<f64>, data: &Data) -> f64 {
        let n = 4;
        let likelihood = (0..n).map(|i| 1.0 + 0.1 * (x[i] * y[i]).sin()).product::<f64>();
        let middle: f64 = (1..=2).map(|i| 2.0 + x[i] * data.a[i]).product();
        2.0 * x.norm_squared() + likelihood + 0.2 * middle - data.a.dot(x)
    }

    pub fn g(x: &Vector4<f64>, y: &Vector4<f64>, data: &Data) -> f64 {
        let v = DVector::from_fn(3, |i, _| x[i] + y[i + 1]);
        v.product() + x.product() * data.a[0] + x.add_scalar(1.0).dot(y)
    }
}

#[test]
fn against_the_oracle() {
    let data = multiplied::Data { a: data::fixed_vector(0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let likelihood: Number = (0..4).map(|i| (x[i] * y[i]).sin() * 0.1 + 1.0).product();
            let middle = (x[1] * data.a[1] + 2.0) * (x[2] * data.a[2] + 2.0);
            let linear: Number = (0..4).map(|i| x[i] * data.a[i]).sum();
            dot(x, x) * 2.0 + likelihood + middle * 0.2 - linear
        }),
        g: &|x, y| {
            let all = x[0] * x[1] * x[2] * x[3];
            let shifted: Vec<Number> = x.iter().map(|t| *t + 1.0).collect();
            (0..3).map(|i| x[i] + y[i + 1]).product::<Number>() + all * data.a[0] + dot(&shifted, y)
        },
    };
    let problem = multiplied::Problem::new(&data).unwrap();
    let y = data::fixed_vector(2.1);
    verify!(problem, data::fixed_vector::<4>(0.3), y, oracle);
    // A factor that is zero: no quotient of the product by it.
    verify!(problem, nalgebra::Vector4::new(0.3, 0.0, 0.0, -0.4), y, oracle);
    identities::check(&problem, &data::fixed_vector(0.3), &y);
}
