//! Products with matrices.

use super::vector::{axpy, dot};
use super::wide::WIDE;
use crate::scalar::Real;
use crate::threads;

/// Products of at least this many multiplications go to nalgebra's blocked kernel (feature `std`;
/// it allocates a packing buffer).
#[cfg(feature = "std")]
pub(super) const BLOCKED: usize = 1 << 15;

/// Columns that are shorter do not fill the vectors.
const TALL: usize = 12;

/// Entries of a large matrix that are read in a nanosecond, and multiply-adds of products of matrices.
const READ: usize = 4;
#[cfg(feature = "std")]
const PER_NANOSECOND: usize = 16;

/// Parts for several threads have a multiple of so many rows, or columns: whole vectors, and lines of the cache.
const ROWS: usize = 64;
const COLUMNS: usize = 8;

/// Parts of a product with a vector that can be cut so often.
#[inline]
fn parts(entries: usize, most: usize) -> usize {
    threads::parts(entries / READ, most)
}

/// Four columns of length `rows`.
#[inline]
fn four<T>(a: &[T], rows: usize) -> [&[T]; 4] {
    let (a, rest) = a.split_at(rows);
    let (b, rest) = rest.split_at(rows);
    let (c, d) = rest.split_at(rows);
    [a, b, c, &d[..rows]]
}

/// `out += alpha A x`, A of size `rows x cols`. Four columns at a time, so that `out` is loaded once
/// for four.
#[inline]
pub fn gemv<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, x: &[T], out: &mut [T]) {
    if rows == 0 || cols == 0 {
        return;
    }
    let (a, x, out) = (&a[..rows * cols], &x[..cols], &mut out[..rows]);
    if rows >= TALL && a.len() >= WIDE {
        let is_done = match parts(a.len(), rows / ROWS) {
            1 => T::wide_gemv(alpha, a, rows, x, out),
            parts => gemv_apart((alpha, a, rows, x), parts, out),
        };
        if is_done {
            return;
        }
    }
    let quads = a.chunks_exact(4 * rows);
    let (rest, rest_x) = (quads.remainder(), x.chunks_exact(4).remainder());
    for (quad, x) in quads.zip(x.chunks_exact(4)) {
        let [a, b, c, d] = four(quad, rows);
        let (s, t, u, v) = (alpha * x[0], alpha * x[1], alpha * x[2], alpha * x[3]);
        for ((((out, &a), &b), &c), &d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *out += (s * a + t * b) + (u * c + v * d);
        }
    }
    for (column, &x) in rest.chunks_exact(rows).zip(rest_x) {
        axpy(alpha * x, column, out);
    }
}

/// The rows of `out += alpha A x` in parts.
fn gemv_apart<T: Real>((alpha, a, rows, x): (T, &[T], usize, &[T]), parts: usize, out: &mut [T]) -> bool {
    threads::all(threads::pieces(threads::even(rows, parts, ROWS), 1, out), |(part, out)| {
        T::wide_gemv_rows((a, rows), part.start, (alpha, x, out))
    })
}

/// `out = alpha A x`, A of size `rows x cols`.
#[inline]
pub fn gemv_into<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, x: &[T], out: &mut [T]) {
    let (a, x, out) = (&a[..rows * cols], &x[..cols], &mut out[..rows]);
    let is_whole = rows >= TALL && a.len() >= WIDE && parts(a.len(), rows / ROWS) == 1;
    if is_whole && T::wide_gemv_into(alpha, a, rows, x, out) {
        return;
    }
    out.fill(T::ZERO);
    gemv(alpha, a, rows, cols, x, out);
}

/// Rows of [`affine_square`] that are computed together, without vectors of the machine.
const PIECE: usize = 64;

