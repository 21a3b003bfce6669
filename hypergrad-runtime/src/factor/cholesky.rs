//! `A = L D Lᵀ` without square roots, for symmetric positive definite matrices: L has a unit diagonal, D is
//! diagonal and positive. `1/D` is stored on the diagonal, so that no solve divides.

use core::ops::Range;

use super::condition::{Factor, Smallest, exact, largest};
use super::{BY_PANELS, Inertia, LogDet, Method, PANEL, blocks, check_pivot, split_column, subtract_columns};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::scalar::Real;

/// Matrices from this size on are eliminated in blocks: 1.3 times faster at once, 3 times at 1000.
const LARGE: usize = 96;

/// Matrices up to this size are eliminated column by column, in code for that size where it is a constant.
const SMALL: usize = 16;

/// Cholesky's method. Reads and writes the lower triangle only; no pivots.
#[derive(Clone, Copy, Debug)]
pub struct Cholesky;

impl Method for Cholesky {
    #[expect(clippy::inline_always, reason = "with a constant size the loops are unrolled")]
    #[inline(always)]
    fn eliminate<T: Real>(
        what: &'static str,
        a: &mut [T],
        pivots: &mut [usize],
        n: usize,
        _scratch: &mut [T],
    ) -> Result<Smallest, LinearError> {
        if n <= SMALL { eliminate_small(what, a, n) } else { T::cholesky((what, a, pivots, n)) }
    }

    #[expect(clippy::inline_always, reason = "with a constant size the loops are unrolled")]
    #[inline(always)]
    fn solve<T: Real>(a: &[T], _pivots: &[usize], n: usize, rhs: &mut [T]) {
        if n == 0 {
            return;
        }
        let (a, rhs) = (&a[..n * n], &mut rhs[..n]);
        // L z = b
        if n >= BY_PANELS {
            T::unit_lower(a, n, rhs);
        } else {
            for (j, column) in a.chunks_exact(n).enumerate() {
                let t = rhs[j];
                axpy(-t, &column[j + 1..], &mut rhs[j + 1..]);
            }
        }
        // D w = z
        for (j, column) in a.chunks_exact(n).enumerate() {
            rhs[j] *= column[j];
        }
        // Lᵀ x = w
        if n <= SMALL {
            for j in (1..n).rev() {
                let t = rhs[j];
                for (i, rhs) in rhs[..j].iter_mut().enumerate() {
                    *rhs -= t * a[j + i * n];
                }
            }
        } else {
            for (j, column) in a.chunks_exact(n).enumerate().rev() {
                let sum = dot(&column[j + 1..], &rhs[j + 1..]);
                rhs[j] -= sum;
            }
        }
    }

    #[expect(clippy::inline_always, reason = "with a constant size the loops are unrolled")]
    #[inline(always)]
    fn solve_tr<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        Self::solve(a, pivots, n, rhs);
    }

    fn condition_of_few<T: Real>(factor: Factor<'_, T>) -> f64 {
        match T::inverse_of_few(factor.0, factor.2) {
            Some(sizes) => largest(&sizes[..factor.2]),
            None => exact::<Self, T>(factor),
        }
    }

    /// `√a_jj`.
    fn scales<T: Real>(a: &[T], _pivots: &[usize], n: usize, rows: &mut [T], cols: &mut [T]) {
        let rows = &mut rows[..n];
        rows.fill(T::ZERO);
        for (k, column) in a.chunks_exact(n.max(1)).enumerate().take(n) {
            let d = T::ONE / column[k];
            rows[k] += d;
            for (row, &l) in rows[k + 1..].iter_mut().zip(&column[k + 1..]) {
                *row += l * l * d;
            }
        }
        for row in rows.iter_mut() {
            *row = row.sqrt();
        }
        cols.copy_from_slice(rows);
    }

    /// With rows of `C = L √D` of length 1, `|C⁻¹ e_k|² <= prod_j 1/c_jj²`, so `|A'⁻¹|_1 <= √n · n / det A'`.
    #[inline]
    fn inverse_bound(n: usize, pivots: Smallest) -> f64 {
        let n = n as f64;
        n * nalgebra::ComplexField::sqrt(n) / pivots.product
    }

    fn log_det<T: Real>(a: &[T], _pivots: &[usize], n: usize) -> LogDet {
        (0..n).fold(LogDet::ONE, |all, j| all.times(1.0 / a[j + j * n].wide()))
    }

    fn inertia<T: Real>(_a: &[T], _pivots: &[usize], n: usize) -> Option<Inertia> {
        Some(Inertia::new(n, 0))
    }
}

