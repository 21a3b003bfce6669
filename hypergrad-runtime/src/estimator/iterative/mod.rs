//! Iterative differentiation: the derivative of steps of an inner method, instead of the implicit function.
//!
//! `x_0, x_1 = Phi(x_0, y), ..., x_t`, and the estimate is the derivative of `g(x_t(y), y)`: with
//! `J_0 = 0`, `J_k+1 = Phi_1 J_k + Phi_2` it is `g_2 + J_tᵀ g_1` (forward), or pulled back step by step (reverse).

#[cfg(feature = "std")]
mod forward;
#[cfg(feature = "std")]
mod jacobian;
mod one_step;
#[cfg(feature = "std")]
mod piggyback;
#[cfg(feature = "std")]
mod reverse;
#[cfg(feature = "std")]
mod tape;
#[cfg(feature = "std")]
mod unrolled;

pub use one_step::OneStep;
#[cfg(feature = "std")]
pub use piggyback::Piggyback;
#[cfg(feature = "std")]
pub use unrolled::{Forward, ForwardStorage, Reverse, ReverseStorage, Truncated, Unrolled};

use super::steps::{Vectors, distance_to_tangent};
use crate::error::{EstimatorError, LinearError};
use crate::linear::{AdjointSolve, MatrixFree, MatrixFreeWork, Systems};
use crate::point::{T, check_finite};
use crate::problem::{Bilevel, Dense};
use crate::report::NoEstimate;
use crate::solver::Step;

/// One step from the x in `work`, number `step` of its run.
fn advance<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    (map, state): (&M, &mut M::State),
    step: usize,
) -> Result<(), EstimatorError> {
    problem.residual(work, s.n.flat_mut());
    let at_step = |error| match error {
        EstimatorError::NonFinite { what, .. } | EstimatorError::NonFiniteStep { what, .. } => {
            EstimatorError::NonFiniteStep { what, step }
        }
        other => other,
    };
    check_finite(problem, work, "F", s.n.flat()).map_err(at_step)?;
    map.advance(problem, work, state, s.n.flat()).map_err(EstimatorError::from).map_err(at_step)?;
    check_finite(problem, work, "x", problem.x(work)).map_err(at_step)
}

/// The workspace of the error estimate, where one is wanted.
type ErrorWork<P> = Option<MatrixFreeWork<P>>;

fn error_work<P: Bilevel>(problem: &P, work: &P::Work, wanted: bool) -> Result<ErrorWork<P>, LinearError> {
    if wanted { MatrixFree.workspace(problem, work).map(Some) } else { Ok(None) }
}

/// The distance to `Omega - Omega_1 F_1⁻¹ F` at the last iterate, whose error is of second order in that of x.
fn error_at_end<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    workspace: &mut ErrorWork<P>,
    gradient: &[T<P>],
) -> Result<f64, NoEstimate> {
    let Some(workspace) = workspace.as_mut() else { return Err(NoEstimate::NotAsked) };
    distance_to_tangent(problem, work, s, &mut Systems::new(&MatrixFree, workspace), gradient)
}
