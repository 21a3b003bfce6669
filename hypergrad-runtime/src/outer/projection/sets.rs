//! Boxes, balls, the simplex.

use super::Projection;
use crate::kernels::{norm, scale};
use crate::math::{clamp, max};
use crate::scalar::Real;

/// No constraint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Everywhere;

impl Projection for Everywhere {
    fn project<T: Real>(&self, _y: &mut [T]) {}
}

/// A bound that leaves no finite number: `low = ∞`, `high = -∞`, `low > high`, or one that is no number.
fn empty(low: f64, high: f64) -> bool {
    !(low <= high && low < f64::INFINITY && high > f64::NEG_INFINITY)
}

/// A box: `low <= y_i <= high` for every i.
///
/// ```
/// use hypergrad_runtime::outer::{Interval, Projection};
///
/// let mut y = [-2.0, 0.5, 7.0];
/// Interval::new(-1.0, f64::INFINITY).project(&mut y);
/// assert_eq!(y, [-1.0, 0.5, 7.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    /// `low <= high`; `low` may be -∞, `high` ∞.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }
}

impl Projection for Interval {
    fn project<T: Real>(&self, y: &mut [T]) {
        let (low, high) = (T::lit(self.low), T::lit(self.high));
        for y in y {
            *y = clamp(*y, low, high);
        }
    }

    fn invalid(&self, _m: usize) -> Option<(&'static str, f64)> {
        if empty(self.low, self.high) { Some(("interval", self.high - self.low)) } else { None }
    }
}

/// A box with bounds for each coordinate: `low_i <= y_i <= high_i`.
///
/// ```
/// use hypergrad_runtime::outer::{Bounds, Projection};
///
/// let mut y = [-2.0, 5.0];
/// Bounds::new(&[0.0, f64::NEG_INFINITY], &[1.0, 3.0]).project(&mut y);
/// assert_eq!(y, [0.0, 3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds<'a> {
    low: &'a [f64],
    high: &'a [f64],
}

impl<'a> Bounds<'a> {
    /// One bound of each kind for each coordinate; each may be infinite as those of an [`Interval`].
    pub const fn new(low: &'a [f64], high: &'a [f64]) -> Self {
        Self { low, high }
    }
}

impl Projection for Bounds<'_> {
    fn project<T: Real>(&self, y: &mut [T]) {
        for ((y, &low), &high) in y.iter_mut().zip(self.low).zip(self.high) {
            *y = clamp(*y, T::lit(low), T::lit(high));
        }
    }

    fn invalid(&self, m: usize) -> Option<(&'static str, f64)> {
        for (what, bounds) in [("number of lower bounds", self.low), ("number of upper bounds", self.high)] {
            if bounds.len() != m {
                return Some((what, bounds.len() as f64));
            }
        }
        self.low.iter().zip(self.high).find(|(low, high)| empty(**low, **high)).map(|(low, high)| ("interval", high - low))
    }
}

/// `y_i >= 0` for every i.
///
/// ```
/// use hypergrad_runtime::outer::{NonNegative, Projection};
///
/// let mut y = [-2.0, 0.5];
/// NonNegative.project(&mut y);
/// assert_eq!(y, [0.0, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NonNegative;

impl Projection for NonNegative {
    fn project<T: Real>(&self, y: &mut [T]) {
        for y in y {
            *y = max(*y, T::ZERO);
        }
    }
}

/// A ball around 0: `|y| <= radius`.
///
/// ```
/// use hypergrad_runtime::outer::{Ball, Projection};
///
/// let mut y = [3.0, 4.0];
/// Ball::new(1.0).project(&mut y);
/// assert!((y[0] - 0.6_f64).abs() < 1e-15 && (y[1] - 0.8_f64).abs() < 1e-15);
/// ```
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

    fn invalid(&self, _m: usize) -> Option<(&'static str, f64)> {
        if self.radius >= 0.0 { None } else { Some(("radius", self.radius)) }
    }
}

/// The simplex: `y_i >= 0`, `sum_i y_i = total`.
///
/// `y_i <- max(y_i - τ, 0)`, τ found by leaving out what would be negative until nothing is.
///
/// ```
/// use hypergrad_runtime::outer::{Projection, Simplex};
///
/// let mut y = [1.5, 1.0, -3.0];
/// Simplex::new(1.0).project(&mut y);
/// assert_eq!(y, [0.75, 0.25, 0.0]);
/// ```
///
/// # Reference
/// Michelot, A finite algorithm for finding the projection of a point onto the canonical simplex, J. Optim.
/// Theory Appl. 50 (1986).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simplex {
    total: f64,
}

impl Simplex {
    /// `total > 0`.
    pub const fn new(total: f64) -> Self {
        Self { total }
    }
}

impl Projection for Simplex {
    fn project<T: Real>(&self, y: &mut [T]) {
        // Below the largest minus the total nothing is kept: a start without cancellation of far entries.
        let largest = y.iter().fold(T::lit(f64::NEG_INFINITY), |largest, &y| max(largest, y));
        let mut threshold = largest - T::lit(self.total);
        for _ in 0..y.len() {
            let kept = y.iter().filter(|y| **y > threshold).fold((T::ZERO, 0_usize), |(sum, n), &y| (sum + (y - largest), n + 1));
            let next = largest + (kept.0 - T::lit(self.total)) / T::lit(kept.1.max(1) as f64);
            if next <= threshold {
                break;
            }
            threshold = next;
        }
        for y in y {
            *y = max(*y - threshold, T::ZERO);
        }
    }

    fn invalid(&self, m: usize) -> Option<(&'static str, f64)> {
        let holds = self.total > 0.0 && self.total.is_finite() && m > 0;
        if holds { None } else { Some(("total", self.total)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nearest point y of a convex set: `(z - y)·(p - y) <= 0` for every p of it, so for its corners.
    #[test]
    fn the_simplex_is_met_at_the_nearest_point() {
        for (k, total) in [(1.0_f64, 1.0), (7.0, 2.5), (1e6, 1e-3), (0.01, 4.0)] {
            let z: [f64; 6] = core::array::from_fn(|i| k * (1.7 * i as f64 + k).sin());
            let mut y = z;
            Simplex::new(total).project(&mut y);
            assert!((y.iter().sum::<f64>() - total).abs() <= 1e-9 * total.max(k * 1e-6), "{y:?}");
            for corner in 0..6 {
                let inner: f64 = (0..6).map(|i| (z[i] - y[i]) * (if i == corner { total } else { 0.0 } - y[i])).sum();
                assert!(inner <= 1e-9 * k.max(1.0), "{inner} {y:?}");
            }
        }
    }

    #[test]
    fn bounds_that_leave_nothing_are_refused() {
        let inf = f64::INFINITY;
        for (low, high) in [(inf, inf), (-inf, -inf), (1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
            assert!(Interval::new(low, high).invalid(1).is_some(), "{low} {high}");
            assert!(Bounds::new(&[low], &[high]).invalid(1).is_some(), "{low} {high}");
        }
        assert!(Interval::new(-inf, inf).invalid(1).is_none() && Interval::new(0.0, 0.0).invalid(1).is_none());
        assert!(Bounds::new(&[0.0], &[1.0]).invalid(2).is_some());
        assert!(Simplex::new(0.0).invalid(2).is_some() && Ball::new(-1.0).invalid(2).is_some());
    }
}
