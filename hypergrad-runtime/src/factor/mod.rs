//! Factorisations of a square matrix, on flat column-major storage, chosen by proved structure.
//!
//! | structure | factorisation |
//! |---|---|
//! | diagonal | [`Diagonal`] |
//! | block-diagonal | [`Blocks`], each block by one of the following |
//! | diagonal plus a Gram matrix of few rows | [`DiagonalPlusGram`] |
//! | symmetric, positive semidefinite | [`Cholesky`] |
//! | symmetric, perhaps positive semidefinite by the data | [`method::Symmetric`] |
//! | none | [`Lu`] |
//!
//! A pivot is refused as zero when it is below `n eps` times the terms that cancelled in it, a test
//! that no scaling of rows or columns changes. The condition of the scaled matrix is bounded, or where the
//! bound says nothing estimated, and the matrix refused when fewer than two digits of a solution would be
//! right.

#[cfg(feature = "std")]
mod abreast;
mod blocks;
mod cholesky;
mod condition;
mod dense;
mod diagonal;
#[cfg(feature = "std")]
mod few;
mod gram;
mod ldlt;
mod lu;
#[doc(hidden)]
pub mod packed;
mod spectrum;
mod square;
mod symmetric;
mod triangles;
mod wide;

pub use blocks::{Blocks, Segment};
pub use dense::Factored;
pub use diagonal::Diagonal;
pub use gram::DiagonalPlusGram;
pub use spectrum::{Inertia, LogDet, Spectrum};
pub use square::{Answer, Ask, Square, Whole};
#[doc(hidden)]
pub use wide::Eliminate;

use core::ops::Range;

pub use condition::{Factor, Smallest};

use crate::error::LinearError;
use crate::kernels;
use crate::scalar::Real;
use crate::storage::Dense;

/// A factorisation that owns its storage. Fill [`Factorization::matrix_mut`], then factor, then solve.
pub trait Factorization: Clone {
    /// The entries.
    type Scalar: Real;

