//! The scalar types: `f32` and `f64`.

use core::fmt;

use crate::factor::Eliminate;
use crate::kernels::{Descent, Differences, Rows, Wide};
#[cfg(feature = "std")]
use crate::lanes;
use crate::lanes::{Lane, OfDecay};

/// A real scalar. Functions (`exp`, `sqrt`, ...) come from nalgebra, so that they exist without `std`.
pub trait Real:
    nalgebra::RealField + Wide + Rows + Descent + Differences + Eliminate + Copy + Send + Sync + fmt::LowerExp + fmt::Display
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: f64;

    /// The nearest value of this type.
    fn lit(value: f64) -> Self;
    /// As `f64`, exactly.
    fn wide(self) -> f64;
    /// Replaces every value by its image, several at once.
    #[doc(hidden)]
    fn map_slice<F: Lane>(values: &mut [Self]) {
        values.iter_mut().for_each(|t| *t = F::scalar(*t));
    }
    /// Writes the image of every value of `from`, of which there are at least as many.
    #[doc(hidden)]
    fn map_slice_into<F: Lane>(from: &[Self], to: &mut [Self]) {
        let from = &from[..to.len()];
        to.copy_from_slice(from);
        Self::map_slice::<F>(to);
    }
    /// The same by `e^-|t|` of every value t, which are written if the flag says so, else read; if that is faster.
    #[doc(hidden)]
    fn map_slice_with<F: OfDecay>(from: &[Self], _decays: (bool, &mut [Self]), to: &mut [Self]) {
        Self::map_slice_into::<F>(from, to);
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EPSILON: f64 = Self::EPSILON;

    #[inline]
    fn lit(value: f64) -> Self {
        value
    }
    #[inline]
    fn wide(self) -> f64 {
        self
    }
    #[cfg(feature = "std")]
    fn map_slice<F: Lane>(values: &mut [Self]) {
        lanes::map_f64::<F>(values);
    }
    #[cfg(feature = "std")]
    fn map_slice_into<F: Lane>(from: &[Self], to: &mut [Self]) {
        lanes::map_f64_into::<F>(from, to);
    }
    #[cfg(feature = "std")]
    fn map_slice_with<F: OfDecay>(from: &[Self], decays: (bool, &mut [Self]), to: &mut [Self]) {
        lanes::map_f64_with::<F>(from, decays, to);
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EPSILON: f64 = Self::EPSILON as f64;

    #[inline]
    fn lit(value: f64) -> Self {
        value as Self
    }
    #[inline]
    fn wide(self) -> f64 {
        f64::from(self)
    }
    #[cfg(feature = "std")]
    fn map_slice<F: Lane>(values: &mut [Self]) {
        lanes::map_f32::<F>(values);
    }
}
