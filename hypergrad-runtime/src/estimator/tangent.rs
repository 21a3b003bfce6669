//! Omega, corrected along its tangent.

use super::direct::{Vectors, correction, newton_step, omega, put_row, residual, shift, take_row};
use super::efficiency::check_root;
use super::{Estimator, Report, Step};
use crate::error::{EstimatorError, LinearError};
use crate::kernels::{axpy, norm};
use crate::point::{T, check_finite, omega_1_into};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::structure::EstimatorKind;

/// `Omega - Omega_1 F_1⁻¹ F` at the x that is passed in (docs/formulas.md 1.8): super-efficient for every
/// smooth problem, with one factorisation and three solves.
///
/// The error is of second order in that of x. The error estimate is the distance to the same
/// formula at the corrected point `x - F_1⁻¹ F`, whose error is of fourth order; it costs one
/// factorisation and three solves more, and is `None` where that point cannot be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tangent {
    error_estimate: bool,
}

impl Tangent {
    /// With an error estimate.
    pub const fn new() -> Self {
        Self { error_estimate: true }
    }

    /// Whether to compute the error estimate (default: yes; it doubles the cost).
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

impl<P: Bilevel> Estimator<P> for Tangent {
    type Workspace = Vectors<P>;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::Tangent
    }

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Vectors<P>, LinearError> {
        Vectors::new(problem, work)
    }

    fn estimate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        gradient: &mut [T<P>],
    ) -> Result<Report, EstimatorError> {
        let inner = residual(problem, work, s)?;
        let linear = corrected(problem, work, s, gradient)?;
        let error = if self.error_estimate { error(problem, work, s, gradient) } else { None };
        Ok(Report::direct(inner, linear, error, gradient))
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Newton)
    }

    /// At a root `Omega_1 (I - F_1⁻¹ F_1)`, which is 0 to rounding. Elsewhere the derivative needs third
    /// derivatives of the estimate's parts and is refused with `NotAtRoot`.
    fn jacobian_into(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        check_root(problem, work)?;
        let m = problem.dims(work).1;
        let mut s = Vectors::new(problem, work)?;
        omega_1_into(problem, work, out)?;
        for b in 0..m {
            take_row(out, m, b, s.u.flat_mut());
            s.v.flat_mut().copy_from_slice(s.u.flat());
            problem.f_1_tr_solve(work, s.v.flat_mut());
            problem.f_1_tr_mul(work, s.v.flat(), s.t.flat_mut());
            axpy(-T::<P>::ONE, s.t.flat(), s.u.flat_mut());
            put_row(out, m, b, s.u.flat());
        }
        check_finite("Omega_1", out)
    }
}

/// The estimate at the point, F in `s.n`; gives the linear residual.
fn corrected<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    gradient: &mut [T<P>],
) -> Result<f64, EstimatorError> {
    let linear = omega(problem, work, s, gradient)?;
    newton_step(problem, work, s)?;
    correction(problem, work, s)?;
    axpy(-T::<P>::ONE, s.correction.flat(), gradient);
    check_finite("Omega - Omega_1 F_1⁻¹ F", gradient)?;
    Ok(linear)
}

/// The distance to the estimate at `x - n`.
fn error<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>, gradient: &[T<P>]) -> Option<f64> {
    shift(problem, work, s).ok()?;
    let better = better(problem, work, s);
    problem.set_x(work, s.x.flat());
    better.ok()?;
    axpy(-T::<P>::ONE, gradient, s.other.flat_mut());
    Some(norm(s.other.flat()))
}

/// The estimate at the point into `s.other`.
fn better<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>) -> Result<(), EstimatorError> {
    residual(problem, work, s)?;
    // Out of s while s is borrowed; nothing is allocated.
    let mut other = core::mem::replace(&mut s.other, Dense::empty());
    let result = corrected(problem, work, s, other.flat_mut());
    s.other = other;
    result.map(|_| ())
}
