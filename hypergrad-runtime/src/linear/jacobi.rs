//! The diagonal of `F_1` as a preconditioner, and whether `F_1` is symmetric.

use crate::error::LinearError;
use crate::kernels::{axpy, first_non_finite, norm, scatter};
use crate::problem::space::{T, X, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `diag(F_1)⁻¹`, or nothing.
pub(super) struct Jacobi<P: Bilevel> {
    inverse: Option<X<P>>,
}

impl<P: Bilevel> Jacobi<P> {
    pub(super) fn new(problem: &P, work: &P::Work, wanted: bool) -> Result<Self, LinearError> {
        Ok(Self { inverse: if wanted { Some(zeros_x(problem, work)?) } else { None } })
    }

    /// Reads the diagonal at the point.
    ///
    /// # Errors
    /// An entry that is 0 or not finite; with `positive` also one that is negative.
    pub(super) fn prepare(&mut self, problem: &P, work: &mut P::Work, positive: bool) -> Result<(), LinearError> {
        let Some(inverse) = &mut self.inverse else { return Ok(()) };
        let what = "diag(F_1)";
        let inverse = inverse.flat_mut();
        problem.f_1_diagonal(work, inverse);
        if let Some(index) = first_non_finite(inverse) {
            return Err(LinearError::NonFinite { what, index });
        }
        for (pivot, d) in inverse.iter_mut().enumerate() {
            if *d == T::<P>::ZERO {
                return Err(LinearError::Singular { what, block: None, pivot, value: 0.0, scale: 0.0 });
            }
            if positive && *d < T::<P>::ZERO {
                return Err(LinearError::NotDefinite { what: "F_1", block: None, pivot, value: d.wide() });
            }
            *d = T::<P>::ONE / *d;
        }
        Ok(())
    }

    /// `out = diag(F_1)⁻¹ r`, or r itself.
    pub(super) fn apply(&self, r: &[T<P>], out: &mut [T<P>]) {
        out.copy_from_slice(r);
        if let Some(inverse) = &self.inverse {
            for (out, &inverse) in out.iter_mut().zip(inverse.flat()) {
                *out *= inverse;
            }
        }
    }
}

/// Refuses an `F_1` that is not symmetric, unless that was proved: `F_1 u` beside `F_1ᵀ u` for a u without
/// structure. a, b, u are scratch of length n.
pub(crate) fn check_symmetric<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    u: &mut [T<P>],
    a: &mut [T<P>],
    b: &mut [T<P>],
) -> Result<(), LinearError> {
    if P::STRUCTURE.f1_symmetric {
        return Ok(());
    }
    scatter(u);
    problem.f_1_mul(work, u, a);
    problem.f_1_tr_mul(work, u, b);
    axpy(-T::<P>::ONE, a, b);
    let difference = norm(b) / norm(a);
    let rounding = if T::<P>::EPSILON > 1e-10 { 1e-3 } else { 1e-9 };
    // Two zeros agree.
    if difference > rounding { Err(LinearError::NotSymmetric { what: "F_1", difference }) } else { Ok(()) }
}
