//! The inner and outer variables: nalgebra's types, scalars, and (by the macro) structs of them.

use core::ops::Range;

#[cfg(feature = "std")]
use nalgebra::{Const, DMatrix, DVector, Dyn, OMatrix};
use nalgebra::{SMatrix, SVector};

use crate::scalar::Real;
use crate::storage::Dense;

/// A variable with a flat view: fields in order of declaration, items of arrays one after the other, matrices
/// column-major.
pub trait Variable {
    /// `f64` or `f32`.
    type Scalar: Real;
    /// The flat entries: `SMatrix` for constant sizes, `DVector` otherwise.
    type Flat: Dense<Scalar = Self::Scalar>;

    /// The number of entries.
    fn flat_len(&self) -> usize;
    /// Writes the entries to `out`, of length `flat_len`.
    fn read(&self, out: &mut [Self::Scalar]);
    /// A variable of the same shape with the entries of `flat`, of length `flat_len`.
    #[must_use]
    fn like(&self, flat: &[Self::Scalar]) -> Self;
    /// Takes the entries of `flat`, of length `flat_len`. Nothing is allocated, unless by what has no better way than
    /// [`Variable::like`].
    #[inline]
    fn assign(&mut self, flat: &[Self::Scalar])
    where
        Self: Sized,
    {
        *self = self.like(flat);
    }

    /// The flat entries of a field of a struct, by its name, or its path where structs are nested
    /// (`outer.inner`); `None` where there is no such field.
    fn block(&self, path: &str) -> Option<Range<usize>> {
        let _ = path;
        None
    }
}

/// The range of a field among the fields, with their lengths, that a struct is flattened to. What is nested in
/// it lies together.
pub fn range_of(path: &str, fields: &[(&str, usize)]) -> Option<Range<usize>> {
    let within = |field: &str| field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let mut range: Option<Range<usize>> = None;
    let mut at = 0;
    for (field, length) in fields {
        if within(field) {
            let start = range.map_or(at, |range| range.start);
            range = Some(start..at + length);
        }
        at += length;
    }
    range
}

macro_rules! scalar_variable {
    ($($scalar:ty),*) => {$(
        impl Variable for $scalar {
            type Scalar = $scalar;
            type Flat = SVector<$scalar, 1>;

            #[inline]
            fn flat_len(&self) -> usize {
                1
            }
            #[inline]
            fn read(&self, out: &mut [$scalar]) {
                if let Some(first) = out.first_mut() {
                    *first = *self;
                }
            }
            #[inline]
            fn like(&self, flat: &[$scalar]) -> $scalar {
                flat.first().copied().unwrap_or(*self)
            }
        }
    )*};
}
scalar_variable!(f64, f32);

macro_rules! array_variable {
    ([$($constant:ident),*] $item:ty, $scalar:ty, $flat:ty) => {
        impl<$(const $constant: usize),*> Variable for [$item; N] {
            array_variable!(@body $scalar, $flat);
        }
    };
    ([$($constant:ident),*] of $item:ty, $flat:ty) => {
        impl<T: Real, $(const $constant: usize),*> Variable for [$item; N] {
            array_variable!(@body T, $flat);
        }
    };
    (@body $scalar:ty, $flat:ty) => {
        type Scalar = $scalar;
        type Flat = $flat;

        #[inline]
        fn flat_len(&self) -> usize {
            array_len(self)
        }
        #[inline]
        fn read(&self, out: &mut [$scalar]) {
            read_array(self, out);
        }
        #[inline]
        fn like(&self, flat: &[$scalar]) -> Self {
            like_array(self, flat)
        }
        #[inline]
        fn assign(&mut self, flat: &[$scalar]) {
            assign_array(self, flat);
        }
    };
}
array_variable!([N] f64, f64, SVector<f64, N>);
array_variable!([N] f32, f32, SVector<f32, N>);
array_variable!([R, N] of SVector<T, R>, SMatrix<T, R, N>);
#[cfg(feature = "std")]
array_variable!([N] of DVector<T>, DVector<T>);

/// The number of entries of all items.
#[inline]
pub fn array_len<V: Variable, const N: usize>(array: &[V; N]) -> usize {
    array.iter().map(Variable::flat_len).sum()
}

/// Writes the entries of one item after the other.
#[inline]
pub fn read_array<V: Variable, const N: usize>(array: &[V; N], out: &mut [V::Scalar]) {
    let mut at = 0;
    for item in array {
        let length = item.flat_len();
        item.read(&mut out[at..][..length]);
        at += length;
    }
}

/// Items of the same shapes with these entries.
#[inline]
pub fn like_array<V: Variable, const N: usize>(array: &[V; N], flat: &[V::Scalar]) -> [V; N] {
    let mut at = 0;
    array.each_ref().map(|item| {
        let start = at;
        at += item.flat_len();
        item.like(&flat[start..at])
    })
}

/// Items of the same shapes take these entries.
#[inline]
pub fn assign_array<V: Variable, const N: usize>(array: &mut [V; N], flat: &[V::Scalar]) {
    let mut at = 0;
    for item in array {
        let start = at;
        at += item.flat_len();
        item.assign(&flat[start..at]);
    }
}

/// Copies the common part.
#[inline]
fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    debug_assert_eq!(from.len(), to.len(), "flat views of different lengths");
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

macro_rules! matrix_variable {
    ([$($constant:ident),*] $matrix:ty, $flat:ty) => {
        impl<T: Real, $(const $constant: usize),*> Variable for $matrix {
            type Scalar = T;
            type Flat = $flat;

            #[inline]
            fn flat_len(&self) -> usize {
                self.len()
            }
            #[inline]
            fn read(&self, out: &mut [T]) {
                copy(self.as_slice(), out);
            }
            #[inline]
            fn like(&self, flat: &[T]) -> Self {
                let mut new = self.clone();
                copy(flat, new.as_mut_slice());
                new
            }
            #[inline]
            fn assign(&mut self, flat: &[T]) {
                copy(flat, self.as_mut_slice());
            }
        }
    };
}
matrix_variable!([R, C] SMatrix<T, R, C>, SMatrix<T, R, C>);
#[cfg(feature = "std")]
matrix_variable!([] DMatrix<T>, DVector<T>);
// `DVector` is the case C = 1, `RowDVector` the case R = 1.
#[cfg(feature = "std")]
matrix_variable!([C] OMatrix<T, Dyn, Const<C>>, DVector<T>);
#[cfg(feature = "std")]
matrix_variable!([R] OMatrix<T, Const<R>, Dyn>, DVector<T>);
