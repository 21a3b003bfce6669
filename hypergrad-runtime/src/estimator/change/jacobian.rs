//! The derivative of the estimate by x (docs/formulas.md 1.9), with what a localised map depends on held fast.
//!
//! With `w = phi_1 p`, `c = g_1 - F_1ᵀ w`, `G = F_1 phi_1`, `H = F_2 + F_1 phi_2`, `q = phi_1 p` for a p
//! held fast and `M = g - wᵀF`:
//!
//! ```text
//! M~_11 = phi_1ᵀ M_11 phi_1 + phi_11(c) - q_1ᵀ G - Gᵀ q_1 - sum_i F_i q_i,11
//! M~_21 = phi_2ᵀ M_11 phi_1 + M_21 phi_1 + phi_21(c) - q_2ᵀ G - Hᵀ q_1 - sum_i F_i q_i,21
//! F~_2  = phi_1ᵀ H + phi_21(F)ᵀ
//! Omega^phi_1 = (M~_21 - F~_2ᵀ F~_1⁻ᵀ M~_11) phi_1⁻¹
//! ```

use super::{Storage, Vectors, adjoint, invert, remainder};
use crate::error::EstimatorError;
use crate::estimator::efficiency::check_root_with;
use crate::estimator::steps::residual;
use crate::kernels::{axpy, gemm, gemm_tn};
use crate::linear::{AdjointSolve, Factorization};
use crate::point::{T, omega_1_into};
use crate::problem::{Bilevel, Change, Dense, Reach};
use crate::scalar::Real;

/// Into `out`, `m x n`, at any x where phi is invertible.
pub(in crate::estimator) fn jacobian<P: Change<K>, K: Reach>(
    problem: &P,
    work: &mut P::Work,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    if P::AFFINE {
        return omega_1_into(problem, work, out);
    }
    let (n, m) = problem.dims(work);
    let (mut s, mut c) = (Vectors::new(problem, work)?, Storage::new(problem, work)?);
    residual(problem, work, &mut s)?;
    invert::place(problem, work, &mut s, &mut c)?;
    if n == 0 || m == 0 {
        return Ok(());
    }
    adjoint(problem, work, &mut s, &mut c)?;
    remainder(problem, work, &mut s);
    let mut parts = Parts::<P>::new(problem, work, &s, &c)?;
    let second = parts.in_z(problem, work, &s, &c)?;
    parts.mixed(problem, work, &s, &c, out);
    // out -= F~_2ᵀ F~_1⁻ᵀ M~_11
    let mut solved = second;
    for column in solved.flat_mut().chunks_exact_mut(n) {
        c.matrix.solve_tr(column);
    }
    let reduced = parts.reduced(problem, work, &s, &c)?;
    gemm_tn(-T::<P>::ONE, reduced.flat(), solved.flat(), m, n, n, out);
    divide_by_slope::<P>(&mut s, &mut c, m, out)
}

/// The same for a map that depends on the point: at a root that dependence does not matter (Prop. 9).
pub(in crate::estimator) fn jacobian_at_root<P: Change<K>, K: Reach, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    linear: &L,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    check_root_with(problem, work, linear)?;
    jacobian(problem, work, out)
}

/// `out <- out phi_1⁻¹`, row by row.
fn divide_by_slope<P: Bilevel>(s: &mut Vectors<P>, c: &mut Storage<P>, m: usize, out: &mut [T<P>]) -> Result<(), EstimatorError> {
    c.matrix.matrix_mut().copy_from_slice(c.phi_1.flat());
    c.matrix.factor("phi_1")?;
    let row = s.t.flat_mut();
    for b in 0..m {
        for (entry, column) in row.iter_mut().zip(out.chunks_exact(m)) {
            *entry = column[b];
        }
        c.matrix.solve_tr(row);
        for (entry, column) in row.iter().zip(out.chunks_exact_mut(m)) {
            column[b] = *entry;
        }
    }
    Ok(())
}

/// The dense parts of the formulas.
struct Parts<P: Bilevel> {
    dims: (usize, usize),
    /// `M_11 phi_1`.
    m_11: P::XX,
    /// `q_1ᵀ`.
    along: P::XX,
    phi_2: P::XY,
    /// `F_2 + F_1 phi_2`.
    h: P::XY,
}

