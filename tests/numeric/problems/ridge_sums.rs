//! Ridge regression spelled by indices: every product a sum over a range. Nested sums and `from_fn`.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod summed {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let (rows, n) = data.a.shape();
        let fit: f64 = (0..rows)
            .map(|i| {
                let prediction: f64 = (0..n).map(|j| data.a[(i, j)] * x[j]).sum();
                let r = prediction - data.b[i];
                r * r
            })
            .sum();
        let penalty = (0..n).map(|j| y[j].exp() * x[j] * x[j]).sum::<f64>();
        let coupled = (0..n).map(|j| (0..n).map(|k| x[j] * x[k] * (y[j] - y[k]).powi(2)).sum::<f64>()).sum::<f64>();
        fit + 0.5 * penalty + 0.01 * coupled
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let outer = DMatrix::from_fn(x.len(), y.len(), |j, k| x[j] * y[k] + (j as f64) * 0.1);
        let smoothed = DVector::from_fn(data.b.len(), |i, _| (0..x.len()).map(|j| data.a[(i, j)].powi(2) * x[j].tanh()).sum());
        outer.norm_squared() + smoothed.dot(&data.b)
    }
}

#[test]
fn against_the_oracle() {
    let (rows, n) = (5, 3);
    let data = summed::Data { a: data::matrix(rows, n, 0.0), b: data::vector(rows, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = squared_distance(&times(&data.a, x), data.b.as_slice());
            for j in 0..n {
                sum += y[j].exp() * x[j] * x[j] * 0.5;
                for k in 0..n {
                    sum += x[j] * x[k] * (y[j] - y[k]).powi(2) * 0.01;
                }
            }
            sum
        }),
        g: &|x, y| {
            let mut sum = constant(0.0);
            for j in 0..n {
                for k in 0..n {
                    sum += (x[j] * y[k] + 0.1 * j as f64).powi(2);
                }
                for i in 0..rows {
                    sum += x[j].tanh() * (data.a[(i, j)].powi(2) * data.b[i]);
                }
            }
            sum
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1));
    let problem = summed::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
