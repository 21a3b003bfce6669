//! A dense factor that owns its storage.

use core::marker::PhantomData;

use super::{Factorization, Method, factor};
use crate::error::LinearError;
use crate::problem::Dense;

/// A square matrix, factored by a [`Method`].
#[derive(Clone, Debug)]
pub struct Factored<M, D: Dense> {
    matrix: D,
    pivots: D::Pivots,
    method: PhantomData<M>,
}

impl<M: Method, D: Dense> Factorization for Factored<M, D> {
    type Scalar = D::Scalar;

    #[inline]
    fn empty() -> Self {
        Self { matrix: D::empty(), pivots: D::pivots(0), method: PhantomData }
    }

    fn resize(&mut self, what: &'static str, n: usize) -> Result<(), LinearError> {
        if self.matrix.rows() != n {
            *self = Self { matrix: D::try_zeros(what, n, n)?, pivots: D::pivots(n), method: PhantomData };
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
        factor::<M, D>(what, self.matrix.flat_mut(), self.pivots.as_mut(), n)
    }

    #[inline]
    fn solve(&self, rhs: &mut [D::Scalar]) {
        M::solve(self.matrix.flat(), self.pivots.as_ref(), self.matrix.rows(), rhs);
    }

    #[inline]
    fn solve_tr(&self, rhs: &mut [D::Scalar]) {
        M::solve_tr(self.matrix.flat(), self.pivots.as_ref(), self.matrix.rows(), rhs);
    }
}
