//! `A = L Lᵀ`, for symmetric positive definite matrices.

use super::condition::Smallest;
use super::{Method, PANEL, check_pivot, split_column, subtract_columns};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::scalar::Real;

/// Cholesky's method. Reads the lower triangle only; no pivots.
#[derive(Clone, Copy, Debug)]
pub struct Cholesky;

impl Method for Cholesky {
    #[inline]
    fn eliminate<T: Real>(what: &'static str, a: &mut [T], _pivots: &mut [usize], n: usize) -> Result<Smallest, LinearError> {
        let mut smallest = Smallest::NONE;
        for first in (0..n).step_by(PANEL) {
            let end = n.min(first + PANEL);
            for j in first..end {
                let (root, pivot) = pivot(what, a, n, j)?;
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
            for (k, later) in (end..).zip(rest.chunks_exact_mut(n)) {
                subtract_columns(core::array::from_fn(|j| panel[k + j * n]), panel, n, k, &mut later[k..]);
            }
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
}

/// A negative pivot of at most this many `n eps` is a zero one, in a matrix proved semidefinite.
const ROUNDING: f64 = 1e3;

/// `√a_jj` of what remains, judged against the `a_jj = sum_k l_jk² + pivot` it started from.
#[inline]
fn pivot<T: Real>(what: &'static str, a: &[T], n: usize, j: usize) -> Result<(T, Smallest), LinearError> {
    let value = a[j + j * n];
    let before = (0..j).fold(T::ZERO, |sum, k| sum + a[j + k * n] * a[j + k * n]);
    let pivot = check_pivot(what, n, j, value, before + value.abs())?;
    if value > T::ZERO {
        return Ok((value.sqrt(), pivot));
    }
    if pivot.ratio <= ROUNDING * n as f64 * T::EPSILON {
        return Err(pivot.singular(what));
    }
    Err(LinearError::NotDefinite { what, block: None, pivot: j, value: value.wide() })
}
