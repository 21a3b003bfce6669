//! Row vectors as variables and data.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod rows {
    use nalgebra::{DMatrix, RowDVector, RowVector3};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub t: RowDVector<f64>,
    }

    pub fn f(x: &RowDVector<f64>, y: &RowVector3<f64>, data: &Data) -> f64 {
        let r = x * &data.a - &data.t;
        r.norm_squared() + y[0].exp() * x.norm_squared() + (x * x.transpose())[0] * y.y.sin() + x.columns(0, 3).dot(y)
    }

    pub fn g(x: &RowDVector<f64>, y: &RowVector3<f64>, data: &Data) -> f64 {
        (&data.a * data.t.transpose()).dot(&x.transpose()) + (x.sum() - y.z).powi(2) + y.component_mul(y).sum()
    }
}

#[test]
fn against_the_oracle() {
    let (n, k) = (4, 3);
    let data = rows::Data { a: data::matrix(n, k, 0.0), t: data::vector(k, 0.9).transpose() };
    let transposed = data.a.transpose();
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            squared_distance(&times(&transposed, x), data.t.as_slice()) + (y[0].exp() + y[1].sin()) * dot(x, x) + dot(&x[..3], y)
        }),
        g: &|x, y| {
            let linear = &data.a * data.t.transpose();
            let sum: Number = x.iter().copied().sum();
            (0..n).map(|i| x[i] * linear[i]).sum::<Number>() + (sum - y[2]).powi(2) + dot(y, y)
        },
    };
    let (x, y) = (data::vector(n, 0.3).transpose(), nalgebra::RowVector3::new(0.2, 0.4, -0.6));
    let problem = rows::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