/// `|beta b + alpha A x|²`, A of size `rows x cols`.
#[inline]
pub fn affine_square<T: Real>(beta: T, b: &[T], alpha: T, a: &[T], rows: usize, cols: usize, x: &[T]) -> T {
    let (b, a, x) = (&b[..rows], &a[..rows * cols], &x[..cols]);
    if a.len() >= WIDE
        && let Some(sum) = T::wide_affine_square((beta, b), (alpha, a), x)
    {
        return sum;
    }
    let mut sum = T::ZERO;
    for (piece, b) in b.chunks(PIECE).enumerate() {
        let mut values = [T::ZERO; PIECE];
        let values = &mut values[..b.len()];
        super::copy_scaled(beta, b, values);
        for (column, &x) in a.chunks_exact(rows).zip(x) {
            axpy(alpha * x, &column[piece * PIECE..][..b.len()], values);
        }
        sum += dot(values, values);
    }
    sum
}

/// A product with a vector: alpha, A, its rows and columns, x, and where `alpha A x` is added.
pub type Gemv<'a, T> = (T, &'a [T], usize, usize, &'a [T], &'a mut [T]);

/// Two products with the same matrix, see [`gemv`], which is read once for both.
#[inline]
pub fn gemv_both<T: Real>((alpha, a, rows, cols, x, out): Gemv<'_, T>, (beta, .., y, other): Gemv<'_, T>) {
    if rows >= TALL && rows * cols >= WIDE {
        let (a, [x, y]) = (&a[..rows * cols], [&x[..cols], &y[..cols]]);
        let (out, other) = (&mut out[..rows], &mut other[..rows]);
        let is_done = match parts(a.len(), rows / ROWS) {
            1 => T::wide_gemv_both(a, ([alpha, beta], [x, y]), (out, other)),
            parts => both_apart((a, rows), ([alpha, beta], [x, y]), parts, (out, other)),
        };
        if is_done {
            return;
        }
    }
    gemv(alpha, a, rows, cols, x, out);
    gemv(beta, a, rows, cols, y, other);
}

/// The rows of both products in parts.
fn both_apart<T: Real>(
    a: (&[T], usize),
    ([alpha, beta], [x, y]): ([T; 2], [&[T]; 2]),
    parts: usize,
    (out, other): (&mut [T], &mut [T]),
) -> bool {
    let others = threads::pieces(threads::even(a.1, parts, ROWS), 1, other);
    threads::all(threads::pieces(threads::even(a.1, parts, ROWS), 1, out).zip(others), |((part, out), (_, other))| {
        T::wide_gemv_both_rows(a, part.start, [(alpha, x, out), (beta, y, other)])
    })
}

/// The most rows of [`gemv_small`].
const SMALL: usize = 8;

/// `out += alpha A x`, for constant sizes of at most `SMALL` rows: unrolled, with the sums in registers.
#[expect(clippy::inline_always, reason = "the sizes are constants at each call")]
#[inline(always)]
pub fn gemv_small<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, x: &[T], out: &mut [T]) {
    let (a, x, out) = (&a[..rows * cols], &x[..cols], &mut out[..rows]);
    // Two chains of additions for each row.
    let mut sums = [[T::ZERO; SMALL]; 2];
    for j in 0..cols {
        for i in 0..rows {
            sums[j % 2][i] += a[i + j * rows] * x[j];
        }
    }
    for i in 0..rows {
        out[i] += alpha * (sums[0][i] + sums[1][i]);
    }
}

/// `out += alpha Aᵀx`, A of size `rows x cols`. Column by column: the eight sums of a dot product
/// keep the adders busy; several columns at once measured slower.
#[inline]
pub fn gemv_t<T: Real>(alpha: T, a: &[T], rows: usize, cols: usize, x: &[T], out: &mut [T]) {
    if rows == 0 || cols == 0 {
        return;
    }
    let (a, x, out) = (&a[..rows * cols], &x[..rows], &mut out[..cols]);
    if rows >= TALL && a.len() >= WIDE {
        let is_done = match parts(a.len(), cols / COLUMNS) {
            1 => T::wide_gemv_t(alpha, a, rows, x, out),
            parts => gemv_t_apart((alpha, a, rows, x), parts, out),
        };
        if is_done {
            return;
        }
    }
    for (column, out) in a.chunks_exact(rows).zip(out) {
        *out += alpha * dot(column, x);
    }
}

