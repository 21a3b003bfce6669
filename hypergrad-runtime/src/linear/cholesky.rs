//! `A = L Lᵀ`, for symmetric positive definite matrices.

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
        for j in 0..n {
            let root = pivot(what, a, n, j)?;
            let (column, rest) = split_column(a, n, j);
            column[j] = root;
            scale(D::Scalar::ONE / root, &mut column[j + 1..]);
            let column = &*column;
            for (k, later) in rest.chunks_exact_mut(n).enumerate() {
                let k = j + 1 + k;
                axpy(-column[k], &column[k..], &mut later[k..]);
            }
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

/// `√a_jj` of what remains, judged against the `a_jj = sum_k l_jk² + pivot` it started from.
#[inline]
fn pivot<T: Real>(what: &'static str, a: &[T], n: usize, j: usize) -> Result<T, LinearError> {
    let value = a[j + j * n];
    let before = (0..j).fold(T::ZERO, |sum, k| sum + a[j + k * n] * a[j + k * n]);
    check_pivot(what, n, j, value, before + value.abs())?;
    if value < T::ZERO {
        return Err(LinearError::NotDefinite { what, pivot: j, value: value.wide() });
    }
    Ok(value.sqrt())
}
