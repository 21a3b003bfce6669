//! `psi = sign(x) exp(z)`.

use super::diagonal::multiply;
use super::{Localize, Maps};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::kind::Exp;
use crate::estimator::steps::Vectors;
use crate::kernels::{axpy, norm};
use crate::linear::{AdjointSolve, Ask, Square};
use crate::point::{T, check_finite};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::structure::EstimatorKind;

/// `(X F_1ᵀ X + diag(x∘F)) p = x∘g_1`, `w = x∘p`, `Omega = g_2 - F_2ᵀ w` (docs/formulas.md 1.11: free of
/// divisions; where `x_i = 0` also `p_i = 0`).
impl<P: Bilevel> Localize<P> for Exp {
    const KIND: EstimatorKind = EstimatorKind::LocalizedExp;
    type Storage = P::Square;

    fn storage(problem: &P, work: &P::Work) -> Result<P::Square, LinearError> {
        problem.square(work, MATRIX)
    }

    fn omega<L: AdjointSolve<P>>(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (matrix, _): Maps<'_, '_, P, P::Square, L>,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError> {
        s.x.flat_mut().copy_from_slice(problem.x(work));
        adjoint(problem, work, s, matrix)?;
        problem.g_2(work, gradient);
        problem.f_2_tr_mul(work, s.v.flat(), s.scratch.flat_mut());
        axpy(-T::<P>::ONE, s.scratch.flat(), gradient);
        problem.f_1_tr_mul(work, s.v.flat(), s.u.flat_mut());
        Ok(linear_residual(problem, work, s))
    }

    fn jacobian<L: AdjointSolve<P>>(problem: &P, work: &mut P::Work, _: &L, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let (n, m) = problem.dims(work);
        if n == 0 || m == 0 {
            return Ok(());
        }
        let mut s = Vectors::new(problem, work)?;
        let mut matrix = <Self as Localize<P>>::storage(problem, work)?;
        s.x.flat_mut().copy_from_slice(problem.x(work));
        if let Some(coordinate) = s.x.flat().iter().position(|&x| x == T::<P>::ZERO) {
            return Err(EstimatorError::NotInvertible { what: "sign(x) exp(z)", coordinate, value: 0.0 });
        }
        problem.residual(work, s.n.flat_mut());
        check_finite(problem, work, "F", s.n.flat())?;
        adjoint(problem, work, &mut s, &mut matrix)?;
        // c = g_1 - F_1ᵀ w
        problem.f_1_tr_mul(work, s.v.flat(), s.u.flat_mut());
        problem.g_1(work, s.t.flat_mut());
        axpy(-T::<P>::ONE, s.u.flat(), s.t.flat_mut());
        problem.set_adjoint(work, s.v.flat());
        problem.m_21(work, out);
        let second = second(problem, work, &s)?;
        columns(problem, work, &mut s, (&mut matrix, second), out);
        Ok(())
    }
}

const MATRIX: &str = "X F_1ᵀ X + diag(x∘F)";

/// w into `s.v` and p into `s.t`, x in `s.x` and F in `s.n`; the transposed matrix is factored.
fn adjoint<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    matrix: &mut P::Square,
) -> Result<(), EstimatorError> {
    matrix.set(s.u.flat_mut(), s.t.flat_mut(), &mut |ask| match ask {
        Ask::Matrix(out) => problem.f_1(work, out),
        Ask::Product { u, out } => problem.f_1_mul(work, u, out),
    });
    let (x, f) = (s.x.flat(), s.n.flat());
    matrix.for_each(|i, j, entry| {
        *entry *= x[i] * x[j];
        if i == j {
            *entry += x[j] * f[j];
            if x[j] == T::<P>::ZERO {
                *entry = T::<P>::ONE;
            }
        }
    });
    matrix.factor(MATRIX)?;
    problem.g_1(work, s.t.flat_mut());
    multiply(s.t.flat_mut(), x);
    matrix.solve_tr(s.t.flat_mut());
    check_finite(problem, work, "p", s.t.flat())?;
    s.v.flat_mut().copy_from_slice(s.t.flat());
    multiply(s.v.flat_mut(), x);
    Ok(())
}

/// `|x∘(F_1ᵀ w + F∘p - g_1)|`, `F_1ᵀ w` in `s.u`.
fn linear_residual<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> f64 {
    multiply(s.t.flat_mut(), s.n.flat());
    axpy(T::<P>::ONE, s.u.flat(), s.t.flat_mut());
    problem.g_1(work, s.u.flat_mut());
    axpy(-T::<P>::ONE, s.u.flat(), s.t.flat_mut());
    multiply(s.t.flat_mut(), s.x.flat());
    norm(s.t.flat())
}

/// `M~_11 = X M_11 X + diag(x∘c - F∘w) - diag(w) F_1 X - (diag(w) F_1 X)ᵀ`, c in `s.t`.
fn second<P: Bilevel>(problem: &P, work: &mut P::Work, s: &Vectors<P>) -> Result<P::XX, EstimatorError> {
    let n = problem.dims(work).0;
    let (x, w, c, f) = (s.x.flat(), s.v.flat(), s.t.flat(), s.n.flat());
    let mut second = P::XX::try_zeros("M_11", n, n)?;
    let mut f_1 = P::XX::try_zeros("F_1", n, n)?;
    problem.m_11(work, second.flat_mut());
    problem.f_1(work, f_1.flat_mut());
    let f_1 = f_1.flat();
    for (k, column) in second.flat_mut().chunks_exact_mut(n).enumerate() {
        for (j, entry) in column.iter_mut().enumerate() {
            *entry = x[j] * *entry * x[k] - w[j] * f_1[j + k * n] * x[k] - w[k] * f_1[k + j * n] * x[j];
        }
        column[k] += x[k] * c[k] - f[k] * w[k];
    }
    Ok(second)
}

/// Column k: `M_21[:, k] - (F_2ᵀ(w_k e_k) + F_2ᵀ(x∘t))/x_k`, t solving with column k of `M~_11`.
fn columns<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    (matrix, mut second): (&mut P::Square, P::XX),
    out: &mut [T<P>],
) {
    let (n, m) = problem.dims(work);
    for (k, (t, out)) in second.flat_mut().chunks_exact_mut(n).zip(out.chunks_exact_mut(m)).enumerate() {
        matrix.solve_tr(t);
        multiply(t, s.x.flat());
        t[k] += s.v.flat()[k];
        problem.f_2_tr_mul(work, t, s.scratch.flat_mut());
        axpy(-T::<P>::ONE / s.x.flat()[k], s.scratch.flat(), out);
    }
}
