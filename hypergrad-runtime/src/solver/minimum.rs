//! Whether a root of F is a minimiser of f, and the way out of one that is not.

use nalgebra::ComplexField;

use super::Solution;
use super::iterate::Vectors;
use crate::error::SolveError;
use crate::kernels::{all_finite, axpy, dot, norm, scale};
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::report::Inertia;
use crate::scalar::Real;

/// Solvers without a factorisation of their own make one for the test up to this many unknowns, where `F_1`
/// does not fall apart.
const LARGEST: usize = 512;

/// Whether a test of the result costs little beside a run: of solvers that do not factor `F_1` themselves.
pub(super) fn is_cheap<P: Bilevel>(problem: &P, work: &P::Work) -> bool {
    let s = P::STRUCTURE;
    s.f1_diagonal || s.f1_block_diagonal || problem.dims(work).0 <= LARGEST
}

/// The inertia of `F_1` at the point where the inner role is an objective and an eigenvalue is negative. `None`
/// as well where it was proved that there is none, and where `F_1` cannot be factored.
pub(super) fn indefinite<P: Bilevel>(problem: &P, work: &mut P::Work) -> Option<Inertia> {
    if P::STRUCTURE.f1_definite || problem.objective(work).is_none() || problem.factor(work).is_err() {
        return None;
    }
    problem.spectrum(work).inertia().filter(|inertia| !inertia.is_definite())
}

/// Refuses a solution that is a stationary point of f but no minimiser.
pub(super) fn check<P: Bilevel>(problem: &P, work: &mut P::Work, solution: Solution<()>) -> Result<Solution<()>, SolveError> {
    if !solution.converged {
        return Ok(solution);
    }
    match indefinite(problem, work) {
        Some(inertia) => Err(SolveError::NotAMinimum { inertia, solution }),
        None => Ok(solution),
    }
}

/// Halvings before the search along a direction of negative curvature gives up.
const HALVINGS: usize = 60;

/// Moves the point along a direction u of negative curvature to where f is lower by a part of
/// `t² uᵀ F_1 u / 2`; leaves it where it is, and gives `false`, when there is none. F is in
/// `vectors.residual`, the factor of `F_1` is that of the point.
pub(super) fn escape<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>) -> bool {
    let one = T::<P>::ONE;
    vectors.keep_x(problem, work);
    let u = vectors.direction.flat_mut();
    let length = if problem.f_1_negative_curvature(work, u) { norm(u) } else { 0.0 };
    if !(length > 0.0 && f64::is_finite(length)) {
        return false;
    }
    // As long as x, and downhill.
    let wanted = f64::max(norm(problem.x(work)), 1.0) / length;
    let sign = if dot(u, vectors.residual.flat()) > T::<P>::ZERO { -wanted } else { wanted };
    scale(T::<P>::lit(sign), u);
    problem.f_1_mul(work, u, vectors.trial.flat_mut());
    let curvature = dot(u, vectors.trial.flat()).wide();
    let Some(value) = problem.objective(work).map(Real::wide) else { return false };
    let rounding = 16.0 * T::<P>::EPSILON * ComplexField::abs(value);
    let mut t = 1.0;
    for _ in 0..HALVINGS {
        for side in [one, -one] {
            let trial = vectors.trial.flat_mut();
            trial.copy_from_slice(vectors.x.flat());
            axpy(side * T::<P>::lit(t), vectors.direction.flat(), trial);
            if !all_finite(trial) {
                continue;
            }
            problem.set_x(work, trial);
            let asked = f64::max(-0.25 * t * t * curvature, rounding);
            if problem.objective(work).is_some_and(|now| now.wide() <= value - asked) {
                return true;
            }
        }
        t *= 0.5;
    }
    problem.set_x(work, vectors.x.flat());
    false
}
