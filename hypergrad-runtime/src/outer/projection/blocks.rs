//! A projection of some coordinates.

use core::ops::Range;

use super::Projection;
use crate::scalar::Real;

/// A set for the coordinates of a range of the flat y; the others are free.
///
/// Where y is a struct, [`Variable::block`](crate::problem::Variable::block) gives the range of a field.
///
/// ```
/// use hypergrad_runtime::outer::{Ball, Block, NonNegative, Projection};
///
/// let set = (Block::new(0..1, NonNegative), Block::new(1..3, Ball::new(1.0)));
/// let mut y = [-2.0_f64, 3.0, 4.0, -7.0];
/// set.project(&mut y);
/// assert_eq!(y[0], 0.0);
/// assert!((y[1] - 0.6).abs() < 1e-15 && (y[2] - 0.8).abs() < 1e-15);
/// assert_eq!(y[3], -7.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Block<J> {
    range: Range<usize>,
    set: J,
}

impl<J> Block<J> {
    /// Keeps these coordinates in the set.
    pub const fn new(range: Range<usize>, set: J) -> Self {
        Self { range, set }
    }
}

impl<J: Projection> Projection for Block<J> {
    fn project<T: Real>(&self, y: &mut [T]) {
        if let Some(block) = y.get_mut(self.range.clone()) {
            self.set.project(block);
        }
    }

    fn invalid(&self, m: usize) -> Option<(&'static str, f64)> {
        if self.range.start > self.range.end || self.range.end > m {
            return Some(("end of a block", self.range.end as f64));
        }
        self.set.invalid(self.range.len())
    }

    fn moves(&self, _m: usize) -> Range<usize> {
        self.range.clone()
    }
}
