//! `P A = L U` with partial pivoting, for any square matrix.

use core::ops::Range;

#[cfg(feature = "std")]
use super::BLOCK;
use super::condition::Smallest;
use super::{BY_PANELS, Inertia, LogDet, Method, PANEL, WIDE, check_pivot, split_column, subtract_columns};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::scalar::Real;

/// Gaussian elimination. At step j, row j was exchanged with row `pivots[j] >= j`.
#[derive(Clone, Copy, Debug)]
pub struct Lu;

impl Method for Lu {
    const SIDE_BY_SIDE: bool = true;
    #[inline]
    fn eliminate<T: Real>(
        what: &'static str,
        a: &mut [T],
        pivots: &mut [usize],
        n: usize,
        _scratch: &mut [T],
    ) -> Result<Smallest, LinearError> {
        if n < WIDE { eliminate(what, a, pivots, n) } else { T::lu((what, a, pivots, n)) }
    }

    #[inline]
    fn solve<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        if n == 0 {
            return;
        }
        for (j, &p) in pivots.iter().enumerate().take(n) {
            rhs.swap(j, p);
        }
        if n >= BY_PANELS {
            T::unit_lower(a, n, rhs);
            T::upper(a, n, rhs);
            return;
        }
        // L z = P b
        for (j, column) in a.chunks_exact(n).enumerate() {
            let t = rhs[j];
            axpy(-t, &column[j + 1..], &mut rhs[j + 1..]);
        }
        // U x = z
        for (j, column) in a.chunks_exact(n).enumerate().rev() {
            let t = rhs[j] / column[j];
            rhs[j] = t;
            axpy(-t, &column[..j], &mut rhs[..j]);
        }
    }

    #[inline]
    fn solve_tr<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        if n == 0 {
            return;
        }
        // Uᵀ z = b
        for (j, column) in a.chunks_exact(n).enumerate() {
            rhs[j] = (rhs[j] - dot(&column[..j], &rhs[..j])) / column[j];
        }
        // Lᵀ w = z
        for (j, column) in a.chunks_exact(n).enumerate().rev() {
            let sum = dot(&column[j + 1..], &rhs[j + 1..]);
            rhs[j] -= sum;
        }
        // x = Pᵀ w
        for (j, &p) in pivots.iter().enumerate().take(n).rev() {
            rhs.swap(j, p);
        }
    }

    /// `c_j = max_k |u_kj|`; `r = |L| |U| / c`, summed over columns, rows in their own order.
    fn scales<T: Real>(a: &[T], pivots: &[usize], n: usize, rows: &mut [T], cols: &mut [T]) {
        rows.fill(T::ZERO);
        for ((j, column), scale) in a.chunks_exact(n).enumerate().zip(cols) {
            *scale = column[..=j].iter().fold(T::ZERO, |largest, u| crate::math::max(largest, u.abs()));
            let (inverse, entries) = (T::ONE / *scale, rows.iter_mut().zip(&column[..=j]));
            if inverse.is_finite() {
                entries.for_each(|(row, u)| *row += u.abs() * inverse);
            } else {
                entries.for_each(|(row, u)| *row += u.abs() / *scale);
            }
        }
        // Column by column from the last one on: an entry changes after it was read.
        for (k, column) in a.chunks_exact(n).enumerate().rev() {
            let (known, later) = rows.split_at_mut(k + 1);
            for (row, l) in later.iter_mut().zip(&column[k + 1..]) {
                *row += l.abs() * known[k];
            }
        }
        for (j, &p) in pivots.iter().enumerate().take(n).rev() {
            rows.swap(j, p);
        }
    }

    /// `|A⁻ᵀ| c <= Pᵀ ⟨L⟩⁻ᵀ ⟨U⟩⁻ᵀ c`, `⟨T⟩` having the sizes of T's entries, with the other sign off the diagonal.
    fn triangular_bound<T: Real>(a: &[T], pivots: &[usize], n: usize, (rows, cols): (&[T], &[T]), x: &mut [T]) -> f64 {
        x.copy_from_slice(cols);
        for (j, column) in a.chunks_exact(n).enumerate() {
            x[j] = (x[j] + dot_sizes(&column[..j], &x[..j])) / column[j].abs();
        }
        for (j, column) in a.chunks_exact(n).enumerate().rev() {
            let sum = dot_sizes(&column[j + 1..], &x[j + 1..]);
            x[j] += sum;
        }
        for (j, &p) in pivots.iter().enumerate().take(n).rev() {
            x.swap(j, p);
        }
        x.iter().zip(rows).fold(0.0, |largest, (&x, &r)| match (x * r).wide() {
            size if size <= largest => largest,
            size if size.is_finite() => size,
            _ => f64::INFINITY,
        })
    }

    /// A column of U may be large beside its pivot although nothing cancelled.
    #[inline]
    fn inverse_bound(_n: usize, _pivots: Smallest) -> f64 {
        f64::INFINITY
    }

    fn log_det<T: Real>(a: &[T], pivots: &[usize], n: usize) -> LogDet {
        (0..n).fold(LogDet::ONE, |all, j| {
            let exchanged = if pivots[j] == j { 1.0 } else { -1.0 };
            all.times(exchanged * a[j + j * n].wide())
        })
    }

    fn inertia<T: Real>(_a: &[T], _pivots: &[usize], _n: usize) -> Option<Inertia> {
        None
    }
}

