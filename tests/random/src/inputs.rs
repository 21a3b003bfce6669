//! The numbers of a point as nalgebra's types; the modules that `build.rs` writes call these.

use nalgebra::allocator::Allocator;
use nalgebra::{DVector, DefaultAllocator, Dim, OMatrix, RealField};
use nalgebra_sparse::{CooMatrix, CsrMatrix};
use program_generator::point::Point;

/// Double or single precision; the numbers of a point are exact in both.
pub trait Float: RealField + Copy {
    /// The nearest number.
    fn of(value: f64) -> Self;
    /// The same in double precision.
    fn double(self) -> f64;
}

impl Float for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn double(self) -> f64 {
        self
    }
}

impl Float for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }

    fn double(self) -> f64 {
        f64::from(self)
    }
}

/// Input `k`, one number.
pub fn number<T: Float>(point: &Point, k: usize) -> T {
    T::of(point.values[k][0])
}

/// Input `k`, an array.
pub fn array<T: Float, const N: usize>(point: &Point, k: usize) -> [T; N] {
    std::array::from_fn(|i| T::of(point.values[k][i]))
}

/// Input `k`, indices.
pub fn indices(point: &Point, k: usize) -> Vec<usize> {
    point.values[k].iter().map(|i| *i as usize).collect()
}

/// Input `k`, an array of indices.
pub fn array_of_indices<const N: usize>(point: &Point, k: usize) -> [usize; N] {
    std::array::from_fn(|i| point.values[k][i] as usize)
}

/// Input `k`, vectors that each have their own length.
pub fn vectors<T: Float>(point: &Point, k: usize) -> Vec<DVector<T>> {
    let mut numbers = point.values[k].iter().map(|value| T::of(*value));
    point.lengths[k].iter().map(|length| DVector::from_iterator(*length, numbers.by_ref().take(*length))).collect()
}

/// Input `k`, flags.
pub fn flags(point: &Point, k: usize) -> Vec<bool> {
    point.values[k].iter().map(|flag| *flag != 0.0).collect()
}

/// Input `k`, numbers of which some are missing.
pub fn optionals<T: Float>(point: &Point, k: usize) -> Vec<Option<T>> {
    let mut numbers = point.values[k].iter().map(|value| T::of(*value));
    point.lengths[k].iter().map(|length| numbers.by_ref().take(*length).next()).collect()
}

/// Input `k`, by columns.
pub fn tensor<T: Float, R: Dim, C: Dim>(rows: R, columns: C, point: &Point, k: usize) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    OMatrix::from_iterator_generic(rows, columns, point.values[k].iter().map(|value| T::of(*value)))
}

/// Input `k`, by rows, stored where it is not 0.
pub fn sparse<T: Float>(rows: usize, columns: usize, point: &Point, k: usize) -> CsrMatrix<T> {
    let mut entries = CooMatrix::new(rows, columns);
    for (place, value) in point.values[k].iter().enumerate().filter(|(_, value)| **value != 0.0) {
        entries.push(place / columns, place % columns, T::of(*value));
    }
    CsrMatrix::from(&entries)
}
