//! Omega in the variables of the module's own change of variables (docs/formulas.md 1.9).

mod invert;
mod jacobian;
mod reparameterized;

pub use reparameterized::Reparameterized;

pub(super) use jacobian::{jacobian, jacobian_at_root};

use super::steps::{Vectors, omega};
use crate::error::{EstimatorError, LinearError};
use crate::kernels::{axpy, gemm, gemm_tn, gemv, gemv_t, norm};
use crate::linear::{Direct, Factorization, Lu, Systems};
use crate::point::{T, X, check_finite, zeros_x};
use crate::problem::{Bilevel, Change, Dense, Reach};
use crate::scalar::Real;

const MATRIX: &str = "phi_1ᵀ F_1 phi_1 + phi_11(F)";

/// What an estimate in other variables needs besides vectors.
pub struct Storage<P: Bilevel> {
    z: X<P>,
    p: X<P>,
    phi_1: P::XX,
    /// `phi_11(F)`.
    phi_11: P::XX,
    /// `F_1 phi_1`.
    product: P::XX,
    /// Of `F~_1`, the matrix of the reduced problem; of `phi_1` while z is looked for.
    matrix: Lu<P::XX>,
}
opaque_debug!([P: Bilevel] Storage<P>, "Storage");

impl<P: Bilevel> Storage<P> {
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        let n = problem.dims(work).0;
        Ok(Self {
            z: zeros_x(problem, work)?,
            p: zeros_x(problem, work)?,
            phi_1: P::XX::try_zeros("phi_1", n, n)?,
            phi_11: P::XX::try_zeros("phi_11", n, n)?,
            product: P::XX::try_zeros("F_1 phi_1", n, n)?,
            matrix: Lu::new(MATRIX, n)?,
        })
    }
}

/// `g_2 - F_2ᵀ w + phi_2ᵀ (g_1 - F_1ᵀ w) - phi_21(F) p`, where `F~_1ᵀ p = phi_1ᵀ g_1` and `w = phi_1 p`,
/// with F in `s.n`; the residual of the linear system. No inverse of `phi_1`.
pub(super) fn estimate<P: Change<K>, K: Reach>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    c: &mut Storage<P>,
    gradient: &mut [T<P>],
) -> Result<f64, EstimatorError> {
    if P::AFFINE {
        return omega(problem, work, s, &mut Systems::new(&Direct, &mut ()), gradient);
    }
    invert::place(problem, work, s, c)?;
    let one = T::<P>::ONE;
    adjoint(problem, work, s, c)?;
    problem.g_2(work, gradient);
    problem.f_2_tr_mul(work, s.v.flat(), s.scratch.flat_mut());
    axpy(-one, s.scratch.flat(), gradient);
    // s.u = g_1 - F_1ᵀ w
    remainder(problem, work, s);
    problem.change_2_tr_mul(work, s.u.flat(), s.scratch.flat_mut());
    axpy(one, s.scratch.flat(), gradient);
    problem.change_21_mul(work, s.n.flat(), c.p.flat(), s.scratch.flat_mut());
    axpy(-one, s.scratch.flat(), gradient);
    check_finite(problem, work, "Omega^phi", gradient)?;
    let n = c.p.flat().len();
    s.t.flat_mut().fill(T::<P>::ZERO);
    gemv_t(-one, c.phi_1.flat(), n, n, s.u.flat(), s.t.flat_mut());
    gemv(one, c.phi_11.flat(), n, n, c.p.flat(), s.t.flat_mut());
    Ok(norm(s.t.flat()))
}

/// Factors `F~_1` and solves for p; w into `s.v`. F is in `s.n`.
fn adjoint<P: Change<K>, K: Reach>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    c: &mut Storage<P>,
) -> Result<(), EstimatorError> {
    let n = problem.dims(work).0;
    let one = T::<P>::ONE;
    problem.change_1(work, c.phi_1.flat_mut());
    check_finite(problem, work, "phi_1", c.phi_1.flat())?;
    problem.change_11(work, s.n.flat(), c.phi_11.flat_mut());
    let matrix = c.matrix.matrix_mut();
    problem.f_1(work, matrix);
    c.product.flat_mut().fill(T::<P>::ZERO);
    gemm(one, matrix, c.phi_1.flat(), n, n, n, c.product.flat_mut());
    matrix.copy_from_slice(c.phi_11.flat());
    gemm_tn(one, c.phi_1.flat(), c.product.flat(), n, n, n, matrix);
    c.matrix.factor(MATRIX)?;
    problem.g_1(work, s.t.flat_mut());
    c.p.flat_mut().fill(T::<P>::ZERO);
    gemv_t(one, c.phi_1.flat(), n, n, s.t.flat(), c.p.flat_mut());
    c.matrix.solve_tr(c.p.flat_mut());
    check_finite(problem, work, "p", c.p.flat())?;
    s.v.flat_mut().fill(T::<P>::ZERO);
    gemv(one, c.phi_1.flat(), n, n, c.p.flat(), s.v.flat_mut());
    Ok(())
}

/// `g_1 - F_1ᵀ w` into `s.u`.
fn remainder<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) {
    problem.g_1(work, s.u.flat_mut());
    problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
    axpy(-T::<P>::ONE, s.t.flat(), s.u.flat_mut());
}
