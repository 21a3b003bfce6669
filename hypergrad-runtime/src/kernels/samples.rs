//! Blocks of samples that stay in the cache of the first level.

use core::ops::Range;

use nalgebra::ComplexField;

use super::norm;
use crate::scalar::Real;

/// Numbers of a block, at the most; and of samples, at the least, for which a matrix is read once.
const ENTRIES: usize = 2048;
const LEAST: usize = 8;

/// Blocks of so many samples, of each of which so many numbers are at hand.
pub fn blocks(count: usize, entries: usize) -> impl Iterator<Item = Range<usize>> {
    let fitting = ENTRIES / entries.max(1);
    let length = (fitting / LEAST * LEAST).max(LEAST);
    (0..count).step_by(length).map(move |first| first..count.min(first + length))
}

/// The norm of a vector of which so much was known, and these entries more.
pub fn longer<T: Real>(known: f64, more: &[T]) -> f64 {
    ComplexField::hypot(known, norm(more))
}
