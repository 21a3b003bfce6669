//! Remainders, tests of numbers and ranges, functions that call themselves.

use nalgebra::{DMatrix, DVector, SVector};

use super::{Data, agrees, bodies};

#[test]
fn remainders() {
    bodies! { (x, y, data) -> f64:
        { (x[0] * 10.0) % 3.0 + (x[1] * 10.0) % 3.0 }
        { (x[0] * 10.0) % -3.0 + x[1] % y[1] }
        { (x[1] * 10.0).rem_euclid(3.0) + (x[3] * 11.0).rem_euclid(-3.0) }
        { (x[1] * 10.0).div_euclid(3.0) * x[0] + (x[3] * -11.0).div_euclid(-3.0) * x[2] }
        { let wrap = |a: f64| (a + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI; x.iter().map(|v| wrap(3.0 * v).powi(2)).sum::<f64>() }
        { let mut t = x[3] * 7.0; t %= 2.5; t }
    }
}

#[test]
fn tests_of_numbers_and_ranges() {
    bodies! { (x, y, data) -> f64:
        { if x[0].is_nan() { 0.0 } else { x[0].powi(2) } }
        { if x.iter().all(|v| v.is_finite()) { x.norm_squared() } else { 0.0 } }
        { if x[0].is_infinite() || x[1].is_sign_negative() { x[1] } else { x[0] } }
        { x.iter().map(|v| if v.is_sign_positive() { v * v } else { -v }).sum::<f64>() }
        { (0..5).filter(|i| (1..3).contains(i)).map(|i| x[i] * x[i]).sum::<f64>() }
        { (0..5).map(|i| if (1..=data.n - 2).contains(&i) { x[i] } else { 2.0 }).sum::<f64>() }
        { x.iter().map(|v| if (0.0..1.0).contains(v) { v * v } else { *v }).sum::<f64>() }
        { x.iter().map(|v| if (..=0.45).contains(v) { v * v } else { y[0] }).sum::<f64>() }
    }
}

#[test]
fn functions_call_themselves() {
    bodies! { (x, y, data) -> f64:
        { fn factorial(n: u32) -> f64 { if n == 0 { 1.0 } else { n as f64 * factorial(n - 1) } } factorial(6) * x[0] }
        { fn legendre(n: usize, t: f64) -> f64 { match n { 0 => 1.0, 1 => t, _ => ((2 * n - 1) as f64 * t * legendre(n - 1, t) - (n - 1) as f64 * legendre(n - 2, t)) / n as f64 } } legendre(9, x[2]) + legendre(2, x[0]) }
        { fn basis(i: usize, k: usize, t: f64, knots: &DVector<f64>) -> f64 { if k == 0 { return if knots[i] <= t && t < knots[i + 1] { 1.0 } else { 0.0 }; } (t - knots[i]) / (knots[i + k] - knots[i]) * basis(i, k - 1, t, knots) + (knots[i + k + 1] - t) / (knots[i + k + 1] - knots[i + 1]) * basis(i + 1, k - 1, t, knots) } let knots = DVector::from_fn(9, |i, _| i as f64 - 3.5); (0..5).map(|i| x[i] * basis(i, 3, x[0], &knots)).sum::<f64>() }
    }
}

#[test]
fn lists_of_vectors_and_chunks() {
    bodies! { (x, y, data) -> f64:
        { x.as_slice().chunks(2).map(|c| c.iter().product::<f64>()).sum::<f64>() }
        { x.as_slice().chunks(2).map(|c| c[0] * c.len() as f64).sum::<f64>() }
        { data.a.as_slice().chunks(data.n).zip(y.iter()).map(|(c, v)| c.iter().sum::<f64>() * v).sum::<f64>() }
        { let cols: Vec<DVector<f64>> = (0..3).map(|k| x * (k as f64 + y[k])).collect(); (DMatrix::from_columns(&cols) * y).norm_squared() }
        { let rows: Vec<_> = (0..4).map(|k| y.transpose() * (k as f64 + x[k])).collect(); DMatrix::from_fn(4, 3, |i, j| rows[i][j]).norm_squared() }
        { let mut cols = Vec::new(); for k in 0..3 { cols.push(x * y[k]); } DMatrix::from_columns(&cols)[(4, 1)] }
    }
}
