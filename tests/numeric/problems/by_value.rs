//! Parameters by value, also the data; x a scalar beside a vector y, and the other way round.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod values {
    use nalgebra::Vector3;

    #[derive(Clone)]
    pub struct Data {
        pub t: Vector3<f64>,
        pub c: f64,
    }

    pub fn f(x: Vector3<f64>, y: f64, data: Data) -> f64 {
        let d = x - data.t;
        d.dot(&d) * y.exp() + (x.x * x.y + data.c).cos() + 0.5 * x.norm_squared()
    }

    pub fn g(x: Vector3<f64>, y: f64, data: Data) -> f64 {
        x.sum() * y + data.c * x.z.powi(3)
    }
}

#[bilevel]
pub mod mean {
    use nalgebra::DVector;

    #[allow(non_snake_case)]
    pub fn Phi(x: f64, y: &DVector<f64>) -> f64 {
        0.5 * (x + y.sum()).sin() + 0.1 * y[0]
    }

    pub fn g(x: f64, y: &DVector<f64>) -> f64 {
        y.iter().map(|t| (t - x).powi(2)).sum()
    }
}

#[test]
fn vector_and_scalar() {
    let data = values::Data { t: data::fixed_vector(0.9), c: 0.4 };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            squared_distance(x, data.t.as_slice()) * y[0].exp() + (x[0] * x[1] + 0.4).cos() + dot(x, x) * 0.5
        }),
        g: &|x, y| (x[0] + x[1] + x[2]) * y[0] + x[2].powi(3) * 0.4,
    };
    let problem = values::Problem::new(&data).unwrap();
    let x = data::fixed_vector(0.3);
    verify!(problem, x, 0.3, oracle);
    identities::check(&problem, &x, &0.3);
}

#[test]
fn scalar_and_vector() {
    let oracle = Oracle {
        inner: Inner::Map(&|x, y| vec![(y.iter().copied().sum::<Number>() + x[0]).sin() * 0.5 + y[0] * 0.1]),
        g: &|x, y| y.iter().map(|t| (*t - x[0]).powi(2)).sum(),
    };
    let problem = mean::Problem::new().unwrap();
    let y = data::vector(4, 2.1);
    verify!(problem, 0.3, y, oracle);
    identities::check(&problem, &0.3, &y);
}
