//! Omega in variables that are chosen at the point itself.

mod custom;
mod diagonal;
mod exp;
mod newton;

use super::formula::{Evaluated, Formula};
use super::kind;
use super::steps::{Vectors, distance_to_tangent};
use crate::error::{EstimatorError, LinearError};
use crate::linear::{AdjointSolve, Direct, Systems};
use crate::point::T;
use crate::problem::Bilevel;
use crate::report::NoEstimate;
use crate::structure::EstimatorKind;

/// `Omega` of the problem in the variables z of a map `x = psi(z, y)` that depends on the point it is
/// used at; that dependence is held fast when differentiating (docs/formulas.md 1.9, 1.11, 1.16).
///
/// Each is consistent, with an error of first order in that of x. The error estimate is the distance
/// to `Omega - Omega_1 F_1⁻¹ F`, whose error is of second order: it costs the factorisation of `F_1`
/// and three solves.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Localized};
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// // At a root all are the hypergradient; away from it they differ.
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// for found in [
///     problem.hypergradient(&x, &y, &Localized::exp())?,
///     problem.hypergradient(&x, &y, &Localized::diagonal())?,
///     problem.hypergradient(&x, &y, &Localized::newton())?,
/// ] {
///     assert!((found.gradient - exact).norm() < 1e-10);
/// }
/// println!("{:.3}", problem.efficiency(&x, &y, &Localized::exp())?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Localized<K, L = Direct> {
    kind: K,
    linear: L,
    error_estimate: bool,
}

impl Localized<kind::Exp> {
    /// `psi = sign(x) exp(z)`. An entry of x that is exactly 0 stays where it is: its column is
    /// dropped, and there is no Jacobian.
    pub const fn exp() -> Self {
        Self { kind: kind::Exp, linear: Direct, error_estimate: true }
    }
}

impl Localized<kind::Diagonal> {
    /// `psi = diag(F_1(x, ·))⁻¹ z`.
    pub const fn diagonal() -> Self {
        Self { kind: kind::Diagonal, linear: Direct, error_estimate: true }
    }
}

impl Localized<kind::Newton> {
    /// `psi = x - F_1⁻¹ (F(z, y_bar) - F(x, y_bar))`: the computable form of the optimal map.
    pub const fn newton() -> Self {
        Self { kind: kind::Newton, linear: Direct, error_estimate: true }
    }
}

impl Localized<kind::Custom> {
    /// The module's `psi`.
    pub const fn custom() -> Self {
        Self { kind: kind::Custom, linear: Direct, error_estimate: true }
    }
}

impl<K, L> Localized<K, L> {
    /// The same estimate, with the systems of `F_1` solved in another way, see [`crate::linear`]: those of `diagonal`, that of r
    /// in `newton`, and those of every error estimate. The matrices of exp, newton and custom themselves
    /// are factored.
    #[must_use]
    pub fn with<M>(self, linear: M) -> Localized<K, M> {
        Localized { kind: self.kind, linear, error_estimate: self.error_estimate }
    }

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
    fn omega<L: AdjointSolve<P>>(
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        of: Maps<'_, '_, P, Self::Storage, L>,
        gradient: &mut [T<P>],
    ) -> Result<f64, EstimatorError>;

    /// The derivative of the estimate by x, `m x n`.
    ///
    /// # Errors
    /// As an estimate; and off a root, where there is no formula.
    fn jacobian<L: AdjointSolve<P>>(problem: &P, work: &mut P::Work, linear: &L, out: &mut [T<P>]) -> Result<(), EstimatorError>;
}

/// What an estimate is made with: the storage of the map, and systems with `F_1`.
pub type Maps<'a, 's, P, S, L> = (&'a mut S, &'a mut Systems<'s, P, L>);

impl<P: Bilevel, K: Localize<P>, L: AdjointSolve<P>> Formula<P> for Localized<K, L> {
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
        let linear_residual = K::omega(problem, work, s, (storage, &mut systems), gradient)?;
        let info = systems.info;
        let error = if self.error_estimate {
            distance_to_tangent(problem, work, s, &mut systems, gradient)
        } else {
            Err(NoEstimate::NotAsked)
        };
        Ok(Evaluated { linear_residual, info, error })
    }

    /// Exp: at any x without zeros. The others: at a root, elsewhere `NotAtRoot`.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        K::jacobian(problem, work, &self.linear, out)
    }

    fn refuse_others(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        super::efficiency::check_root_with(problem, work, &self.linear)
    }
}
