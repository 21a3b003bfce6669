//! The skeleton of every estimator: F at the point, a formula, a report.

use super::steps::{AdjointStart, Vectors, residual};
use super::{Estimator, Report};
use crate::error::{EstimatorError, LinearError};
use crate::linear::LinearInfo;
use crate::point::{T, check_finite};
use crate::problem::{Bilevel, Dense};
use crate::report::{Conditions, NoEstimate};
use crate::structure::EstimatorKind;

/// A formula for the hypergradient. What implements it is an [`Estimator`].
pub trait Formula<P: Bilevel> {
    /// What an estimate needs besides vectors.
    type Storage;

    /// Which one it is.
    fn kind(&self) -> EstimatorKind;

    /// Whether an error estimate is asked for, and with it the condition of `F_1`; not of formulas without
    /// systems.
    fn estimates_error(&self) -> bool {
        false
    }

    /// What the iteration for the adjoint starts from.
    fn adjoint_start(&self) -> AdjointStart {
        AdjointStart::Zero
    }

    /// Makes the storage.
    ///
    /// # Errors
    /// It would be too large.
    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError>;

    /// The estimate at the point in `work`, whose F is in `s`; leaves the point where it was, also on error.
    ///
    /// # Errors
    /// A system cannot be solved, or a quantity is not finite.
    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError>;

    /// The derivative of the estimate by x, `m x n`.
    ///
    /// # Errors
    /// As an estimate; and where there is no formula, at all or off a root.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let _ = (problem, work, out);
        Err(EstimatorError::NotAvailable { what: "the Jacobian", kind: self.kind() })
    }

    /// Refuses a point that is no root.
    ///
    /// # Errors
    /// `NotAtRoot`, or a system that cannot be solved.
    fn refuse_others(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        super::efficiency::check_root(problem, work)
    }

    /// The norm of the derivative at a root, by products; `None` where that is not known.
    fn norm(&self, problem: &P, work: &mut P::Work) -> Option<Result<f64, EstimatorError>> {
        let _ = (problem, work);
        None
    }
}

/// What an estimate tells besides the gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluated {
    /// What is left of the adjoint's system, where there is one.
    pub(super) linear_residual: f64,
    /// How the adjoint was solved for.
    pub(super) info: LinearInfo,
    /// Of the gradient.
    pub(super) error: Result<f64, NoEstimate>,
}

impl Evaluated {
    /// Of an iteration of so many steps, whose last change is `residual`.
    #[cfg(feature = "std")]
    pub(super) fn after(steps: usize, residual: f64, evaluated: Self) -> Self {
        let info = LinearInfo { iterations: steps, ..LinearInfo::default() };
        Self { linear_residual: residual, info, ..evaluated }
    }
}

impl Default for Evaluated {
    fn default() -> Self {
        Self { linear_residual: 0.0, info: LinearInfo::default(), error: Err(NoEstimate::NotAsked) }
    }
}

impl<P: Bilevel, F: Formula<P>> Estimator<P> for F {
    type Workspace = (Vectors<P>, F::Storage);

    fn kind(&self) -> EstimatorKind {
        Formula::kind(self)
    }

    #[inline]
    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, self.storage(problem, work)?))
    }

    fn estimate(
        &self,
        problem: &P,
        work: &mut P::Work,
        (s, storage): &mut Self::Workspace,
        gradient: &mut [T<P>],
    ) -> Result<Report, EstimatorError> {
        let inner = residual(problem, work, s)?;
        s.f.flat_mut().copy_from_slice(s.n.flat());
        (s.known, s.wanted) = (Conditions::default(), self.estimates_error());
        let evaluated = self.evaluate(problem, work, s, storage, gradient)?;
        check_finite(problem, work, Formula::kind(self).name(), gradient)?;
        let Evaluated { linear_residual, info, error } = evaluated;
        Ok(Report::new(inner, (linear_residual, info.iterations), s.known, error, gradient))
    }

    fn adjoint_start(&self) -> AdjointStart {
        Formula::adjoint_start(self)
    }

    fn last_adjoint<'w>(&self, (s, _): &'w Self::Workspace) -> Option<&'w [T<P>]> {
        (Formula::adjoint_start(self) == AdjointStart::Last && s.solved).then_some(s.v.flat())
    }

    fn start_adjoint(&self, (s, _): &mut Self::Workspace, v: &[T<P>]) {
        s.v.flat_mut().copy_from_slice(v);
        (s.solved, s.given) = (true, true);
    }

    fn jacobian_into(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        self.derivative(problem, work, out)?;
        check_finite(problem, work, "Omega_1", out)
    }

    fn check_root(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        self.refuse_others(problem, work)
    }

    fn norm_by_products(&self, problem: &P, work: &mut P::Work) -> Option<Result<f64, EstimatorError>> {
        self.norm(problem, work)
    }
}
