//! A run, pulled back step by step.

use super::advance;
use super::tape::Tape;
use crate::error::EstimatorError;
use crate::estimator::steps::Vectors;
use crate::kernels::axpy;
use crate::point::{T, check_finite};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::solver::Step;

/// Runs t steps from the x in `work`, leaves the last iterate there, and pulls `g_1` back through all of them:
/// `g_2 + sum_k Phi_2(x_k)ᵀ λ_k+1`, `λ_t = g_1`, `λ_k = Phi_1(x_k)ᵀ λ_k+1`, into `gradient`.
pub(super) fn differentiate<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    (map, state, tape): (&M, &mut M::State, &mut Tape<T<P>>),
    steps: usize,
    gradient: &mut [T<P>],
) -> Result<(), EstimatorError> {
    map.begin(problem, work, state)?;
    let segments = steps.div_ceil(tape.segment);
    for segment in 0..segments {
        keep(problem, work, (map, state, tape), segment);
        run(problem, work, s, (map, state, tape), segment, steps)?;
    }
    // The last iterate, while earlier ones are visited.
    s.u.flat_mut().copy_from_slice(problem.x(work));
    problem.g_2(work, gradient);
    problem.g_1(work, s.v.flat_mut());
    check_finite(problem, work, "g_1", s.v.flat())?;
    s.t.flat_mut().fill(T::<P>::ZERO);
    s.correction.flat_mut().fill(T::<P>::ZERO);
    for segment in (0..segments).rev() {
        if segment + 1 < segments {
            restore(problem, work, (map, state, tape), segment);
            run(problem, work, s, (map, state, tape), segment, steps)?;
        }
        let first = segment * tape.segment;
        for k in (0..tape.segment.min(steps - first)).rev() {
            problem.set_x(work, tape.iterate(k));
            let memory = memory_of::<P, M>(s.t.flat_mut());
            map.pull_back(problem, work, state, (s.v.flat_mut(), memory), s.correction.flat_mut())?;
        }
    }
    axpy(T::<P>::ONE, s.correction.flat(), gradient);
    problem.set_x(work, s.u.flat());
    check_finite(problem, work, "the derivative of the run", gradient)
}

/// The part of p of a cotangent or a tangent, where there is one.
pub(super) fn memory_of<P: Bilevel, M: Step<P>>(p: &mut [T<P>]) -> &mut [T<P>] {
    if M::VECTORS > 1 { p } else { &mut [] }
}

/// The steps of a segment, their starts on the tape.
fn run<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    (map, state, tape): (&M, &mut M::State, &mut Tape<T<P>>),
    segment: usize,
    steps: usize,
) -> Result<(), EstimatorError> {
    let first = segment * tape.segment;
    for k in 0..tape.segment.min(steps - first) {
        tape.iterate_mut(k).copy_from_slice(problem.x(work));
        advance(problem, work, s, (map, state), first + k)?;
    }
    Ok(())
}

/// The state at the start of a segment onto the tape.
fn keep<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &P::Work,
    (map, state, tape): (&M, &mut M::State, &mut Tape<T<P>>),
    segment: usize,
) {
    if tape.has_checkpoints() {
        let (x, p) = tape.checkpoint_mut(segment);
        x.copy_from_slice(problem.x(work));
        p.copy_from_slice(map.memory(state));
    }
}

/// The state at the start of a segment, from the tape.
fn restore<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    (map, state, tape): (&M, &mut M::State, &mut Tape<T<P>>),
    segment: usize,
) {
    let (x, p) = tape.checkpoint_mut(segment);
    problem.set_x(work, x);
    map.memory(state).copy_from_slice(p);
}
