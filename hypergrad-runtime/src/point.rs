//! The quantities of one evaluation point, on which the emitted `Point` and the estimators build.
//!
//! None of them returns a number that is not finite.

use crate::error::EstimatorError;
use crate::kernels;
pub use crate::problem::space::{T, X, Y, check_input, start};
pub(crate) use crate::problem::space::{check_finite, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense, Tensor3};
use crate::scalar::Real;

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
