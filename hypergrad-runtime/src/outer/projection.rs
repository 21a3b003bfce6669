//! Sets that y is kept in.

use crate::kernels::{norm, scale};
use crate::scalar::Real;

/// The nearest point of a closed convex set.
pub trait Projection {
    /// Moves the flat y to the nearest point of the set.
    fn project<T: Real>(&self, y: &mut [T]);
    /// The first setting that has no meaning, with its value.
    fn invalid(&self) -> Option<(&'static str, f64)> {
        None
    }
}

/// No constraint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Everywhere;

impl Projection for Everywhere {
    fn project<T: Real>(&self, _y: &mut [T]) {}
}

/// A box: `low <= y_i <= high` for every i.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    /// `low <= high`; either may be infinite.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }
}

impl Projection for Interval {
    fn project<T: Real>(&self, y: &mut [T]) {
        let (low, high) = (T::lit(self.low), T::lit(self.high));
        for y in y {
            *y = crate::math::clamp(*y, low, high);
        }
    }

    fn invalid(&self) -> Option<(&'static str, f64)> {
        if self.low <= self.high { None } else { Some(("interval", self.high - self.low)) }
    }
}

/// A ball around 0: `|y| <= radius`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ball {
    radius: f64,
}

impl Ball {
    /// `radius >= 0`.
    pub const fn new(radius: f64) -> Self {
        Self { radius }
    }
}

impl Projection for Ball {
    fn project<T: Real>(&self, y: &mut [T]) {
        let size = norm(y);
        if size > self.radius {
            scale(T::lit(self.radius / size), y);
        }
    }

    fn invalid(&self) -> Option<(&'static str, f64)> {
        if self.radius >= 0.0 { None } else { Some(("radius", self.radius)) }
    }
}
