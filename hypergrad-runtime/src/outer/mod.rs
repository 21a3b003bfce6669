//! The outer problem: descent on y, each step an inner solve from the last x and a hypergradient.
//!
//! [`minimize`] runs a [`Descent`], [`resume`] goes on where a run ended; the sets that y can be kept in are the
//! [`Projection`]s. [`Reduced`] is the function of y, for the optimisers of other crates.
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
//! use core::ops::ControlFlow;
//! use hypergrad::estimator::Ift;
//! use hypergrad::outer::{self, Descent, Interval};
//! use hypergrad::solver::Newton;
//! let problem = ridge::Problem::new()?;
//! let descent = Descent::gradient(1.0).backtracking().project(Interval::new(-3.0, 3.0)).steps(30);
//! let mut values = Vec::new();
//! let found = outer::minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), |seen| {
//!     values.push(seen.value);
//!     ControlFlow::Continue(())
//! })?;
//! assert!(found.best.value < 0.5 * values[0] && found.best.y.amax() <= 3.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![expect(clippy::result_large_err, reason = "without an allocator, what was reached is carried as it is")]

mod descent;
mod minimize;
#[cfg(feature = "std")]
mod pairs;
mod projection;
mod reduced;
mod rule;
mod running;
mod search;
mod value;

#[cfg(feature = "std")]
pub use crate::report::Pair;
pub use crate::report::{Iterate, Memory, Minimum, State, Stop};
pub use descent::{Descent, InnerAccuracy};
pub use minimize::{MinimumResult, Observation, Reached, minimize, resume};
#[cfg(feature = "std")]
pub use projection::Spectral;
pub use projection::{Ball, Block, Bounds, Everywhere, Interval, NonNegative, Projection, Simplex};
pub use reduced::Reduced;
pub use value::{Evaluated, ValueAndGradient, ValueResult, value_and_gradient};
