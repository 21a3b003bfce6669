//! Hypergradients that cannot be computed.

use core::fmt;

use super::{LinearError, ShapeError, SolveError};
use crate::structure::EstimatorKind;

/// A hypergradient, its efficiency or its Jacobian cannot be computed.
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
/// use hypergrad::EstimatorError;
/// use hypergrad::estimator::Ift;
/// # let data = ridge::Data { a: DMatrix::from_element(3, 2, 1.0), b: DVector::from_element(3, 2.0) };
/// # let x = DVector::zeros(2);
///
/// let problem = ridge::Problem::new(&data)?;
/// // C_y is a number of a root.
/// match problem.efficiency(&x, &0.1, &Ift::new()) {
///     Err(EstimatorError::NotAtRoot { residual, tolerance }) => assert!(residual > tolerance),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum EstimatorError {
    /// x or y does not fit the problem.
    Shape(ShapeError),
    /// A linear system cannot be solved.
    Linear(LinearError),
    /// A computed quantity is infinite or not a number.
    NonFinite {
        /// The quantity.
        what: &'static str,
        /// Its flat index.
        index: usize,
    },
    /// An inner method inside of an estimator met a number that is infinite or not a number.
    NonFiniteStep {
        /// The quantity.
        what: &'static str,
        /// Steps done before.
        step: usize,
    },
    /// The formula holds at a root of F only.
    NotAtRoot {
        /// `|F(x, y)|`.
        residual: f64,
        /// The largest residual that is accepted as a root.
        tolerance: f64,
    },
    /// A change of variables cannot be inverted at this point.
    NotInvertible {
        /// The map.
        what: &'static str,
        /// The coordinate where it fails.
        coordinate: usize,
        /// The entry of x that is not reached, or what is left of it.
        value: f64,
    },
    /// There is no formula for this.
    NotAvailable {
        /// What was asked for.
        what: &'static str,
        /// Of which estimator.
        kind: EstimatorKind,
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
}

impl fmt::Display for EstimatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => error.fmt(f),
            Self::Linear(error) => error.fmt(f),
            Self::NonFinite { what, index } => write!(f, "entry {index} of `{what}` is not finite"),
            Self::NonFiniteStep { what, step } => {
                write!(f, "`{what}` is not finite after {step} steps of the inner method; a smaller step may help")
            }
            Self::NotAtRoot { residual, tolerance } => {
                write!(
                    f,
                    "x is not a root: |F| is {residual:.3e}, at most {tolerance:.3e} is accepted; solve the inner problem first"
                )
            }
            Self::NotInvertible { what, coordinate, value } => {
                write!(f, "`{what}` is not invertible at this point: coordinate {coordinate}, {value:.3e}")
            }
            Self::NotAvailable { what, kind } => {
                write!(f, "{what} is not available for the estimator `{kind}`")
            }
            Self::InvalidSetting { what, value, accepted } => {
                write!(f, "`{what}` is {value:e}; accepted: {accepted}")
            }
        }
    }
}

impl core::error::Error for EstimatorError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Shape(error) => Some(error),
            Self::Linear(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ShapeError> for EstimatorError {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl From<LinearError> for EstimatorError {
    fn from(error: LinearError) -> Self {
        Self::Linear(error)
    }
}

/// The error of a step of an inner method inside of an estimator.
impl From<SolveError> for EstimatorError {
    fn from(error: SolveError) -> Self {
        match error {
            SolveError::Shape(error) => Self::Shape(error),
            SolveError::Linear(error) => Self::Linear(error),
            SolveError::NonFinite { what, step } => Self::NonFiniteStep { what, step },
            SolveError::InvalidSetting { what, value, accepted } => Self::InvalidSetting { what, value, accepted },
            SolveError::NotConverged { solution, tolerance } => Self::NotAtRoot { residual: solution.residual, tolerance },
            // A step asks for no minimiser.
            SolveError::NotAMinimum { solution, .. } => Self::NotAtRoot { residual: solution.residual, tolerance: 0.0 },
        }
    }
}