/// Gaussian elimination.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
pub(super) fn eliminate<T: Real>(
    what: &'static str,
    a: &mut [T],
    pivots: &mut [usize],
    n: usize,
) -> Result<Smallest, LinearError> {
    #[cfg(feature = "std")]
    if n >= large::LARGE {
        return large::eliminate(what, a, pivots, n);
    }
    let mut smallest = Smallest::NONE;
    eliminate_block(a, pivots, n, &(0..n), |a, j| {
        let value = a[j + j * n];
        smallest = smallest.min(check_pivot(what, n, j, value, cancelled(a, n, j) + value.abs())?);
        Ok(())
    })?;
    Ok(smallest)
}

/// Eliminates the columns of a block, and touches no other ones. `check` sees every pivot before it divides.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn eliminate_block<T: Real, E>(
    a: &mut [T],
    pivots: &mut [usize],
    n: usize,
    block: &Range<usize>,
    mut check: impl FnMut(&[T], usize) -> Result<(), E>,
) -> Result<(), E> {
    let a = &mut a[..block.end * n];
    for first in block.clone().step_by(PANEL) {
        let end = block.end.min(first + PANEL);
        for j in first..end {
            let p = largest_below(a, n, j);
            pivots[j] = p;
            exchange_rows(&mut a[block.start * n..], n, j, p);
            check(a, j)?;
            let (column, rest) = split_column(a, n, j);
            scale(T::ONE / column[j], &mut column[j + 1..]);
            for later in rest.chunks_exact_mut(n).take(end - j - 1) {
                let t = later[j];
                axpy(-t, &column[j + 1..], &mut later[j + 1..]);
            }
        }
        let (panel, rest) = a[first * n..].split_at_mut((end - first) * n);
        for later in rest.chunks_exact_mut(n) {
            let t = eliminated(panel, n, first, later);
            subtract_columns(t, panel, n, end, &mut later[end..]);
        }
    }
    Ok(())
}

/// Large matrices: block by block, so that what is right of a block is updated by the product kernel.
#[cfg(feature = "std")]
mod large {
    use core::ops::Range;

    use super::{cancelled_block, eliminate_block};
    use crate::error::LinearError;
    use crate::factor::condition::Smallest;
    use crate::factor::{BLOCK, PER_NANOSECOND, blocks, check_pivot};
    use crate::kernels::{axpy, gemm_into};
    use crate::scalar::Real;
    use crate::threads;

    /// Smaller matrices are eliminated faster at once; 1.3 times slower at 300, 2.9 times at 1000.
    pub const LARGE: usize = 160;

    /// Gaussian elimination. Rows are exchanged, and pivots judged, once for a block: the entries of a
    /// row are far apart in memory.
    #[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
    #[inline(always)]
    pub fn eliminate<T: Real>(what: &'static str, a: &mut [T], pivots: &mut [usize], n: usize) -> Result<Smallest, LinearError> {
        let mut smallest = Smallest::NONE;
        for block in blocks(n, LARGE) {
            // A block ends at a pivot that cannot be divided by; its check fails below.
            let whole = eliminate_block(a, pivots, n, &block, |a, j| if a[j + j * n].abs() > T::ZERO { Ok(()) } else { Err(j) });
            let block = block.start..whole.err().map_or(block.end, |j| j + 1);
            exchange(a, pivots, n, &block);
            let cancelled = cancelled_block(a, n, &block);
            for (j, cancelled) in block.clone().zip(cancelled) {
                let value = a[j + j * n];
                smallest = smallest.min(check_pivot(what, n, j, value, cancelled + value.abs())?);
            }
            subtract(a, n, &block);
        }
        Ok(smallest)
    }

