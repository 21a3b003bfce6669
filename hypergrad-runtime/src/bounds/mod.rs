//! Upper bounds of the error of a hypergradient, from constants of the problem: certificates to be
//! printed beside what is measured.
//!
//! The inner problem is a fixed point `x = Φ(x, y)` with `|Φ_1| <= q < 1`, or a gradient step of a
//! strongly convex objective. [`unrolled`] bounds iterative differentiation, [`approximate`] and
//! [`fixed_point`] approximate implicit differentiation, [`one_step_jacobian`], [`one_step`] and [`last_iterate`] one-step
//! differentiation. [`rates`] has the factors by which the iterations inside converge,
//! [`constants`] those of least squares and logistic regression, computed from the data.
//!
//! The bounds hold for the worst problem with these constants, and are loose by a factor of a hundred
//! on most: they prove, they do not estimate. For estimates see the reports of the estimators.
//!
//! ```
//! use hypergrad_runtime::bounds::{InnerObjective, OuterObjective, unrolled};
//!
//! // f = ½ (x - y)², g = ½ (x - 1)², |y| <= 1: x* = y, ∇h = y - 1; gradient descent with step 1/2 from 0.
//! let inner = InnerObjective { mu: 1.0, smoothness: 1.0, hessian_slope: 0.0, mixed_slope: 0.0, mixed: 1.0, distance: 1.0 };
//! let outer = OuterObjective { gradient: 3.0, gradient_slope: 1.0, direct_slope: 0.0 };
//! let (y, t) = (0.3, 12);
//! let certificate = unrolled(&inner.gradient_descent(0.5)?, &outer, t)?;
//!
//! let left = 0.5_f64.powi(t as i32);
//! let estimate = (y * (1.0 - left) - 1.0) * (1.0 - left);
//! let error = (estimate - (y - 1.0)).abs();
//! assert!(certificate.holds(error));
//! println!("{}", certificate.beside(error));
//! # Ok::<(), hypergrad_runtime::bounds::InvalidConstant>(())
//! ```
//!
//! # Reference
//! Grazzi, Franceschi, Pontil, Salzo, On the iteration complexity of hypergradient computation (2020);
//! Bolte, Pauwels, Vaiter, One-step differentiation of iterative algorithms (2023). In the forms of
//! `docs/formulas.md`, parts 2 and 3.

mod certificate;
#[cfg(feature = "std")]
pub mod constants;
mod contraction;
mod one_step;
pub mod rates;

pub use certificate::{Beside, Certificate, InvalidConstant, Term};
pub use contraction::{Contraction, InnerObjective, OuterObjective, approximate, fixed_point, unrolled};
pub use one_step::{FixedPointMap, OuterSlopes, descent, last_iterate, one_step, one_step_jacobian, value_smoothness};
