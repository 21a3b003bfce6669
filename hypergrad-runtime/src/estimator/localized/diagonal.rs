//! `psi = diag(F_1(x, ·))⁻¹ z`.

use super::{Localize, Maps};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::efficiency::check_root_with;
use crate::estimator::kind::Diagonal;
use crate::estimator::steps::{Vectors, divide, jacobi_diagonal, omega};
use crate::kernels::axpy;
use crate::linear::{AdjointSolve, Systems};
use crate::point::{T, omega_1_with};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::structure::EstimatorKind;

/// `Omega + d_2ᵀ (F∘v/d)`, `d = diag(F_1)`, `d_2 = dd/dy` (docs/formulas.md 1.11).
impl<P: Bilevel> Localize<P> for Diagonal {
    const KIND: EstimatorKind = EstimatorKind::LocalizedDiagonal;
    type Storage = ();

    fn storage(_: &P, _: &P::Work) -> Result<(), LinearError> {
        Ok(())
    }

    fn omega<L: AdjointSolve<P>>(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        ((), systems): Maps<'_, '_, P, (), L>,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError> {
        let linear = omega(problem, work, s, systems, gradient)?;
        jacobi_diagonal(problem, work, s.t.flat_mut())?;
        // s.n is F.
        s.u.flat_mut().copy_from_slice(s.n.flat());
        multiply(s.u.flat_mut(), s.v.flat());
        divide(s.u.flat_mut(), s.t.flat());
        problem.f_1_diagonal_2_tr_mul(work, s.u.flat(), s.scratch.flat_mut());
        axpy(T::<P>::ONE, s.scratch.flat(), gradient);
        Ok(linear)
    }

    /// At a root, where F is 0: `Omega_1 + d_2ᵀ diag(v/d) F_1`.
    fn jacobian<L: AdjointSolve<P>>(problem: &P, work: &mut P::Work, linear: &L, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        check_root_with(problem, work, linear)?;
        let mut workspace = linear.workspace(problem, work)?;
        let mut systems = Systems::new(linear, &mut workspace);
        omega_1_with(problem, work, &mut systems, out)?;
        let mut s = Vectors::new(problem, work)?;
        let (n, m) = problem.dims(work);
        if n == 0 || m == 0 {
            return Ok(());
        }
        systems.adjoint(problem, work, None, s.v.flat_mut())?;
        jacobi_diagonal(problem, work, s.t.flat_mut())?;
        divide(s.v.flat_mut(), s.t.flat());
        for (j, out) in out.chunks_exact_mut(m).enumerate() {
            s.u.flat_mut().fill(T::<P>::ZERO);
            s.u.flat_mut()[j] = T::<P>::ONE;
            problem.f_1_mul(work, s.u.flat(), s.t.flat_mut());
            multiply(s.t.flat_mut(), s.v.flat());
            problem.f_1_diagonal_2_tr_mul(work, s.t.flat(), s.scratch.flat_mut());
            axpy(T::<P>::ONE, s.scratch.flat(), out);
        }
        Ok(())
    }
}

/// `a <- a∘b`.
pub(super) fn multiply<S: Real>(a: &mut [S], b: &[S]) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a *= b;
    }
}
