//! The problems of the golden files and smaller ones, with every optional role, as users write them.

pub mod curved;
pub mod equilibrium;
pub mod exponential;
pub mod kernel_ridge;
pub mod linear;
pub mod logistic;
pub mod optimal;
pub mod plane;
pub mod ridge;
pub mod root;
pub mod separable;
pub mod separated;
pub mod shapes;

use nalgebra::{DMatrix, DVector};

/// `a[(i, j)] = sin(1.3 i + 0.7 j + 0.1 i j)`.
fn training(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64).sin())
}

/// `a[(i, j)] = sin(0.8 i + 1.1 j + 0.2 i j + 0.5)`.
fn validation(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (0.8 * i as f64 + 1.1 * j as f64 + 0.2 * (i * j) as f64 + 0.5).sin())
}

/// `cos(slope i + shift)`.
fn cosines(length: usize, slope: f64, shift: f64) -> DVector<f64> {
    DVector::from_fn(length, |i, _| (slope * i as f64 + shift).cos())
}
