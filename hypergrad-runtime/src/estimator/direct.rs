//! The steps that direct estimators share.

use crate::error::{EstimatorError, LinearError};
use crate::kernels::{axpy, norm};
use crate::point::{T, X, Y, adjoint_into, check_finite, omega_from_adjoint, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The vectors of a direct estimator.
pub struct Vectors<P: Bilevel> {
    /// The x that was passed in, while the point is moved.
    pub(super) x: X<P>,
    /// The adjoint.
    pub(super) v: X<P>,
    /// F, then the Newton step `F_1⁻¹ F`.
    pub(super) n: X<P>,
    pub(super) t: X<P>,
    pub(super) u: X<P>,
    /// `Omega_1 n`.
    pub(super) correction: Y<P>,
    pub(super) scratch: Y<P>,
    pub(super) other: Y<P>,
}

impl<P: Bilevel> Vectors<P> {
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        Ok(Self {
            x: zeros_x(problem, work)?,
            v: zeros_x(problem, work)?,
            n: zeros_x(problem, work)?,
            t: zeros_x(problem, work)?,
            u: zeros_x(problem, work)?,
            correction: zeros_y(problem, work)?,
            scratch: zeros_y(problem, work)?,
            other: zeros_y(problem, work)?,
        })
    }
}

/// F into `s.n`; its norm.
pub(super) fn residual<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Result<f64, EstimatorError> {
    problem.residual(work, s.n.flat_mut());
    check_finite("F", s.n.flat())?;
    Ok(norm(s.n.flat()))
}

/// Omega at the point into `gradient`, the adjoint into `s.v`; gives `|F_1ᵀ v - g_1|`.
pub(super) fn omega<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    gradient: &mut [T<P>],
) -> Result<f64, EstimatorError> {
    adjoint_into(problem, work, s.v.flat_mut())?;
    omega_from_adjoint(problem, work, s.v.flat(), s.scratch.flat_mut(), gradient)?;
    problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
    problem.g_1(work, s.u.flat_mut());
    axpy(-T::<P>::ONE, s.u.flat(), s.t.flat_mut());
    Ok(norm(s.t.flat()))
}

/// `n <- F_1⁻¹ n`.
pub(super) fn newton_step<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Result<(), EstimatorError> {
    problem.factor(work)?;
    problem.f_1_solve(work, s.n.flat_mut());
    check_finite("F_1⁻¹ F", s.n.flat())
}

/// `Omega_1 n = M_21 n - F_2ᵀ t`, `F_1ᵀ t = M_11 n` (docs/formulas.md 1.4), into `s.correction`, where n is
/// the Newton step of the point and v its adjoint, both in s.
pub(super) fn correction<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Result<(), EstimatorError> {
    problem.set_adjoint(work, s.v.flat());
    problem.m_11_mul(work, s.n.flat(), s.t.flat_mut());
    problem.m_21_mul(work, s.n.flat(), s.correction.flat_mut());
    problem.f_1_tr_solve(work, s.t.flat_mut());
    problem.f_2_tr_mul(work, s.t.flat(), s.scratch.flat_mut());
    axpy(-T::<P>::ONE, s.scratch.flat(), s.correction.flat_mut());
    check_finite("Omega_1 F_1⁻¹ F", s.correction.flat())
}

/// `|Omega_1 F_1⁻¹ F|` at the point, F in `s.n` and the adjoint in `s.v`: to first order the error
/// of Omega there.
pub(super) fn first_order_error<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Option<f64> {
    newton_step(problem, work, s).and_then(|()| correction(problem, work, s)).ok()?;
    Some(norm(s.correction.flat()))
}

/// Keeps x in `s.x` and moves the point to `x - n`.
pub(super) fn shift<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Result<(), EstimatorError> {
    s.x.flat_mut().copy_from_slice(problem.x(work));
    s.t.flat_mut().copy_from_slice(s.x.flat());
    axpy(-T::<P>::ONE, s.n.flat(), s.t.flat_mut());
    check_finite("x - P⁻¹ F", s.t.flat())?;
    problem.set_x(work, s.t.flat());
    Ok(())
}

/// `|gradient - (Omega - Omega_1 F_1⁻¹ F)|`: the error of a first-order estimate, to first order.
pub(super) fn distance_to_tangent<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    gradient: &[T<P>],
) -> Option<f64> {
    // Out of s while s is borrowed; nothing is allocated.
    let mut tangent = core::mem::replace(&mut s.other, Dense::empty());
    let result = tangent_into(problem, work, s, tangent.flat_mut());
    axpy(-T::<P>::ONE, gradient, tangent.flat_mut());
    s.other = tangent;
    result.ok().map(|()| norm(s.other.flat()))
}

fn tangent_into<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    residual(problem, work, s)?;
    omega(problem, work, s, out)?;
    newton_step(problem, work, s)?;
    correction(problem, work, s)?;
    axpy(-T::<P>::ONE, s.correction.flat(), out);
    Ok(())
}

/// `diag(F_1)` without zeros.
pub(super) fn jacobi_diagonal<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    problem.f_1_diagonal(work, out);
    check_divisor("diag(F_1)", out)
}

/// Refuses a diagonal with a zero, or with a number that is not finite.
pub(super) fn check_divisor<S: Real>(what: &'static str, diagonal: &[S]) -> Result<(), EstimatorError> {
    check_finite(what, diagonal)?;
    match diagonal.iter().position(|&d| d == S::ZERO) {
        Some(pivot) => Err(LinearError::Singular { what, block: None, pivot, value: 0.0, scale: 0.0 }.into()),
        None => Ok(()),
    }
}

/// `a <- a/by`.
pub(super) fn divide<S: Real>(a: &mut [S], by: &[S]) {
    for (a, &by) in a.iter_mut().zip(by) {
        *a /= by;
    }
}

/// Row b of a matrix with m rows.
pub(super) fn take_row<S: Copy>(a: &[S], m: usize, b: usize, out: &mut [S]) {
    for (out, column) in out.iter_mut().zip(a.chunks_exact(m)) {
        *out = column[b];
    }
}

/// Writes row b.
pub(super) fn put_row<S: Copy>(a: &mut [S], m: usize, b: usize, row: &[S]) {
    for (column, &row) in a.chunks_exact_mut(m).zip(row) {
        column[b] = row;
    }
}
