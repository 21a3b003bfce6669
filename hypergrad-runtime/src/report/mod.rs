//! What solvers, estimators and outer loops report: plain data, below the errors that carry it.
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
//! use core::ops::ControlFlow;
//! use hypergrad::estimator::Ift;
//! use hypergrad::outer::{Descent, minimize};
//! use hypergrad::solver::Newton;
//! # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
//! let problem = ridge::Problem::new()?;
//! let solution = problem.solve(&x, &y, &Newton::new())?;
//! assert!(solution.converged && solution.residual < 1e-10);
//! let estimate = problem.hypergradient(&solution.x, &y, &Ift::new())?;
//! assert!(estimate.report.error_estimate < Some(1e-9) && estimate.report.positive_definite == Some(true));
//! let minimum = minimize(&problem, &x, &y, &Descent::adam(0.1).steps(10), &Newton::new(), &Ift::new(), |_| ControlFlow::Continue(()))?;
//! assert!(minimum.last.value < minimum.best.value + 1e-12 && minimum.last.report.value_error.is_some());
//! // All of them can be printed.
//! println!("{solution}\n{}\n{minimum}", estimate.report);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod entries;
mod estimate;
mod inertia;
mod memory;
mod minimum;
mod solution;

pub(crate) use estimate::Conditions;
pub use estimate::{NoEstimate, Report};
pub use inertia::Inertia;
pub use memory::Memory;
#[cfg(feature = "std")]
pub use memory::Pair;
pub use minimum::{Iterate, Minimum, State, Stop};
pub use solution::Solution;
