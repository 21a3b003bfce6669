//! What expansions name by absolute path; no part of the interface.

/// The type `Self` was read as `Expected`, by the last segment of its path; this proves it.
#[diagnostic::on_unimplemented(
    message = "`#[bilevel]` read this type as `{Expected}`, which it is not: it is `{Self}`",
    label = "the macro knows a type by the last segment of its path",
    note = "nalgebra's types come from `hypergrad::nalgebra`, or from the same version of nalgebra"
)]
pub trait Meant<Expected: ?Sized> {}

impl<T: ?Sized> Meant<T> for T {}

/// Compiles where `T` is `Expected`.
pub const fn meant<T: Meant<Expected>, Expected>() {}

/// Compiles where the field's type is `Expected`.
pub const fn meant_field<T: Meant<Expected>, Expected>(_: &T) {}

pub use core;
pub use hypergrad_runtime::error::{EstimatorError, LinearError, ShapeError, SolveError};
pub use hypergrad_runtime::estimator::{self, Estimator, Hypergradient};
pub use hypergrad_runtime::linear::{
    Blocks, Diagonal, DiagonalPlusGram, Factored, Factorization, Segment, Session, Spectrum, Whole, method,
};
pub use hypergrad_runtime::math::kernel;
pub use hypergrad_runtime::outer::{self, ValueResult};
pub use hypergrad_runtime::problem::{Bilevel, Dense, FixedPointMap, Tensor3, Variable, products, range_of};
pub use hypergrad_runtime::problem::{Change, ChangeOfVariables, CustomPreconditioner, Global, Local, LocalizedChange};
pub use hypergrad_runtime::problem::{array_len, assign_array, like_array, read_array};
pub use hypergrad_runtime::solver::{self, InnerSolver, Solution};
pub use hypergrad_runtime::structure::{EigenvalueBounds, EstimatorKind, Structure};
pub use hypergrad_runtime::{indices, nalgebra, point};

/// Loops over slices, and factors of the matrices in users' functions.
pub mod kernels {
    pub use hypergrad_runtime::factor::packed::*;
    pub use hypergrad_runtime::kernels::*;
}

#[cfg(feature = "std")]
pub use hypergrad_runtime::check::{self, DerivativeReport, InnerRole, UserFunctions};
#[cfg(feature = "std")]
pub use hypergrad_runtime::estimator::Comparison;
pub use hypergrad_runtime::storage::OnDemand;
#[cfg(feature = "std")]
pub use hypergrad_runtime::storage::{Ahead, Home, Spare};
#[cfg(feature = "std")]
pub use std::{sync::OnceLock, vec::Vec};

/// Contractions of data are kept up to this many entries.
pub const HOIST_LIMIT: usize = 1 << 24;

/// Zeros.
#[cfg(feature = "std")]
pub fn zeros<T: hypergrad_runtime::scalar::Real>(length: usize) -> Vec<T> {
    std::vec![T::ZERO; length]
}

/// Room for row exchanges.
#[cfg(feature = "std")]
pub fn pivots(rows: usize) -> Vec<usize> {
    std::vec![0; rows]
}

/// A copy, for functions that take their arguments by value.
pub fn own<T: Clone>(value: &T) -> T {
    value.clone()
}

/// Items that need a heap.
#[cfg(feature = "std")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_std {
    ($($item:item)*) => { $($item)* };
}

/// Items that need a heap: there is none.
#[cfg(not(feature = "std"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_std {
    ($($item:item)*) => {};
}

pub use crate::__with_std as with_std;

#[cfg(feature = "sparse")]
pub use nalgebra_sparse::CsrMatrix;

/// Items for sparse data.
#[cfg(feature = "sparse")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_sparse {
    ($($item:item)*) => { $($item)* };
}

/// Items for sparse data: the feature is off.
#[cfg(not(feature = "sparse"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_sparse {
    ($($item:item)*) => {
        ::core::compile_error!(
            "sparse data needs the feature `sparse` of hypergrad: `hypergrad = { version = \"..\", features = [\"sparse\"] }`"
        );
    };
}

pub use crate::__with_sparse as with_sparse;
