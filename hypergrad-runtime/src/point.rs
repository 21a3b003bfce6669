//! The quantities of one evaluation point, on which the emitted `Point` and the estimators build.
//!
//! None of them returns a number that is not finite.

use crate::error::EstimatorError;
use crate::kernels;
use crate::linear::{AdjointSolve, Direct, Systems};
pub use crate::problem::space::{T, X, Y, check_input, flat, start};
pub(crate) use crate::problem::space::{check_finite, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense, Tensor3};
use crate::scalar::Real;

/// The adjoint, `F_1ᵀ v = g_1`, into `v`, by a factorisation.
///
/// # Errors
/// `F_1` cannot be factored, or v is not finite.
pub fn adjoint_into<P: Bilevel>(problem: &P, work: &mut P::Work, v: &mut [T<P>]) -> Result<(), EstimatorError> {
    Systems::new(&Direct, &mut ()).adjoint(problem, work, None, v)
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
    check_finite(problem, work, "Omega", out)
}

/// `Omega = g_2 - F_2ᵀ v` where `F_1ᵀ v = g_1` (docs/formulas.md 1.1), into `out` of length m.
///
/// # Errors
/// `F_1` cannot be factored, or a result is not finite.
pub fn omega_into<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    let (mut v, mut scratch) = match problem.take_scratch(work) {
        Some(kept) => kept,
        None => (zeros_x(problem, work)?, zeros_y(problem, work)?),
    };
    let result = adjoint_into(problem, work, v.flat_mut())
        .and_then(|()| omega_from_adjoint(problem, work, v.flat(), scratch.flat_mut(), out));
    problem.keep_scratch(work, (v, scratch));
    result
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

/// `W = F_1⁻¹ F_2`, `n x m`, into `w`: minus the derivative of `x*(y)` at a root. A matrix in a `Result` would be moved.
fn sensitivity<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    systems: &mut Systems<'_, P, L>,
    w: &mut [T<P>],
) -> Result<(), EstimatorError> {
    problem.f_2(work, w);
    check_finite(problem, work, "F_2", w)?;
    systems.solve(problem, work, "Psi", w)
}

/// `Psi = -F_2ᵀ F_1⁻ᵀ`, `m x n`: the transposed derivative of `x*(y)` at a root.
///
/// # Errors
/// `F_1` cannot be factored, or a result is not finite.
pub fn psi<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<P::YX, EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut w = P::XY::try_zeros("F_2", n, m)?;
    sensitivity(problem, work, &mut Systems::new(&Direct, &mut ()), w.flat_mut())?;
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
    let mut w = P::XY::try_zeros("F_2", n, m)?;
    sensitivity(problem, work, &mut Systems::new(&Direct, &mut ()), w.flat_mut())?;
    problem.f_11(work, f_11.flat_mut());
    problem.f_21(work, f_21.flat_mut());
    if n == 0 || m == 0 {
        return Ok(out);
    }
    let slices = f_21.flat_mut().chunks_exact_mut(n * m).zip(f_11.flat().chunks_exact(n * n));
    for ((slice, f_11), out) in slices.zip(out.flat_mut().chunks_exact_mut(m * n)) {
        kernels::gemm(-P::Scalar::ONE, f_11, w.flat(), n, n, m, slice);
        check_finite(problem, work, "Psi_1", slice)?;
        for column in slice.chunks_exact_mut(n) {
            problem.f_1_solve(work, column);
        }
        transpose_negated(slice, n, m, out);
    }
    check_finite(problem, work, "Psi_1", out.flat())?;
    Ok(out)
}

/// `Omega_1 = M_21 + Psi M_11` with `M = g - vᵀF`, v the adjoint held fast (docs/formulas.md 1.4), `m x n`,
/// into `out`, by a factorisation. Costs m solves, or n when that is fewer.
///
/// # Errors
/// `F_1` cannot be factored, or a result is not finite.
pub fn omega_1_into<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    omega_1_with(problem, work, &mut Systems::new(&Direct, &mut ()), out)
}

/// [`omega_1_into`], with systems solved in any way; iterations form no matrix of size `n x n`.
///
/// # Errors
/// Those of the solves; a result that is not finite.
pub fn omega_1_with<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    systems: &mut Systems<'_, P, L>,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut v = zeros_x(problem, work)?;
    systems.adjoint(problem, work, None, v.flat_mut())?;
    problem.set_adjoint(work, v.flat());
    problem.m_21(work, out);
    if n == 0 || m == 0 {
        return Ok(());
    }
    if m <= n {
        wide_omega_1(problem, work, systems, out)?;
    } else {
        tall_omega_1(problem, work, systems, out)?;
    }
    check_finite(problem, work, "Omega_1", out)
}

/// Room for `M_11`, where systems are solved by factorisations of its size, and it is no larger than they are.
#[inline]
fn frozen<P: Bilevel, L: AdjointSolve<P>>(problem: &P, work: &P::Work, systems: &Systems<'_, P, L>) -> Option<P::XX> {
    let n = problem.dims(work).0;
    let is_formed = !P::STRUCTURE.f1_block_diagonal && systems.is_direct();
    if is_formed { P::XX::try_zeros("M_11", n, n).ok() } else { None }
}

/// `M_11`, finite, into `out`.
fn m_11_into<P: Bilevel>(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    problem.m_11(work, out);
    check_finite(problem, work, "M_11", out)
}

/// `out -= (F_1⁻¹ F_2)ᵀ M_11`.
fn wide_omega_1<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    systems: &mut Systems<'_, P, L>,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut w = P::XY::try_zeros("F_2", n, m)?;
    sensitivity(problem, work, systems, w.flat_mut())?;
    if let Some(m_11) = &mut frozen(problem, work, systems) {
        m_11_into(problem, work, m_11.flat_mut())?;
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

/// `out -= F_2ᵀ (F_1⁻ᵀ M_11)`, column by column.
fn tall_omega_1<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    systems: &mut Systems<'_, P, L>,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut m_11 = frozen(problem, work, systems);
    if let Some(m_11) = &mut m_11 {
        m_11_into(problem, work, m_11.flat_mut())?;
    }
    let (mut unit, mut t, mut scratch) = (zeros_x(problem, work)?, zeros_x(problem, work)?, zeros_y(problem, work)?);
    for (k, out) in out.chunks_exact_mut(m).enumerate() {
        match &m_11 {
            Some(m_11) => t.flat_mut().copy_from_slice(&m_11.flat()[k * n..][..n]),
            None => {
                unit.flat_mut().fill(T::<P>::ZERO);
                unit.flat_mut()[k] = T::<P>::ONE;
                problem.m_11_mul(work, unit.flat(), t.flat_mut());
            }
        }
        systems.solve_tr(problem, work, "Omega_1", t.flat_mut())?;
        problem.f_2_tr_mul(work, t.flat(), scratch.flat_mut());
        kernels::axpy(-T::<P>::ONE, scratch.flat(), out);
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
