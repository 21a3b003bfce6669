//! Matrices that cannot be factored.

use core::fmt;

/// A linear system cannot be solved.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LinearError {
    /// A pivot is zero to rounding, or so small that fewer than two digits of a solution would be right.
    Singular {
        /// The matrix.
        what: &'static str,
        /// The step of the elimination, from 0.
        pivot: usize,
        /// The pivot found there.
        value: f64,
        /// The size of the terms that cancelled in it.
        scale: f64,
    },
    /// A negative pivot in a matrix that has to be positive definite.
    NotDefinite {
        /// The matrix.
        what: &'static str,
        /// The step of the elimination, from 0.
        pivot: usize,
        /// The pivot found there.
        value: f64,
    },
    /// An entry is infinite or not a number.
    NonFinite {
        /// The matrix.
        what: &'static str,
        /// Its flat (column-major) index.
        index: usize,
    },
    /// Dense storage would be unreasonably large.
    TooLarge {
        /// The matrix.
        what: &'static str,
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
        /// The limit, in bytes.
        limit: usize,
    },
}

impl fmt::Display for LinearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Singular { what, pivot, value, scale } => {
                write!(f, "`{what}` is singular: pivot {pivot} is {value:.3e}, where terms of {scale:.3e} cancelled")
            }
            Self::NotDefinite { what, pivot, value } => {
                write!(f, "`{what}` is not positive definite: pivot {pivot} is {value:.3e}")
            }
            Self::NonFinite { what, index } => write!(f, "entry {index} of `{what}` is not finite"),
            Self::TooLarge { what, rows, cols, limit } => {
                write!(f, "dense `{what}` of {rows} x {cols} entries exceeds the limit of {limit} bytes")
            }
        }
    }
}

impl core::error::Error for LinearError {}
