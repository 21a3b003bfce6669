//! `h(y)` and its gradient: solve, then differentiate.

use crate::error::{OuterError, SolveError};
use crate::estimator::{Estimator, Report, objective};
use crate::point::{self, zeros_y};
use crate::problem::{Bilevel, Dense, Variable};
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

/// What [`value_and_gradient`] returns.
pub type ValueResult<P> = Result<Evaluated<P>, OuterError<<P as Bilevel>::X, <P as Bilevel>::Y>>;
/// A [`ValueAndGradient`] in the variables of a problem.
pub type Evaluated<P> = ValueAndGradient<<P as Bilevel>::X, <P as Bilevel>::Y>;

/// Solves the inner problem at y from x0, then estimates the hypergradient there.
///
/// # Errors
/// Those of [`crate::solver::solve`] and of [`crate::estimator::hypergradient`].
pub fn value_and_gradient<P, S, E>(problem: &P, x0: &P::X, y: &P::Y, solver: &S, estimator: &E) -> ValueResult<P>
where
    P: Bilevel,
    S: InnerSolver<P>,
    E: Estimator<P>,
{
    let mut work = point::start(problem, x0, y)?;
    let mut inner = solver.workspace(problem, &work)?;
    let mut outer = estimator.workspace(problem, &work)?;
    let mut gradient = zeros_y(problem, &work)?;
    let solved = solver.run(problem, &mut work, &mut inner);
    let solved = solved.map_err(|error: SolveError| error.map(|()| x0.like(problem.x(&work))))?;
    let value = objective(problem, &mut work)?;
    let report = estimator.estimate(problem, &mut work, &mut outer, gradient.flat_mut())?;
    Ok(ValueAndGradient { value, gradient: y.like(gradient.flat()), x: x0.like(problem.x(&work)), inner: solved, report })
}
