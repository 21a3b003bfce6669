//! Programs that have no solution, were not solved, or whose solution has no derivative.

use core::fmt;

use nalgebra::DVector;

use super::Solution;
use super::program::PrimalDual;
use crate::error::LinearError;

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "the letters of the problem")]
#[non_exhaustive]
pub enum Part {
    /// The Hessian of the objective.
    Q,
    /// The linear part of the objective.
    q,
    /// The left sides of the equalities.
    A,
    /// The right sides of the equalities.
    b,
    /// The left sides of the inequalities.
    G,
    /// The right sides of the inequalities.
    h,
}

/// A constraint, by its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Constraint {
    /// A row of `Ax = b`.
    Equality(usize),
    /// A row of `Gx <= h`.
    Inequality(usize),
}

/// Why there is no solution, or no derivative of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProgramError {
    /// A part of the data, of a direction or of a cotangent has another shape than the rest asks for.
    Shape {
        /// Which.
        part: Part,
        /// Rows and columns that fit.
        expected: (usize, usize),
        /// Rows and columns that were found.
        found: (usize, usize),
    },
    /// An entry is infinite or not a number. Leave out an inequality that does not bind.
    NonFinite {
        /// In which part.
        part: Part,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// `Q` is not symmetric.
    NotSymmetric {
        /// The row of the entry below the diagonal.
        row: usize,
        /// Its column.
        column: usize,
        /// That entry.
        below: f64,
        /// The one opposite to it.
        above: f64,
    },
    /// `Q` has a direction of negative curvature: the program is not convex.
    NotConvex {
        /// The smallest eigenvalue.
        smallest: f64,
        /// The largest one in size.
        largest: f64,
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
    /// No x satisfies the constraints. The certificate, Farkas' one, has `Aᵀν + Gᵀλ = 0`, `λ >= 0`
    /// and `bᵀν + hᵀλ = -1`.
    PrimalInfeasible {
        /// The multipliers; its x is 0.
        certificate: Box<PrimalDual>,
    },
    /// The objective has no lower bound, or no x satisfies the constraints either: `Qd = 0`, `Ad = 0`,
    /// `Gd <= 0`, `qᵀd = -1`.
    DualInfeasible {
        /// The direction d.
        direction: DVector<f64>,
    },
    /// The tolerance was not met within the steps allowed.
    NotConverged {
        /// The last iterate, with what is left in its report.
        reached: Box<Solution>,
        /// What was asked for.
        tolerance: f64,
    },
    /// Rounding stops the iteration before the tolerance is met.
    Stalled {
        /// The last iterate, with what is left in its report.
        reached: Box<Solution>,
        /// What was asked for.
        tolerance: f64,
    },
    /// A linear system is too large for memory, or could not be solved.
    Linear(LinearError),
    /// The solution that was passed in belongs to another program.
    AnotherProgram {
        /// How far its conditions are from being met here, relative to their terms.
        residual: f64,
    },
    /// The solution has a kink here: these rows hold with equality and their multipliers are zero. It
    /// has one-sided derivatives, [`Program::directional`](super::Program::directional).
    WeaklyActive {
        /// Rows of `G`.
        rows: Vec<usize>,
        /// Slacks and multipliers below this, in units of the balanced data, count as zero.
        tolerance: f64,
    },
    /// The constraints that hold with equality have gradients that depend on each other (LICQ fails):
    /// their multipliers are not unique, and small changes of the data change which of them bind.
    DependentConstraints {
        /// Constraints that depend on others which hold with equality.
        dependent: Vec<Constraint>,
    },
    /// There are more solutions: the objective is flat along a direction that the binding
    /// constraints leave free.
    NotUnique {
        /// How flat: a pivot, relative to the terms that cancelled in it.
        pivot: f64,
    },
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { part, expected: (r, c), found: (rows, cols) } => {
                write!(f, "`{part:?}` has size {rows} x {cols}, the rest of the program asks for {r} x {c}")
            }
            Self::NonFinite { part, row, column } => write!(f, "entry ({row}, {column}) of `{part:?}` is not finite"),
            Self::NotSymmetric { row, column, below, above } => write!(
                f,
                "`Q` is not symmetric: entry ({row}, {column}) is {below:e}, entry ({column}, {row}) is {above:e}; \
                 take ½ (Q + Qᵀ)"
            ),
            Self::NotConvex { smallest, largest } => {
                write!(
                    f,
                    "the program is not convex: `Q` has the eigenvalue {smallest:.3e}, the largest in size is {largest:.3e}"
                )
            }
            Self::InvalidSetting { what, value, accepted } => write!(f, "`{what}` is {value:e}; accepted: {accepted}"),
            Self::PrimalInfeasible { certificate } => {
                let rows = |v: &DVector<f64>| v.iter().filter(|v| v.abs() > 1e-6 * certificate.largest()).count();
                write!(
                    f,
                    "no x satisfies the constraints: {} equalities and {} inequalities contradict each other",
                    rows(&certificate.nu),
                    rows(&certificate.lambda)
                )
            }
            Self::DualInfeasible { .. } => f.write_str("the objective has no lower bound on the constraints"),
            Self::NotConverged { reached, tolerance } => {
                write!(f, "not converged: {}, {tolerance:.1e} was asked for", reached.report)
            }
            Self::Stalled { reached, tolerance } => {
                write!(f, "rounding stops the iteration: {}, {tolerance:.1e} was asked for", reached.report)
            }
            Self::Linear(error) => error.fmt(f),
            Self::AnotherProgram { residual } => {
                write!(f, "the solution is not one of this program: its conditions are off by {residual:.3e}")
            }
            Self::WeaklyActive { rows, tolerance } => write!(
                f,
                "the solution has a kink: the inequalities {rows:?} hold with equality and have multiplier 0 \
                 (to {tolerance:.1e}); `directional` has one-sided derivatives"
            ),
            Self::DependentConstraints { dependent } => {
                write!(f, "the constraints that hold with equality are dependent: {dependent:?} on others")
            }
            Self::NotUnique { pivot } => {
                write!(f, "the solution is not unique: the objective is flat to {pivot:.1e} along a free direction")
            }
        }
    }
}

impl core::error::Error for ProgramError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Linear(error) => Some(error),
            _ => None,
        }
    }
}

impl From<LinearError> for ProgramError {
    fn from(error: LinearError) -> Self {
        Self::Linear(error)
    }
}
