//! Omega after one preconditioned step.

use super::efficiency::check_root_with;
use super::formula::{Evaluated, Formula};
use super::kind;
use super::norm::{Step, norm_of_products};
use super::steps::{
    Vectors, check_divisor, divide, first_order_error, jacobi_diagonal, newton_step, omega, put_row, reason, residual, shift,
    take_row,
};
use crate::error::{EstimatorError, LinearError};
use crate::kernels::{axpy, gemv};
use crate::linear::{AdjointSolve, Direct, Factorization, Lu, Systems};
use crate::point::{T, check_finite, omega_1_with, zeros_x};
use crate::problem::{Bilevel, CustomPreconditioner, Dense};
use crate::report::NoEstimate;
use crate::scalar::Real;
use crate::structure::EstimatorKind;

/// `Omega^P(x, y) = Omega(x~, y)` with `x~ = x - P(x, y)⁻¹ F(x, y)` (docs/formulas.md 1.7).
///
/// With `P = F_1` (newton) the error is of second order in that of x, for every smooth problem: the
/// adjoint is solved with `F_1(x~, y)`, factored anew unless it is proved constant in x. With
/// `P = diag(F_1)` (jacobi) it is of first order, and exact as newton where `F_1` is diagonal.
///
/// The error estimate is that of Omega at the corrected point, `|Omega_1 F_1⁻¹ F|` at x~: one
/// residual, two solves more, no further factorisation.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Preconditioned};
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let near = x.add_scalar(0.1);
/// // f is quadratic: after a Newton step x is exact, and so is Omega.
/// let found = problem.hypergradient(&near, &y, &Preconditioned::newton())?.gradient;
/// let plain = problem.hypergradient(&near, &y, &Ift::new())?.gradient;
/// assert!((found - exact).norm() < 1e-12 && (plain - exact).norm() > 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preconditioned<K, L = Direct> {
    kind: K,
    linear: L,
    error_estimate: bool,
}

impl Preconditioned<kind::Newton> {
    /// `P = F_1`, by factorisations.
    pub const fn newton() -> Self {
        Self::newton_with(Direct)
    }
}

impl<L> Preconditioned<kind::Newton, L> {
    /// `P = F_1`, with systems solved in another way, see [`crate::linear`].
    pub const fn newton_with(linear: L) -> Self {
        Self { kind: kind::Newton, linear, error_estimate: true }
    }
}

impl Preconditioned<kind::Jacobi> {
    /// `P = diag(F_1)`.
    pub const fn jacobi() -> Self {
        Self { kind: kind::Jacobi, linear: Direct, error_estimate: true }
    }
}

impl Preconditioned<kind::Custom> {
    /// The module's `P`.
    pub const fn custom() -> Self {
        Self { kind: kind::Custom, linear: Direct, error_estimate: true }
    }
}

impl<K, L> Preconditioned<K, L> {
    /// The same estimate, with the systems of `F_1` solved in another way, see [`crate::linear`].
    #[must_use]
    pub fn with<M>(self, linear: M) -> Preconditioned<K, M> {
        Preconditioned { kind: self.kind, linear, error_estimate: self.error_estimate }
    }

