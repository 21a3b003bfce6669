//! What a factor tells of its matrix besides solutions: determinant, inertia, condition.

use nalgebra::ComplexField;

pub use crate::report::Inertia;

/// `det A = sign · e^ln_abs`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogDet {
    /// `1`, or `-1`.
    pub sign: f64,
    /// `ln |det A|`.
    pub ln_abs: f64,
}

impl LogDet {
    /// Of the empty matrix.
    pub const ONE: Self = Self { sign: 1.0, ln_abs: 0.0 };

    /// Times a factor that is not 0.
    pub(super) fn times(self, factor: f64) -> Self {
        let sign = if factor < 0.0 { -self.sign } else { self.sign };
        Self { sign, ln_abs: self.ln_abs + ComplexField::ln(ComplexField::abs(factor)) }
    }

    /// The determinant of a block-diagonal matrix.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { sign: self.sign * other.sign, ln_abs: self.ln_abs + other.ln_abs }
    }
}

/// What a factor tells of its matrix. A matrix that was factored is regular, so no eigenvalue is 0.
pub trait Spectrum {
    /// The determinant.
    fn log_det(&self) -> LogDet;
    /// The signs of the eigenvalues, where the method knows that the matrix is symmetric.
    fn inertia(&self) -> Option<Inertia>;
    /// The condition of the matrix in the best scaling of rows and columns that is known: a relative
    /// rounding error of eps becomes one of about eps times this in a solution. An estimate from below,
    /// nearly always within a factor of 3 of the scaled norm of the inverse; found with a few solves when
    /// first asked for, and then kept.
    fn condition(&mut self) -> f64;
    /// Numbers that the factor keeps.
    fn entries(&self) -> usize;
}
