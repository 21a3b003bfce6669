//! `P A Pᵀ = L D Lᵀ` with Bunch-Kaufman pivoting, for symmetric indefinite matrices.
//!
//! D has blocks of size 1 and 2.
//!
//! # Reference
//! Bunch, Kaufman, Some stable methods for calculating
//! inertia and solving symmetric linear systems, Math. Comp. 31 (1977).

use super::condition::{Smallest, hadamard};
use super::{Inertia, LogDet, Method, WIDE, check_pivot};
use crate::error::LinearError;
use crate::kernels::{axpy, dot};
use crate::scalar::Real;

/// Bunch and Kaufman's method. Reads the lower triangle only.
///
/// Pivots, of each block's first row: `2 * (row exchanged with its last row) + (1 for a 2 x 2 block)`.
#[derive(Clone, Copy, Debug)]
pub struct Ldlt;

impl Method for Ldlt {
    #[inline]
    fn eliminate<T: Real>(
        what: &'static str,
        a: &mut [T],
        pivots: &mut [usize],
        n: usize,
        _scratch: &mut [T],
    ) -> Result<Smallest, LinearError> {
        if n < WIDE { eliminate(what, a, pivots, n) } else { T::ldlt((what, a, pivots, n)) }
    }

    #[inline]
    fn solve<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        forward(a, pivots, n, rhs);
        // D w = z
        for_blocks(pivots, n, |j, last, _| {
            if last == j {
                rhs[j] /= a[j + j * n];
            } else {
                (rhs[j], rhs[j + 1]) = solve_two(a, n, j, rhs[j], rhs[j + 1]);
            }
        });
        backward(a, pivots, n, rhs);
    }

    /// `|λ|` for each eigenvalue λ of the blocks of D, at least a rounding of the largest
    /// (docs/formulas.md 6.4).
    fn solve_definite<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        let mut largest = T::ZERO;
        for_blocks(pivots, n, |j, last, _| {
            largest = eigen(a, n, j, last).values.iter().fold(largest, |size, value| crate::math::max(size, value.abs()));
        });
        let least = T::lit(nalgebra::ComplexField::powf(T::EPSILON, 2.0 / 3.0)) * largest;
        forward(a, pivots, n, rhs);
        for_blocks(pivots, n, |j, last, _| {
            let Eigen { values, c, s } = eigen(a, n, j, last);
            let [first, second] = values.map(|value| crate::math::max(value.abs(), least));
            if last == j {
                rhs[j] /= first;
            } else {
                let (p, q) = (rhs[j], rhs[j + 1]);
                let (p, q) = ((c * p + s * q) / first, (c * q - s * p) / second);
                (rhs[j], rhs[j + 1]) = (c * p - s * q, s * p + c * q);
            }
        });
        backward(a, pivots, n, rhs);
    }

    /// `Lᵀ u = w`, w the eigenvector of the most negative eigenvalue of a block of D, so `uᵀ A u = λ`.
    fn negative_curvature<T: Real>(a: &[T], pivots: &[usize], n: usize, out: &mut [T]) -> bool {
        let mut lowest = T::ZERO;
        out.fill(T::ZERO);
        for_blocks(pivots, n, |j, last, _| {
            let Eigen { values: [first, second], c, s } = eigen(a, n, j, last);
            let least = if last == j { first } else { crate::math::min(first, second) };
            if least < lowest {
                lowest = least;
                out.fill(T::ZERO);
                if last == j {
                    out[j] = T::ONE;
                } else {
                    (out[j], out[j + 1]) = (-s, c);
                }
            }
        });
        backward(a, pivots, n, out);
        lowest < T::ZERO
    }

    #[inline]
    fn solve_tr<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        Self::solve(a, pivots, n, rhs);
    }

    /// The roots of the diagonal of `|L| |D| |L|ᵀ`, rows in their own order.
    fn scales<T: Real>(a: &[T], pivots: &[usize], n: usize, rows: &mut [T], cols: &mut [T]) {
        for_blocks(pivots, n, |first, last, _| {
            for j in first..=last {
                let block = a[j + j * n].abs() + if last > first { a[last + first * n].abs() } else { T::ZERO };
                rows[j] = (cancelled(a, n, pivots, j, first) + block).sqrt();
            }
        });
        let mut end = n;
        while end > 0 {
            let first = block_before(pivots, end);
            rows.swap(end - 1, pivots[first] / 2);
            end = first;
        }
        cols.copy_from_slice(rows);
    }

    /// The blocks of D, relative to the rows' scales, multiply to `det A'`.
    #[inline]
    fn inverse_bound(n: usize, pivots: Smallest) -> f64 {
        hadamard(n, pivots.product)
    }

    fn log_det<T: Real>(a: &[T], pivots: &[usize], n: usize) -> LogDet {
        let mut all = LogDet::ONE;
        for_blocks(pivots, n, |j, last, _| {
            all = if last == j {
                all.times(a[j + j * n].wide())
            } else {
                let off = a[j + 1 + j * n].wide();
                all.times(off).times(off).times(relative_determinant(a, n, j).wide())
            };
        });
        all
    }

    /// By Sylvester's law, that of D; the determinant of a 2 x 2 block is negative.
    fn inertia<T: Real>(a: &[T], pivots: &[usize], n: usize) -> Option<Inertia> {
        let mut found = Inertia::default();
        for_blocks(pivots, n, |j, last, _| {
            found = if last == j { found.with(a[j + j * n]) } else { found.and(Inertia::new(1, 1)) };
        });
        Some(found)
    }
}

