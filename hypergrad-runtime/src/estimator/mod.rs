//! Hypergradient estimators: from an approximate inner solution to `∇h(y)`.
//!
//! | estimator | formula | factorisations, solves | `C_y` |
//! |---|---|---|---|
//! | [`Ift`] | `Omega = g_2 - F_2ᵀ F_1⁻ᵀ g_1` | 1, 1 | `\|Omega_1\|` |
//! | [`Preconditioned`] newton | Omega at `x - F_1⁻¹ F` | 2, 2 | 0 |
//! | [`Preconditioned`] jacobi | Omega at `x - diag(F_1)⁻¹ F` | 1, 1 | `\|Omega_1 (I - diag(F_1)⁻¹ F_1)\|` |
//! | [`Tangent`] | `Omega - Omega_1 F_1⁻¹ F` | 1, 3 | 0 |
//! | [`Reparameterized`] | Omega in z, `x = phi(z, y)` | 1, 1 | `\|[M~_21 + Psi~ M~_11] phi_1⁻¹\|` |
//! | [`Localized`] custom | the same with `x = psi(z, y, x_bar, y_bar)` | 1, 1 | the same |
//! | [`Localized`] exp | Omega in z, `x = sign(x) exp(z)` | 1, 1 | `\|[M~_21 + Psi~ M~_11] / x\|` |
//! | [`Localized`] diagonal | `Omega + d_2ᵀ (F∘v/d)`, `d = diag(F_1)` | 1, 1 | `\|Omega_1 + d_2ᵀ diag(v/d) F_1\|` |
//! | [`Localized`] newton | `g_2 - (F_2 - N_12)ᵀ (F_1 - N_11)⁻ᵀ g_1` | 2, 2 | `\|g_21 + Psi g_11\|` for symmetric `F_1` |
//!
//! `C_y` is the constant of `|estimate - ∇h| <= C_y |x - x*| + O(|x - x*|²)`.
//!
//! # Example
//! ```
//! # #[hypergrad::bilevel]
//! # mod ridge {
//! #     use nalgebra::Vector2;
//! #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
//! #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
//! # }
//! # use nalgebra::Vector2;
//! # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
//! use hypergrad::estimator::{Ift, OneStep, Preconditioned, Unrolled};
//! use hypergrad::solver::{GradientDescent, Newton};
//! let problem = ridge::Problem::new()?;
//! let root = problem.solve(&x, &y, &Newton::new())?.x;
//! let exact = problem.hypergradient(&root, &y, &Ift::new())?.gradient;
//! // Off the root, an estimator is as wrong as its C_y says: not at all here, F being affine in x.
//! let near = root.add_scalar(0.1);
//! let found = problem.hypergradient(&near, &y, &Preconditioned::newton())?.gradient;
//! assert!((found - exact).norm() < 1e-12);
//! let of_the_steps = problem.hypergradient(&x, &y, &Unrolled::reverse(GradientDescent::new(0.2), 100))?.gradient;
//! assert!((of_the_steps - exact).norm() < 1e-6);
//! let of_the_last = problem.hypergradient(&near, &y, &OneStep::new(Newton::new()))?.gradient;
//! assert!((of_the_last - exact).norm() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aid;
mod change;
mod efficiency;
mod formula;
mod hypergradient;
mod ift;
mod iterative;
pub mod kind;
mod localized;
mod norm;
mod preconditioned;
mod steps;
mod tangent;

#[cfg(feature = "std")]
mod bounds;
#[cfg(feature = "std")]
mod compare;
#[cfg(feature = "std")]
mod compare_iterative;
#[cfg(feature = "std")]
mod pairs;

pub use crate::report::NoEstimate;
pub use crate::report::Report;
pub use aid::Aid;
#[cfg(feature = "std")]
pub use bounds::{Bound, Sandwich, proposition_3, proposition_13, proposition_14, proposition_15};
pub use change::Reparameterized;
#[cfg(feature = "std")]
pub use compare::{Compare, Comparison, ComparisonRow, compare};
pub use efficiency::{efficiency, jacobian};
pub use formula::{Evaluated, Formula};
pub use hypergradient::Hypergradient;
pub use ift::Ift;
pub use iterative::OneStep;
#[cfg(feature = "std")]
pub use iterative::{Forward, ForwardStorage, Piggyback, Reverse, ReverseStorage, Truncated, Unrolled};
pub use localized::{Localize, Localized};
#[cfg(feature = "std")]
pub use pairs::ComparisonPair;
pub use preconditioned::{Precondition, Preconditioned, Steps};
pub use steps::{AdjointStart, Vectors};
pub use tangent::Tangent;

use crate::error::{EstimatorError, LinearError};
use crate::kernels::all_finite;
use crate::linear::Side;
use crate::point::{T, check_finite, zeros_y};
use crate::problem::{Bilevel, Dense, Variable};
use crate::solver::InnerSolver;
use crate::structure::EstimatorKind;

