//! `A = L Lᵀ`, for symmetric positive definite matrices.

use nalgebra::ComplexField;

use super::condition::{Scaled, Smallest, check_condition};
use super::{Factorization, check_finite, check_pivot, split_column};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, scale};
use crate::problem::Dense;
use crate::scalar::Real;

/// The Cholesky factorisation. Reads the lower triangle only.
#[derive(Clone, Debug)]
pub struct Cholesky<D: Dense> {
    matrix: D,
}

impl<D: Dense> Factorization for Cholesky<D> {
    type Scalar = D::Scalar;

    #[inline]
    fn empty() -> Self {
        Self { matrix: D::empty() }
    }

    fn resize(&mut self, what: &'static str, n: usize) -> Result<(), LinearError> {
        if self.matrix.rows() != n {
            self.matrix = D::try_zeros(what, n, n)?;
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
            let (root, pivot) = pivot(what, a, n, j)?;
            smallest = smallest.min(pivot);
            let (column, rest) = split_column(a, n, j);
            column[j] = root;
            scale(D::Scalar::ONE / root, &mut column[j + 1..]);
            let column = &*column;
            for (k, later) in rest.chunks_exact_mut(n).enumerate() {
                let k = j + 1 + k;
                axpy(-column[k], &column[k..], &mut later[k..]);
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
        // L z = b
        for (j, column) in self.matrix.flat().chunks_exact(n).enumerate() {
            let t = rhs[j] / column[j];
            rhs[j] = t;
            axpy(-t, &column[j + 1..], &mut rhs[j + 1..]);
        }
        // Lᵀ x = z
        for (j, column) in self.matrix.flat().chunks_exact(n).enumerate().rev() {
            rhs[j] = (rhs[j] - dot(&column[j + 1..], &rhs[j + 1..])) / column[j];
        }
    }

    #[inline]
    fn solve_tr(&self, rhs: &mut [D::Scalar]) {
        self.solve(rhs);
    }
}

impl<D: Dense> Scaled for Cholesky<D> {
    /// `√a_jj = |row j of L|`.
    fn scales(&self, rows: &mut [D::Scalar], cols: &mut [D::Scalar]) {
        let (a, n) = (self.matrix.flat(), self.matrix.rows());
        for (j, row) in rows.iter_mut().enumerate() {
            *row = (0..=j).fold(D::Scalar::ZERO, |sum, k| sum + a[j + k * n] * a[j + k * n]).sqrt();
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
    Err(LinearError::NotDefinite { what, pivot: j, value: value.wide() })
}