/// Bunch and Kaufman's elimination.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
pub(super) fn eliminate<T: Real>(
    what: &'static str,
    a: &mut [T],
    pivots: &mut [usize],
    n: usize,
) -> Result<Smallest, LinearError> {
    let mut smallest = Smallest::NONE;
    let mut j = 0;
    while j < n {
        let (row, double) = choose(a, n, j);
        let last = j + usize::from(double);
        exchange(a, n, last, row);
        pivots[j] = 2 * row + usize::from(double);
        let pivot = if double { eliminate_two(what, a, n, pivots, j)? } else { eliminate_one(what, a, n, pivots, j)? };
        smallest = smallest.min(pivot);
        j = last + 1;
    }
    Ok(smallest)
}

/// `L z = P b` in place.
#[inline]
fn forward<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
    for_blocks(pivots, n, |_, last, row| rhs.swap(last, row));
    for_blocks(pivots, n, |j, last, _| {
        for k in j..=last {
            let t = rhs[k];
            axpy(-t, &a[k * n + last + 1..(k + 1) * n], &mut rhs[last + 1..n]);
        }
    });
}

/// `Lᵀ P x = w` in place, blocks from the last to the first.
#[inline]
fn backward<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
    let mut end = n;
    while end > 0 {
        let first = block_before(pivots, end);
        for k in first..end {
            let sum = dot(&a[k * n + end..(k + 1) * n], &rhs[end..n]);
            rhs[k] -= sum;
        }
        end = first;
    }
    let mut end = n;
    while end > 0 {
        let first = block_before(pivots, end);
        rhs.swap(end - 1, pivots[first] / 2);
        end = first;
    }
}

/// A block of D: its eigenvalues, and the unit eigenvector `(c, s)` of the first, `(-s, c)` of the second.
struct Eigen<T> {
    values: [T; 2],
    c: T,
    s: T,
}

fn eigen<T: Real>(a: &[T], n: usize, j: usize, last: usize) -> Eigen<T> {
    let first = a[j + j * n];
    if last == j {
        return Eigen { values: [first, first], c: T::ONE, s: T::ZERO };
    }
    let (off, other) = (a[j + 1 + j * n], a[j + 1 + (j + 1) * n]);
    let half = T::lit(0.5);
    let (mean, apart) = (half * first + half * other, half * first - half * other);
    let radius = crate::math::hypot(apart, off);
    // The larger of two forms of the eigenvector: nothing cancels in it.
    let (c, s) = if apart >= T::ZERO { (apart + radius, off) } else { (off, radius - apart) };
    let length = crate::math::hypot(c, s);
    Eigen { values: [mean + radius, mean - radius], c: c / length, s: s / length }
}

/// Marks the second row of a 2 x 2 block, so that blocks can be walked from the end.
const SECOND: usize = usize::MAX;

/// Calls `step(first row, last row, row exchanged with the last)` for every block in order.
#[inline]
fn for_blocks(pivots: &[usize], n: usize, mut step: impl FnMut(usize, usize, usize)) {
    let mut j = 0;
    while j < n {
        let last = j + pivots[j] % 2;
        step(j, last, pivots[j] / 2);
        j = last + 1;
    }
}

/// The first row of the block that ends before `end`.
#[inline]
fn block_before(pivots: &[usize], end: usize) -> usize {
    if pivots[end - 1] == SECOND { end - 2 } else { end - 1 }
}

/// Entry `(i, j)` of the symmetric matrix, from its lower triangle.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn entry<T: Real>(a: &[T], n: usize, i: usize, j: usize) -> T {
    if i >= j { a[i + j * n] } else { a[j + i * n] }
}

/// The largest `|a_rk|` with k from j on, but not `except`, and its k.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn largest<T: Real>(a: &[T], n: usize, r: usize, j: usize) -> (usize, T) {
    let mut found = (r, T::ZERO);
    for k in j..n {
        let t = entry(a, n, k, r).abs();
        if k != r && t > found.1 {
            found = (k, t);
        }
    }
    found
}

