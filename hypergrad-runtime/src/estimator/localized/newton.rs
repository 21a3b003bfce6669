//! `psi = x - F_1⁻¹ (F(z, y_bar) - F(x, y_bar))`: the map of Prop. 11 without the exact inner solution.

use super::{Localize, Maps};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::efficiency::check_root_with;
use crate::estimator::kind::Newton;
use crate::estimator::steps::{Vectors, take_row};
use crate::kernels::{axpy, norm};
use crate::linear::{AdjointSolve, Ask, Square, Systems};
use crate::point::{T, check_finite, omega_1_with, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::structure::EstimatorKind;

const MATRIX: &str = "F_1 - N_11";

/// `Omega = g_2 - (F_2 - N_12)ᵀ w`, `(F_1 - N_11)ᵀ w = g_1`, where `N = rᵀF`, `F_1ᵀ r = F`, r held fast
/// (docs/formulas.md 1.16). Two factorisations, two solves.
impl<P: Bilevel> Localize<P> for Newton {
    const KIND: EstimatorKind = EstimatorKind::LocalizedNewton;
    type Storage = P::Square;

    fn storage(problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        problem.square(work, MATRIX)
    }

    fn omega<L: AdjointSolve<P>>(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (matrix, systems): Maps<'_, '_, P, P::Square, L>,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError> {
        let one = T::<P>::ONE;
        // r into s.u; N_11 = g_11 - M_11(r).
        s.u.flat_mut().copy_from_slice(s.n.flat());
        systems.solve_tr(problem, work, "F_1⁻ᵀ F", s.u.flat_mut())?;
        fill(problem, work, s, matrix)?;
        matrix.factor(MATRIX)?;
        problem.g_1(work, s.v.flat_mut());
        matrix.solve_tr(s.v.flat_mut());
        check_finite(problem, work, "w", s.v.flat())?;
        problem.g_2(work, gradient);
        problem.f_2_tr_mul(work, s.v.flat(), s.scratch.flat_mut());
        axpy(-one, s.scratch.flat(), gradient);
        twisted(problem, work, s, gradient);
        Ok(linear_residual(problem, work, s))
    }

    /// At a root, where r is 0: `Omega_1 + (L_21 + Psi L_11)(r) v` with `dr = F_1⁻ᵀ F_1 dx`.
    /// For a symmetric `F_1` that is `g_21 + Psi g_11`.
    fn jacobian<L: AdjointSolve<P>>(problem: &P, work: &mut P::Work, linear: &L, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        check_root_with(problem, work, linear)?;
        let (n, m) = problem.dims(work);
        let mut workspace = linear.workspace(problem, work)?;
        let mut systems = Systems::new(linear, &mut workspace);
        omega_1_with(problem, work, &mut systems, out)?;
        if n == 0 || m == 0 {
            return Ok(());
        }
        let mut s = Vectors::new(problem, work)?;
        systems.adjoint(problem, work, None, s.v.flat_mut())?;
        let mut by_r = P::YX::try_zeros("Omega_1", m, n)?;
        for (i, column) in by_r.flat_mut().chunks_exact_mut(m).enumerate() {
            s.u.flat_mut().fill(T::<P>::ZERO);
            s.u.flat_mut()[i] = T::<P>::ONE;
            unit(problem, work, &mut s, &mut systems, column)?;
        }
        add_rotated(problem, work, &mut systems, &by_r, out)
    }
}

/// `gradient += N_21 w = (g_21 - M_21(r)) w`, w in `s.v`, r in `s.u`.
fn twisted<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>, gradient: &mut [T<P>]) {
    let one = T::<P>::ONE;
    problem.set_adjoint(work, s.u.flat());
    problem.m_21_mul(work, s.v.flat(), s.scratch.flat_mut());
    axpy(-one, s.scratch.flat(), gradient);
    s.t.flat_mut().fill(T::<P>::ZERO);
    problem.set_adjoint(work, s.t.flat());
    problem.m_21_mul(work, s.v.flat(), s.scratch.flat_mut());
    axpy(one, s.scratch.flat(), gradient);
}

/// `F_1 - N_11 = F_1 + M_11(r) - g_11`, r in `s.u`; `g_11` is `M_11` for the adjoint 0.
fn fill<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>, matrix: &mut P::Square) -> Result<(), LinearError> {
    let one = T::<P>::ONE;
    let (u, v) = (s.x.flat_mut(), s.t.flat_mut());
    matrix.set(u, v, &mut |ask| match ask {
        Ask::Matrix(out) => problem.f_1(work, out),
        Ask::Product { u, out } => problem.f_1_mul(work, u, out),
    });
    problem.set_adjoint(work, s.u.flat());
    matrix.add(one, u, v, &mut |ask| match ask {
        Ask::Matrix(out) => problem.m_11(work, out),
        Ask::Product { u, out } => problem.m_11_mul(work, u, out),
    })?;
    u.fill(T::<P>::ZERO);
    problem.set_adjoint(work, u);
    matrix.add(-one, u, v, &mut |ask| match ask {
        Ask::Matrix(out) => problem.g_11(work, out),
        Ask::Product { u, out } => problem.m_11_mul(work, u, out),
    })
}

