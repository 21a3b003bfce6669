//! Gram matrices: symmetric, so half of the work.

use super::vector::dot;
use super::wide::WIDE;
use crate::scalar::Real;
use crate::threads;

/// Columns of one block.
const BLOCK: usize = 64;

/// Parts for several threads have a multiple of so many columns: whole tiles, of three or of four columns.
const TILES: usize = 12;

/// Multiply-adds in a nanosecond, of both triangles.
const PER_NANOSECOND: usize = 64;

/// The length of `scratch` with which [`weighted_gram`] is fastest; any other length is accepted.
pub const fn weighted_gram_scratch(rows: usize, cols: usize) -> usize {
    rows.saturating_mul(if cols < BLOCK { cols } else { BLOCK })
}

/// `out += alpha AᵀA`, A of size `rows x cols`.
#[inline]
pub fn gram<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, out: &mut [T]) {
    if rows == 0 || cols == 0 {
        return;
    }
    let (a, out) = (&a[..rows * cols], &mut out[..cols * cols]);
    if wide(alpha, a, None, (rows, cols), &mut [], out) {
        return;
    }
    #[cfg(feature = "std")]
    if super::matrix::blocked::applies(cols, rows, cols) {
        return large::gram(alpha, a, rows, cols, out);
    }
    for (j, column) in a.chunks_exact(rows).enumerate() {
        add_column(alpha, a, rows, cols, j, column, out);
    }
}

/// `out += alpha Aᵀ diag(d) A`, A of size `rows x cols`, d of length `rows`.
///
/// `scratch` speeds it up: `rows` entries for one weighted column, [`weighted_gram_scratch`] for
/// blocks of them. It may be empty.
#[inline]
pub fn weighted_gram<T: Real>(alpha: T, a: &[T], d: &[T], rows: usize, cols: usize, scratch: &mut [T], out: &mut [T]) {
    if rows == 0 || cols == 0 {
        return;
    }
    let (a, d, out) = (&a[..rows * cols], &d[..rows], &mut out[..cols * cols]);
    if wide(alpha, a, Some(d), (rows, cols), scratch, out) {
        return;
    }
    if scratch.len() < rows {
        return weighted_plain(alpha, a, d, rows, cols, out);
    }
    #[cfg(feature = "std")]
    if super::matrix::blocked::applies(cols, rows, cols) {
        return large::weighted(alpha, a, d, (rows, cols), scratch, out);
    }
    let scratch = &mut scratch[..rows];
    for (j, column) in a.chunks_exact(rows).enumerate() {
        for ((to, &a), &d) in scratch.iter_mut().zip(column).zip(d) {
            *to = d * a;
        }
        add_column(alpha, a, rows, cols, j, scratch, out);
    }
}

/// By the vectors of the machine, where the result is symmetric to begin with (it is zero, mostly).
#[inline]
fn wide<T: Real>(alpha: T, a: &[T], d: Option<&[T]>, (rows, cols): (usize, usize), scratch: &mut [T], out: &mut [T]) -> bool {
    let applies = rows >= 8 && rows * cols * cols >= 2 * WIDE && is_symmetric(out, cols);
    let parts = || threads::parts(rows.saturating_mul(cols * cols) / PER_NANOSECOND, cols / TILES);
    let done = applies
        && match parts() {
            1 => T::wide_gram(alpha, (a, rows), d, 0..cols, scratch, out),
            parts => apart(alpha, a, d, rows, parts, scratch, out),
        };
    if done {
        mirror(cols, out);
    }
    done
}

/// The columns in parts, each with its part of scratch: every entry has the bits that it has in one part.
fn apart<T: Real>(alpha: T, a: &[T], d: Option<&[T]>, rows: usize, parts: usize, scratch: &mut [T], out: &mut [T]) -> bool {
    let cols = a.len() / rows;
    let columns = threads::triangle(cols, parts, TILES);
    let rooms = threads::pieces(threads::even(scratch.len(), parts, 1), 1, scratch).map(|(_, room)| room);
    threads::all(threads::pieces(columns, cols, out).zip(rooms), |((columns, out), room)| {
        T::wide_gram(alpha, (a, rows), d, columns, room, out)
    })
}

fn is_symmetric<T: Real>(a: &[T], n: usize) -> bool {
    (0..n).all(|j| (0..j).all(|i| a[i + j * n] == a[j + i * n]))
}

/// Copies the lower triangle of an n x n matrix to the upper one.
pub fn mirror<T: Real>(n: usize, a: &mut [T]) {
    for j in 0..n {
        for i in 0..j {
            a[i + j * n] = a[j + i * n];
        }
    }
}

/// Rows that are weighted together without scratch.
const PIECE: usize = 64;

