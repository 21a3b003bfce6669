//! A Gaussian mixture: centres as a matrix x, log-sum-exp of distances, reductions over rows and
//! columns.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod gaussians {
    use hypergrad::math::log_sum_exp;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        /// One point a column.
        pub points: DMatrix<f64>,
    }

    pub fn f(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let classes = x.ncols();
        let likelihood: f64 = data
            .points
            .column_iter()
            .map(|p| log_sum_exp(&DVector::from_fn(classes, |k, _| y[k] - 0.5 * y[k].exp() * (p - x.column(k)).norm_squared())))
            .sum();
        2.0 * x.norm_squared() - likelihood
    }

    pub fn g(x: &DMatrix<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let scores = data.points.tr_mul(x);
        let soft: f64 = scores.row_iter().map(|row| row.map(f64::exp).sum().ln()).sum();
        let hard = scores.column_iter().map(|column| column.max()).sum::<f64>();
        soft + hard * y[0] + scores.row_mean().norm_squared() + y.variance()
    }
}

#[test]
fn against_the_oracle() {
    let (d, k, points) = (2, 3, 5);
    let data = gaussians::Data { points: data::matrix(d, points, 0.0) };
    let score = |x: &[Number], p: usize, c: usize| (0..d).map(|i| x[i + d * c] * data.points[(i, p)]).sum::<Number>();
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = dot(x, x) * 2.0;
            for p in 0..points {
                let densities: Number = (0..k)
                    .map(|c| {
                        let distance: Number = (0..d).map(|i| (-x[i + d * c] + data.points[(i, p)]).powi(2)).sum();
                        (y[c] - y[c].exp() * distance * 0.5).exp()
                    })
                    .sum();
                sum -= densities.ln();
            }
            sum
        }),
        g: &|x, y| {
            let mut sum = constant(0.0);
            for p in 0..points {
                sum += (0..k).map(|c| score(x, p, c).exp()).sum::<Number>().ln();
            }
            for c in 0..k {
                let largest = (0..points).map(|p| score(x, p, c)).reduce(|a, b| if a.re > b.re { a } else { b }).unwrap();
                let mean = (0..points).map(|p| score(x, p, c)).sum::<Number>() / points as f64;
                sum += largest * y[0] + mean * mean;
            }
            let mean = y.iter().copied().sum::<Number>() / k as f64;
            sum + y.iter().map(|t| (*t - mean).powi(2)).sum::<Number>() / k as f64
        },
    };
    let (x, y) = (data::matrix(d, k, 0.3), data::vector(k, 2.1));
    let problem = gaussians::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
