//! A diagonal matrix.

use super::{Factorization, Inertia, LogDet, Spectrum, check_finite};
use crate::error::LinearError;
use crate::scalar::Real;
use crate::storage::Dense;

/// `diag(d)`, stored as d in a vector.
#[derive(Clone, Debug)]
pub struct Diagonal<D: Dense> {
    entries: D,
}

impl<D: Dense> Factorization for Diagonal<D> {
    type Scalar = D::Scalar;

    #[inline]
    fn empty() -> Self {
        Self { entries: D::empty() }
    }

    fn resize(&mut self, what: &'static str, n: usize) -> Result<(), LinearError> {
        if self.entries.flat().len() != n {
            self.entries = D::try_zeros(what, n, 1)?;
        }
        Ok(())
    }

    #[inline]
    fn matrix_mut(&mut self) -> &mut [D::Scalar] {
        self.entries.flat_mut()
    }

    #[inline]
    fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        check_finite(what, self.entries.flat())?;
        match self.entries.flat().iter().position(|&d| d == D::Scalar::ZERO) {
            Some(pivot) => Err(LinearError::Singular { what, block: None, pivot, value: 0.0, scale: 0.0 }),
            None => Ok(()),
        }
    }

    #[inline]
    fn solve(&self, rhs: &mut [D::Scalar]) {
        for (rhs, &d) in rhs.iter_mut().zip(self.entries.flat()) {
            *rhs /= d;
        }
    }

    #[inline]
    fn solve_tr(&self, rhs: &mut [D::Scalar]) {
        self.solve(rhs);
    }

    fn solve_definite(&self, rhs: &mut [D::Scalar]) {
        for (rhs, &d) in rhs.iter_mut().zip(self.entries.flat()) {
            *rhs /= crate::math::abs(d);
        }
    }

    /// Of every negative entry, its unit vector.
    fn negative_curvature(&self, out: &mut [D::Scalar]) -> bool {
        for (out, &d) in out.iter_mut().zip(self.entries.flat()) {
            *out = if d < D::Scalar::ZERO { D::Scalar::ONE } else { D::Scalar::ZERO };
        }
        out.iter().any(|u| *u > D::Scalar::ZERO)
    }
}

impl<D: Dense> Spectrum for Diagonal<D> {
    fn log_det(&self) -> LogDet {
        self.entries.flat().iter().fold(LogDet::ONE, |all, d| all.times(d.wide()))
    }

    fn inertia(&self) -> Option<Inertia> {
        Some(self.entries.flat().iter().fold(Inertia::default(), |all, &d| all.with(d)))
    }

    /// Scaled, it is the identity.
    fn condition(&mut self) -> f64 {
        1.0
    }

    fn entries(&self) -> usize {
        self.entries.flat().len()
    }
}
