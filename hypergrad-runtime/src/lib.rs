//! Solvers and hypergradient estimators behind the `hypergrad` crate.
//!
//! A bilevel problem minimises `h(y) = g(x*(y), y)` where `F(x*(y), y) = 0`. The macro implements
//! [`problem::Bilevel`] for a module; everything here is generic over that trait.
//!
//! - [`threads`]: large work in parts (feature `threads`).
//! - [`scalar`], [`math`], [`kernels`]: numbers, functions of numbers, loops over slices.
//! - [`structure`], [`report`], [`error`]: facts, reports, and one enum of errors per area.
//! - [`indices`]: indices that the data holds.
//! - [`storage`]: contiguous matrices.
//! - [`factor`]: factorisations of `F_1`, chosen by proved structure.
//! - [`problem`]: what generated code implements, variables, spaces.
//! - [`linear`]: how systems with `F_1` are solved: directly or by iteration.
//! - [`solver`]: inner solvers, which find `x*(y)`.
//! - [`estimator`]: hypergradients, their efficiency and their Jacobian.
//! - [`point`]: the quantities of one evaluation point (`Psi`, `Omega`, ...).
//! - [`outer`]: descent on y.
//! - [`check`]: derivatives against differences (feature `std`).
//! - [`bounds`]: upper bounds of errors from constants of the problem.
//! - [`quadratic`]: quadratic programs and the derivatives of their solutions (feature `std`).
//!
//! Each folder uses those above it only.
//!
//! Without the feature `std` nothing here allocates.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_debug_implementations)]

#[cfg(not(any(feature = "std", feature = "libm")))]
compile_error!(
    "hypergrad needs functions of numbers from `std` or from `libm`: without default features, write `features = [\"libm\"]`"
);

// Without either there is that one error, and not one for each function that is missing.
#[cfg(any(feature = "std", feature = "libm"))]
#[macro_use]
mod opaque;

#[cfg(any(feature = "std", feature = "libm"))]
pub use nalgebra;

#[cfg(any(feature = "std", feature = "libm"))]
pub mod bounds;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod error;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod factor;
#[cfg(any(feature = "std", feature = "libm"))]
#[doc(hidden)]
pub mod indices;
#[cfg(any(feature = "std", feature = "libm"))]
#[doc(hidden)]
pub mod kernels;
#[cfg(any(feature = "std", feature = "libm"))]
#[doc(hidden)]
pub mod lanes;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod linear;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod math;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod point;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod problem;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod report;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod scalar;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod storage;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod structure;
#[cfg(any(feature = "std", feature = "libm"))]
#[doc(hidden)]
pub mod threads;

#[cfg(feature = "std")]
pub mod check;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod estimator;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod outer;
#[cfg(feature = "std")]
pub mod quadratic;
#[cfg(any(feature = "std", feature = "libm"))]
pub mod solver;