    /// Without heap memory; [`Factorization::resize`] makes it usable.
    fn empty() -> Self;
    /// Makes room for a matrix of size `n x n`. Does nothing where there is room already.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`].
    fn resize(&mut self, what: &'static str, n: usize) -> Result<(), LinearError>;
    /// Room for a matrix of size `n x n`.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`].
    fn new(what: &'static str, n: usize) -> Result<Self, LinearError> {
        let mut new = Self::empty();
        new.resize(what, n)?;
        Ok(new)
    }
    /// The matrix to factor, column-major `n x n` ([`Diagonal`]: its diagonal). Overwritten by the factor.
    fn matrix_mut(&mut self) -> &mut [Self::Scalar];
    /// Factors in place; `what` names the matrix in errors.
    ///
    /// # Errors
    /// Singular, not definite, or non-finite.
    fn factor(&mut self, what: &'static str) -> Result<(), LinearError>;
    /// Solves `A out = rhs` in place, with the last factor.
    fn solve(&self, rhs: &mut [Self::Scalar]);
    /// Solves `Aᵀ out = rhs` in place, with the last factor.
    fn solve_tr(&self, rhs: &mut [Self::Scalar]);
    /// Solves with a positive definite matrix near a symmetric A, see [`Method::solve_definite`].
    fn solve_definite(&self, rhs: &mut [Self::Scalar]) {
        self.solve(rhs);
    }
    /// A direction of negative curvature of a symmetric A, see [`Method::negative_curvature`].
    fn negative_curvature(&self, _out: &mut [Self::Scalar]) -> bool {
        false
    }
}

/// [`Factored`] by Cholesky's method.
pub type Cholesky<D> = Factored<method::Cholesky, D>;
/// [`Factored`] by Bunch and Kaufman's method.
pub type Ldlt<D> = Factored<method::Ldlt, D>;
/// [`Factored`] by Gaussian elimination.
pub type Lu<D> = Factored<method::Lu, D>;

/// The most rows of [`Method::condition_of_few`].
pub const FEW: usize = 8;

/// Names of the methods.
pub mod method {
    pub use super::cholesky::Cholesky;
    pub use super::ldlt::Ldlt;
    pub use super::lu::Lu;
    pub use super::symmetric::Symmetric;
}

/// How a square matrix is factored, in storage of somebody else: a is `n x n`, column-major.
pub trait Method: Clone + core::fmt::Debug {
    /// Whether several small matrices are factored side by side, see `abreast`: by Gauss.
    #[doc(hidden)]
    const SIDE_BY_SIDE: bool = false;
    /// Factors in place; says how small the smallest pivot is. `scratch` may have any length.
    ///
    /// # Errors
    /// Singular, not definite, or not finite.
    fn eliminate<T: Real>(
        what: &'static str,
        a: &mut [T],
        pivots: &mut [usize],
        n: usize,
        scratch: &mut [T],
    ) -> Result<Smallest, LinearError>;
    /// Solves `A out = rhs` in place.
    fn solve<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]);
    /// Solves `Aᵀ out = rhs` in place.
    fn solve_tr<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]);
    /// `|C A⁻¹ R|_1` of a matrix of at most [`FEW`] rows, R and C as in [`Method::scales`].
    fn condition_of_few<T: Real>(factor: Factor<'_, T>) -> f64 {
        condition::exact::<Self, T>(factor)
    }
    /// Solves in place with a positive definite matrix near A: each eigenvalue of the blocks of D (`A = L D Lᵀ`)
    /// replaced by its size. Where A is definite, or the method does not know it as symmetric, with A.
    fn solve_definite<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        Self::solve(a, pivots, n, rhs);
    }
    /// A direction u of negative curvature, `uᵀ A u < 0`, into `out`; `false` where none is known.
    fn negative_curvature<T: Real>(_a: &[T], _pivots: &[usize], _n: usize, _out: &mut [T]) -> bool {
        false
    }
    /// Fills R and C, both positive, so that `|A| <= n R 1 1ᵀ C` entry by entry.
    fn scales<T: Real>(a: &[T], pivots: &[usize], n: usize, rows: &mut [T], cols: &mut [T]);
    /// An upper bound of `|C A⁻¹ R|_1` from the pivots alone; infinite where they tell nothing.
    fn inverse_bound(n: usize, pivots: Smallest) -> f64;
    /// An upper bound of `|C A⁻¹ R|_1` by the triangles of the factor, R and C being given; `x` is of length n. Infinite
    /// where that is not cheaper than an estimate.
    fn triangular_bound<T: Real>(_a: &[T], _pivots: &[usize], _n: usize, _scales: (&[T], &[T]), _x: &mut [T]) -> f64 {
        f64::INFINITY
    }
    /// The determinant.
    fn log_det<T: Real>(a: &[T], pivots: &[usize], n: usize) -> LogDet;
    /// The signs of the eigenvalues, where the method is one for symmetric matrices.
    fn inertia<T: Real>(a: &[T], pivots: &[usize], n: usize) -> Option<Inertia>;
}

/// Factors in place and refuses what is singular to working precision; the condition where it had to be
/// estimated. D is storage for n entries; `scratch` of length `3 n` saves making it.
#[expect(clippy::inline_always, reason = "the size is a constant at some calls")]
#[inline(always)]
fn factor<M: Method, D: Dense>(
    what: &'static str,
    a: &mut [D::Scalar],
    pivots: &mut [usize],
    n: usize,
    scratch: &mut [D::Scalar],
) -> Result<Option<f64>, LinearError> {
    check_finite(what, a)?;
    let smallest = M::eliminate(what, a, pivots, n, scratch)?;
    condition::check_condition::<M, D>((a, pivots, n), scratch, what, smallest)
}

