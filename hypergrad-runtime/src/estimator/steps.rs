//! The steps that estimators share.

use crate::error::{EstimatorError, LinearError};
use crate::kernels::{axpy, dot, norm};
use crate::linear::{AdjointSolve, Systems};
use crate::point::{T, X, Y, check_finite, omega_from_adjoint, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::report::{Conditions, Inertia, NoEstimate};
use crate::scalar::Real;

/// The vectors of an estimator.
pub struct Vectors<P: Bilevel> {
    /// The x that was passed in, while the point is moved.
    pub(super) x: X<P>,
    /// The adjoint.
    pub(super) v: X<P>,
    /// The adjoint of the call before, to start from.
    before: X<P>,
    /// Whether `v` is an adjoint.
    pub(super) solved: bool,
    /// Whether `v` was set from outside since the last estimate.
    pub(super) given: bool,
    /// What is left of the adjoint's system, `F_1ᵀ v - g_1`.
    left: X<P>,
    /// F, then the Newton step `F_1⁻¹ F`.
    pub(super) n: X<P>,
    /// F at the x that was passed in.
    pub(super) f: X<P>,
    /// What the report says of the systems of this estimate.
    pub(super) known: Conditions,
    /// Whether it is asked for.
    pub(super) wanted: bool,
    pub(super) t: X<P>,
    pub(super) u: X<P>,
    /// `Omega_1 n`.
    pub(super) correction: Y<P>,
    pub(super) scratch: Y<P>,
    pub(super) other: Y<P>,
}
opaque_debug!([P: Bilevel] Vectors<P>, "Vectors");

impl<P: Bilevel> Vectors<P> {
    #[inline]
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        Ok(Self {
            x: zeros_x(problem, work)?,
            v: zeros_x(problem, work)?,
            before: zeros_x(problem, work)?,
            solved: false,
            given: false,
            left: zeros_x(problem, work)?,
            n: zeros_x(problem, work)?,
            f: zeros_x(problem, work)?,
            known: Conditions::default(),
            wanted: false,
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
    check_finite(problem, work, "F", s.n.flat())?;
    let size = norm(s.n.flat());
    if size.is_finite() { Ok(size) } else { Err(EstimatorError::NonFinite { what: "|F|", index: 0 }) }
}

/// Omega at the point into `gradient`, the adjoint into `s.v`; gives `|F_1ᵀ v - g_1|`.
pub(super) fn omega<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    gradient: &mut [T<P>],
) -> Result<f64, EstimatorError> {
    omega_from(problem, work, s, systems, (gradient, AdjointStart::Zero))
}

/// What the iteration for the adjoint starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdjointStart {
    /// From 0.
    #[default]
    Zero,
    /// From the last adjoint with the same workspace.
    Last,
    /// From what the inner solver has learnt of `F_1⁻¹`.
    Inverse,
}

/// [`omega`], from a start.
pub(super) fn omega_from<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    (gradient, start): (&mut [T<P>], AdjointStart),
) -> Result<f64, EstimatorError> {
    let given = core::mem::replace(&mut s.given, false);
    let warm = match start {
        AdjointStart::Zero => false,
        AdjointStart::Last => s.solved,
        AdjointStart::Inverse => given,
    };
    if warm {
        s.before.flat_mut().copy_from_slice(s.v.flat());
    }
    s.solved = false;
    systems.adjoint_and_g_1(problem, work, warm.then_some(s.before.flat()), s.v.flat_mut(), s.u.flat_mut())?;
    s.solved = true;
    omega_from_adjoint(problem, work, s.v.flat(), s.scratch.flat_mut(), gradient)?;
    problem.f_1_tr_mul(work, s.v.flat(), s.left.flat_mut());
    axpy(-T::<P>::ONE, s.u.flat(), s.left.flat_mut());
    check_finite(problem, work, "F_1ᵀ v - g_1", s.left.flat())?;
    know(problem, work, s, systems, gradient);
    Ok(norm(s.left.flat()))
}

/// Condition and signs of `F_1`, what rounding they leave in Omega, the error of the value; once an estimate, and
/// where they are asked for.
fn know<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &Systems<'_, P, L>,
    omega: &[T<P>],
) {
    if !s.wanted {
        return;
    }
    s.wanted = false;
    let (condition, inertia) = if systems.is_direct() {
        let spectrum = problem.spectrum(work);
        (Some(spectrum.condition()), spectrum.inertia())
    } else {
        (systems.info.condition(), None)
    };
    // F_2ᵀ v is in the scratch: omega = g_2 - F_2ᵀ v.
    let solved = norm(s.scratch.flat());
    let rounding = |condition: f64| T::<P>::EPSILON * (condition * solved + solved + norm(omega));
    let value_error = nalgebra::ComplexField::abs(dot(s.v.flat(), s.f.flat()).wide());
    s.known = Conditions {
        condition,
        positive_definite: inertia.map(Inertia::is_definite),
        rounding: condition.map(rounding).filter(|rounding| rounding.is_finite()),
        value_error: Some(value_error),
    };
}

