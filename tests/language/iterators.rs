//! Sums and products over ranges, entries, rows and columns.

use hypergrad::bilevel;

use crate::{check, matrix, vector};

#[bilevel]
pub mod streams {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
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

#[bilevel]
pub mod adapters {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::DVector;

    /// Ranges of outer indices, lengths below zero, filters.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let n = x.len();
        let counted = (0..n).map(|i| ((i..n).skip(1).count() + (0..i).take(2).count()) as f64 * x[i] * x[i]).sum::<f64>();
        let placed = (0..n).map(|i| (i..n).rev().skip(1).zip(x.iter()).map(|(j, t)| t * t * y[j]).sum::<f64>()).sum::<f64>();
        let around = (0..n)
            .map(|i| (0..i).chain(i + 1..n).enumerate().map(|(k, j)| x[i] * x[j] * (k + 1) as f64).sum::<f64>())
            .sum::<f64>();
        let neighbours =
            (0..n).map(|i| (i.saturating_sub(1)..(i + 2).min(n)).map(|j| x[i] * y[j] * x[j]).sum::<f64>()).sum::<f64>();
        let none = x.iter().skip(9).map(|_| x[0]).sum::<f64>() + (n..2).map(|_| x[0] * x[0]).sum::<f64>();
        counted + placed + around + neighbours + none + x.iter().take(30).count() as f64 * x[0].powi(2)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mean = x.iter().filter(|t| **t > 0.2).sum::<f64>() / x.iter().filter(|t| **t > 0.2).count() as f64;
        let kept: f64 = x.iter().zip(y.iter()).filter(|(s, t)| **s > 0.0 && **t < 0.9).rev().map(|(s, t)| s.sqrt() * t).sum();
        let joined: Vec<f64> = x.iter().skip(1).chain(y.iter().rev()).map(|t| t * t).collect();
        let pairs =
            (0..x.len()).flat_map(|i| (i + 1..y.len()).map(move |j| (i, j))).map(|(i, j)| (x[i] - y[j]).powi(2)).sum::<f64>();
        pairs + mean + kept + joined.iter().enumerate().map(|(k, t)| t * x[0] * k as f64).sum::<f64>()
    }
}

#[test]
fn adapters_mean_what_they_mean_in_rust() {
    for n in [4, 5] {
        let (x, y) = (vector(n, 0.4), vector(n, 1.3));
        let problem = adapters::Problem::new().unwrap();
        let at = problem.at(&x, &y).unwrap();
        for (found, expected) in [(at.f(), adapters::f(&x, &y)), (at.g(), adapters::g(&x, &y))] {
            // A few dozen terms of order 1.
            assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found} for {expected}");
        }
        check(&problem, &x, &y);
    }
}

/// Sums over an index that their terms lack, times an access that a condition keeps in range.
#[bilevel]
pub mod shifted {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let n = x.len();
        let after = (0..n).map(|i| (i..n).map(|_| x[i]).sum::<f64>() * (if i >= 3 { x[i - 3] } else { y[i] })).sum::<f64>();
        let before = (0..n).map(|i| (0..i).map(|_| x[i]).sum::<f64>() * (if i + 2 < n { x[i + 2] } else { y[i] })).sum::<f64>();
        (x - y).norm_squared() + after + before
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

#[test]
fn stores_stay_in_range() {
    for n in [1, 3, 5] {
        check(&shifted::Problem::new().unwrap(), &vector(n, 0.4), &vector(n, 1.3));
    }
}