    /// P at the point in `work`, `n x n` column-major.
    ///
    /// # Errors
    /// It is not finite.
    pub fn matrix<P: Bilevel>(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError>
    where
        K: Precondition<P>,
    {
        self.kind.matrix(problem, work, out)
    }

    /// Whether to compute the error estimate (default: yes).
    #[must_use]
    pub fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

/// A choice of P.
pub trait Precondition<P: Bilevel> {
    /// The kind of the estimator.
    const KIND: EstimatorKind;
    /// What `C_y` can be found with by products alone.
    const STEP: Option<Step>;
    /// What a step needs besides vectors.
    type Storage;

    /// Makes the storage.
    ///
    /// # Errors
    /// It would be too large.
    fn storage(problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError>;

    /// `n <- P⁻¹ n` at the point in `work`, with `scratch` of length n.
    ///
    /// # Errors
    /// P is singular or not finite.
    fn apply<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        of: Steps<'_, '_, P, Self::Storage, L>,
        n: &mut [T<P>],
        scratch: &mut [T<P>],
    ) -> Result<(), EstimatorError>;

    /// P itself, `n x n` column-major.
    ///
    /// # Errors
    /// It is not finite.
    fn matrix(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError>;

    /// `J E^P` in place, J `m x n`, `E^P = I - P⁻¹ F_1 + [P⁻¹ P_1[:,:,k] P⁻¹ F]_k`.
    ///
    /// # Errors
    /// P is singular or not finite.
    fn chain<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        systems: &mut Systems<'_, P, L>,
        jacobian: &mut [T<P>],
    ) -> Result<(), EstimatorError>;
}

/// What a step is made with: the storage of P, and systems with `F_1`.
pub type Steps<'a, 's, P, S, L> = (&'a mut S, &'a mut Systems<'s, P, L>);

impl<P: Bilevel, K: Precondition<P>, L: AdjointSolve<P>> Formula<P> for Preconditioned<K, L> {
    type Storage = (K::Storage, L::Workspace);

    fn kind(&self) -> EstimatorKind {
        K::KIND
    }

    fn estimates_error(&self) -> bool {
        self.error_estimate
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        Ok((K::storage(problem, work)?, self.linear.workspace(problem, work)?))
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (storage, workspace): &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        let mut systems = Systems::new(&self.linear, workspace);
        self.kind.apply(problem, work, (storage, &mut systems), s.n.flat_mut(), s.t.flat_mut())?;
        shift(problem, work, s)?;
        let result = at_corrected(problem, work, s, &mut systems, gradient, self.error_estimate);
        problem.set_x(work, s.x.flat());
        result
    }

    /// `Omega_1(x~, y) E^P(x, y)`, at any x.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let mut s = Vectors::new(problem, work)?;
        let (mut storage, mut workspace) = self.storage(problem, work)?;
        let mut systems = Systems::new(&self.linear, &mut workspace);
        residual(problem, work, &mut s)?;
        self.kind.apply(problem, work, (&mut storage, &mut systems), s.n.flat_mut(), s.t.flat_mut())?;
        shift(problem, work, &mut s)?;
        let result = omega_1_with(problem, work, &mut systems, out);
        problem.set_x(work, s.x.flat());
        result?;
        self.kind.chain(problem, work, &mut systems, out)
    }

    fn refuse_others(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        check_root_with(problem, work, &self.linear)
    }

    fn norm(&self, problem: &P, work: &mut P::Work) -> Option<Result<f64, EstimatorError>> {
        K::STEP.map(|step| norm_of_products(problem, work, &self.linear, step))
    }
}

/// Omega, how its adjoint was found and the error estimate at the corrected point.
fn at_corrected<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    gradient: &mut [T<P>],
    error_estimate: bool,
) -> Result<Evaluated, EstimatorError> {
    let linear_residual = omega(problem, work, s, systems, gradient)?;
    let info = systems.info;
    let error = if error_estimate {
        residual(problem, work, s).map_err(reason).and_then(|_| first_order_error(problem, work, s, systems))
    } else {
        Err(NoEstimate::NotAsked)
    };
    Ok(Evaluated { linear_residual, info, error })
}

impl<P: Bilevel> Precondition<P> for kind::Newton {
    const KIND: EstimatorKind = EstimatorKind::Newton;
    const STEP: Option<Step> = Some(Step::Newton);
    type Storage = ();

    fn storage(_: &P, _: &P::Work) -> Result<(), LinearError> {
        Ok(())
    }

    fn apply<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        ((), systems): Steps<'_, '_, P, (), L>,
        n: &mut [T<P>],
        _scratch: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        systems.solve(problem, work, "F_1⁻¹ F", n)
    }

