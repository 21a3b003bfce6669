//! What a factor tells of its matrix besides solutions: determinant, inertia, condition.

use core::fmt;

use nalgebra::ComplexField;

use crate::scalar::Real;

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

/// How many eigenvalues of a symmetric matrix are positive and negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inertia {
    /// Positive eigenvalues.
    pub positive: usize,
    /// Negative eigenvalues.
    pub negative: usize,
}

impl Inertia {
    /// Of a matrix with so many eigenvalues of either sign.
    pub const fn new(positive: usize, negative: usize) -> Self {
        Self { positive, negative }
    }

    /// Whether the matrix is positive definite.
    pub const fn is_definite(self) -> bool {
        self.negative == 0
    }

    /// One eigenvalue more of the sign of d.
    pub(super) fn with<T: Real>(self, d: T) -> Self {
        if d < T::ZERO { Self { negative: self.negative + 1, ..self } } else { Self { positive: self.positive + 1, ..self } }
    }

    /// The inertia of a block-diagonal matrix.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { positive: self.positive + other.positive, negative: self.negative + other.negative }
    }
}

impl fmt::Display for Inertia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} positive and {} negative eigenvalues", self.positive, self.negative)
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
}
