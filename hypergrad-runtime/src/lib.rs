//! Solvers and hypergradient estimators behind the `hypergrad` crate.
//!
//! A bilevel problem minimises `h(y) = g(x*(y), y)` where `F(x*(y), y) = 0`. The macro implements
//! [`problem::Bilevel`] for a module; everything here is generic over that trait.
//!
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

#[macro_use]
mod opaque;

pub use nalgebra;

pub mod bounds;
pub mod error;
pub mod factor;
#[doc(hidden)]
pub mod indices;
#[doc(hidden)]
pub mod kernels;
#[doc(hidden)]
pub mod lanes;
pub mod linear;
pub mod math;
pub mod point;
pub mod problem;
pub mod report;
pub mod scalar;
pub mod storage;
pub mod structure;

#[cfg(feature = "std")]
pub mod check;
pub mod estimator;
pub mod outer;
#[cfg(feature = "std")]
pub mod quadratic;
pub mod solver;
