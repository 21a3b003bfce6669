//! `P A = L U` with partial pivoting, for any square matrix.

use nalgebra::ComplexField;

use super::condition::{Scaled, Smallest, check_condition};
use super::{Factorization, check_finite, check_pivot, split_column};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::problem::Dense;
use crate::scalar::Real;

/// The LU factorisation.
#[derive(Clone, Debug)]
pub struct Lu<D: Dense> {
    matrix: D,
    /// At step j, row j was exchanged with row `pivots[j] >= j`.
    pivots: D::Pivots,
}

impl<D: Dense> Factorization for Lu<D> {
    type Scalar = D::Scalar;

    #[inline]
    fn empty() -> Self {
        Self { matrix: D::empty(), pivots: D::pivots(0) }
    }

    fn resize(&mut self, what: &'static str, n: usize) -> Result<(), LinearError> {
        if self.matrix.rows() != n {
            *self = Self { matrix: D::try_zeros(what, n, n)?, pivots: D::pivots(n) };
        }
        Ok(())
    }

    #[inline]
    fn matrix_mut(&mut self) -> &mut [D::Scalar] {
        self.matrix.flat_mut()
    }

    #[inline]
    fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        let n = self.matrix.rows();
        let a = self.matrix.flat_mut();
        check_finite(what, a)?;
        let mut smallest = Smallest::NONE;
        for j in 0..n {
            let p = largest_below(a, n, j);
            self.pivots.as_mut()[j] = p;
            exchange_rows(a, n, j, p);
            let value = a[j + j * n];
            smallest = smallest.min(check_pivot(what, n, j, value, cancelled(a, n, j) + value.abs())?);
            let (column, rest) = split_column(a, n, j);
            scale(D::Scalar::ONE / value, &mut column[j + 1..]);
            for later in rest.chunks_exact_mut(n) {
                let t = later[j];
                axpy(-t, &column[j + 1..], &mut later[j + 1..]);
            }
        }
        if smallest.is_suspicious::<D::Scalar>() {
            return check_condition::<Self, D>(self, n, what, smallest);
        }
        Ok(())
    }

    #[inline]
    fn solve(&self, rhs: &mut [D::Scalar]) {
        let n = self.matrix.rows();
        if n == 0 {
            return;
        }
        for (j, &p) in self.pivots.as_ref().iter().enumerate().take(n) {
            rhs.swap(j, p);
        }
        // L z = P b
        for (j, column) in self.matrix.flat().chunks_exact(n).enumerate() {
            let t = rhs[j];
            axpy(-t, &column[j + 1..], &mut rhs[j + 1..]);
        }
        // U x = z
        for (j, column) in self.matrix.flat().chunks_exact(n).enumerate().rev() {
            let t = rhs[j] / column[j];
            rhs[j] = t;
            axpy(-t, &column[..j], &mut rhs[..j]);
        }
    }

    #[inline]
    fn solve_tr(&self, rhs: &mut [D::Scalar]) {
        let n = self.matrix.rows();
        if n == 0 {
            return;
        }
        // Uᵀ z = b
        for (j, column) in self.matrix.flat().chunks_exact(n).enumerate() {
            rhs[j] = (rhs[j] - dot(&column[..j], &rhs[..j])) / column[j];
        }
        // Lᵀ w = z
        for (j, column) in self.matrix.flat().chunks_exact(n).enumerate().rev() {
            let sum = dot(&column[j + 1..], &rhs[j + 1..]);
            rhs[j] -= sum;
        }
        // x = Pᵀ w
        for (j, &p) in self.pivots.as_ref().iter().enumerate().take(n).rev() {
            rhs.swap(j, p);
        }
    }
}

impl<D: Dense> Scaled for Lu<D> {
    /// `c_j = max_k |u_kj|`; `r = |L| |U| / c`, summed over columns, rows in their own order.
    fn scales(&self, rows: &mut [D::Scalar], cols: &mut [D::Scalar]) {
        let (a, n) = (self.matrix.flat(), self.matrix.rows());
        rows.fill(D::Scalar::ZERO);
        for ((j, column), scale) in a.chunks_exact(n).enumerate().zip(cols) {
            *scale = column[..=j].iter().fold(D::Scalar::ZERO, |largest, u| crate::math::max(largest, u.abs()));
            for (row, u) in rows.iter_mut().zip(&column[..=j]) {
                *row += u.abs() / *scale;
            }
        }
        for i in (0..n).rev() {
            rows[i] = (0..i).fold(rows[i], |sum, k| sum + a[i + k * n].abs() * rows[k]);
        }
        for (j, &p) in self.pivots.as_ref().iter().enumerate().take(n).rev() {
            rows.swap(j, p);
        }
    }
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
