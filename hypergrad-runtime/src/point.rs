//! The quantities of one evaluation point, on which the emitted `Point` and the estimators build.
//!
//! None of them returns a number that is not finite.

use crate::error::{EstimatorError, LinearError, ShapeError};
use crate::kernels;
use crate::problem::{Bilevel, Dense, Tensor3, Variable};
use crate::scalar::Real;

/// The scalar of a problem.
pub type T<P> = <P as Bilevel>::Scalar;
/// Flat storage of length n.
pub type X<P> = <<P as Bilevel>::X as Variable>::Flat;
/// Flat storage of length m.
pub type Y<P> = <<P as Bilevel>::Y as Variable>::Flat;

/// Buffers at `(x, y)`, where every entry is finite: what `at` does.
///
/// # Errors
/// A length does not fit the data, or an entry of x or y is not finite.
pub fn start<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y) -> Result<P::Work, ShapeError> {
    let work = problem.work(x, y)?;
    check_input("x", problem.x(&work))?;
    check_input("y", problem.y(&work))?;
    Ok(work)
}

/// Refuses entries of an input that are not finite.
///
/// # Errors
/// `ShapeError::NonFinite` with the first index.
pub fn check_input<S: Real>(what: &'static str, a: &[S]) -> Result<(), ShapeError> {
    match kernels::first_non_finite(a) {
        Some(index) => Err(ShapeError::NonFinite { what, index }),
        None => Ok(()),
    }
}

/// Refuses numbers that are not finite.
pub(crate) fn check_finite<S: Real>(what: &'static str, a: &[S]) -> Result<(), EstimatorError> {
    match kernels::first_non_finite(a) {
        Some(index) => Err(EstimatorError::NonFinite { what, index }),
        None => Ok(()),
    }
}

/// Zeros of length n.
pub(crate) fn zeros_x<P: Bilevel>(problem: &P, work: &P::Work) -> Result<X<P>, LinearError> {
    X::<P>::try_zeros("x", problem.dims(work).0, 1)
}

/// Zeros of length m.
pub(crate) fn zeros_y<P: Bilevel>(problem: &P, work: &P::Work) -> Result<Y<P>, LinearError> {
    Y::<P>::try_zeros("y", problem.dims(work).1, 1)
}

/// The adjoint, `F_1ᵀ v = g_1`, into `v`.
///
/// # Errors
/// `F_1` cannot be factored, or v is not finite.
pub fn adjoint_into<P: Bilevel>(problem: &P, work: &mut P::Work, v: &mut [T<P>]) -> Result<(), EstimatorError> {
    problem.g_1(work, v);
    check_finite("g_1", v)?;
    problem.factor(work)?;
    problem.f_1_tr_solve(work, v);
    check_finite("v", v)
}

/// `g_2 - F_2ᵀ v` into `out`, for a v of [`adjoint_into`], with `scratch` of length m: Omega without
/// allocation.
///
/// # Errors
/// A result is not finite.
pub fn omega_from_adjoint<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    v: &[T<P>],
    scratch: &mut [T<P>],
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    problem.g_2(work, out);
    problem.f_2_tr_mul(work, v, scratch);
    kernels::axpy(-T::<P>::ONE, scratch, out);
    check_finite("Omega", out)
}

/// `Omega = g_2 - F_2ᵀ v` where `F_1ᵀ v = g_1` (docs/formulas.md 1.1), into `out` of length m.
///
/// # Errors
/// `F_1` cannot be factored, or a result is not finite.
pub fn omega_into<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    let mut v = zeros_x(problem, work)?;
    let mut scratch = zeros_y(problem, work)?;
    adjoint_into(problem, work, v.flat_mut())?;
    omega_from_adjoint(problem, work, v.flat(), scratch.flat_mut(), out)
}

/// [`omega_into`], returning the flat vector.
///
/// # Errors
/// As [`omega_into`].
pub fn omega<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<Y<P>, EstimatorError> {
    let mut out = zeros_y(problem, work)?;
    omega_into(problem, work, out.flat_mut())?;
    Ok(out)
}

/// `W = F_1⁻¹ F_2`, `n x m`: minus the derivative of `x*(y)` at a root.
fn sensitivity<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<P::XY, EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut w = P::XY::try_zeros("F_2", n, m)?;
    problem.f_2(work, w.flat_mut());
    check_finite("F_2", w.flat())?;
    problem.factor(work)?;
    if n > 0 {
        for column in w.flat_mut().chunks_exact_mut(n) {
            problem.f_1_solve(work, column);
        }
    }
    check_finite("Psi", w.flat())?;
    Ok(w)
}

/// `Psi = -F_2ᵀ F_1⁻ᵀ`, `m x n`: the transposed derivative of `x*(y)` at a root.
///
/// # Errors
/// `F_1` cannot be factored, or a result is not finite.
pub fn psi<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<P::YX, EstimatorError> {
    let (n, m) = problem.dims(work);
    let w = sensitivity(problem, work)?;
    let mut out = P::YX::try_zeros("Psi", m, n)?;
    transpose_negated(w.flat(), n, m, out.flat_mut());
    Ok(out)
}

/// `out = -Aᵀ`, A of size `rows x cols`.
fn transpose_negated<S: Real>(a: &[S], rows: usize, cols: usize, out: &mut [S]) {
    for j in 0..cols {
        for i in 0..rows {
            out[j + i * cols] = -a[i + j * rows];
        }
    }
}

