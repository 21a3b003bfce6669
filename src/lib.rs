//! Hypergradients of bilevel problems: gradients through an argmin.
//!
//! ```text
//! h(y) = g(x*(y), y)   where   F(x*(y), y) = 0,   often F = ∇ₓ f
//! ```
//!
//! Write the inner function (`f`, `F` or `Phi`) and the outer objective `g` as plain Rust over
//! nalgebra in an inline module, and put [`#[bilevel]`](macro@bilevel) on it. The macro reads the
//! bodies, differentiates them symbolically when the crate is compiled, and adds a type `Problem`.
//! The first parameter of every function is the inner variable x, the second the outer variable y,
//! whatever they are called: if both have the same type, swapping them compiles.
//!
//! ```
//! use hypergrad::bilevel;
//! use hypergrad::estimator::{Ift, Tangent};
//! use hypergrad::nalgebra::{Vector2, vector};
//! use hypergrad::solver::Newton;
//!
//! #[bilevel]
//! mod toy {
//!     use hypergrad::nalgebra::Vector2;
//!
//!     /// Inner objective.
//!     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
//!         (x - y).norm_squared() + x.map(f64::cosh).sum()
//!     }
//!
//!     /// Outer objective.
//!     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 {
//!         x.norm_squared()
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let problem = toy::Problem::new()?;
//! let y = vector![0.4, -1.2];
//! let inner = problem.solve(&Vector2::zeros(), &y, &Newton::new())?;
//! let h = problem.hypergradient(&inner.x, &y, &Ift::new())?;
//!
//! // F_1 = 2 I + diag(cosh x), F_2 = -2 I
//! let by_hand = inner.x.map(|x| 4.0 * x / (2.0 + x.cosh()));
//! assert!((h.gradient - by_hand).norm() < 1e-12);
//! assert!(h.report.error_estimate.is_some_and(|error| error < 1e-9));
//!
//! // Proved when this was compiled.
//! assert!(toy::Problem::STRUCTURE.f1_diagonal);
//! assert!(problem.efficiency(&inner.x, &y, &Tangent::new())? < 1e-9);
//! # Ok(())
//! # }
//! ```
//!
//! # What the macro adds
//!
//! `Problem` has `new` (every shape checked), `at` (a point `(x, y)` with every derivative there:
//! `F`, `F_1`, `Omega`, ...), `fix` (the same y for many x), `solve`, `hypergradient`, `efficiency`,
//! `jacobian`, `value_and_gradient`, `compare` and `check_derivatives`; the constants `STRUCTURE`
//! and `DERIVATION` hold what was proved and every derived formula.
//! The formulas stand in the documentation of your own module too. Names are those of the papers:
//! subscript 1 is a derivative by x, 2 by y, so `F_1[(i, j)]` is `∂F_i/∂x_j`.
//!
//! # Where to look
//!
//! - [`solver`]: inner solvers. [`estimator`]: hypergradients, their error estimates, and `C_y`,
//!   the factor between the error of x and that of the hypergradient.
//! - [`outer`]: descent on y, with projections and an observer.
//! - [`quadratic`]: quadratic programs and the derivatives of their solutions by all of the data.
//! - [`bounds`]: upper bounds of the error of a hypergradient, as certificates.
//! - [`math`]: functions such as `softplus` for the bodies. [`structure`]: what can be proved.
//! - [`error`](mod@error): every failure, with numbers inside.
//! - [`problem`]: the traits that the macro implements; solvers and estimators are generic over them.
//! - [`example`]: what the macro adds to a module, as rustdoc shows it.
//! - [`guide`]: the language of bodies, the estimators, the formulas of the papers, the compiler.
//!
//! # Features
//!
//! - `std` (default); without it, and with `libm`, problems of constant size need no allocator.
//! - `sparse`: data fields of type `nalgebra_sparse::CsrMatrix`.
//! - `serde`: the state of an outer loop can be written and read.
//! - `basin`: [`outer::Reduced`] is a problem for the optimisers of the crate basin.
//! - `faer`: views of matrices for the crate faer, and of its for nalgebra.
//! - `threads`: large work runs on the threads of a pool of the crate rayon, see [below](#several-threads).
//!
//! # Several threads
//!
//! With the feature `threads`, products with large matrices, Gram matrices, functions of many numbers, steps of many samples
//! and factorisations are cut into parts for the threads of the pool of rayon that the caller runs in. Outside of any pool it
//! is rayon's global one, which has as many threads as the machine, or as `RAYON_NUM_THREADS` says; inside of one a part
//! begins sooner. Parts depend on sizes and on the number of threads alone: a number of threads gives the same bits in every
//! run, and one thread gives those of a build without the feature. Work that takes less than about a tenth of a millisecond
//! is not cut. What is cut allocates room for its tasks and partial sums; without the feature, and with one thread, nothing
//! is allocated after the first call.
//!
//! ```
//! # #[hypergrad::bilevel]
//! # mod ridge {
//! #     use nalgebra::Vector2;
//! #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
//! #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
//! # }
//! # use hypergrad::{estimator::Ift, solver::Newton};
//! # use nalgebra::Vector2;
//! # let (x0, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
//! # let problem = ridge::Problem::new()?;
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build()?;
//! let h = pool.install(|| problem.value_and_gradient(&x0, &y, &Newton::new(), &Ift::new()))?;
//! # assert!(h.gradient.norm() > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_debug_implementations)]

#[doc = include_str!("../docs/attribute.md")]
pub use hypergrad_macros::bilevel;
/// Lets `#[bilevel]` modules of the same crate read an item that stands outside of them: a function, constant, static, type
/// alias, enum or struct.
///
/// ```
/// use hypergrad::{bilevel, bilevel_item};
///
/// #[bilevel_item]
/// fn barrier(t: f64) -> f64 {
///     -t.ln() * crate::WEIGHT
/// }
///
/// #[bilevel_item]
/// const WEIGHT: f64 = 0.1;
///
/// #[bilevel]
/// mod problem {
///     pub fn f(x: f64, y: f64) -> f64 {
///         (x - y).powi(2) + crate::barrier(x)
///     }
///
///     pub fn g(x: f64, _y: f64) -> f64 {
///         x * x
///     }
/// }
/// # fn main() {}
/// ```
///
/// A module reads the item by its path (`crate::barrier`) or imports it. In the item itself, every name that it does not bind
/// is written as a whole path (`crate::WEIGHT`, `nalgebra::DVector`), for it is read elsewhere.
pub use hypergrad_macros::bilevel_item;
pub use hypergrad_runtime::error::{EstimatorError, LinearError, OuterError, ShapeError, SolveError};
pub use hypergrad_runtime::problem::{Tensor3, Variable};
pub use hypergrad_runtime::structure::{EigenvalueBounds, EstimatorKind, Structure};
pub use hypergrad_runtime::{
    bounds, error, estimator, linear, math, nalgebra, outer, point, problem, report, scalar, solver, structure,
};
#[cfg(feature = "std")]
pub use hypergrad_runtime::{check, quadratic};

/// The crate of sparse data: `CsrMatrix`.
#[cfg(feature = "sparse")]
pub use nalgebra_sparse;

#[cfg(doc)]
pub mod example;
#[cfg(feature = "faer")]
pub mod faer;
#[cfg(doc)]
pub mod guide;

#[doc(hidden)]
pub mod __private;

/// The program of the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
