//! Emitted derivatives against differences of the user's own functions.
//!
//! The chain starts at those functions and climbs one order at a time, so that no difference of a
//! difference is taken: F against differences of f, `F_1` and `F_2` against differences of F, the
//! contractions `M_11`, `M_21` and the tensors against differences of first derivatives; products
//! and solves against dense matrices; and the claims of `STRUCTURE` against numbers.
//!
//! A row agrees on the scale of the quantity, or of its size a few per cent away from the point, so that
//! a root, where F is rounding, is a point like others. Where differences cannot tell, the row is
//! [`Verdict::Uncertain`] and says why: see [`Doubt`].
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
//! let report = ridge::Problem::new()?.check_derivatives(&x, &y)?;
//! assert!(report.agrees(), "{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chain;
mod change;
mod claims;
mod differences;
mod erased;
mod judge;
mod preconditioner;
mod report;

pub use report::{DerivativeReport, DerivativeRow, Doubt, Verdict};

use crate::error::EstimatorError;
use crate::estimator::{Localized, Preconditioned, Reparameterized};
use crate::point;
use crate::point::T;
use crate::problem::{Bilevel, ChangeOfVariables, CustomPreconditioner, Global, Local, LocalizedChange, Variable};
use erased::{Erased, Typed};
use nalgebra::DVector;

/// What the user's inner function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InnerRole {
    /// `f(x, y)`: `F = grad_x f`.
    Objective,
    /// `F(x, y)`.
    Root,
    /// `Phi(x, y)`: `F = x - Phi`.
    Map,
}

/// The user's own functions, as written. Implemented by the macro.
pub trait UserFunctions: Bilevel {
    /// What [`UserFunctions::user_inner`] is.
    const INNER: InnerRole;

    /// The inner function: f in `out[0]`, or F or Phi, flat, of length n.
    fn user_inner(&self, x: &Self::X, y: &Self::Y, out: &mut [Self::Scalar]);
    /// The outer objective.
    fn user_g(&self, x: &Self::X, y: &Self::Y) -> Self::Scalar;
}

/// Compares every emitted derivative at `(x, y)` with differences of the user's functions.
///
/// The tensors `F_11`, `F_21` are compared up to a million entries. Where `F_1` or `F_2` would have more than
/// 16 million, no matrix is formed: each product is compared with the derivative along its direction.
/// Every claim of `STRUCTURE` has a row; that an estimator is super-efficient is a claim about roots, and
/// has one there.
///
/// # Example
/// `Problem::check_derivatives` is this function, and the module's other roles.
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// # use nalgebra::Vector2;
/// let problem = ridge::Problem::new()?;
/// let report = problem.check_derivatives(&Vector2::new(0.4, 0.3), &Vector2::new(-1.0, 0.2))?;
/// println!("{report}");
/// assert!(report.agrees());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// x or y does not fit, or is not finite. A disagreement is a row of the table, not an error.
pub fn derivatives<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) -> Result<DerivativeReport, EstimatorError> {
    let (typed, flat_x, flat_y) = (Typed { problem, x, y }, vector(x), vector(y));
    let problem = Erased::new(&typed);
    let work = point::start(&problem, &flat_x, &flat_y)?;
    Ok(chain::Chain::new(&problem, work).run())
}

/// The flat entries, however many.
fn vector<V: Variable>(variable: &V) -> DVector<V::Scalar> {
    let mut entries = DVector::zeros(variable.flat_len());
    variable.read(entries.as_mut_slice());
    entries
}

/// Adds the module's change of variables to a report; `user` is `phi(z, y)` as written.
///
/// # Errors
/// As [`derivatives`].
pub fn change<P: ChangeOfVariables>(
    report: &mut DerivativeReport,
    problem: &P,
    x: &P::X,
    y: &P::Y,
    user: &dyn Fn(&P::X, &P::Y, &mut [T<P>]),
) -> Result<(), EstimatorError> {
    report.rows.extend(change::rows::<P, Global>(problem, x, y, &change::PHI, user)?);
    report.rows.extend(claims::efficient(problem, x, y, "claim: phi super-efficient", &Reparameterized::new()));
    Ok(())
}

/// Adds the module's localised change of variables; `user` is `psi(z, y, x_bar, y_bar)` as written, at
/// `x_bar = x`, `y_bar = y`.
///
/// # Errors
/// As [`derivatives`].
pub fn localized_change<P: LocalizedChange>(
    report: &mut DerivativeReport,
    problem: &P,
    x: &P::X,
    y: &P::Y,
    user: &dyn Fn(&P::X, &P::Y, &mut [T<P>]),
) -> Result<(), EstimatorError> {
    report.rows.extend(change::rows::<P, Local>(problem, x, y, &change::PSI, user)?);
    report.rows.extend(claims::efficient(problem, x, y, "claim: psi super-efficient", &Localized::custom()));
    Ok(())
}

/// Adds the module's preconditioner; `user` is `P(x, y)` as written, flat.
///
/// # Errors
/// As [`derivatives`].
pub fn preconditioner<P: CustomPreconditioner>(
    report: &mut DerivativeReport,
    problem: &P,
    x: &P::X,
    y: &P::Y,
    user: &dyn Fn(&P::X, &P::Y, &mut [T<P>]),
) -> Result<(), EstimatorError> {
    report.rows.extend(preconditioner::rows(problem, x, y, user)?);
    report.rows.extend(claims::efficient(problem, x, y, "claim: P super-efficient", &Preconditioned::custom()));
    Ok(())
}
