//! Norms and what is built on them: `norm`, `normalize`, `mean`, quotients of norms.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod normed {
    use nalgebra::DVector;

    pub struct Data {
        pub a: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let distance = (x - &data.a).norm();
        distance * distance.sqrt() + (1.0 + x.norm_squared()).sqrt() + 0.5 * x.norm_squared() + y.dot(x) * x.mean()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let unit = x.normalize();
        let along = (unit - &data.a).norm_squared() + x.dot(y) / x.norm();
        along + (y - x).norm() / (1.0 + y.norm())
    }
}

#[test]
fn against_the_oracle() {
    let n = 4;
    let data = normed::Data { a: data::vector(n, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let distance = squared_distance(x, data.a.as_slice()).sqrt();
            let mean = x.iter().copied().sum::<Number>() / n as f64;
            distance * distance.sqrt() + (dot(x, x) + 1.0).sqrt() + dot(x, x) * 0.5 + dot(x, y) * mean
        }),
        g: &|x, y| {
            let length = dot(x, x).sqrt();
            let unit: Vec<Number> = x.iter().map(|t| *t / length).collect();
            let apart: Vec<Number> = x.iter().zip(y).map(|(x, y)| *y - *x).collect();
            squared_distance(&unit, data.a.as_slice())
                + dot(x, y) / length
                + dot(&apart, &apart).sqrt() / (dot(y, y).sqrt() + 1.0)
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1) * 0.4);
    let problem = normed::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