/// `n <- F_1⁻¹ n`.
pub(super) fn newton_step<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
) -> Result<(), EstimatorError> {
    systems.solve(problem, work, "F_1⁻¹ F", s.n.flat_mut())
}

/// The first-order error of Omega for the adjoint that was found, into `s.correction`: `Omega_1 n = M_21 n - F_2ᵀ t`,
/// `F_1ᵀ t = M_11 n` (docs/formulas.md 1.4), n the Newton step in s; and of the adjoint, `-F_2ᵀ F_1⁻ᵀ r` with
/// `r = F_1ᵀ v - g_1` (docs/formulas.md 6.2), by the same solve.
pub(super) fn correction<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
) -> Result<(), EstimatorError> {
    problem.set_adjoint(work, s.v.flat());
    problem.m_11_mul(work, s.n.flat(), s.t.flat_mut());
    problem.m_21_mul(work, s.n.flat(), s.correction.flat_mut());
    axpy(T::<P>::ONE, s.left.flat(), s.t.flat_mut());
    check_finite(problem, work, "M_11 F_1⁻¹ F", s.t.flat())?;
    systems.solve_tr(problem, work, "F_1⁻ᵀ M_11 F_1⁻¹ F", s.t.flat_mut())?;
    problem.f_2_tr_mul(work, s.t.flat(), s.scratch.flat_mut());
    axpy(-T::<P>::ONE, s.scratch.flat(), s.correction.flat_mut());
    check_finite(problem, work, "Omega_1 F_1⁻¹ F", s.correction.flat())
}

/// The norm of [`correction`] at the point, F in `s.n` and the adjoint in `s.v`: to first order the error
/// of Omega there.
pub(super) fn first_order_error<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
) -> Result<f64, NoEstimate> {
    newton_step(problem, work, s, systems).and_then(|()| correction(problem, work, s, systems)).map_err(reason)?;
    Ok(norm(s.correction.flat()))
}

/// Why an estimate of the error failed.
pub(super) fn reason(error: EstimatorError) -> NoEstimate {
    match error {
        EstimatorError::NonFinite { .. } | EstimatorError::Linear(LinearError::NonFinite { .. }) => NoEstimate::NotFinite,
        _ => NoEstimate::Unsolved,
    }
}

/// Keeps x in `s.x` and moves the point to `x - n`.
pub(super) fn shift<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Result<(), EstimatorError> {
    s.x.flat_mut().copy_from_slice(problem.x(work));
    s.t.flat_mut().copy_from_slice(s.x.flat());
    axpy(-T::<P>::ONE, s.n.flat(), s.t.flat_mut());
    check_finite(problem, work, "x - P⁻¹ F", s.t.flat())?;
    problem.set_x(work, s.t.flat());
    Ok(())
}

/// `|gradient - (Omega - Omega_1 F_1⁻¹ F)|`: the error of a first-order estimate, to first order.
pub(super) fn distance_to_tangent<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    gradient: &[T<P>],
) -> Result<f64, NoEstimate> {
    // Out of s while s is borrowed; nothing is allocated.
    let mut tangent = core::mem::replace(&mut s.other, Dense::empty());
    let result = tangent_into(problem, work, s, systems, tangent.flat_mut());
    axpy(-T::<P>::ONE, gradient, tangent.flat_mut());
    s.other = tangent;
    result.map(|()| norm(s.other.flat())).map_err(reason)
}

fn tangent_into<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    residual(problem, work, s)?;
    omega(problem, work, s, systems, out)?;
    newton_step(problem, work, s, systems)?;
    correction(problem, work, s, systems)?;
    axpy(-T::<P>::ONE, s.correction.flat(), out);
    Ok(())
}

/// `diag(F_1)` without zeros.
pub(super) fn jacobi_diagonal<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    problem.f_1_diagonal(work, out);
    check_divisor(problem, work, "diag(F_1)", out)
}

/// Refuses a diagonal with a zero, or with a number that is not finite.
pub(super) fn check_divisor<P: Bilevel>(
    problem: &P,
    work: &P::Work,
    what: &'static str,
    diagonal: &[T<P>],
) -> Result<(), EstimatorError> {
    check_finite(problem, work, what, diagonal)?;
    match diagonal.iter().position(|&d| d == T::<P>::ZERO) {
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