/// The columns of A in parts: every entry has the bits that it has in one part.
fn gemv_t_apart<T: Real>((alpha, a, rows, x): (T, &[T], usize, &[T]), parts: usize, out: &mut [T]) -> bool {
    threads::all(threads::pieces(threads::even(out.len(), parts, COLUMNS), 1, out), |(part, out)| {
        T::wide_gemv_t(alpha, &a[part.start * rows..part.end * rows], rows, x, out)
    })
}

/// `out += alpha x yᵀ`.
#[inline]
pub fn ger<T: Real>(alpha: T, x: &[T], y: &[T], out: &mut [T]) {
    if x.is_empty() {
        return;
    }
    for (column, &y) in out.chunks_exact_mut(x.len()).zip(y) {
        axpy(alpha * y, x, column);
    }
}

/// `out += alpha A B`, A `m x k`, B `k x n`.
#[inline]
pub fn gemm<T: Real>(alpha: T, a: &[T], b: &[T], m: usize, k: usize, n: usize, out: &mut [T]) {
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    #[cfg(feature = "std")]
    if blocked::tiled(alpha, (a, m), (b, 1, k), (&mut *out, m), (m, k, n)) {
        return;
    }
    #[cfg(feature = "std")]
    if blocked::applies(m, k, n) {
        return blocked::gemm(alpha, (a, 1, m), (b, 1, k), out, (m, k, n));
    }
    for (column, b) in out[..m * n].chunks_exact_mut(m).zip(b.chunks_exact(k)) {
        gemv(alpha, a, m, k, b, column);
    }
}

/// `out += alpha AᵀB`, A `k x m`, B `k x n`.
#[inline]
pub fn gemm_tn<T: Real>(alpha: T, a: &[T], b: &[T], m: usize, k: usize, n: usize, out: &mut [T]) {
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    #[cfg(feature = "std")]
    if blocked::applies(m, k, n) {
        return blocked::gemm(alpha, (a, k, 1), (b, 1, k), out, (m, k, n));
    }
    for (column, b) in out[..m * n].chunks_exact_mut(m).zip(b.chunks_exact(k)) {
        gemv_t(alpha, a, k, m, b, column);
    }
}

/// `out += alpha A Bᵀ`, A `m x k`, B `n x k`.
#[inline]
pub fn gemm_nt<T: Real>(alpha: T, a: &[T], b: &[T], m: usize, k: usize, n: usize, out: &mut [T]) {
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    #[cfg(feature = "std")]
    if blocked::tiled(alpha, (a, m), (b, n, 1), (&mut *out, m), (m, k, n)) {
        return;
    }
    #[cfg(feature = "std")]
    if blocked::applies(m, k, n) {
        return blocked::gemm(alpha, (a, 1, m), (b, n, 1), out, (m, k, n));
    }
    for (a, b) in a.chunks_exact(m).zip(b.chunks_exact(n)).take(k) {
        ger(alpha, a, b, &mut out[..m * n]);
    }
}

/// `out += alpha AᵀBᵀ`, A `k x m`, B `n x k`.
#[inline]
pub fn gemm_tt<T: Real>(alpha: T, a: &[T], b: &[T], m: usize, k: usize, n: usize, out: &mut [T]) {
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    #[cfg(feature = "std")]
    if blocked::applies(m, k, n) {
        return blocked::gemm(alpha, (a, k, 1), (b, n, 1), out, (m, k, n));
    }
    for (j, out) in out[..m * n].chunks_exact_mut(m).enumerate() {
        for (a, out) in a.chunks_exact(k).zip(out) {
            let row = b[j..].iter().step_by(n);
            *out += alpha * a.iter().zip(row).fold(T::ZERO, |sum, (&a, &b)| sum + a * b);
        }
    }
}

/// Large products, by nalgebra.
#[cfg(feature = "std")]
pub(super) mod blocked {
    use nalgebra::{DMatrixView, DMatrixViewMut, Dyn};

