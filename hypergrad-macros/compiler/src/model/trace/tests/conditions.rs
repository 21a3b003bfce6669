//! `if`/`else` on scalars and indices.

use nalgebra::{DMatrix, DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn on_scalars() {
    bodies! { (x, y, data) -> f64:
        { if x[0] > 0.0 { x[0].ln() } else { x[0] * x[0] } }
        { if x[1] > 0.0 { x[1].ln() } else if x[2] >= 0.3 { x[1].exp() } else { 1.0 } }
        { x.map(|t| if t > 0.0 { t.sqrt() } else { -1.0 / t }).sum() }
        { x.map(|t| if t.abs() <= 1.0 && t > -0.65 || t == 2.2 { t.powi(2) } else { t }).sum() }
        { x.map(|t| if !(t < 0.0) { t } else { 0.0 }).sum() }
        { if 1.0 < 2.0 { x[0] } else { x[9] } }
        { let flag = x[0] > x[1]; if flag { x[0] } else { x[1] } }
        { if x[0] != x[1] { (x[0] - x[1]).recip() } else { 0.0 } }
        { let (a, b) = if x[0] > 0.0 { (x[0], 2.0) } else { (x[1], 3.0) }; a * b }
        { if x.norm() <= data.k { 0.5 * x.norm_squared() } else { data.k * (x.norm() - 0.5 * data.k) } }
    }
    bodies! { (x, y, data) -> DVector<f64>:
        { if x[0] > 0.0 { x.clone() } else { -x } }
        { if x.norm() > 100.0 { x / x.norm() } else { &data.q * x } }
    }
}

#[test]
fn on_indices() {
    bodies! { (x, y, data) -> f64:
        { (0..5).map(|i| if i == 0 { x[0] } else { x[i] - x[i - 1] }).sum::<f64>() }
        { x.as_slice().windows(2).zip(2..data.q.ncols()).len() as f64 * x[0] }
        { (3..data.a.nrows()).zip(data.a.column_iter()).skip(2).len() as f64 * x[0] + x[1] }
        { (0..5).map(|i| if i + 1 < 5 { x[i + 1] } else { 0.0 } * x[i]).sum::<f64>() }
        { (0..5).map(|i| if i > 0 && i < 4 { x[i - 1] + x[i + 1] } else { 1.0 }).sum::<f64>() }
        { (0..5).map(|i| if i == 0 || i == 4 { 0.5 * x[i] } else { x[i] }).sum::<f64>() }
        { (0..5).map(|i| if !(i == 2) { x[i] } else { 7.0 }).sum::<f64>() }
        { (0..5).map(|i| if i % 2 == 0 { x[i] } else { -x[i] }).sum::<f64>() }
        { (0..5).map(|i| if i > 0 && x[i - 1] > 0.0 { x[i] } else { 0.0 }).sum::<f64>() }
        { let n = x.len(); (0..n).map(|i| if i + 1 < n { (x[i + 1] - x[i]).abs() } else { 0.0 }).sum::<f64>() }
        { (0..5).map(|i| if data.n > i { x[i] } else { 0.0 }).sum::<f64>() }
        { (0..5).map(|i| if i < 2 { y[0].ln() } else { (x[i] - 9.0).abs().ln() }).sum::<f64>() }
    }
    bodies! { (x, y, data) -> DMatrix<f64>:
        { DMatrix::from_fn(5, 5, |i, j| if i == j { x[i].exp() } else { 0.0 }) }
        { DMatrix::from_fn(5, 5, |i, j| if i < j { 1.0 } else if i > j { -1.0 } else { x[i] }) }
        { DMatrix::from_fn(5, 5, |i, j| if i == j { 2.0 } else if i == j + 1 || j == i + 1 { -1.0 } else { 0.0 }) }
    }
    bodies! { (x, y, data) -> SVector<f64, 3>: { SVector::from_fn(|i, _| if i == 1 { y[1] } else { y[i] * y[2 - i] }) } }
}

/// Exponents whose squares overflow as exponentials: the logarithm is one of exponents in an arm too.
#[test]
fn logarithms_of_sums_of_exponentials_in_arms() {
    bodies! { (x, y, data) -> f64:
        { if x[0] > 0.0 { (1.0 + (600.0 * x[0]).exp()).ln() / 600.0 } else { x[0] } }
        { if x[0] > 0.0 { (900.0 * x).map(f64::exp).rows(0, 1).sum().ln() / 900.0 } else { x[1] } }
        { if x[1] > 0.0 { x.map(f64::exp).sum().ln() } else { (x * 0.5).map(f64::exp).sum().ln_1p() } }
        { x.iter().filter(|t| **t > 0.0).fold(y[0], |s, t| (1.0 + (400.0 * s * t).exp()).ln() / 400.0) }
        { (0..5).map(|i| if i < data.n - 3 { (x.rows(0, i).map(f64::exp).sum() + 600f64.exp()).ln() * x[i] } else { x[i] }).sum::<f64>() }
        { if data.n > 9 { x.rows(0, 0).map(f64::exp).sum().ln() * x[0] } else { x[0] } }
        { let e = x.rows(0, data.n - 5); (e * e.map(f64::exp).sum().ln()).dot(&e).max(x[1]) }
        { let e = x.rows(0, data.n - 5); (if x[0] > 9.0 { e.map(f64::exp).sum().ln() } else { 0.5 }) * x[0] }
    }
}