/// The row to exchange with the last one of the block, and whether the block is 2 x 2.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn choose<T: Real>(a: &[T], n: usize, j: usize) -> (usize, bool) {
    // (1 + √17) / 8 balances the growth of the two kinds of step.
    let alpha = T::lit(0.640_388_203_202_208);
    let diagonal = a[j + j * n].abs();
    let (r, below) = largest(a, n, j, j);
    if below == T::ZERO || diagonal >= alpha * below {
        return (j, false);
    }
    let (_, beside) = largest(a, n, r, j);
    if diagonal * beside >= alpha * below * below {
        (j, false)
    } else if a[r + r * n].abs() >= alpha * beside {
        (r, false)
    } else {
        (r, true)
    }
}

/// Exchanges rows and columns p < q of the symmetric matrix, and rows p, q of L so far.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn exchange<T: Real>(a: &mut [T], n: usize, p: usize, q: usize) {
    if p == q {
        return;
    }
    for k in 0..p {
        a.swap(p + k * n, q + k * n);
    }
    a.swap(p + p * n, q + q * n);
    for k in p + 1..q {
        a.swap(k + p * n, q + k * n);
    }
    for k in q + 1..n {
        a.swap(k + p * n, k + q * n);
    }
}

/// `sum |l_jk| |d_kk'| |l_jk'|` over the blocks before `first`: the terms subtracted from `a_jj`.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn cancelled<T: Real>(a: &[T], n: usize, pivots: &[usize], j: usize, first: usize) -> T {
    let mut sum = T::ZERO;
    let mut k = 0;
    while k < first {
        let l = a[j + k * n];
        sum += (l * l * a[k + k * n]).abs();
        if pivots[k] % 2 == 1 {
            let m = a[j + (k + 1) * n];
            let (off, other) = (a[k + 1 + k * n], a[k + 1 + (k + 1) * n]);
            sum += T::lit(2.0) * (l * m * off).abs() + (m * m * other).abs();
            k += 1;
        }
        k += 1;
    }
    sum
}

/// A 1 x 1 block: `l = a_j / d`, `A -= l d lᵀ`.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn eliminate_one<T: Real>(
    what: &'static str,
    a: &mut [T],
    n: usize,
    pivots: &[usize],
    j: usize,
) -> Result<Smallest, LinearError> {
    let d = a[j + j * n];
    let pivot = check_pivot(what, n, j, d, cancelled(a, n, pivots, j, j) + d.abs())?;
    let (column, rest) = super::split_column(a, n, j);
    for (k, later) in rest.chunks_exact_mut(n).enumerate() {
        let k = j + 1 + k;
        axpy(-column[k] / d, &column[k..], &mut later[k..]);
    }
    for l in &mut column[j + 1..] {
        *l /= d;
    }
    Ok(pivot)
}

/// A 2 x 2 block E: `[l m] = [a_j a_j+1] E⁻¹`, `A -= [l m] E [l m]ᵀ`.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn eliminate_two<T: Real>(
    what: &'static str,
    a: &mut [T],
    n: usize,
    pivots: &mut [usize],
    j: usize,
) -> Result<Smallest, LinearError> {
    let off = a[j + 1 + j * n];
    let size = cancelled(a, n, pivots, j, j) + a[j + j * n].abs();
    let size_other = cancelled(a, n, pivots, j + 1, j) + a[j + 1 + (j + 1) * n].abs();
    let mut pivot = check_pivot(what, n, j, off, size.sqrt() * size_other.sqrt() + off.abs())?;
    let scaled = off.wide() * off.wide() * relative_determinant(a, n, j).wide();
    let scales = (size + off.abs()).wide() * (size_other + off.abs()).wide();
    pivot.product = nalgebra::ComplexField::abs(scaled / scales);
    pivots[j + 1] = SECOND;
    for k in j + 2..n {
        let (p, q) = (a[k + j * n], a[k + (j + 1) * n]);
        let (l, m) = solve_two(a, n, j, p, q);
        for i in k..n {
            let update = a[i + j * n] * l + a[i + (j + 1) * n] * m;
            a[i + k * n] -= update;
        }
        (a[k + j * n], a[k + (j + 1) * n]) = (l, m);
    }
    Ok(pivot)
}

/// Solves `E (u, v) = (p, q)` with the block at j, scaled by its off-diagonal entry, the largest.
#[expect(clippy::inline_always, reason = "it is compiled for the vectors of its caller")]
#[inline(always)]
fn solve_two<T: Real>(a: &[T], n: usize, j: usize, p: T, q: T) -> (T, T) {
    let off = a[j + 1 + j * n];
    let (first, second) = (a[j + j * n] / off, a[j + 1 + (j + 1) * n] / off);
    let (p, q) = (p / off, q / off);
    let determinant = first * second - T::ONE;
    ((second * p - q) / determinant, (first * q - p) / determinant)
}

/// The determinant of the block at j over the square of its off-diagonal entry.
fn relative_determinant<T: Real>(a: &[T], n: usize, j: usize) -> T {
    let off = a[j + 1 + j * n];
    (a[j + j * n] / off) * (a[j + 1 + (j + 1) * n] / off) - T::ONE
}