    fn matrix(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        problem.f_1(work, out);
        check_finite(problem, work, "F_1", out)
    }

    /// `I - F_1⁻¹ F_1 = 0`, and row b of the rest is `L_11(z) n` with `F_1ᵀ z = J[b, :]`,
    /// `n = F_1⁻¹ F`: no third-order tensor.
    fn chain<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        systems: &mut Systems<'_, P, L>,
        jacobian: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        if P::STRUCTURE.f1_constant_in_x {
            jacobian.fill(T::<P>::ZERO);
            return Ok(());
        }
        let mut s = Vectors::new(problem, work)?;
        residual(problem, work, &mut s)?;
        newton_step(problem, work, &mut s, systems)?;
        let mut g_11_n = zeros_x(problem, work)?;
        problem.set_adjoint(work, s.v.flat());
        problem.m_11_mul(work, s.n.flat(), g_11_n.flat_mut());
        let m = problem.dims(work).1;
        for b in 0..m {
            take_row(jacobian, m, b, s.v.flat_mut());
            systems.solve_tr(problem, work, "Omega_1 F_1⁻¹", s.v.flat_mut())?;
            problem.set_adjoint(work, s.v.flat());
            problem.m_11_mul(work, s.n.flat(), s.t.flat_mut());
            s.u.flat_mut().copy_from_slice(g_11_n.flat());
            axpy(-T::<P>::ONE, s.t.flat(), s.u.flat_mut());
            put_row(jacobian, m, b, s.u.flat());
        }
        Ok(())
    }
}

impl<P: Bilevel> Precondition<P> for kind::Jacobi {
    const KIND: EstimatorKind = EstimatorKind::Jacobi;
    const STEP: Option<Step> = Some(Step::Jacobi);
    type Storage = ();

    fn storage(_: &P, _: &P::Work) -> Result<(), LinearError> {
        Ok(())
    }

    fn apply<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        _: Steps<'_, '_, P, (), L>,
        n: &mut [T<P>],
        scratch: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        jacobi_diagonal(problem, work, scratch)?;
        divide(n, scratch);
        check_finite(problem, work, "diag(F_1)⁻¹ F", n)
    }

    fn matrix(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let n = problem.dims(work).0;
        problem.f_1_diagonal(work, &mut out[..n]);
        spread(out, n);
        check_finite(problem, work, "diag(F_1)", out)
    }

    /// With `d = diag(F_1)`, `q = F/d`, `z = J[b, :]/d`, row b is
    /// `J[b, :] - F_1ᵀ z + sum_i z_i q_i F_11[i, i, :]`.
    fn chain<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        _: &mut Systems<'_, P, L>,
        jacobian: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        let mut s = Vectors::new(problem, work)?;
        let (n, m) = problem.dims(work);
        jacobi_diagonal(problem, work, s.x.flat_mut())?;
        residual(problem, work, &mut s)?;
        divide(s.n.flat_mut(), s.x.flat());
        let before = P::YX::try_zeros("Omega_1", m, n).map(|mut before| {
            before.flat_mut().copy_from_slice(jacobian);
            before
        })?;
        for b in 0..m {
            take_row(before.flat(), m, b, s.u.flat_mut());
            divide(s.u.flat_mut(), s.x.flat());
            problem.f_1_tr_mul(work, s.u.flat(), s.t.flat_mut());
            take_row(before.flat(), m, b, s.u.flat_mut());
            axpy(-T::<P>::ONE, s.t.flat(), s.u.flat_mut());
            put_row(jacobian, m, b, s.u.flat());
        }
        if P::STRUCTURE.f1_constant_in_x {
            return Ok(());
        }
        for i in 0..n {
            diagonal_slice(problem, work, &mut s, i);
            let factor = s.n.flat()[i] / s.x.flat()[i];
            for b in 0..m {
                let factor = factor * before.flat()[b + i * m];
                for (k, &slice) in s.t.flat().iter().enumerate() {
                    jacobian[b + k * m] += factor * slice;
                }
            }
        }
        Ok(())
    }
}

