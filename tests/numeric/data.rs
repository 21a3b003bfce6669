//! Data without structure, made by formulas.

use hypergrad::problem::Variable;
use hypergrad::scalar::Real;
use nalgebra::{DMatrix, DVector, SMatrix, SVector};

/// `a[(i, j)] = sin(1.3 i + 0.7 j + 0.1 i j + shift)`.
pub fn matrix(rows: usize, columns: usize, shift: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| entry(i, j, shift))
}

/// [`matrix`] of constant size.
pub fn fixed<const R: usize, const C: usize>(shift: f64) -> SMatrix<f64, R, C> {
    SMatrix::from_fn(|i, j| entry(i, j, shift))
}

fn entry(i: usize, j: usize, shift: f64) -> f64 {
    (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64 + shift).sin()
}

/// `v[i] = cos(slope i + 0.3)`.
pub fn vector(length: usize, slope: f64) -> DVector<f64> {
    DVector::from_fn(length, |i, _| (slope * i as f64 + 0.3).cos())
}

/// [`vector`] of constant size.
pub fn fixed_vector<const N: usize>(slope: f64) -> SVector<f64, N> {
    SVector::from_fn(|i, _| (slope * i as f64 + 0.3).cos())
}

/// Signs `+1`, `-1` in no order.
pub fn labels(length: usize, slope: f64) -> DVector<f64> {
    vector(length, slope).map(f64::signum)
}

/// The flat entries of a variable, as `f64`.
pub fn flat<V: Variable>(variable: &V) -> Vec<f64> {
    let mut entries = vec![V::Scalar::ZERO; variable.flat_len()];
    variable.read(&mut entries);
    entries.into_iter().map(Real::wide).collect()
}

/// A variable shaped like another, with entries without structure.
pub fn scattered<V: Variable>(like: &V, slope: f64) -> V {
    let entries: Vec<V::Scalar> = (0..like.flat_len()).map(|i| V::Scalar::lit((slope * i as f64 + 0.7).sin())).collect();
    like.like(&entries)
}