/// Without scratch: some rows after others.
fn weighted_plain<T: Real>(alpha: T, a: &[T], d: &[T], rows: usize, cols: usize, out: &mut [T]) {
    let mut weighted = [T::ZERO; PIECE];
    for (piece, d) in d.chunks(PIECE).enumerate() {
        let part = |column: usize| &a[column * rows + piece * PIECE..][..d.len()];
        for j in 0..cols {
            let weighted = &mut weighted[..d.len()];
            for ((to, &a), &d) in weighted.iter_mut().zip(part(j)).zip(d) {
                *to = d * a;
            }
            for i in 0..=j {
                add_pair(out, cols, i, j, alpha * dot(part(i), weighted));
            }
        }
    }
}

/// `out[i, j] += value` and its mirror image.
#[inline]
fn add_pair<T: Real>(out: &mut [T], cols: usize, i: usize, j: usize, value: T) {
    out[i + j * cols] += value;
    if i != j {
        out[j + i * cols] += value;
    }
}

/// Adds `alpha a_iᵀ column` for every `i <= j`, and the mirror image.
#[inline]
fn add_column<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, j: usize, column: &[T], out: &mut [T]) {
    for (i, left) in a.chunks_exact(rows).enumerate().take(j + 1) {
        add_pair(out, cols, i, j, alpha * dot(left, column));
    }
}

/// Large sizes: blocks of columns, by nalgebra's product.
#[cfg(feature = "std")]
mod large {
    use nalgebra::{DMatrixView, DMatrixViewMut, Dyn};

    use super::{BLOCK, is_symmetric, mirror};
    use crate::kernels::dot;
    use crate::kernels::matrix::blocked;
    use crate::scalar::Real;

    /// Fewer rows or columns than this are not worth packing.
    const NARROW: usize = 8;

    /// `out += alpha AᵀA`.
    pub fn gram<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, out: &mut [T]) {
        if !is_symmetric(out, cols) {
            return blocked::gemm(alpha, (a, rows, 1), (a, 1, rows), out, (cols, rows, cols));
        }
        for start in (0..cols).step_by(BLOCK) {
            let width = BLOCK.min(cols - start);
            let block = &a[start * rows..(start + width) * rows];
            lower_block(alpha, &a[start * rows..], block, rows, (start, width, cols), out);
        }
        mirror(cols, out);
    }

    /// `out += alpha Aᵀ diag(d) A`.
    pub fn weighted<T: Real>(alpha: T, a: &[T], d: &[T], (rows, cols): (usize, usize), scratch: &mut [T], out: &mut [T]) {
        let half = is_symmetric(out, cols);
        let step = (scratch.len() / rows).min(BLOCK);
        for start in (0..cols).step_by(step) {
            let width = step.min(cols - start);
            let block = &mut scratch[..width * rows];
            let from = a[start * rows..(start + width) * rows].chunks_exact(rows);
            for (to, from) in block.chunks_exact_mut(rows).zip(from) {
                for ((to, &a), &d) in to.iter_mut().zip(from).zip(d) {
                    *to = d * a;
                }
            }
            if half {
                lower_block(alpha, &a[start * rows..], block, rows, (start, width, cols), out);
            } else if width < NARROW {
                narrow_full(alpha, a, block, rows, &mut out[start * cols..(start + width) * cols]);
            } else {
                let out = &mut out[start * cols..(start + width) * cols];
                blocked::gemm(alpha, (a, rows, 1), (block, 1, rows), out, (cols, rows, width));
            }
        }
        if half {
            mirror(cols, out);
        }
    }

    /// `out[start.., start..start+width] += alpha leftᵀ right`.
    fn lower_block<T: Real>(
        alpha: T,
        left: &[T],
        right: &[T],
        rows: usize,
        (start, width, cols): (usize, usize, usize),
        out: &mut [T],
    ) {
        let height = cols - start;
        if height < NARROW || width < NARROW {
            return narrow_block(alpha, left, right, rows, (start, width, cols), out);
        }
        let left = DMatrixView::<T, Dyn, Dyn>::from_slice_with_strides(left, height, rows, rows, 1);
        let right = DMatrixView::<T, Dyn, Dyn>::from_slice_with_strides(right, rows, width, 1, rows);
        let mut out = DMatrixViewMut::from_slice(out, cols, cols);
        out.view_mut((start, start), (height, width)).gemm(alpha, &left, &right, T::ONE);
    }

    /// The same, entry by entry: nalgebra's own loops for few columns read out of bounds when a
    /// view has a stride.
    fn narrow_block<T: Real>(
        alpha: T,
        left: &[T],
        right: &[T],
        rows: usize,
        (start, width, cols): (usize, usize, usize),
        out: &mut [T],
    ) {
        for (j, right) in right.chunks_exact(rows).take(width).enumerate() {
            for (i, left) in left.chunks_exact(rows).enumerate() {
                out[start + i + (start + j) * cols] += alpha * dot(left, right);
            }
        }
    }

    /// `out += alpha Aᵀ right`, right of few columns.
    fn narrow_full<T: Real>(alpha: T, a: &[T], right: &[T], rows: usize, out: &mut [T]) {
        let cols = a.len() / rows;
        for (right, out) in right.chunks_exact(rows).zip(out.chunks_exact_mut(cols)) {
            crate::kernels::gemv_t(alpha, a, rows, cols, right, out);
        }
    }
}