const CUSTOM: &str = "P";

/// The factorisation stays empty where P is a diagonal.
impl<P: CustomPreconditioner> Precondition<P> for kind::Custom {
    const KIND: EstimatorKind = EstimatorKind::CustomPreconditioner;
    const STEP: Option<Step> = None;
    type Storage = Lu<P::XX>;

    fn storage(problem: &P, work: &P::Work) -> Result<Lu<P::XX>, LinearError> {
        if P::DIAGONAL { Ok(Lu::empty()) } else { Lu::new(CUSTOM, problem.dims(work).0) }
    }

    fn apply<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        (storage, _): Steps<'_, '_, P, Lu<P::XX>, L>,
        n: &mut [T<P>],
        scratch: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        if P::DIAGONAL {
            problem.preconditioner(work, scratch);
            check_divisor(problem, work, CUSTOM, scratch)?;
            divide(n, scratch);
        } else {
            problem.preconditioner(work, storage.matrix_mut());
            storage.factor(CUSTOM)?;
            storage.solve(n);
        }
        check_finite(problem, work, "P⁻¹ F", n)
    }

    fn matrix(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let n = problem.dims(work).0;
        if P::DIAGONAL {
            problem.preconditioner(work, &mut out[..n]);
            spread(out, n);
        } else {
            problem.preconditioner(work, out);
        }
        check_finite(problem, work, CUSTOM, out)
    }

    /// Row b is `J[b, :] - (F_1 - Q)ᵀ z`, `Pᵀ z = J[b, :]`, `Q = d(P n)/dx` with `n = P⁻¹ F` held fast.
    fn chain<L: AdjointSolve<P>>(
        &self,
        problem: &P,
        work: &mut P::Work,
        systems: &mut Systems<'_, P, L>,
        jacobian: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        let (n, m) = problem.dims(work);
        let mut s = Vectors::new(problem, work)?;
        let mut storage = <Self as Precondition<P>>::storage(problem, work)?;
        residual(problem, work, &mut s)?;
        // P, or its diagonal in s.x.
        self.apply(problem, work, (&mut storage, systems), s.n.flat_mut(), s.x.flat_mut())?;
        let mut along = P::XX::try_zeros("d(P n)/dx", n, n)?;
        problem.preconditioner_along(work, s.n.flat(), along.flat_mut());
        for b in 0..m {
            take_row(jacobian, m, b, s.v.flat_mut());
            s.u.flat_mut().copy_from_slice(s.v.flat());
            if P::DIAGONAL {
                divide(s.v.flat_mut(), s.x.flat());
            } else {
                storage.solve_tr(s.v.flat_mut());
            }
            problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
            axpy(-T::<P>::ONE, s.t.flat(), s.u.flat_mut());
            gemv(T::<P>::ONE, along.flat(), n, n, s.v.flat(), s.u.flat_mut());
            put_row(jacobian, m, b, s.u.flat());
        }
        Ok(())
    }
}

/// `F_11[i, i, :] = g_11 e_i - M_11(e_i) e_i` into `s.t`.
fn diagonal_slice<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>, i: usize) {
    let (v, t, u) = (s.v.flat_mut(), s.t.flat_mut(), s.u.flat_mut());
    v.fill(T::<P>::ZERO);
    problem.set_adjoint(work, v);
    v[i] = T::<P>::ONE;
    problem.m_11_mul(work, v, t);
    problem.set_adjoint(work, v);
    problem.m_11_mul(work, v, u);
    axpy(-T::<P>::ONE, u, t);
}

/// A diagonal in the first n entries as an `n x n` matrix.
fn spread<S: Real>(matrix: &mut [S], n: usize) {
    for j in (0..n).rev() {
        let entry = matrix[j];
        matrix[j * n..][..n].fill(S::ZERO);
        matrix[j * (n + 1)] = entry;
    }
}
