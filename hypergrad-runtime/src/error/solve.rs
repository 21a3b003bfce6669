//! Inner problems that were not solved.

use core::fmt;

use super::{LinearError, ShapeError};
use crate::report::{Inertia, Solution};

/// The inner problem was not solved. `X` is the inner variable; inside solvers, which keep x in
/// their workspace, it is `()`.
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
/// use hypergrad::SolveError;
/// use hypergrad::solver::GradientDescent;
/// # let data = ridge::Data { a: DMatrix::from_element(3, 2, 1.0), b: DVector::from_element(3, 2.0) };
/// # let x = DVector::zeros(2);
///
/// let problem = ridge::Problem::new(&data)?;
/// match problem.solve(&x, &0.1, &GradientDescent::new(0.01).max_steps(10)) {
///     Err(SolveError::NotConverged { solution, tolerance }) => assert!(solution.steps == 10 && solution.residual > tolerance),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub enum SolveError<X = ()> {
    /// x or y does not fit the problem.
    Shape(ShapeError),
    /// A linear system of the solver cannot be solved.
    Linear(LinearError),
    /// The iteration met a number that is infinite or not a number.
    NonFinite {
        /// The quantity.
        what: &'static str,
        /// Steps done before.
        step: usize,
    },
    /// The tolerance was not met. The solution that was reached is inside.
    NotConverged {
        /// The last iterate and its residual.
        solution: Solution<X>,
        /// The residual that was to be reached.
        tolerance: f64,
    },
    /// A stationary point of the inner objective that is no minimiser. The solution that was reached is inside;
    /// `.stationary()` accepts such points.
    NotAMinimum {
        /// The signs of the eigenvalues of `F_1` there.
        inertia: Inertia,
        /// The stationary point and its residual.
        solution: Solution<X>,
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

impl<X> SolveError<X> {
    /// The same error about another variable.
    pub fn map<Z>(self, change: impl FnOnce(X) -> Z) -> SolveError<Z> {
        match self {
            Self::Shape(error) => SolveError::Shape(error),
            Self::Linear(error) => SolveError::Linear(error),
            Self::NonFinite { what, step } => SolveError::NonFinite { what, step },
            Self::NotConverged { solution, tolerance } => SolveError::NotConverged { solution: solution.map(change), tolerance },
            Self::NotAMinimum { inertia, solution } => SolveError::NotAMinimum { inertia, solution: solution.map(change) },
            Self::InvalidSetting { what, value, accepted } => SolveError::InvalidSetting { what, value, accepted },
        }
    }
}

// By hand: x need not be `Debug`.
impl<X> fmt::Debug for SolveError<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => f.debug_tuple("Shape").field(error).finish(),
            Self::Linear(error) => f.debug_tuple("Linear").field(error).finish(),
            Self::NonFinite { what, step } => f.debug_struct("NonFinite").field("what", what).field("step", step).finish(),
            Self::NotConverged { solution, tolerance } => {
                f.debug_struct("NotConverged").field("solution", solution).field("tolerance", tolerance).finish()
            }
            Self::NotAMinimum { inertia, solution } => {
                f.debug_struct("NotAMinimum").field("inertia", inertia).field("solution", solution).finish()
            }
            Self::InvalidSetting { what, value, accepted } => {
                f.debug_struct("InvalidSetting").field("what", what).field("value", value).field("accepted", accepted).finish()
            }
        }
    }
}

impl<X> fmt::Display for SolveError<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => error.fmt(f),
            Self::Linear(error) => error.fmt(f),
            Self::NonFinite { what, step } => {
                write!(f, "`{what}` is not finite after {step} steps; a smaller step or a better start may help")
            }
            Self::NotConverged { solution, tolerance } => write!(
                f,
                "not converged: |F| is {:.3e} after {} steps, {tolerance:.3e} was asked for",
                solution.residual, solution.steps
            ),
            Self::NotAMinimum { inertia, solution } => write!(
                f,
                "a stationary point of f that is no minimiser: F_1 has {inertia} there, after {} steps; another start may help, or `.stationary()` where any root will do",
                solution.steps
            ),
            Self::InvalidSetting { what, value, accepted } => {
                write!(f, "`{what}` is {value:e}; accepted: {accepted}")
            }
        }
    }
}

impl<X> core::error::Error for SolveError<X> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Shape(error) => Some(error),
            Self::Linear(error) => Some(error),
            _ => None,
        }
    }
}

impl<X> From<ShapeError> for SolveError<X> {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl<X> From<LinearError> for SolveError<X> {
    fn from(error: LinearError) -> Self {
        Self::Linear(error)
    }
}
