//! `h(y)` and its gradient: solve, then differentiate.

use core::fmt;

use crate::error::{OuterError, SolveError};
use crate::estimator::{AdjointStart, Estimator, Report, start_by_inverse, value_and_estimate};
use crate::point::{zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense, Variable};
use crate::report::entries::Entries;
use crate::solver::{InnerSolver, Solution};

/// `h(y) = g(x*(y), y)`, its gradient, and how they were found.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ValueAndGradient<X, Y: Variable> {
    /// `g(x, y)`.
    pub value: Y::Scalar,
    /// The estimate of `∇h(y)`, shaped like y.
    pub gradient: Y,
    /// The inner solution.
    pub x: X,
    /// The inner solver's report.
    pub inner: Solution<()>,
    /// The estimator's report.
    pub report: Report,
}

/// The value, the gradient, x and both reports, each on a line.
impl<X: Variable, Y: Variable> fmt::Display for ValueAndGradient<X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h = {:.6e}\n∇h ≈ ", self.value)?;
        Entries(&self.gradient).fmt(f)?;
        f.write_str("\nx = ")?;
        Entries(&self.x).fmt(f)?;
        write!(f, "\n{}", self.report)
    }
}

/// What [`value_and_gradient`] returns.
pub type ValueResult<P> = Result<Evaluated<P>, OuterError<<P as Bilevel>::X, <P as Bilevel>::Y>>;
/// A [`ValueAndGradient`] in the variables of a problem.
pub type Evaluated<P> = ValueAndGradient<<P as Bilevel>::X, <P as Bilevel>::Y>;

/// Solves the inner problem at y from x0, then estimates the hypergradient there.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::Ift;
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let h = |y| problem.value_and_gradient(&Vector2::zeros(), &y, &Newton::new(), &Ift::new());
/// let (here, there) = (h(y)?, h(y + Vector2::new(1e-6, 0.0))?);
/// assert!(((there.value - here.value) / 1e-6 - here.gradient[0]).abs() < 1e-5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`crate::solver::solve`] and of [`crate::estimator::hypergradient`].
pub fn value_and_gradient<P, S, E>(problem: &P, x0: &P::X, y: &P::Y, solver: &S, estimator: &E) -> ValueResult<P>
where
    P: Bilevel,
    S: InnerSolver<P>,
    E: Estimator<P>,
{
    problem.begin(x0, y, |work| {
        let mut inner = solver.workspace(problem, work)?;
        let mut outer = estimator.workspace(problem, work)?;
        let mut gradient = zeros_y(problem, work)?;
        let solved = solver.run(problem, work, &mut inner);
        let solved = solved.map_err(|error: SolveError| error.or_of_data(problem).map(|()| x0.like(problem.x(work))))?;
        if estimator.adjoint_start() == AdjointStart::Inverse {
            let mut v = zeros_x(problem, work)?;
            start_by_inverse(problem, work, (solver, &mut inner), (estimator, &mut outer), v.flat_mut());
        }
        let (value, report) = value_and_estimate(problem, work, (estimator, &mut outer), gradient.flat_mut())?;
        Ok(ValueAndGradient { value, gradient: y.like(gradient.flat()), x: x0.like(problem.x(work)), inner: solved, report })
    })?
}
