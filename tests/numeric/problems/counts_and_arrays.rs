//! Data with counts, arrays of scalars and plain scalars.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod counted {
    use nalgebra::{DVector, Vector2};

    pub struct Data {
        pub degree: usize,
        pub weights: [f64; 3],
        pub offset: f64,
        pub target: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let n = data.target.len();
        let fit: f64 = (0..n).map(|i| (x[i] - data.target[i]).powi(2)).sum();
        let quartic: f64 = (0..3).map(|k| data.weights[k] * (x[k] - data.offset).powi(4)).sum();
        let spread = (0..data.degree).map(|k| (k as f64 + 1.0) * x[k] * y[0]).sum::<f64>();
        fit + quartic + spread + y[1].exp() * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        let [a, b, c] = data.weights;
        a * x[0].sin() + b * x[1] * x[2] + c * y[0] * x.sum() + data.degree as f64 * y.norm_squared()
    }
}

#[test]
fn against_the_oracle() {
    let data = counted::Data { degree: 2, weights: [0.4, 1.1, 0.7], offset: 0.25, target: data::vector(5, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let quartic: Number = (0..3).map(|k| (x[k] - 0.25).powi(4) * data.weights[k]).sum();
            let spread = (x[0] + x[1] * 2.0) * y[0];
            squared_distance(x, data.target.as_slice()) + quartic + spread + y[1].exp() * dot(x, x)
        }),
        g: &|x, y| {
            let sum: Number = x.iter().copied().sum();
            x[0].sin() * 0.4 + x[1] * x[2] * 1.1 + y[0] * sum * 0.7 + dot(y, y) * 2.0
        },
    };
    let (x, y) = (data::vector(5, 0.3), nalgebra::Vector2::new(0.3, -0.2));
    let problem = counted::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