/// `|(F_1 - N_11)ᵀ w - g_1|`, r in `s.u`; `N_11` is symmetric.
fn linear_residual<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> f64 {
    let one = T::<P>::ONE;
    problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
    problem.set_adjoint(work, s.u.flat());
    problem.m_11_mul(work, s.v.flat(), s.n.flat_mut());
    axpy(one, s.n.flat(), s.t.flat_mut());
    s.u.flat_mut().fill(T::<P>::ZERO);
    problem.set_adjoint(work, s.u.flat());
    problem.m_11_mul(work, s.v.flat(), s.n.flat_mut());
    axpy(-one, s.n.flat(), s.t.flat_mut());
    problem.g_1(work, s.u.flat_mut());
    axpy(-one, s.u.flat(), s.t.flat_mut());
    norm(s.t.flat())
}

/// `(L_21 + Psi L_11)(r) v` for the r in `s.u` and the adjoint v in `s.v`.
fn unit<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let one = T::<P>::ONE;
    s.n.flat_mut().fill(T::<P>::ZERO);
    problem.set_adjoint(work, s.n.flat());
    problem.m_11_mul(work, s.v.flat(), s.t.flat_mut());
    problem.m_21_mul(work, s.v.flat(), out);
    problem.set_adjoint(work, s.u.flat());
    problem.m_11_mul(work, s.v.flat(), s.n.flat_mut());
    problem.m_21_mul(work, s.v.flat(), s.scratch.flat_mut());
    axpy(-one, s.n.flat(), s.t.flat_mut());
    axpy(-one, s.scratch.flat(), out);
    systems.solve_tr(problem, work, "Omega_1", s.t.flat_mut())?;
    problem.f_2_tr_mul(work, s.t.flat(), s.scratch.flat_mut());
    axpy(-one, s.scratch.flat(), out);
    Ok(())
}

/// `out += B F_1⁻ᵀ F_1`; the factor is 1 for a symmetric `F_1`.
fn add_rotated<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    systems: &mut Systems<'_, P, L>,
    b: &P::YX,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    if P::STRUCTURE.f1_symmetric {
        axpy(T::<P>::ONE, b.flat(), out);
        return Ok(());
    }
    let m = problem.dims(work).1;
    let (mut row, mut rotated) = (zeros_x(problem, work)?, zeros_x(problem, work)?);
    for k in 0..m {
        take_row(b.flat(), m, k, row.flat_mut());
        systems.solve(problem, work, "Omega_1", row.flat_mut())?;
        problem.f_1_tr_mul(work, row.flat(), rotated.flat_mut());
        for (out, &entry) in out.chunks_exact_mut(m).zip(rotated.flat()) {
            out[k] += entry;
        }
    }
    Ok(())
}
