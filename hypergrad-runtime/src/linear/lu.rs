//! `P A = L U` with partial pivoting, for any square matrix.

use super::condition::Smallest;
use super::{Method, PANEL, check_pivot, split_column, subtract_columns};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::scalar::Real;

/// Gaussian elimination. At step j, row j was exchanged with row `pivots[j] >= j`.
#[derive(Clone, Copy, Debug)]
pub struct Lu;

impl Method for Lu {
    #[inline]
    fn eliminate<T: Real>(what: &'static str, a: &mut [T], pivots: &mut [usize], n: usize) -> Result<Smallest, LinearError> {
        let mut smallest = Smallest::NONE;
        for first in (0..n).step_by(PANEL) {
            let end = n.min(first + PANEL);
            for j in first..end {
                let p = largest_below(a, n, j);
                pivots[j] = p;
                exchange_rows(a, n, j, p);
                let value = a[j + j * n];
                smallest = smallest.min(check_pivot(what, n, j, value, cancelled(a, n, j) + value.abs())?);
                let (column, rest) = split_column(a, n, j);
                scale(T::ONE / value, &mut column[j + 1..]);
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
        Ok(smallest)
    }

    #[inline]
    fn solve<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        if n == 0 {
            return;
        }
        for (j, &p) in pivots.iter().enumerate().take(n) {
            rhs.swap(j, p);
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
            for (row, u) in rows.iter_mut().zip(&column[..=j]) {
                *row += u.abs() / *scale;
            }
        }
        for i in (0..n).rev() {
            rows[i] = (0..i).fold(rows[i], |sum, k| sum + a[i + k * n].abs() * rows[k]);
        }
        for (j, &p) in pivots.iter().enumerate().take(n).rev() {
            rows.swap(j, p);
        }
    }
}

/// The rows of a whole panel in a later column: `L t = b` with the panel's unit lower triangle.
#[inline]
fn eliminated<T: Real>(panel: &[T], n: usize, first: usize, later: &mut [T]) -> [T; PANEL] {
    let t = &mut later[first..first + PANEL];
    for (j, column) in panel.chunks_exact(n).enumerate() {
        let (known, rest) = t.split_at_mut(j + 1);
        axpy(-known[j], &column[first + j + 1..first + PANEL], rest);
    }
    core::array::from_fn(|j| t[j])
}

/// The row of the largest entry of column j at or below the diagonal.
#[inline]
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
#[inline]
fn exchange_rows<T: Real>(a: &mut [T], n: usize, i: usize, j: usize) {
    if i != j {
        for column in a.chunks_exact_mut(n) {
            column.swap(i, j);
        }
    }
}

/// `sum_{k<j} |l_jk| |u_kj|`, the terms subtracted from the pivot.
#[inline]
fn cancelled<T: Real>(a: &[T], n: usize, j: usize) -> T {
    (0..j).fold(T::ZERO, |sum, k| sum + (a[j + k * n] * a[k + j * n]).abs())
}
