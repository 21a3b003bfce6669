//! Omega, corrected along its tangent.

use super::efficiency::check_root_with;
use super::formula::{Evaluated, Formula};
use super::norm::{Step, norm_of_products};
use super::steps::{Vectors, correction, newton_step, omega, put_row, reason, residual, shift, take_row};
use crate::error::{EstimatorError, LinearError};
use crate::kernels::{axpy, norm};
use crate::linear::{AdjointSolve, Direct, Side, Systems};
use crate::point::{T, check_finite, omega_1_with, omega_from_adjoint};
use crate::problem::{Bilevel, Dense};
use crate::report::NoEstimate;
use crate::scalar::Real;
use crate::structure::EstimatorKind;

/// `Omega - Omega_1 F_1⁻¹ F` at the x that is passed in (docs/formulas.md 1.8): super-efficient for every
/// smooth problem, with one factorisation and three solves.
///
/// The error is of second order in that of x. The error estimate is the distance to an estimate whose error
/// is of third order: Omega after two steps with the factor at x, its adjoint corrected twice with the same factor.
/// It costs three solves and four products more, no further factorisation, and is `None` where those points cannot be
/// evaluated. Systems that are solved by iterations are solved anew: the other estimate is then the same formula at
/// `x - F_1⁻¹ F`, of fourth order.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Tangent};
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let error = |off: f64| -> Result<f64, hypergrad::EstimatorError> {
///     Ok((problem.hypergradient(&x.add_scalar(off), &y, &Tangent::new())?.gradient - exact).norm())
/// };
/// // Half the error of x, at most a quarter of that of the estimate.
/// assert!(error(5e-3)? < 0.26 * error(1e-2)? + 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tangent<L = Direct> {
    linear: L,
    error_estimate: bool,
}

impl Tangent {
    /// By a factorisation, with an error estimate.
    pub const fn new() -> Self {
        Self::with(Direct)
    }
}

impl<L> Tangent<L> {
    /// With systems solved in another way, see [`crate::linear`]; with an error estimate. What is left of the
    /// adjoint's system is corrected as well.
    pub const fn with(linear: L) -> Self {
        Self { linear, error_estimate: true }
    }

    /// Whether to compute the error estimate (default: yes).
    #[must_use]
    pub const fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

impl Default for Tangent {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Bilevel, L: AdjointSolve<P>> Formula<P> for Tangent<L> {
    type Storage = L::Workspace;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Tangent
    }

    fn estimates_error(&self) -> bool {
        self.error_estimate
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<L::Workspace, LinearError> {
        self.linear.workspace(problem, work)
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut L::Workspace,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        let mut systems = Systems::new(&self.linear, storage);
        let linear_residual = corrected(problem, work, s, &mut systems, gradient)?;
        let info = systems.info;
        let error = if self.error_estimate { error(problem, work, s, &mut systems, gradient) } else { Err(NoEstimate::NotAsked) };
        Ok(Evaluated { linear_residual, info, error })
    }

    /// At a root `Omega_1 (I - F_1⁻¹ F_1)`, which is 0 to rounding. Elsewhere the derivative needs third
    /// derivatives of the estimate's parts and is refused with `NotAtRoot`.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        check_root_with(problem, work, &self.linear)?;
        let m = problem.dims(work).1;
        let mut s = Vectors::new(problem, work)?;
        let mut storage = self.linear.workspace(problem, work)?;
        let mut systems = Systems::new(&self.linear, &mut storage);
        omega_1_with(problem, work, &mut systems, out)?;
        for b in 0..m {
            take_row(out, m, b, s.u.flat_mut());
            s.v.flat_mut().copy_from_slice(s.u.flat());
            systems.solve_tr(problem, work, "Omega_1 F_1⁻¹", s.v.flat_mut())?;
            problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
            axpy(-T::<P>::ONE, s.t.flat(), s.u.flat_mut());
            put_row(out, m, b, s.u.flat());
        }
        Ok(())
    }

    fn refuse_others(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        check_root_with(problem, work, &self.linear)
    }

    fn norm(&self, problem: &P, work: &mut P::Work) -> Option<Result<f64, EstimatorError>> {
        Some(norm_of_products(problem, work, &self.linear, Step::Newton))
    }
}

/// The estimate at the point, F in `s.n`; gives the linear residual.
fn corrected<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    gradient: &mut [T<P>],
) -> Result<f64, EstimatorError> {
    let linear = omega(problem, work, s, systems, gradient)?;
    newton_step(problem, work, s, systems)?;
    correction(problem, work, s, systems)?;
    axpy(-T::<P>::ONE, s.correction.flat(), gradient);
    check_finite(problem, work, "Omega - Omega_1 F_1⁻¹ F", gradient)?;
    Ok(linear)
}

/// The distance to a better estimate, near `x - n`.
fn error<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    gradient: &[T<P>],
) -> Result<f64, NoEstimate> {
    shift(problem, work, s).map_err(reason)?;
    let better = better(problem, work, s, systems);
    problem.set_x(work, s.x.flat());
    better.map_err(reason)?;
    axpy(-T::<P>::ONE, gradient, s.other.flat_mut());
    Ok(norm(s.other.flat()))
}

/// The better estimate into `s.other`, at `x - n`.
fn better<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
) -> Result<(), EstimatorError> {
    residual(problem, work, s)?;
    // Out of s while s is borrowed; nothing is allocated.
    let mut other = core::mem::replace(&mut s.other, Dense::empty());
    let result = if systems.is_direct() {
        chord(problem, work, s, systems, other.flat_mut())
    } else {
        corrected(problem, work, s, systems, other.flat_mut()).map(|_| ())
    };
    s.other = other;
    result
}

/// Corrections of the adjoint with the factor of x. With an error e of x, that of the adjoint at x is of order e, and
/// each correction multiplies it by another e.
const CORRECTIONS: usize = 2;

/// Omega at `x' - F_1⁻¹ F(x')` for the factor of x and the point `x' = x - n`, F there in `s.n` and the adjoint
/// of x in `s.v`.
fn chord<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    systems: &mut Systems<'_, P, L>,
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let one = T::<P>::ONE;
    systems.solve_near(problem, work, Side::Plain, "F_1⁻¹ F", s.n.flat_mut())?;
    s.t.flat_mut().copy_from_slice(problem.x(work));
    axpy(-one, s.n.flat(), s.t.flat_mut());
    check_finite(problem, work, "x - F_1⁻¹ F", s.t.flat())?;
    problem.set_x(work, s.t.flat());
    problem.g_1(work, s.u.flat_mut());
    for _ in 0..CORRECTIONS {
        problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
        axpy(-one, s.u.flat(), s.t.flat_mut());
        systems.solve_near(problem, work, Side::Transposed, "v", s.t.flat_mut())?;
        axpy(-one, s.t.flat(), s.v.flat_mut());
    }
    omega_from_adjoint(problem, work, s.v.flat(), s.scratch.flat_mut(), out)
}
