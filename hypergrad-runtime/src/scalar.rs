//! The scalar types: `f32` and `f64`.

use core::fmt;

/// A real scalar. Functions (`exp`, `sqrt`, ...) come from nalgebra, so that they exist without `std`.
pub trait Real: nalgebra::RealField + Copy + Send + Sync + fmt::LowerExp + fmt::Display {
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
}