    use super::super::tiles;
    use super::{BLOCKED, COLUMNS, PER_NANOSECOND};
    use crate::scalar::Real;
    use crate::threads;

    /// `out += alpha A B` in tiles, where that is faster and the machine has vectors.
    #[inline]
    pub fn tiled<T: Real>(
        alpha: T,
        a: (&[T], usize),
        b: tiles::Strided<'_, T>,
        out: (&mut [T], usize),
        (m, k, n): (usize, usize, usize),
    ) -> bool {
        (b.1 == 1 || b.2 == 1)
            && tiles::applies::<T>(m, k, n)
            && apart((b.0, b.2), out, (m, k, n), |part, out, n| T::wide_gemm(alpha, a, (part, b.1, b.2), out, (m, k, n)))
    }

    /// A product with the columns of B in parts, or with all of them, each with its part of the result.
    fn apart<T: Real>(
        (b, b_col): (&[T], usize),
        (out, out_col): (&mut [T], usize),
        (m, k, n): (usize, usize, usize),
        product: impl Fn(&[T], (&mut [T], usize), usize) -> bool + Sync,
    ) -> bool {
        let parts = threads::parts(m.saturating_mul(k).saturating_mul(n) / PER_NANOSECOND, n / COLUMNS);
        if parts == 1 {
            return product(b, (out, out_col), n);
        }
        threads::all(threads::pieces(threads::even(n, parts, COLUMNS), out_col, out), |(part, out)| {
            product(&b[part.start * b_col..], (out, out_col), part.len())
        })
    }

    /// Whether packing pays.
    pub fn applies(m: usize, k: usize, n: usize) -> bool {
        m >= 8 && n >= 8 && k >= 8 && m.saturating_mul(k).saturating_mul(n) >= BLOCKED
    }

    /// `out += alpha A B`; a slice comes with its strides by row and by column, so that a transpose
    /// costs nothing: the kernel packs its operands anyway.
    pub fn gemm<T: Real>(
        alpha: T,
        (a, a_row, a_col): (&[T], usize, usize),
        (b, b_row, b_col): (&[T], usize, usize),
        out: &mut [T],
        (m, k, n): (usize, usize, usize),
    ) {
        gemm_into(alpha, (a, a_row, a_col), (b, b_row, b_col), (out, m), (m, k, n));
    }

    /// nalgebra's own loops, which it takes below this size, read out of bounds where a view has a stride.
    const NARROW: usize = 8;

    /// The same into a part of a larger matrix, whose columns are `out_col` entries apart.
    pub fn gemm_into<T: Real>(
        alpha: T,
        (a, a_row, a_col): (&[T], usize, usize),
        (b, b_row, b_col): (&[T], usize, usize),
        (out, out_col): (&mut [T], usize),
        (m, k, n): (usize, usize, usize),
    ) {
        if a_row == 1 && tiled(alpha, (a, a_col), (b, b_row, b_col), (&mut *out, out_col), (m, k, n)) {
            return;
        }
        if m < NARROW || n < NARROW || k < NARROW {
            for (j, out) in out.chunks_mut(out_col).take(n).enumerate() {
                for p in 0..k {
                    let t = alpha * b[p * b_row + j * b_col];
                    for (i, out) in out[..m].iter_mut().enumerate() {
                        *out += t * a[i * a_row + p * a_col];
                    }
                }
            }
            return;
        }
        let a = DMatrixView::<T, Dyn, Dyn>::from_slice_with_strides(a, m, k, a_row, a_col);
        apart((b, b_col), (out, out_col), (m, k, n), |b, (out, out_col), n| {
            let b = DMatrixView::<T, Dyn, Dyn>::from_slice_with_strides(b, k, n, b_row, b_col);
            DMatrixViewMut::<T, Dyn, Dyn>::from_slice_with_strides_mut(out, m, n, 1, out_col).gemm(alpha, &a, &b, T::ONE);
            true
        });
    }
}
