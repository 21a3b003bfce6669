//! Data by formulas: the ones of the reference values.

use nalgebra::{DMatrix, DVector};

/// `sin(row i + column j + both i j + shift)`.
pub fn sines(rows: usize, columns: usize, [row, column, both, shift]: [f64; 4]) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (row * i as f64 + column * j as f64 + both * (i * j) as f64 + shift).sin())
}

/// Training inputs of the reference problems.
pub fn training(rows: usize, columns: usize) -> DMatrix<f64> {
    sines(rows, columns, [1.3, 0.7, 0.1, 0.0])
}

/// Validation inputs of the reference problems.
pub fn validation(rows: usize, columns: usize) -> DMatrix<f64> {
    sines(rows, columns, [0.8, 1.1, 0.2, 0.5])
}

/// `cos(slope i + shift)`.
pub fn cosines(length: usize, slope: f64, shift: f64) -> DVector<f64> {
    DVector::from_fn(length, |i, _| (slope * i as f64 + shift).cos())
}

/// `+1` or `-1`.
pub fn signs(length: usize, slope: f64, shift: f64) -> DVector<f64> {
    cosines(length, slope, shift).map(|c| if c >= 0.0 { 1.0 } else { -1.0 })
}

/// One row per sample, 1 at its class.
pub fn one_hot(samples: usize, classes: usize) -> DMatrix<f64> {
    DMatrix::from_fn(samples, classes, |i, k| if (i * i + 2 * i) % classes == k { 1.0 } else { 0.0 })
}

/// The outer variable of the reference problems with one weight per feature.
pub fn log_weights(length: usize) -> DVector<f64> {
    cosines(length, 2.1, 0.0).map(|c| 0.2 + 0.5 * c)
}