impl<P: Bilevel> Parts<P> {
    fn new<K: Reach>(problem: &P, work: &mut P::Work, s: &Vectors<P>, c: &Storage<P>) -> Result<Self, EstimatorError>
    where
        P: Change<K>,
    {
        let (n, m) = problem.dims(work);
        let one = T::<P>::ONE;
        let mut square = P::XX::try_zeros("M_11", n, n)?;
        problem.set_adjoint(work, s.v.flat());
        problem.m_11(work, square.flat_mut());
        let mut m_11 = P::XX::try_zeros("M_11", n, n)?;
        gemm(one, square.flat(), c.phi_1.flat(), n, n, n, m_11.flat_mut());
        let mut along = P::XX::try_zeros("q_1", n, n)?;
        problem.along_1(work, c.p.flat(), along.flat_mut());
        let (mut phi_2, mut h) = (P::XY::try_zeros("phi_2", n, m)?, P::XY::try_zeros("F_2", n, m)?);
        problem.change_2(work, phi_2.flat_mut());
        problem.f_2(work, h.flat_mut());
        problem.f_1(work, square.flat_mut());
        gemm(one, square.flat(), phi_2.flat(), n, n, m, h.flat_mut());
        Ok(Self { dims: (n, m), m_11, along, phi_2, h })
    }

    /// `M~_11`.
    fn in_z<K: Reach>(&self, problem: &P, work: &mut P::Work, s: &Vectors<P>, c: &Storage<P>) -> Result<P::XX, EstimatorError>
    where
        P: Change<K>,
    {
        let n = self.dims.0;
        let one = T::<P>::ONE;
        let (mut second, mut other) = (P::XX::try_zeros("M~_11", n, n)?, P::XX::try_zeros("M~_11", n, n)?);
        problem.change_11(work, s.u.flat(), second.flat_mut());
        gemm_tn(one, c.phi_1.flat(), self.m_11.flat(), n, n, n, second.flat_mut());
        problem.along_11(work, s.n.flat(), c.p.flat(), other.flat_mut());
        axpy(-one, other.flat(), second.flat_mut());
        other.flat_mut().fill(T::<P>::ZERO);
        gemm(one, self.along.flat(), c.product.flat(), n, n, n, other.flat_mut());
        axpy(-one, other.flat(), second.flat_mut());
        subtract_transposed(other.flat(), n, n, second.flat_mut());
        Ok(second)
    }

    /// `M~_21` into `out`.
    fn mixed<K: Reach>(&mut self, problem: &P, work: &mut P::Work, s: &Vectors<P>, c: &Storage<P>, out: &mut [T<P>])
    where
        P: Change<K>,
    {
        let (n, m) = self.dims;
        let one = T::<P>::ONE;
        // Room for m x n and n x m in turn: all of out first.
        let mut tall = self.phi_2.clone();
        problem.change_21(work, s.u.flat(), out);
        gemm_tn(one, self.phi_2.flat(), self.m_11.flat(), m, n, n, out);
        problem.set_adjoint(work, s.v.flat());
        problem.m_21(work, tall.flat_mut());
        gemm(one, tall.flat(), c.phi_1.flat(), m, n, n, out);
        problem.along_2(work, c.p.flat(), tall.flat_mut());
        gemm(-one, tall.flat(), c.product.flat(), m, n, n, out);
        problem.along_21(work, s.n.flat(), c.p.flat(), tall.flat_mut());
        axpy(-one, tall.flat(), out);
        tall.flat_mut().fill(T::<P>::ZERO);
        gemm(one, self.along.flat(), self.h.flat(), n, n, m, tall.flat_mut());
        subtract_transposed(tall.flat(), n, m, out);
    }

    /// `F~_2`.
    fn reduced<K: Reach>(&self, problem: &P, work: &mut P::Work, s: &Vectors<P>, c: &Storage<P>) -> Result<P::XY, EstimatorError>
    where
        P: Change<K>,
    {
        let (n, m) = self.dims;
        let mut tall = P::YX::try_zeros("phi_21", m, n)?;
        problem.change_21(work, s.n.flat(), tall.flat_mut());
        let mut reduced = P::XY::try_zeros("F~_2", n, m)?;
        gemm_tn(T::<P>::ONE, c.phi_1.flat(), self.h.flat(), n, n, m, reduced.flat_mut());
        for i in 0..n {
            for b in 0..m {
                reduced.flat_mut()[i + b * n] += tall.flat()[b + i * m];
            }
        }
        Ok(reduced)
    }
}

/// `out -= Aᵀ`, A of size `rows x cols`.
fn subtract_transposed<S: Real>(a: &[S], rows: usize, cols: usize, out: &mut [S]) {
    for j in 0..cols {
        for i in 0..rows {
            out[j + i * cols] -= a[i + j * rows];
        }
    }
}
