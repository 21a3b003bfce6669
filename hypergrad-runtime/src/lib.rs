//! Solvers and hypergradient estimators.
#![cfg_attr(not(feature = "std"), no_std)]
pub use nalgebra;
