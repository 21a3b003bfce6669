//! Contiguous column-major storage: all that solvers and estimators know of vectors and matrices.

use nalgebra::SMatrix;
#[cfg(feature = "std")]
use nalgebra::{DMatrix, DVector};

use crate::error::LinearError;
use crate::scalar::Real;

/// Dense storage larger than this is refused with `LinearError::TooLarge` before it is allocated.
pub const BYTES_LIMIT: usize = if usize::BITS >= 64 { 1 << 32 } else { 1 << 30 };

/// Owned, contiguous, column-major entries: `SMatrix` (so `SVector`), `DMatrix`, `DVector`.
pub trait Dense: Clone {
    /// The entries.
    type Scalar: Real;
    /// One index per row: an array for constant sizes, a `Vec` otherwise.
    type Pivots: AsRef<[usize]> + AsMut<[usize]> + Clone + core::fmt::Debug;

    /// Zeros. Constant dimensions ignore the arguments.
    fn zeros(rows: usize, cols: usize) -> Self;
    /// A placeholder that owns no heap memory. Constant dimensions: zeros.
    fn empty() -> Self;
    /// One zero per row.
    fn pivots(rows: usize) -> Self::Pivots;
    /// Number of rows.
    fn rows(&self) -> usize;
    /// Number of columns.
    fn cols(&self) -> usize;
    /// The entries, column after column.
    fn flat(&self) -> &[Self::Scalar];
    /// The entries, column after column.
    fn flat_mut(&mut self) -> &mut [Self::Scalar];

    /// Zeros, unless their size is unreasonable.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`] above [`BYTES_LIMIT`].
    #[inline]
    fn try_zeros(what: &'static str, rows: usize, cols: usize) -> Result<Self, LinearError> {
        let bytes = rows.checked_mul(cols).and_then(|entries| entries.checked_mul(size_of::<Self::Scalar>()));
        match bytes {
            Some(bytes) if bytes <= BYTES_LIMIT => Ok(Self::zeros(rows, cols)),
            _ => Err(LinearError::TooLarge { what, rows, cols, limit: BYTES_LIMIT }),
        }
    }
}

impl<T: Real, const R: usize, const C: usize> Dense for SMatrix<T, R, C> {
    type Scalar = T;
    type Pivots = [usize; R];

    #[inline]
    fn zeros(rows: usize, cols: usize) -> Self {
        debug_assert_eq!(rows * cols, R * C, "constant storage of another size");
        Self::zeros()
    }
    #[inline]
    fn empty() -> Self {
        Self::zeros()
    }
    #[inline]
    fn pivots(_rows: usize) -> [usize; R] {
        [0; R]
    }
    #[inline]
    fn rows(&self) -> usize {
        R
    }
    #[inline]
    fn cols(&self) -> usize {
        C
    }
    #[inline]
    fn flat(&self) -> &[T] {
        self.as_slice()
    }
    #[inline]
    fn flat_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

#[cfg(feature = "std")]
impl<T: Real> Dense for DMatrix<T> {
    type Scalar = T;
    type Pivots = Vec<usize>;

    fn zeros(rows: usize, cols: usize) -> Self {
        Self::zeros(rows, cols)
    }
    fn empty() -> Self {
        Self::zeros(0, 0)
    }
    fn pivots(rows: usize) -> Vec<usize> {
        vec![0; rows]
    }
    #[inline]
    fn rows(&self) -> usize {
        self.nrows()
    }
    #[inline]
    fn cols(&self) -> usize {
        self.ncols()
    }
    #[inline]
    fn flat(&self) -> &[T] {
        self.as_slice()
    }
    #[inline]
    fn flat_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

/// `cols` is ignored but for the product `rows * cols`, the length.
#[cfg(feature = "std")]
impl<T: Real> Dense for DVector<T> {
    type Scalar = T;
    type Pivots = Vec<usize>;

    fn zeros(rows: usize, cols: usize) -> Self {
        Self::zeros(rows * cols)
    }
    fn empty() -> Self {
        Self::zeros(0)
    }
    fn pivots(rows: usize) -> Vec<usize> {
        vec![0; rows]
    }
    #[inline]
    fn rows(&self) -> usize {
        self.nrows()
    }
    #[inline]
    fn cols(&self) -> usize {
        1
    }
    #[inline]
    fn flat(&self) -> &[T] {
        self.as_slice()
    }
    #[inline]
    fn flat_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}
