//! What the modules under test are held to.

use hypergrad::check::{self, UserFunctions};
use nalgebra::{DMatrix, DVector};

/// Every derivative at `(x, y)` against differences of the module's own functions.
#[track_caller]
pub fn check<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) {
    let report = check::derivatives(problem, x, y).unwrap();
    assert!(report.is_certain(), "{report}");
}

/// `v[i] = cos(slope i + 0.3)`.
pub fn vector(length: usize, slope: f64) -> DVector<f64> {
    DVector::from_fn(length, |i, _| (slope * i as f64 + 0.3).cos())
}

/// Entries without structure.
pub fn matrix(rows: usize, columns: usize, shift: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64 + shift).sin())
}
