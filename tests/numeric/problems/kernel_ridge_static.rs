//! Kernel ridge regression of constant size: the outer variable a vector, index `y[k + 1]`, the
//! kernel matrix built in several ways.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod kernel {
    use nalgebra::{Matrix4, SMatrix, SVector, Vector3, Vector4};

    pub struct Data {
        pub p: SMatrix<f64, 4, 2>,
        pub t: Vector4<f64>,
        pub q: SVector<f64, 2>,
    }

    fn gram(data: &Data, y: &Vector3<f64>) -> Matrix4<f64> {
        Matrix4::from_fn(|i, j| {
            let d = data.p.row(i) - data.p.row(j);
            (-(0..2).map(|k| y[k + 1].exp() * d[k] * d[k]).sum::<f64>()).exp()
        })
    }

    pub fn f(w: &Vector4<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let k = gram(data, y) + Matrix4::identity() * y[0].exp();
        0.5 * (w.transpose() * k * w)[(0, 0)] - w.dot(&data.t)
    }

    pub fn g(w: &Vector4<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let features = Vector4::from_fn(|i, _| {
            let d: f64 = (0..2).map(|k| y[k + 1].exp() * (data.p[(i, k)] - data.q[k]).powi(2)).sum();
            1.0 / (1.0 + d)
        });
        (features.dot(w) - 1.0).powi(2) + gram(data, y).trace() * 0.1 + (gram(data, y) * w).norm_squared()
    }
}

#[test]
fn against_the_oracle() {
    let data = kernel::Data { p: data::fixed(0.0), t: data::fixed_vector(0.9), q: data::fixed_vector(0.4) };
    let gram = |i: usize, j: usize, y: &[Number]| {
        (0..2).map(|k| y[k + 1].exp() * -(data.p[(i, k)] - data.p[(j, k)]).powi(2)).sum::<Number>().exp()
    };
    let oracle = Oracle {
        inner: Inner::Objective(&|w, y| {
            let mut sum = constant(0.0);
            for i in 0..4 {
                sum += w[i] * w[i] * y[0].exp() * 0.5 - w[i] * data.t[i];
                for j in 0..4 {
                    sum += w[i] * w[j] * gram(i, j, y) * 0.5;
                }
            }
            sum
        }),
        g: &|w, y| {
            let mut along = constant(-1.0);
            let mut sum = constant(0.4);
            for i in 0..4 {
                let d: Number = (0..2).map(|k| y[k + 1].exp() * (data.p[(i, k)] - data.q[k]).powi(2)).sum();
                along += w[i] / (d + 1.0);
                let row: Number = (0..4).map(|j| gram(i, j, y) * w[j]).sum();
                sum += row * row;
            }
            along * along + sum
        },
    };
    let problem = kernel::Problem::new(&data).unwrap();
    let (x, y) = (data::fixed_vector(0.3), nalgebra::Vector3::new(-0.7, 0.2, -0.3));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
