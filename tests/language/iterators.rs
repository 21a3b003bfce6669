//! Sums and products over ranges, entries, rows and columns.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

#[bilevel]
pub mod streams {
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub weights: [f64; 4],
        pub lag: usize,
    }

    /// Over ranges.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let n = x.len();
        let whole = (0..n).map(|i| x[i] * x[i] * y[i].exp()).sum::<f64>();
        let closed: f64 = (1..=n).map(|i| x[i - 1].powi(2) * i as f64).sum();
        let reversed: f64 = (0..n).map(|i| x[n - 1 - i] * y[i]).sum();
        let nested = (0..n).map(|i| (i..n).map(|j| x[i] * x[j] * data.a[(i, j)]).sum::<f64>()).sum::<f64>();
        let filtered = (0..n).filter(|i| *i != 1).map(|i| x[i].sin()).sum::<f64>();
        let products = (0..n).map(|i| 1.0 + 0.1 * x[i] * y[i]).product::<f64>();
        let stepped: f64 = (0..n).step_by(2).map(|i| x[i] * y[i] * y[i]).sum();
        let lagged: f64 = (data.lag..n).map(|t| (x[t] - 0.5 * x[t - data.lag]).powi(2)).sum();
        let backward = (0..n).rev().enumerate().map(|(k, i)| x[i] * data.weights[k]).sum::<f64>();
        whole + closed + reversed + nested + filtered + products + stepped + lagged + backward
    }

    /// Over entries, rows and columns.
    pub fn g(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let pairs: f64 = x.iter().zip(y.iter()).map(|(s, t)| s * t.exp()).sum();
        let triple = x.iter().zip(y).zip(data.b.iter()).map(|((s, t), b)| s * t * b).sum::<f64>();
        let numbered = x.iter().enumerate().map(|(i, t)| data.weights[i] * t * t).sum::<f64>();
        let part = x.iter().skip(1).take(2).copied().map(|t| t.powi(3)).sum::<f64>();
        let joined = x.iter().chain(y.iter()).cloned().map(|t: f64| t.cos()).sum::<f64>();
        let rows = data.a.row_iter().zip(data.b.iter()).map(|(row, b)| ((row * x)[0] - b).powi(2)).sum::<f64>();
        let columns = data.a.column_iter().map(|column| column.dot(x).tanh()).sum::<f64>();
        let kept: Vec<f64> = x.iter().map(|t| t * t).collect();
        let owned = y.clone().into_iter().map(|t| t.powi(2)).sum::<f64>();
        let windows: f64 = x.as_slice().windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
        pairs
            + triple
            + numbered
            + part
            + joined
            + rows
            + columns
            + kept.iter().sum::<f64>() * owned
            + windows
            + (0..x.len()).count() as f64 * x[0]
    }
}

#[test]
fn ranges_and_entries() {
    let data = streams::Data { a: matrix(4, 4, 0.1), b: vector(4, 0.8), weights: [0.5, -1.0, 2.0, 0.3], lag: 2 };
    check(&streams::Problem::new(&data).unwrap(), &vector(4, 0.4), &vector(4, 1.3));
}
