//! `A = L Lᵀ`, for symmetric positive definite matrices.

use core::ops::Range;

use super::condition::Smallest;
use super::{Inertia, LogDet, Method, PANEL, blocks, check_pivot, split_column, subtract_columns};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::scalar::Real;

/// Matrices from this size on are eliminated in blocks: 1.3 times faster at once, 3 times at 1000.
const LARGE: usize = 96;

/// Cholesky's method. Reads the lower triangle only; no pivots.
#[derive(Clone, Copy, Debug)]
pub struct Cholesky;

impl Method for Cholesky {
    #[inline]
    fn eliminate<T: Real>(what: &'static str, a: &mut [T], _pivots: &mut [usize], n: usize) -> Result<Smallest, LinearError> {
        let mut smallest = Smallest::NONE;
        for block in blocks(n, LARGE) {
            smallest = smallest.min(eliminate_block(what, a, n, &block)?);
            #[cfg(feature = "std")]
            large::subtract(a, n, &block);
        }
        Ok(smallest)
    }

    #[inline]
    fn solve<T: Real>(a: &[T], _pivots: &[usize], n: usize, rhs: &mut [T]) {
        if n == 0 {
            return;
        }
        // L z = b
        for (j, column) in a.chunks_exact(n).enumerate() {
            let t = rhs[j] / column[j];
            rhs[j] = t;
            axpy(-t, &column[j + 1..], &mut rhs[j + 1..]);
        }
        // Lᵀ x = z
        for (j, column) in a.chunks_exact(n).enumerate().rev() {
            rhs[j] = (rhs[j] - dot(&column[j + 1..], &rhs[j + 1..])) / column[j];
        }
    }

    #[inline]
    fn solve_tr<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        Self::solve(a, pivots, n, rhs);
    }

    /// `√a_jj = |row j of L|`.
    fn scales<T: Real>(a: &[T], _pivots: &[usize], n: usize, rows: &mut [T], cols: &mut [T]) {
        for (j, row) in rows.iter_mut().enumerate() {
            *row = (0..=j).fold(T::ZERO, |sum, k| sum + a[j + k * n] * a[j + k * n]).sqrt();
        }
        cols.copy_from_slice(rows);
    }

    /// With rows of L of length 1, `|L⁻¹ e_k|² <= prod_j 1/l_jj²`, so `|A'⁻¹|_1 <= √n · n / det A'`.
    #[inline]
    fn inverse_bound(n: usize, pivots: Smallest) -> f64 {
        let n = n as f64;
        n * nalgebra::ComplexField::sqrt(n) / pivots.product
    }

    fn log_det<T: Real>(a: &[T], _pivots: &[usize], n: usize) -> LogDet {
        (0..n).fold(LogDet::ONE, |all, j| all.times(a[j + j * n].wide()).times(a[j + j * n].wide()))
    }

    fn inertia<T: Real>(_a: &[T], _pivots: &[usize], n: usize) -> Option<Inertia> {
        Some(Inertia::new(n, 0))
    }
}

/// Eliminates the columns of a block, and updates no other ones.
#[inline]
fn eliminate_block<T: Real>(what: &'static str, a: &mut [T], n: usize, block: &Range<usize>) -> Result<Smallest, LinearError> {
    let mut smallest = Smallest::NONE;
    #[cfg(feature = "std")]
    let before = large::squares(a, n, block);
    for first in block.clone().step_by(PANEL) {
        let end = block.end.min(first + PANEL);
        for j in first..end {
            #[cfg(feature = "std")]
            let before = if block.start > 0 { before[j - block.start] } else { T::ZERO };
            #[cfg(not(feature = "std"))]
            let before = T::ZERO;
            let (root, pivot) = pivot(what, a, n, j, (block.start, before))?;
            smallest = smallest.min(pivot);
            let (column, rest) = split_column(a, n, j);
            column[j] = root;
            scale(T::ONE / root, &mut column[j + 1..]);
            let column = &*column;
            for (k, later) in (j + 1..end).zip(rest.chunks_exact_mut(n)) {
                axpy(-column[k], &column[k..], &mut later[k..]);
            }
        }
        let (panel, rest) = a[first * n..].split_at_mut((end - first) * n);
        for (k, later) in (end..block.end).zip(rest.chunks_exact_mut(n)) {
            subtract_columns(core::array::from_fn(|j| panel[k + j * n]), panel, n, k, &mut later[k..]);
        }
    }
    Ok(smallest)
}

/// What is left after a block of a large matrix, by the product kernel.
#[cfg(feature = "std")]
mod large {
    use core::ops::Range;

    use crate::factor::BLOCK;
    use crate::kernels::gemm_into;
    use crate::scalar::Real;

    /// Columns of one product: of its square on the diagonal, the upper half is computed for nothing.
    const STRIP: usize = 64;

    /// `sum_k l_jk²` over the columns before the block, for each of its rows: column by column, since
    /// the entries of a row are far apart.
    pub fn squares<T: Real>(a: &[T], n: usize, block: &Range<usize>) -> [T; BLOCK] {
        let mut sums = [T::ZERO; BLOCK];
        for column in a.chunks_exact(n).take(block.start) {
            for (sum, &l) in sums.iter_mut().zip(&column[block.clone()]) {
                *sum += l * l;
            }
        }
        sums
    }

    /// `A_22 -= L_21 L_21ᵀ`, the lower triangle.
    pub fn subtract<T: Real>(a: &mut [T], n: usize, block: &Range<usize>) {
        let (done, rest) = a.split_at_mut(block.end * n);
        for start in (block.end..n).step_by(STRIP) {
            let width = STRIP.min(n - start);
            let below = &done[block.start * n + start..];
            let out = &mut rest[(start - block.end) * n + start..];
            gemm_into(-T::ONE, (below, 1, n), (below, n, 1), (out, n), (n - start, block.len(), width));
        }
    }
}

/// A negative pivot of at most this many `n eps` is a zero one, in a matrix proved semidefinite.
const ROUNDING: f64 = 1e3;

/// `√a_jj` of what remains, judged against the `a_jj = sum_k l_jk² + pivot` it started from; the sum
/// up to column `start` is known.
#[inline]
fn pivot<T: Real>(
    what: &'static str,
    a: &[T],
    n: usize,
    j: usize,
    (start, before): (usize, T),
) -> Result<(T, Smallest), LinearError> {
    let value = a[j + j * n];
    let before = (start..j).fold(before, |sum, k| sum + a[j + k * n] * a[j + k * n]);
    let pivot = check_pivot(what, n, j, value, before + value.abs())?;
    if value > T::ZERO {
        return Ok((value.sqrt(), pivot));
    }
    if pivot.ratio <= ROUNDING * n as f64 * T::EPSILON {
        return Err(pivot.singular(what));
    }
    Err(LinearError::NotDefinite { what, block: None, pivot: j, value: value.wide() })
}
