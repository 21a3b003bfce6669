//! Sets that y is kept in: a projection for all of y, for blocks of it, or for each coordinate.

mod blocks;
mod sets;
#[cfg(feature = "std")]
mod spectral;

pub use blocks::Block;
pub use sets::{Ball, Bounds, Everywhere, Interval, NonNegative, Simplex};
#[cfg(feature = "std")]
pub use spectral::Spectral;

use core::ops::Range;

use crate::scalar::Real;

/// The nearest point of a closed convex set.
///
/// A tuple of projections is one too, if each moves a [`Block`] of its own.
///
/// # Example
/// A set of one's own, the vectors of one common entry, and one made of two:
/// ```
/// use hypergrad::outer::{Ball, Block, Descent, NonNegative, Projection};
/// use hypergrad::scalar::Real;
///
/// #[derive(Clone, Copy)]
/// struct Common;
///
/// impl Projection for Common {
///     fn project<T: Real>(&self, y: &mut [T]) {
///         let sum = y.iter().fold(T::ZERO, |sum, &entry| sum + entry);
///         let mean = sum / T::lit(y.len() as f64);
///         y.fill(mean);
///     }
/// }
///
/// let mut y = [1.0, 2.0, 6.0];
/// Common.project(&mut y);
/// assert_eq!(y, [3.0; 3]);
///
/// let blocks = (Block::new(0..2, NonNegative), Block::new(2..3, Ball::new(1.0)));
/// let mut y = [-1.0, 2.0, 6.0];
/// blocks.project(&mut y);
/// assert_eq!(y, [0.0, 2.0, 1.0]);
/// let descent = Descent::gradient(0.1).project(blocks);
/// # let _ = descent;
/// ```
pub trait Projection {
    /// Moves the flat y to the nearest point of the set.
    fn project<T: Real>(&self, y: &mut [T]);

    /// The first setting that has no meaning for a y of length m, with its value.
    fn invalid(&self, m: usize) -> Option<(&'static str, f64)> {
        let _ = m;
        None
    }

    /// The coordinates that it may move.
    fn moves(&self, m: usize) -> Range<usize> {
        0..m
    }
}

macro_rules! tuple_projection {
    ($($set:ident $index:tt),*) => {
        impl<$($set: Projection),*> Projection for ($($set,)*) {
            fn project<S: Real>(&self, y: &mut [S]) {
                $(self.$index.project(y);)*
            }

            fn invalid(&self, m: usize) -> Option<(&'static str, f64)> {
                let ranges = [$(self.$index.moves(m)),*];
                let nested = [$(self.$index.invalid(m)),*];
                nested.into_iter().flatten().next().or_else(|| overlap(&ranges))
            }

            fn moves(&self, m: usize) -> Range<usize> {
                let ranges = [$(self.$index.moves(m)),*];
                let start = ranges.iter().map(|range| range.start).min().unwrap_or(0);
                start..ranges.iter().map(|range| range.end).max().unwrap_or(m)
            }
        }
    };
}
tuple_projection!(A 0, B 1);
tuple_projection!(A 0, B 1, C 2);
tuple_projection!(A 0, B 1, C 2, D 3);
tuple_projection!(A 0, B 1, C 2, D 3, E 4);
tuple_projection!(A 0, B 1, C 2, D 3, E 4, F 5);

/// The first coordinate that two of them move: one projection after another is then none.
fn overlap(ranges: &[Range<usize>]) -> Option<(&'static str, f64)> {
    ranges.iter().enumerate().find_map(|(k, a)| {
        ranges[..k].iter().find_map(|b| {
            let first = a.start.max(b.start);
            (first < a.end.min(b.end)).then_some(("coordinate of two projections", first as f64))
        })
    })
}
