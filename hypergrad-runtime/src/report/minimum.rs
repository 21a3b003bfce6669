//! What an outer loop returns, and what it can be continued from.

use core::fmt;

use super::entries::Entries;
use super::{Memory, Report, Solution};
use crate::problem::Variable;

/// One complete outer step: a point, the value and the gradient there, and how good they are.
#[derive(Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Iterate<X, Y> {
    /// Outer steps done before.
    pub step: usize,
    /// The outer variable.
    pub y: Y,
    /// The inner solution at y.
    pub x: X,
    /// The estimate of `∇h(y)`, shaped like y.
    pub gradient: Y,
    /// `g(x, y)`.
    pub value: f64,
    /// The norm of the gradient; with a projection `|y - proj(y - ∇h)|`.
    pub gradient_norm: f64,
    /// The inner solver's report.
    pub inner: Solution<()>,
    /// The estimator's report: with the estimated errors of the gradient and of the value.
    pub report: Report,
}

impl<X, Y> Iterate<X, Y> {
    /// The same step in other variables.
    pub(crate) fn map<A, B>(self, x: impl FnOnce(X) -> A, mut y: impl FnMut(Y) -> B) -> Iterate<A, B> {
        let Self { step, value, gradient_norm, inner, report, .. } = self;
        Iterate { step, y: y(self.y), x: x(self.x), gradient: y(self.gradient), value, gradient_norm, inner, report }
    }
}

/// The step with its y and x.
impl<X: Variable, Y: Variable> fmt::Display for Iterate<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: value {:.6e}, |∇h| = {:.1e}, y = ", self.step, self.value, self.gradient_norm)?;
        Entries(&self.y).fmt(f)?;
        f.write_str(", x = ")?;
        Entries(&self.x).fmt(f)?;
        self.inner.solved(f)
    }
}

// By hand: x and y need not be `Debug`.
impl<X, Y> fmt::Debug for Iterate<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iterate")
            .field("step", &self.step)
            .field("value", &self.value)
            .field("gradient_norm", &self.gradient_norm)
            .field("inner", &self.inner)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The gradient's norm is at most the tolerance.
    Gradient,
    /// The value changed by no more than the relative decrease asked for.
    RelativeDecrease,
    /// As many steps as were asked for are done.
    Steps,
    /// The observer broke off.
    Observer,
    /// No step decreases the value by more than the error it is known with.
    NoDecrease,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gradient => "the gradient's norm is at most the tolerance",
            Self::RelativeDecrease => "the value changed by no more than the relative decrease asked for",
            Self::Steps => "as many steps as were asked for are done",
            Self::Observer => "the observer broke off",
            Self::NoDecrease => "no step decreases the value by more than the error it is known with",
        })
    }
}

/// Where a run ended, and the best step of it.
///
/// `best` has the least value of all steps, `last` is the one that the run ended with; where the rule
/// met its tolerance they are often the same. [`Minimum::state`] continues the run.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// # use nalgebra::Vector2;
/// use core::ops::ControlFlow;
/// use hypergrad::estimator::Ift;
/// use hypergrad::outer::{Descent, minimize};
/// use hypergrad::report::Stop;
/// use hypergrad::solver::Newton;
/// # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let minimum = minimize(&problem, &x, &y, &Descent::adam(0.1).steps(20), &Newton::new(), &Ift::new(), |_| ControlFlow::Continue(()))?;
/// assert_eq!(minimum.stop, Stop::Steps);
/// assert!(minimum.best.value <= minimum.last.value);
/// println!("{} at y = {}, {}", minimum.best.value, minimum.best.y, minimum.best.report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Minimum<X, Y> {
    /// The step with the least value.
    pub best: Iterate<X, Y>,
    /// The last step.
    pub last: Iterate<X, Y>,
    /// Why the run ended.
    pub stop: Stop,
    pub(crate) memory: Memory<Y>,
    pub(crate) adjoint: Option<X>,
}

impl<X, Y> Minimum<X, Y> {
    /// Whether a stopping rule was met.
    pub fn converged(&self) -> bool {
        matches!(self.stop, Stop::Gradient | Stop::RelativeDecrease)
    }

    /// From where [`resume`](crate::outer::resume) goes on.
    pub fn state(self) -> State<X, Y> {
        State { best: self.best, last: self.last, memory: self.memory, adjoint: self.adjoint }
    }
}

/// Why the run ended, its last step, and its best one where that is another.
impl<X: Variable, Y: Variable> fmt::Display for Minimum<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nlast ", self.stop)?;
        self.last.fmt(f)?;
        if self.best.step == self.last.step {
            return Ok(());
        }
        f.write_str("\nbest ")?;
        self.best.fmt(f)
    }
}

impl<X, Y> fmt::Debug for Minimum<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minimum")
            .field("best", &self.best)
            .field("last", &self.last)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

/// A run between two steps: [`resume`](crate::outer::resume) continues it as if it had not been interrupted.
///
/// Plain data. With the feature `serde` it can be written and read where x and y can.
#[derive(Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct State<X, Y> {
    /// The step with the least value so far.
    pub best: Iterate<X, Y>,
    /// The last complete step.
    pub last: Iterate<X, Y>,
    /// What the update rule remembers.
    pub memory: Memory<Y>,
    /// The adjoint that the next estimate starts from, where the estimator starts from the last one.
    pub adjoint: Option<X>,
}

impl<X, Y> fmt::Debug for State<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("best", &self.best).field("last", &self.last).finish_non_exhaustive()
    }
}