/// A hypergradient estimator.
pub trait Estimator<P: Bilevel> {
    /// Its vectors, made once: an estimate with a kept workspace allocates nothing itself.
    type Workspace;

    /// Which one it is.
    fn kind(&self) -> EstimatorKind;

    /// Makes the workspace for a point of these sizes.
    ///
    /// # Errors
    /// Storage would be too large.
    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError>;

    /// The estimate at the point in `work`, into `gradient` of length m. The point is the same
    /// afterwards, also on error.
    ///
    /// # Errors
    /// `F_1` cannot be factored, or a quantity is not finite. What is in `gradient` then has no meaning.
    fn estimate(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        gradient: &mut [T<P>],
    ) -> Result<Report, EstimatorError>;

    /// What the iteration for the adjoint starts from, where there is one.
    fn adjoint_start(&self) -> AdjointStart {
        AdjointStart::Zero
    }

    /// The adjoint that the next estimate with this workspace starts from, where it starts from the last one.
    fn last_adjoint<'w>(&self, workspace: &'w Self::Workspace) -> Option<&'w [T<P>]> {
        let _ = workspace;
        None
    }

    /// Gives the adjoint that the next estimate with this workspace starts from, if it has a start; of length n.
    fn start_adjoint(&self, workspace: &mut Self::Workspace, v: &[T<P>]) {
        let _ = (workspace, v);
    }

    /// The derivative of the estimate by x, `m x n`, into `out`.
    ///
    /// # Errors
    /// As [`Estimator::estimate`]; and where there is no formula, at all or off a root.
    fn jacobian_into(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let _ = (problem, work, out);
        Err(EstimatorError::NotAvailable { what: "the Jacobian", kind: self.kind() })
    }

    /// Refuses a point that is no root, by the length of its Newton step.
    ///
    /// # Errors
    /// `NotAtRoot`, or a Newton step that cannot be computed.
    fn check_root(&self, problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
        efficiency::check_root(problem, work)
    }

    /// The norm of the Jacobian at a root by products alone, for Jacobians that are too large to be formed; `None`
    /// where that is not known.
    fn norm_by_products(&self, problem: &P, work: &mut P::Work) -> Option<Result<f64, EstimatorError>> {
        let _ = (problem, work);
        None
    }
}

/// The hypergradient at `(x, y)`, with the value of the outer objective there and a report.
///
/// # Errors
/// Shapes, non-finite input or results, `F_1` singular or too large.
pub fn hypergradient<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    x: &P::X,
    y: &P::Y,
    estimator: &E,
) -> Result<Hypergradient<P::Y>, EstimatorError> {
    problem.begin(x, y, |work| {
        let mut workspace = estimator.workspace(problem, work)?;
        let mut gradient = zeros_y(problem, work)?;
        let (objective, report) = value_and_estimate(problem, work, (estimator, &mut workspace), gradient.flat_mut())?;
        Ok(Hypergradient { gradient: y.like(gradient.flat()), objective, report })
    })?
}

/// g and the estimate, into `gradient`. The estimate goes first: its `g_1` reads a large matrix once for both. What is
/// wrong with g is said first.
pub(crate) fn value_and_estimate<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    (estimator, workspace): (&E, &mut E::Workspace),
    gradient: &mut [T<P>],
) -> Result<(T<P>, Report), EstimatorError> {
    let report = estimator.estimate(problem, work, workspace, gradient);
    let value = objective(problem, work)?;
    Ok((value, report?))
}

/// Gives the next estimate the adjoint `Hᵀ g_1` to start from, by the H of the inner solver's last run, where the
/// estimator asks for it and the solver has one. `v` is scratch of length n.
pub(crate) fn start_by_inverse<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    (solver, inner): (&S, &mut S::Workspace),
    (estimator, outer): (&E, &mut E::Workspace),
    v: &mut [T<P>],
) {
    if estimator.adjoint_start() != AdjointStart::Inverse {
        return;
    }
    problem.g_1(work, v);
    if solver.apply_inverse(inner, Side::Transposed, v) && all_finite(v) {
        estimator.start_adjoint(outer, v);
    }
}

/// The report of an estimate at the point in `work`.
#[cfg(feature = "std")]
fn hypergradient_report<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    estimator: &E,
) -> Result<Report, EstimatorError> {
    let mut workspace = estimator.workspace(problem, work)?;
    let mut gradient = zeros_y(problem, work)?;
    estimator.estimate(problem, work, &mut workspace, gradient.flat_mut())
}

/// `g(x, y)`, finite.
pub(crate) fn objective<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<T<P>, EstimatorError> {
    let value = problem.g(work);
    check_finite(problem, work, "g", &[value])?;
    Ok(value)
}
