//! Matrices that cannot be factored.

use core::fmt;

/// A linear system cannot be solved.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::{DMatrix, DVector};
/// #     pub struct Data { pub a: DMatrix<f64>, pub b: DVector<f64> }
/// #     pub fn f(x: &DVector<f64>, y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() + y * x.norm_squared() }
/// #     pub fn g(x: &DVector<f64>, _y: f64, data: &Data) -> f64 { (&data.a * x - &data.b).norm_squared() }
/// # }
/// # use nalgebra::{DMatrix, DVector};
/// use hypergrad::LinearError;
/// # let data = ridge::Data { a: DMatrix::from_element(3, 2, 1.0), b: DVector::from_element(3, 2.0) };
/// # let x = DVector::zeros(2);
///
/// let problem = ridge::Problem::new(&data)?;
/// // Two equal columns, and no penalty.
/// let error = problem.at(&x, &0.0)?.factor().err().ok_or("F_1 is singular")?;
/// assert!(matches!(error, LinearError::Singular { what: "F_1", .. }), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LinearError {
    /// A pivot is zero to rounding, or so small that fewer than two digits of a solution would be right.
    Singular {
        /// The matrix.
        what: &'static str,
        /// Of a block-diagonal matrix: which block, from 0.
        block: Option<usize>,
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
        /// Of a block-diagonal matrix: which block, from 0.
        block: Option<usize>,
        /// The step of the elimination, from 0.
        pivot: usize,
        /// The pivot found there.
        value: f64,
    },
    /// Every pivot is sound, but fewer than two digits of a solution would be right.
    IllConditioned {
        /// The matrix.
        what: &'static str,
        /// Of a block-diagonal matrix: which block, from 0.
        block: Option<usize>,
        /// An estimate of the condition after scaling.
        condition: f64,
    },
    /// An entry is infinite or not a number.
    NonFinite {
        /// The matrix.
        what: &'static str,
        /// Its flat (column-major) index; of a block-diagonal matrix among the entries of its blocks.
        index: usize,
    },
    /// The conjugate gradient method met a direction u in which a matrix that has to be positive definite
    /// is not.
    NotPositive {
        /// The matrix.
        what: &'static str,
        /// Steps done before.
        iterations: usize,
        /// `uᵀ A u / |u|²`.
        curvature: f64,
    },
    /// A method for symmetric matrices met one that is not.
    NotSymmetric {
        /// The matrix.
        what: &'static str,
        /// `|A u - Aᵀ u| / |A u|` for a direction u without structure.
        difference: f64,
    },
    /// An iteration did not meet its tolerance within the steps allowed.
    NotConverged {
        /// The method.
        what: &'static str,
        /// Steps done.
        iterations: usize,
        /// The residual, or the error left in the gradient.
        residual: f64,
        /// What was asked for.
        tolerance: f64,
        /// Whether both are errors of the gradient.
        by_gradient: bool,
    },
    /// An iteration moved away from the solution.
    Diverged {
        /// The method.
        what: &'static str,
        /// Steps done.
        iterations: usize,
        /// The residual.
        residual: f64,
    },
    /// A setting has no meaning.
    InvalidSetting {
        /// The setting.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is accepted.
        accepted: &'static str,
    },
    /// A setting asks for what was not proved when the module was compiled.
    NotProved {
        /// What is missing.
        what: &'static str,
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

impl LinearError {
    /// The same error, of block b (of so many entries) of a block-diagonal matrix.
    pub(crate) fn in_block(self, b: usize, entries: usize) -> Self {
        match self {
            Self::Singular { what, pivot, value, scale, .. } => Self::Singular { what, block: Some(b), pivot, value, scale },
            Self::NotDefinite { what, pivot, value, .. } => Self::NotDefinite { what, block: Some(b), pivot, value },
            Self::IllConditioned { what, condition, .. } => Self::IllConditioned { what, block: Some(b), condition },
            Self::NonFinite { what, index } => Self::NonFinite { what, index: index + b * entries },
            Self::NotPositive { .. }
            | Self::NotSymmetric { .. }
            | Self::NotConverged { .. }
            | Self::Diverged { .. }
            | Self::InvalidSetting { .. }
            | Self::NotProved { .. }
            | Self::TooLarge { .. } => self,
        }
    }
}

impl fmt::Display for LinearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Singular { what, block, pivot, value, scale } => {
                write!(
                    f,
                    "{} is singular: pivot {pivot} is {value:.3e}, where terms of {scale:.3e} cancelled",
                    Named(what, block)
                )
            }
            Self::NotDefinite { what, block, pivot, value } => {
                write!(f, "{} is not positive definite: pivot {pivot} is {value:.3e}", Named(what, block))
            }
            Self::IllConditioned { what, block, condition } => write!(
                f,
                "{} is singular to rounding: its condition is about {condition:.1e}, so that fewer than two digits of a solution \
                 would be right",
                Named(what, block)
            ),
            Self::NonFinite { what, index } => write!(f, "entry {index} of `{what}` is not finite"),
            Self::NotPositive { what, iterations, curvature } => write!(
                f,
                "`{what}` is not positive definite: after {iterations} steps its curvature along a direction is {curvature:.3e}; \
                 `Minres` solves with indefinite symmetric matrices"
            ),
            Self::NotSymmetric { what, difference } => write!(
                f,
                "`{what}` is not symmetric: its product with a direction and that of its transpose differ by {difference:.3e} of \
                 their size; `Gmres` and `NormalEquations` solve with any matrix"
            ),
            Self::NotConverged { what, iterations, residual, tolerance, by_gradient } => {
                let quantity = if by_gradient { "the error left in the gradient is about" } else { "the residual is" };
                write!(
                    f,
                    "the {what} has not converged: after {iterations} steps {quantity} {residual:.3e}, {tolerance:.3e} was asked for"
                )
            }
            Self::Diverged { what, iterations, residual } => {
                write!(f, "the {what} diverges: after {iterations} steps the residual is {residual:.3e}")
            }
            Self::InvalidSetting { what, value, accepted } => write!(f, "`{what}` is {value:e}; accepted: {accepted}"),
            Self::NotProved { what } => write!(
                f,
                "{what} was not proved when the module was compiled; `auto()` estimates one, `new(..)` takes one of your own"
            ),
            Self::TooLarge { what, rows, cols, limit } => {
                write!(f, "dense `{what}` of {rows} x {cols} entries exceeds the limit of {limit} bytes")
            }
        }
    }
}

/// A matrix, or a block of it.
struct Named(&'static str, Option<usize>);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(block) => write!(f, "block {block} of `{}`", self.0),
            None => write!(f, "`{}`", self.0),
        }
    }
}

impl core::error::Error for LinearError {}