    /// The exchanges of a block in all other columns, column by column.
    fn exchange<T: Real>(a: &mut [T], pivots: &[usize], n: usize, block: &Range<usize>) {
        let (before, rest) = a.split_at_mut(block.start * n);
        let after = &mut rest[block.len() * n..];
        for column in before.chunks_exact_mut(n).chain(after.chunks_exact_mut(n)) {
            for j in block.clone() {
                column.swap(j, pivots[j]);
            }
        }
    }

    /// `U_12 = L_11⁻¹ A_12` and `A_22 -= L_21 U_12`, [`BLOCK`] columns at a time: their part of `U_12`
    /// is copied, as it stands in the columns that the product writes to.
    fn subtract<T: Real>(a: &mut [T], n: usize, block: &Range<usize>) {
        let (done, rest) = a.split_at_mut(block.end * n);
        let (done, left) = (&done[block.start * n..], n - block.end);
        match threads::parts(left * left * BLOCK / PER_NANOSECOND, left / BLOCK) {
            1 => subtract_part(done, n, block, rest),
            parts => threads::each(threads::pieces(threads::even(left, parts, BLOCK), n, rest), |(_, rest)| {
                subtract_part(done, n, block, rest);
            }),
        }
    }

    /// For some later columns, by the columns of the block.
    fn subtract_part<T: Real>(done: &[T], n: usize, block: &Range<usize>, rest: &mut [T]) {
        for strip in rest.chunks_mut(BLOCK * n) {
            let mut upper = [[T::ZERO; BLOCK]; BLOCK];
            for (column, upper) in strip.chunks_exact_mut(n).zip(&mut upper) {
                let column = &mut column[block.clone()];
                for (j, left) in done.chunks_exact(n).enumerate() {
                    let (known, later) = column.split_at_mut(j + 1);
                    axpy(-known[j], &left[block.start + j + 1..block.end], later);
                }
                upper.copy_from_slice(column);
            }
            let width = strip.len() / n;
            let (left, out) = (&done[block.end..], &mut strip[block.end..]);
            gemm_into(-T::ONE, (left, 1, n), (upper.as_flattened(), 1, BLOCK), (out, n), (n - block.end, BLOCK, width));
        }
    }
}

/// The rows of a whole panel in a later column: `L t = b` with the panel's unit lower triangle.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn eliminated<T: Real>(panel: &[T], n: usize, first: usize, later: &mut [T]) -> [T; PANEL] {
    let t = &mut later[first..first + PANEL];
    for (j, column) in panel.chunks_exact(n).enumerate() {
        let (known, rest) = t.split_at_mut(j + 1);
        axpy(-known[j], &column[first + j + 1..first + PANEL], rest);
    }
    core::array::from_fn(|j| t[j])
}

/// The row of the largest entry of column j at or below the diagonal.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn largest_below<T: Real>(a: &[T], n: usize, j: usize) -> usize {
    let (mut row, mut largest) = (j, a[j + j * n].abs());
    for i in j + 1..n {
        let t = a[i + j * n].abs();
        if t > largest {
            (row, largest) = (i, t);
        }
    }
    row
}

/// Exchanges two rows in every column.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn exchange_rows<T: Real>(a: &mut [T], n: usize, i: usize, j: usize) {
    if i != j {
        for column in a.chunks_exact_mut(n) {
            column.swap(i, j);
        }
    }
}

/// `Σ |a_k| b_k`, in some sums at a time.
#[inline]
fn dot_sizes<T: Real>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::ZERO; 8];
    let (chunks, other) = (a.chunks_exact(8), b.chunks_exact(8));
    let (rest, rest_other) = (chunks.remainder(), other.remainder());
    for (a, b) in chunks.zip(other) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a.abs() * b;
        }
    }
    let tail = rest.iter().zip(rest_other).fold(T::ZERO, |sum, (&a, &b)| sum + a.abs() * b);
    sums.into_iter().fold(tail, |sum, part| sum + part)
}

/// `sum_{k<j} |l_jk| |u_kj|`, the terms subtracted from the pivot.
#[inline]
fn cancelled<T: Real>(a: &[T], n: usize, j: usize) -> T {
    (0..j).fold(T::ZERO, |sum, k| sum + (a[j + k * n] * a[k + j * n]).abs())
}

/// [`cancelled`] for every pivot of a block, column by column of L.
#[cfg(feature = "std")]
fn cancelled_block<T: Real>(a: &[T], n: usize, block: &Range<usize>) -> [T; BLOCK] {
    let mut sums = [T::ZERO; BLOCK];
    for (k, left) in a.chunks_exact(n).enumerate().take(block.end) {
        for (j, sum) in block.clone().zip(&mut sums).filter(|(j, _)| *j > k) {
            *sum += (left[j] * a[k + j * n]).abs();
        }
    }
    sums
}
