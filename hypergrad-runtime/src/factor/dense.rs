//! A dense factor that owns its storage.

use core::marker::PhantomData;

use super::{Factorization, Inertia, LogDet, Method, Spectrum, condition, factor};
use crate::error::LinearError;
use crate::storage::Dense;

/// A square matrix, factored by a [`Method`].
#[derive(Clone, Debug)]
pub struct Factored<M, D: Dense> {
    /// The matrix; storage of dynamic size has [`SCRATCH`] columns more.
    matrix: D,
    pivots: D::Pivots,
    /// NaN while it is not known.
    condition: f64,
    method: PhantomData<M>,
}

/// Columns of scratch, for the condition.
const SCRATCH: usize = 3;

impl<M: Method, D: Dense> Factored<M, D> {
    /// Storage for n rows, of a constant size as it is.
    fn storage(what: &'static str, n: usize) -> Result<D, LinearError> {
        let is_constant = !D::empty().flat().is_empty();
        let columns = if is_constant { n } else { n.saturating_add(SCRATCH) };
        D::try_zeros(what, n, columns).map_err(|error| match error {
            LinearError::TooLarge { what, rows, limit, .. } => LinearError::TooLarge { what, rows, cols: n, limit },
            error => error,
        })
    }

    fn size(&self) -> usize {
        self.matrix.rows()
    }
}

impl<M, D: Dense> Factored<M, D> {
    pub(super) fn pivots_mut(&mut self) -> &mut [usize] {
        self.pivots.as_mut()
    }
}

impl<M: Method, D: Dense> Factorization for Factored<M, D> {
    type Scalar = D::Scalar;

    #[inline]
    fn empty() -> Self {
        Self { matrix: D::empty(), pivots: D::pivots(0), condition: f64::NAN, method: PhantomData }
    }

    fn resize(&mut self, what: &'static str, n: usize) -> Result<(), LinearError> {
        if self.size() != n {
            let (matrix, pivots) = (Self::storage(what, n)?, D::pivots(n));
            *self = Self { matrix, pivots, condition: f64::NAN, method: PhantomData };
        }
        Ok(())
    }

    #[inline]
    fn matrix_mut(&mut self) -> &mut [D::Scalar] {
        let n = self.size();
        &mut self.matrix.flat_mut()[..n * n]
    }

    #[expect(clippy::inline_always, reason = "the size is a constant here, where it is one at all")]
    #[inline(always)]
    fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        let n = self.size();
        let (a, scratch) = self.matrix.flat_mut().split_at_mut(n * n);
        self.condition = factor::<M, D>(what, a, self.pivots.as_mut(), n, scratch)?.unwrap_or(f64::NAN);
        Ok(())
    }

    #[expect(clippy::inline_always, reason = "the size is a constant here, where it is one at all")]
    #[inline(always)]
    fn solve(&self, rhs: &mut [D::Scalar]) {
        let n = self.size();
        M::solve(&self.matrix.flat()[..n * n], self.pivots.as_ref(), n, rhs);
    }

    #[expect(clippy::inline_always, reason = "the size is a constant here, where it is one at all")]
    #[inline(always)]
    fn solve_tr(&self, rhs: &mut [D::Scalar]) {
        let n = self.size();
        M::solve_tr(&self.matrix.flat()[..n * n], self.pivots.as_ref(), n, rhs);
    }

    fn solve_definite(&self, rhs: &mut [D::Scalar]) {
        let n = self.size();
        M::solve_definite(&self.matrix.flat()[..n * n], self.pivots.as_ref(), n, rhs);
    }

    fn negative_curvature(&self, out: &mut [D::Scalar]) -> bool {
        let n = self.size();
        M::negative_curvature(&self.matrix.flat()[..n * n], self.pivots.as_ref(), n, out)
    }
}

impl<M: Method, D: Dense> Spectrum for Factored<M, D> {
    fn log_det(&self) -> LogDet {
        M::log_det(self.matrix.flat(), self.pivots.as_ref(), self.size())
    }

    fn inertia(&self) -> Option<Inertia> {
        M::inertia(self.matrix.flat(), self.pivots.as_ref(), self.size())
    }

    fn condition(&mut self) -> f64 {
        if self.condition.is_nan() {
            let n = self.size();
            let (a, scratch) = self.matrix.flat_mut().split_at_mut(n * n);
            self.condition = condition::condition::<M, D>((a, self.pivots.as_ref(), n), scratch);
        }
        self.condition
    }

    fn entries(&self) -> usize {
        self.size() * self.size()
    }
}
