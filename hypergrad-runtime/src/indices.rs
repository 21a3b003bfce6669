//! Indices that the data holds: how far they reach, and which one is out of range. Items of lists: their common
//! size. Reals: the first one that is not finite.

use crate::error::ShapeError;
use crate::kernels;
use crate::scalar::Real;

/// One more than the largest index; 0 where there is none.
pub fn reach(indices: impl Iterator<Item = usize>) -> usize {
    // `usize::MAX` reaches as far as anything can be asked to.
    indices.max().map_or(0, |largest| largest.saturating_add(1))
}

/// The smallest index; where there is none, as large as can be asked for.
pub fn least(indices: impl Iterator<Item = usize>) -> usize {
    indices.min().unwrap_or(usize::MAX)
}

/// The first entry that is not finite, of fields given by name.
pub fn first_non_finite<T: Real>(fields: &[(&'static str, &[T])]) -> Option<ShapeError> {
    fields
        .iter()
        .find_map(|(what, entries)| kernels::first_non_finite(entries).map(|index| ShapeError::NonFinite { what, index }))
}

/// An integer as a number, which it has to be exactly.
///
/// # Errors
/// It would be rounded.
pub fn exact<T: Real>(value: i128, what: &'static str, entry: usize) -> Result<T, ShapeError> {
    let number = T::lit(value as f64);
    // What is rounded to 2^127 is no `i128`, and saturates.
    if number.wide() as i128 == value && value != i128::MAX {
        Ok(number)
    } else {
        Err(ShapeError::Inexact { what, entry, value })
    }
}

/// An `Option` as a list of at most one item, and an integer as a list of one, as far as data is read by lists.
#[expect(clippy::len_without_is_empty, reason = "emitted code asks for lengths alone")]
pub trait AsList {
    /// Of the items.
    type Item;
    /// The items.
    fn as_slice(&self) -> &[Self::Item];
    /// How many there are.
    fn len(&self) -> usize {
        self.as_slice().len()
    }
}

impl<T> AsList for Option<T> {
    type Item = T;
    fn as_slice(&self) -> &[T] {
        self.as_slice()
    }
}

macro_rules! one {
    ($($integer:ty)*) => { $(
        impl AsList for $integer {
            type Item = Self;
            fn as_slice(&self) -> &[Self] {
                core::slice::from_ref(self)
            }
        }
    )* };
}

one! { i8 i16 i32 i64 i128 isize }

/// The extent that all items of a list have; 0 where there is no item.
///
/// # Errors
/// Two items that differ.
pub fn common(extents: impl Iterator<Item = usize>, what: &'static str) -> Result<usize, ShapeError> {
    let mut first = None;
    for (item, found) in extents.enumerate() {
        let expected = *first.get_or_insert(found);
        if found != expected {
            return Err(ShapeError::UnequalItems { what, item, found, expected });
        }
    }
    Ok(first.unwrap_or(0))
}

/// The largest extent; 0 where there is no item.
pub fn longest(extents: impl Iterator<Item = usize>) -> usize {
    extents.max().unwrap_or(0)
}

/// The first item of which two extents differ that have to agree.
pub fn unlike(
    extents: impl Iterator<Item = (usize, usize)>,
    [left, right]: [&'static str; 2],
    place: &'static str,
) -> Option<ShapeError> {
    let differ = |(item, (left_size, right_size)): (usize, (usize, usize))| {
        (left_size != right_size).then_some(ShapeError::ItemMismatch { item, left, left_size, right, right_size, place })
    };
    extents.enumerate().find_map(differ)
}

/// Copies a matrix, column by column, to the first rows of a larger one.
pub fn place<T: Real>(entries: &[T], own_rows: usize, target: &mut [T], rows: usize) {
    if own_rows == 0 {
        return;
    }
    for (own, column) in entries.chunks_exact(own_rows).zip(target.chunks_exact_mut(rows)) {
        kernels::copy(own, &mut column[..own_rows]);
    }
}

/// The error for the first index which, with `offset` added, is not below `length`. Called where there is one.
pub fn out_of_range(
    mut indices: impl Iterator<Item = usize>,
    offset: i64,
    length: usize,
    what: &'static str,
    place: &'static str,
) -> ShapeError {
    let (up, down) = if offset < 0 { (0, offset.unsigned_abs() as usize) } else { (offset.unsigned_abs() as usize, 0) };
    let bound = length.saturating_add(down).saturating_sub(up);
    let mut value = 0;
    let beyond = |index: usize| {
        value = index;
        index >= bound
    };
    let entry = indices.position(beyond).unwrap_or(0);
    ShapeError::IndexOutOfRange { what, entry, value, bound, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_their_own_sizes() {
        let found = unlike([(2, 2), (3, 3), (4, 5)].into_iter(), ["data.a", "data.b"], "f: a - b");
        assert!(matches!(found, Some(ShapeError::ItemMismatch { item: 2, left_size: 4, right_size: 5, .. })), "{found:?}");
        assert_eq!(unlike([(2, 2)].into_iter(), ["a", "b"], ""), None);
        let mut target = [0.0; 6];
        place(&[1.0, 2.0, 3.0, 4.0], 2, &mut target, 3);
        assert_eq!(target, [1.0, 2.0, 0.0, 3.0, 4.0, 0.0]);
        place::<f64>(&[], 0, &mut target, 3);
        assert_eq!((longest([].into_iter()), longest([1, 4, 2].into_iter())), (0, 4));
    }

    #[test]
    fn reaches() {
        assert_eq!(reach([].into_iter()), 0);
        assert_eq!(reach([3, 0, 2].into_iter()), 4);
        assert_eq!(reach([usize::MAX, 1].into_iter()), usize::MAX);
    }

    #[test]
    fn the_first_index_beyond_is_named() {
        let found = |offset, length| match out_of_range([1, 4, 2, 5].into_iter(), offset, length, "data.label", "f: x[i]") {
            ShapeError::IndexOutOfRange { entry, value, bound, .. } => (entry, value, bound),
            other => panic!("{other}"),
        };
        assert_eq!(found(0, 5), (3, 5, 5));
        assert_eq!(found(2, 5), (1, 4, 3));
        assert_eq!(found(-1, 4), (3, 5, 5));
    }
}