/// Refuses entries that are not numbers.
#[inline]
fn check_finite<T: Real>(what: &'static str, a: &[T]) -> Result<(), LinearError> {
    match kernels::first_non_finite(a) {
        Some(index) => Err(LinearError::NonFinite { what, index }),
        None => Ok(()),
    }
}

/// Refuses a pivot that is rounding relative to `scale`, or overflowed; else says how small it is.
#[inline]
fn check_pivot<T: Real>(what: &'static str, n: usize, pivot: usize, value: T, scale: T) -> Result<Smallest, LinearError> {
    let (value, scale) = (value.wide(), scale.wide());
    let ratio = nalgebra::ComplexField::abs(value) / scale;
    // False for NaN, too. The scale is no smaller than the pivot.
    if ratio > n as f64 * T::EPSILON && scale.is_finite() {
        return Ok(Smallest { ratio, pivot, value, scale, product: ratio });
    }
    Err(refused_pivot(what, n, pivot, value, scale))
}

#[cold]
fn refused_pivot(what: &'static str, n: usize, pivot: usize, value: f64, scale: f64) -> LinearError {
    if value.is_finite() && scale.is_finite() {
        LinearError::Singular { what, block: None, pivot, value, scale }
    } else {
        LinearError::NonFinite { what, index: pivot * (n + 1) }
    }
}

/// Columns j and later ones of an `n x n` matrix: `(column j, the rest)`.
#[inline]
fn split_column<T>(a: &mut [T], n: usize, j: usize) -> (&mut [T], &mut [T]) {
    a[j * n..].split_at_mut(n)
}

/// Matrices of at least so many rows are eliminated with the vectors of the machine.
const WIDE: usize = 12;

/// Columns that are eliminated together: later ones are read and written once for all of them.
const PANEL: usize = 4;

/// Triangles of at least so many rows are solved with by panels.
const BY_PANELS: usize = 64;

/// So many small matrices are factored side by side, see `abreast`.
const ABREAST: usize = 8;

/// Whether matrices of so many rows are: larger ones do not fit into a cache of the second level together, and the
/// condition of smaller ones is computed in another way.
const fn is_gain_abreast(n: usize) -> bool {
    n >= WIDE && n < BY_PANELS
}
const _: () = assert!(WIDE > FEW);

/// Numbers that factoring so many takes besides the matrices.
const fn room_abreast(n: usize) -> usize {
    ABREAST * n * (n + 3)
}

/// Columns after which the rest of a large matrix is updated at once, by the product kernel.
#[cfg(feature = "std")]
const BLOCK: usize = 32;

/// Multiply-adds in a nanosecond, where large matrices are updated.
#[cfg(feature = "std")]
const PER_NANOSECOND: usize = 16;

/// The columns `0..n` in blocks: one, or [`BLOCK`] each from the size `large` on.
#[inline]
fn blocks(n: usize, large: usize) -> impl Iterator<Item = Range<usize>> {
    #[cfg(feature = "std")]
    let width = if n >= large { BLOCK } else { n.max(1) };
    #[cfg(not(feature = "std"))]
    let width = n.max(large.min(1));
    (0..n).step_by(width).map(move |first| first..n.min(first + width))
}

/// `out -= sum_j t_j column_j`, the columns of a panel of height n from row `from` on, one after another.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn subtract_columns<T: Real>(t: [T; PANEL], panel: &[T], n: usize, from: usize, out: &mut [T]) {
    let [a, b, c, d] = core::array::from_fn(|j| &panel[j * n..][from..n]);
    let columns = a.iter().zip(b).zip(c).zip(d);
    for (out, (((&a, &b), &c), &d)) in out.iter_mut().zip(columns) {
        *out = (((*out - t[0] * a) - t[1] * b) - t[2] * c) - t[3] * d;
    }
}

#[cfg(test)]
mod spectrum_tests;
#[cfg(test)]
mod tests;
#[cfg(all(test, feature = "threads"))]
mod threads_tests;
