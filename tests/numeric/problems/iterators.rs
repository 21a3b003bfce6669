//! Rows, columns and entries as iterators.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod iterated {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let by_rows: f64 = data.a.row_iter().zip(data.b.iter()).map(|(row, b)| ((row * x)[0] - b).powi(2)).sum();
        let by_columns: f64 = data.a.column_iter().zip(y.iter()).map(|(column, y)| column.norm_squared() * y.exp()).sum();
        let entries: f64 = x.iter().zip(y.iter()).map(|(x, y)| y.exp() * x * x).sum();
        by_rows + 0.1 * by_columns + entries + x.iter().enumerate().map(|(i, x)| 0.1 * (i as f64) * x).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let product = &data.a * x;
        let shifted: f64 = x.iter().zip(x.iter().skip(1)).map(|(a, b)| a * b).sum();
        product.iter().map(|t| t.cosh()).sum::<f64>()
            + shifted * y.iter().copied().sum::<f64>()
            + data.a.row_sum().transpose().dot(x)
            + data.a.column_sum().dot(&product)
    }
}

#[test]
fn against_the_oracle() {
    let (rows, n) = (5, 3);
    let data = iterated::Data { a: data::matrix(rows, n, 0.0), b: data::vector(rows, 0.9) };
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let mut sum = squared_distance(&times(&data.a, x), data.b.as_slice());
            for k in 0..n {
                sum += y[k].exp() * data.a.column(k).norm_squared() * 0.1 + y[k].exp() * x[k] * x[k] + x[k] * (0.1 * k as f64);
            }
            sum
        }),
        g: &|x, y| {
            let product = times(&data.a, x);
            let all: Number = y.iter().copied().sum();
            let mut sum = (x[0] * x[1] + x[1] * x[2]) * all;
            for i in 0..rows {
                sum += product[i].cosh() + product[i] + product[i] * data.a.row(i).sum();
            }
            sum
        },
    };
    let (x, y) = (data::vector(n, 0.3), data::vector(n, 2.1));
    let problem = iterated::Problem::new(&data).unwrap();
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