/// Column by column. Pivots and what they started from are kept aside and judged in the end, so that little stands in
/// the loop: what follows a bad one has no meaning, and is not looked at.
#[expect(clippy::inline_always, reason = "with a constant size the loops are unrolled")]
#[inline(always)]
fn eliminate_small<T: Real>(what: &'static str, a: &mut [T], n: usize) -> Result<Smallest, LinearError> {
    let a = &mut a[..n * n];
    let (mut started, mut values) = ([T::ZERO; SMALL], [T::ZERO; SMALL]);
    for (j, started) in started.iter_mut().enumerate().take(n) {
        *started = a[j + j * n];
    }
    if n <= TINY {
        eliminate_tiny(a, n, &mut values);
        return judge(what, &started[..n], &values[..n]);
    }
    for j in 0..n {
        values[j] = a[j + j * n];
        let inverse = T::ONE / values[j];
        let (column, rest) = split_column(a, n, j);
        column[j] = inverse;
        for (k, later) in (j + 1..n).zip(rest.chunks_exact_mut(n)) {
            let t = column[k] * inverse;
            axpy(-t, &column[k..], &mut later[k..]);
        }
        scale(inverse, &mut column[j + 1..]);
    }
    judge(what, &started[..n], &values[..n])
}

/// Matrices up to this size are eliminated in registers.
const TINY: usize = 8;

/// The same in a matrix of its own, which is in registers where the size is a constant: in memory, what a column has
/// just written would be read in other pieces, and waited for.
#[expect(clippy::inline_always, reason = "with a constant size the loops are unrolled")]
#[expect(clippy::needless_range_loop, reason = "slices of the columns keep them in memory")]
#[inline(always)]
fn eliminate_tiny<T: Real>(a: &mut [T], n: usize, values: &mut [T]) {
    let mut m = [[T::ZERO; TINY]; TINY];
    for j in 0..n {
        for i in j..n {
            m[j][i] = a[i + j * n];
        }
    }
    for j in 0..n {
        values[j] = m[j][j];
        let inverse = T::ONE / values[j];
        for k in j + 1..n {
            let t = m[j][k] * inverse;
            for i in k..n {
                let l = m[j][i];
                m[k][i] -= t * l;
            }
        }
        m[j][j] = inverse;
        for l in &mut m[j][j + 1..n] {
            *l *= inverse;
        }
    }
    for j in 0..n {
        for i in j..n {
            a[i + j * n] = m[j][i];
        }
    }
}

/// Judges all pivots, in order, as [`pivot`] does; of sound ones nothing is written down.
#[expect(clippy::inline_always, reason = "with a constant size the loop is unrolled")]
#[inline(always)]
fn judge<T: Real>(what: &'static str, started: &[T], values: &[T]) -> Result<Smallest, LinearError> {
    let n = values.len();
    let (mut smallest, mut ratios) = (0, [f64::INFINITY; SMALL]);
    let mut product = 1.0;
    for j in 0..n {
        let (value, scale) = (values[j], (started[j] - values[j]).abs() + values[j].abs());
        let ratio = value.wide() / scale.wide();
        // False for NaN, too.
        if !(ratio > n as f64 * T::EPSILON && scale.is_finite() && (T::ONE / value).is_finite()) {
            return Err(refused(what, n, j, value, started[j] - value));
        }
        ratios[j] = ratio;
        product *= ratio;
        smallest = if ratio < ratios[smallest] { j } else { smallest };
    }
    let (value, before) =
        values.get(smallest).zip(started.get(smallest)).map_or((0.0, 0.0), |(v, s)| (v.wide(), (*s - *v).wide()));
    let scale = nalgebra::ComplexField::abs(before) + nalgebra::ComplexField::abs(value);
    Ok(Smallest { ratio: ratios[smallest], pivot: smallest, value, scale, product })
}

#[cold]
fn refused<T: Real>(what: &'static str, n: usize, j: usize, value: T, before: T) -> LinearError {
    match pivot(what, n, j, value, before) {
        Err(error) => error,
        Ok(pivot) => pivot.singular(what),
    }
}

/// Block by block; D stands on the diagonal until the end.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
pub(super) fn eliminate<T: Real>(
    what: &'static str,
    a: &mut [T],
    _pivots: &mut [usize],
    n: usize,
) -> Result<Smallest, LinearError> {
    let mut smallest = Smallest::NONE;
    for block in blocks(n, LARGE) {
        smallest = smallest.min(eliminate_block(what, a, n, &block)?);
        #[cfg(feature = "std")]
        large::subtract(a, n, &block);
    }
    for j in 0..n {
        a[j + j * n] = T::ONE / a[j + j * n];
    }
    Ok(smallest)
}

