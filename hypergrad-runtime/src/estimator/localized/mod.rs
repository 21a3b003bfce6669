//! Omega in variables that are chosen at the point itself.

mod custom;
mod diagonal;
mod exp;
mod newton;

use super::direct::{Vectors, distance_to_tangent, residual};
use super::{Estimator, Report, kind};
use crate::error::{EstimatorError, LinearError};
use crate::point::{T, check_finite};
use crate::problem::Bilevel;
use crate::structure::EstimatorKind;

/// `Omega` of the problem in the variables z of a map `x = psi(z, y)` that depends on the point it is
/// used at; that dependence is held fast when differentiating (docs/formulas.md 1.9, 1.11, 1.16).
///
/// Each is consistent, with an error of first order in that of x. The error estimate is the distance
/// to `Omega - Omega_1 F_1⁻¹ F`, whose error is of second order: it costs the factorisation of `F_1`
/// and three solves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Localized<K> {
    kind: K,
    error_estimate: bool,
}

impl Localized<kind::Exp> {
    /// `psi = sign(x) exp(z)`. An entry of x that is exactly 0 stays where it is: its column is
    /// dropped, and there is no Jacobian.
    pub const fn exp() -> Self {
        Self { kind: kind::Exp, error_estimate: true }
    }
}

impl Localized<kind::Diagonal> {
    /// `psi = diag(F_1(x, ·))⁻¹ z`.
    pub const fn diagonal() -> Self {
        Self { kind: kind::Diagonal, error_estimate: true }
    }
}

impl Localized<kind::Newton> {
    /// `psi = x - F_1⁻¹ (F(z, y_bar) - F(x, y_bar))`: the computable form of the optimal map.
    pub const fn newton() -> Self {
        Self { kind: kind::Newton, error_estimate: true }
    }
}

impl Localized<kind::Custom> {
    /// The module's `psi`.
    pub const fn custom() -> Self {
        Self { kind: kind::Custom, error_estimate: true }
    }
}

impl<K> Localized<K> {
    /// Whether to compute the error estimate (default: yes).
    #[must_use]
    pub fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

/// A map, as a formula for Omega in its variables.
pub trait Localize<P: Bilevel> {
    /// The kind of the estimator.
    const KIND: EstimatorKind;
    /// What an estimate needs besides vectors.
    type Storage;

    /// Makes the storage.
    ///
    /// # Errors
    /// It would be too large.
    fn storage(problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError>;

    /// The estimate at the point, with F in `f`; gives the residual of the linear system.
    ///
    /// # Errors
    /// A singular matrix, or a result that is not finite.
    fn omega(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError>;

    /// The derivative of the estimate by x, `m x n`.
    ///
    /// # Errors
    /// As an estimate; and off a root, where there is no formula.
    fn jacobian(problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError>;
}

impl<P: Bilevel, K: Localize<P>> Estimator<P> for Localized<K> {
    type Workspace = (Vectors<P>, K::Storage);

    fn kind(&self) -> EstimatorKind {
        K::KIND
    }

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, K::storage(problem, work)?))
    }

    fn estimate(
        &self,
        problem: &P,
        work: &mut P::Work,
        (s, storage): &mut Self::Workspace,
        gradient: &mut [T<P>],
    ) -> Result<Report, EstimatorError> {
        let inner = residual(problem, work, s)?;
        let linear = K::omega(problem, work, s, storage, gradient)?;
        check_finite(K::KIND.name(), gradient)?;
        let error = if self.error_estimate { distance_to_tangent(problem, work, s, gradient) } else { None };
        Ok(Report::direct(inner, linear, error, gradient))
    }

    /// Exp: at any x without zeros. The others: at a root, elsewhere `NotAtRoot`.
    fn jacobian_into(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        K::jacobian(problem, work, out)?;
        check_finite("Omega_1", out)
    }
}
