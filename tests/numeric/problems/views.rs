//! Parts of vectors and matrices, strided and reversed indices, a convolution.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod parts {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub t: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let inner = x.rows(1, n - 2);
        let differences = x.rows(1, n - 1) - x.rows(0, n - 1);
        let convolution: f64 = (0..n - 2).map(|i| ((0..3).map(|k| y[k] * x[i + k]).sum::<f64>() - data.t[i]).powi(2)).sum();
        let reversed: f64 = (0..n).map(|i| x[i] * x[n - 1 - i]).sum();
        inner.norm_squared() + y[3].exp() * differences.norm_squared() + convolution + x.norm_squared() + 0.1 * reversed
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let even: f64 = (0..3).map(|i| x[2 * i] * x[2 * i + 1]).sum();
        let block = data.a.view((1, 0), (2, 2));
        let head = x.fixed_rows::<2>(0);
        let corner = (block * head).norm_squared();
        let by_column: f64 = (0..data.a.ncols()).map(|k| data.a.column(k).dot(&x.rows(0, 4)) * y[k]).sum();
        let by_row: f64 = (0..data.a.nrows()).map(|i| data.a.row(i).sum() * x[i + 1].sin()).sum();
        even + corner + by_column + by_row + data.a.columns(1, 2).column_sum().dot(&x.rows(2, 4)).powi(2)
    }
}

#[test]
fn against_the_oracle() {
    let n = 6;
    let data = parts::Data { a: data::matrix(4, 3, 0.0), t: data::vector(n - 2, 0.9) };
    let a = &data.a;
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = dot(&x[1..n - 1], &x[1..n - 1]) + dot(x, x);
            for i in 0..n {
                sum += x[i] * x[n - 1 - i] * 0.1;
                if i + 1 < n {
                    sum += y[3].exp() * (x[i + 1] - x[i]).powi(2);
                }
                if i + 2 < n {
                    sum += (y[0] * x[i] + y[1] * x[i + 1] + y[2] * x[i + 2] - data.t[i]).powi(2);
                }
            }
            sum
        }),
        g: &|x, y| {
            let mut sum = x[0] * x[1] + x[2] * x[3] + x[4] * x[5];
            for i in 1..3 {
                sum += (x[0] * a[(i, 0)] + x[1] * a[(i, 1)]).powi(2);
            }
            for k in 0..3 {
                sum += (0..4).map(|i| x[i] * a[(i, k)]).sum::<Number>() * y[k];
            }
            for i in 0..4 {
                sum += x[i + 1].sin() * a.row(i).sum();
            }
            sum + (0..4).map(|i| x[i + 2] * (a[(i, 1)] + a[(i, 2)])).sum::<Number>().powi(2)
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(4, 2.1));
    let problem = parts::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