/// Eliminates the columns of a block, and updates no other ones.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
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
            let before = (block.start..j).fold(before, |sum, k| sum + a[j + k * n] * a[j + k * n] * a[k + k * n]);
            let d = a[j + j * n];
            smallest = smallest.min(pivot(what, n, j, d, before)?);
            let (column, rest) = split_column(a, n, j);
            scale(T::ONE / d, &mut column[j + 1..]);
            let column = &*column;
            for (k, later) in (j + 1..end).zip(rest.chunks_exact_mut(n)) {
                axpy(-(d * column[k]), &column[k..], &mut later[k..]);
            }
        }
        let (panel, rest) = a[first * n..].split_at_mut((end - first) * n);
        for (k, later) in (end..block.end).zip(rest.chunks_exact_mut(n)) {
            let t = core::array::from_fn(|j| panel[first + j + j * n] * panel[k + j * n]);
            subtract_columns(t, panel, n, k, &mut later[k..]);
        }
    }
    Ok(smallest)
}

/// What is left after a block of a large matrix, by the product kernel.
#[cfg(feature = "std")]
mod large {
    use core::ops::Range;

    use crate::factor::{BLOCK, PER_NANOSECOND};
    use crate::kernels::{axpy, gemm_into};
    use crate::scalar::Real;
    use crate::threads;

    /// Columns of one product; of its square on the diagonal, the upper half is computed for nothing, and not stored.
    const STRIP: usize = 64;

    /// `sum_k d_k l_jk²` over the columns before the block, for each of its rows: column by column, since
    /// the entries of a row are far apart.
    pub fn squares<T: Real>(a: &[T], n: usize, block: &Range<usize>) -> [T; BLOCK] {
        let mut sums = [T::ZERO; BLOCK];
        for (k, column) in a.chunks_exact(n).enumerate().take(block.start) {
            for (sum, &l) in sums.iter_mut().zip(&column[block.clone()]) {
                *sum += l * l * column[k];
            }
        }
        sums
    }

    /// `A_22 -= L_21 D L_21ᵀ`, the lower triangle; the upper one stays as it is.
    pub fn subtract<T: Real>(a: &mut [T], n: usize, block: &Range<usize>) {
        let (done, rest) = a.split_at_mut(block.end * n);
        let (done, left) = (&done[block.start * n..], n - block.end);
        match threads::parts(left * left * BLOCK / (2 * PER_NANOSECOND), left / STRIP) {
            1 => subtract_part(done, n, block, block.end..n, rest),
            parts => threads::each(threads::pieces(threads::triangle(left, parts, STRIP), n, rest), |(part, rest)| {
                subtract_part(done, n, block, block.end + part.start..block.end + part.end, rest);
            }),
        }
    }

    /// For these columns, `rest`, by those of the block.
    fn subtract_part<T: Real>(done: &[T], n: usize, block: &Range<usize>, columns: Range<usize>, rest: &mut [T]) {
        let mut scaled = [[T::ZERO; STRIP]; BLOCK];
        for start in columns.clone().step_by(STRIP) {
            let width = STRIP.min(columns.end - start);
            for ((k, column), scaled) in block.clone().zip(done.chunks_exact(n)).zip(&mut scaled) {
                for (scaled, &l) in scaled.iter_mut().zip(&column[start..start + width]) {
                    *scaled = column[k] * l;
                }
            }
            let right = (scaled.as_flattened(), STRIP, 1);
            let mut square = [[T::ZERO; STRIP]; STRIP];
            let target = (square.as_flattened_mut(), STRIP);
            gemm_into(-T::ONE, (&done[start..], 1, n), right, target, (width, block.len(), width));
            let out = &mut rest[(start - columns.start) * n..];
            for ((k, column), square) in (0..width).zip(out.chunks_exact_mut(n)).zip(&square) {
                axpy(T::ONE, &square[k..width], &mut column[start + k..start + width]);
            }
            let below = start + width;
            if below < n {
                gemm_into(-T::ONE, (&done[below..], 1, n), right, (&mut out[below..], n), (n - below, block.len(), width));
            }
        }
    }
}

/// A negative pivot of at most this many `n eps` is a zero one, in a matrix proved semidefinite.
const ROUNDING: f64 = 1e3;

/// Judges a pivot against the `a_jj = before + value` it started from. One whose inverse overflows is no pivot.
#[inline]
fn pivot<T: Real>(what: &'static str, n: usize, j: usize, value: T, before: T) -> Result<Smallest, LinearError> {
    let pivot = check_pivot(what, n, j, value, before.abs() + value.abs())?;
    if value > T::ZERO && (T::ONE / value).is_finite() {
        return Ok(pivot);
    }
    if value > T::ZERO || pivot.ratio <= ROUNDING * n as f64 * T::EPSILON {
        return Err(pivot.singular(what));
    }
    Err(LinearError::NotDefinite { what, block: None, pivot: j, value: value.wide() })
}
