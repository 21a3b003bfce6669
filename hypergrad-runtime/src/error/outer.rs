//! Outer problems that were not solved.

use core::fmt;

use super::{EstimatorError, LinearError, ShapeError, SolveError};
use crate::report::{Iterate, Minimum, Stop};

/// A solve followed by a hypergradient failed, or an outer loop of them. Inside a loop the point
/// that was reached before is in `reached`.
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
/// use core::ops::ControlFlow;
/// use hypergrad::OuterError;
/// use hypergrad::estimator::Ift;
/// use hypergrad::outer::{Descent, minimize};
/// use hypergrad::solver::Newton;
/// # let data = ridge::Data { a: DMatrix::from_element(3, 2, 1.0), b: DVector::from_element(3, 2.0) };
/// # let x = DVector::zeros(2);
///
/// let problem = ridge::Problem::new(&data)?;
/// let few = Descent::gradient(1e-3).tolerance(1e-12).max_steps(3);
/// match minimize(&problem, &x, &0.5, &few, &Newton::new(), &Ift::new(), |_| ControlFlow::Continue(())) {
///     Err(OuterError::NotConverged { reached, tolerance }) => assert!(reached.last.gradient_norm > tolerance),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub enum OuterError<X, Y> {
    /// x or y does not fit the problem.
    Shape(ShapeError),
    /// Storage could not be made.
    Linear(LinearError),
    /// The inner problem was not solved.
    Solve {
        /// Why.
        error: SolveError<X>,
        /// The last complete outer step.
        reached: Option<Minimum<X, Y>>,
    },
    /// The hypergradient could not be computed.
    Estimator {
        /// Why.
        error: EstimatorError,
        /// The last complete outer step.
        reached: Option<Minimum<X, Y>>,
    },
    /// The loop met a number that is infinite or not a number.
    NonFinite {
        /// The quantity.
        what: &'static str,
        /// The last complete outer step.
        reached: Option<Minimum<X, Y>>,
    },
    /// The stopping rule was not met within the steps allowed.
    NotConverged {
        /// What was reached.
        reached: Minimum<X, Y>,
        /// The gradient norm that was to be reached.
        tolerance: f64,
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

impl<X, Y> OuterError<X, Y> {
    /// What the loop had reached, if anything.
    pub fn reached(&self) -> Option<&Minimum<X, Y>> {
        match self {
            Self::Solve { reached, .. } | Self::Estimator { reached, .. } | Self::NonFinite { reached, .. } => reached.as_ref(),
            Self::NotConverged { reached, .. } => Some(reached),
            _ => None,
        }
    }
}

// By hand: x and y need not be `Debug`.
impl<X, Y> fmt::Debug for OuterError<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OuterError")
            .field("message", &format_args!("{self}"))
            .field("steps", &self.reached().map(|reached| reached.last.step))
            .finish()
    }
}

/// "after k outer steps: ", if k is known.
fn after<X, Y>(f: &mut fmt::Formatter<'_>, reached: Option<&Minimum<X, Y>>) -> fmt::Result {
    match reached {
        Some(reached) => write!(f, "after {} outer steps: ", reached.last.step),
        None => Ok(()),
    }
}

impl<X, Y> fmt::Display for OuterError<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => error.fmt(f),
            Self::Linear(error) => error.fmt(f),
            Self::Solve { error, reached } => {
                after(f, reached.as_ref())?;
                error.fmt(f)
            }
            Self::Estimator { error, reached } => {
                after(f, reached.as_ref())?;
                error.fmt(f)
            }
            Self::NonFinite { what, reached } => {
                after(f, reached.as_ref())?;
                write!(f, "`{what}` is not finite; a smaller outer step may help")
            }
            Self::NotConverged { reached, tolerance } => {
                let Iterate { gradient_norm, step, .. } = reached.last;
                write!(
                    f,
                    "not converged: the gradient norm is {gradient_norm:.3e} after {step} outer steps, {tolerance:.3e} was asked for"
                )?;
                if reached.stop == Stop::NoDecrease {
                    f.write_str("; no step decreases the value by more than the error it is known with: a smaller inner tolerance may help")?;
                }
                Ok(())
            }
            Self::InvalidSetting { what, value, accepted } => {
                write!(f, "`{what}` is {value:e}; accepted: {accepted}")
            }
        }
    }
}

impl<X: 'static, Y> core::error::Error for OuterError<X, Y> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Shape(error) => Some(error),
            Self::Linear(error) => Some(error),
            Self::Solve { error, .. } => Some(error),
            Self::Estimator { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl<X, Y> From<ShapeError> for OuterError<X, Y> {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl<X, Y> From<LinearError> for OuterError<X, Y> {
    fn from(error: LinearError) -> Self {
        Self::Linear(error)
    }
}

impl<X, Y> From<SolveError<X>> for OuterError<X, Y> {
    fn from(error: SolveError<X>) -> Self {
        Self::Solve { error, reached: None }
    }
}

impl<X, Y> From<EstimatorError> for OuterError<X, Y> {
    fn from(error: EstimatorError) -> Self {
        Self::Estimator { error, reached: None }
    }
}