/// `Psi_1[(b,i,k)] = dPsi[(b,i)]/dx_k` (docs/formulas.md 1.3), `m x n x n`:
/// `Psi_1[:,:,k] = -(F_1⁻¹ (F_21[:,:,k] - F_11[:,:,k] F_1⁻¹ F_2))ᵀ`.
///
/// `XXX`, `XYX`, `YXX` store `F_11`, `F_21` and the result.
///
/// # Errors
/// `F_1` cannot be factored, a result is not finite, or a tensor is too large.
pub fn psi_1<P, XXX, XYX, YXX>(problem: &P, work: &mut P::Work) -> Result<Tensor3<YXX>, EstimatorError>
where
    P: Bilevel,
    XXX: Dense<Scalar = P::Scalar>,
    XYX: Dense<Scalar = P::Scalar>,
    YXX: Dense<Scalar = P::Scalar>,
{
    let (n, m) = problem.dims(work);
    let mut f_11 = Tensor3::<XXX>::zeros("F_11", (n, n, n))?;
    let mut f_21 = Tensor3::<XYX>::zeros("F_21", (n, m, n))?;
    let mut out = Tensor3::<YXX>::zeros("Psi_1", (m, n, n))?;
    let w = sensitivity(problem, work)?;
    problem.f_11(work, f_11.flat_mut());
    problem.f_21(work, f_21.flat_mut());
    if n == 0 || m == 0 {
        return Ok(out);
    }
    let slices = f_21.flat_mut().chunks_exact_mut(n * m).zip(f_11.flat().chunks_exact(n * n));
    for ((slice, f_11), out) in slices.zip(out.flat_mut().chunks_exact_mut(m * n)) {
        kernels::gemm(-P::Scalar::ONE, f_11, w.flat(), n, n, m, slice);
        check_finite("Psi_1", slice)?;
        for column in slice.chunks_exact_mut(n) {
            problem.f_1_solve(work, column);
        }
        transpose_negated(slice, n, m, out);
    }
    check_finite("Psi_1", out.flat())?;
    Ok(out)
}

/// `Omega_1 = M_21 + Psi M_11` with `M = g - vᵀF`, v the adjoint held fast (docs/formulas.md 1.4), `m x n`,
/// into `out`. Costs m solves, or n when that is fewer.
///
/// # Errors
/// `F_1` cannot be factored, or a result is not finite.
pub fn omega_1_into<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut v = zeros_x(problem, work)?;
    adjoint_into(problem, work, v.flat_mut())?;
    problem.set_adjoint(work, v.flat());
    problem.m_21(work, out);
    if n == 0 || m == 0 {
        return Ok(());
    }
    if m <= n {
        wide_omega_1(problem, work, out)?;
    } else {
        let mut m_11 = P::XX::try_zeros("M_11", n, n)?;
        problem.m_11(work, m_11.flat_mut());
        check_finite("M_11", m_11.flat())?;
        let mut scratch = zeros_y(problem, work)?;
        for (t, out) in m_11.flat_mut().chunks_exact_mut(n).zip(out.chunks_exact_mut(m)) {
            problem.f_1_tr_solve(work, t);
            problem.f_2_tr_mul(work, t, scratch.flat_mut());
            kernels::axpy(-T::<P>::ONE, scratch.flat(), out);
        }
    }
    check_finite("Omega_1", out)
}

/// `out -= (F_1⁻¹ F_2)ᵀ M_11`: by products where `F_1` falls into blocks, so that nothing of size
/// `n x n` is formed, or where that would be too large.
fn wide_omega_1<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    let (n, m) = problem.dims(work);
    let w = sensitivity(problem, work)?;
    let dense = if P::STRUCTURE.f1_block_diagonal { None } else { P::XX::try_zeros("M_11", n, n).ok() };
    if let Some(mut m_11) = dense {
        problem.m_11(work, m_11.flat_mut());
        check_finite("M_11", m_11.flat())?;
        kernels::gemm_tn(-T::<P>::ONE, w.flat(), m_11.flat(), m, n, n, out);
        return Ok(());
    }
    let mut row = zeros_x(problem, work)?;
    for (b, w) in w.flat().chunks_exact(n).enumerate() {
        problem.m_11_mul(work, w, row.flat_mut());
        for (out, &entry) in out.chunks_exact_mut(m).zip(row.flat()) {
            out[b] -= entry;
        }
    }
    Ok(())
}

/// [`omega_1_into`], returning the matrix.
///
/// # Errors
/// As [`omega_1_into`].
pub fn omega_1<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<P::YX, EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut out = P::YX::try_zeros("Omega_1", m, n)?;
    omega_1_into(problem, work, out.flat_mut())?;
    Ok(out)
}

/// Insists that an argument of an accessor is shaped like the point.
///
/// # Panics
/// Where it is not, as nalgebra's own products do.
#[inline]
#[track_caller]
pub fn check_length(found: usize, expected: usize) {
    assert!(found == expected, "the argument has {found} entries, the point has {expected}");
}

/// A tensor for an accessor that returns no `Result`.
///
/// # Panics
/// Above the limit of dense storage.
#[track_caller]
pub fn new_tensor<D: Dense>(what: &'static str, dims: (usize, usize, usize)) -> Tensor3<D> {
    match Tensor3::zeros(what, dims) {
        Ok(tensor) => tensor,
        Err(error) => panic!("{error}"),
    }
}
