//! z with `phi(z, y) = x`: by the module's inverse, then Newton's method where that is not exact.

use super::{Storage, Vectors};
use crate::error::EstimatorError;
use crate::kernels::{axpy, norm};
use crate::linear::Factorization;
use crate::point::T;
use crate::problem::{Bilevel, Change, Dense, Reach};
use crate::scalar::Real;

/// Newton steps at most.
const STEPS: usize = 100;
/// After an inverse of the module: what rounding leaves, or a wrong inverse close to z.
const CORRECTIONS: usize = 4;
/// Halvings of a step at most.
const HALVINGS: usize = 40;

/// Sets z so that `phi(z, y) = x` to rounding. Starts from the inverse of the module; without one from
/// x itself. Uses `s.u`, `s.t` and `s.v`.
pub(super) fn place<P: Change<K>, K: Reach>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    c: &mut Storage<P>,
) -> Result<(), EstimatorError> {
    c.z.flat_mut().copy_from_slice(problem.x(work));
    if P::INVERSE {
        problem.change_inverse(work, c.z.flat_mut());
        check_coordinates::<_, K>(c.z.flat(), problem.x(work))?;
    }
    let mut left = set(problem, work, s, c);
    let steps = if P::INVERSE { CORRECTIONS } else { STEPS };
    for _ in 0..steps {
        let size = norm(problem.x(work)) + norm(c.z.flat());
        if left <= 100.0 * T::<P>::EPSILON * size {
            return Ok(());
        }
        match newton(problem, work, s, c, left) {
            Some(less) => left = less,
            None => break,
        }
    }
    accept::<P, K>(problem, work, s, c, left)
}

/// Where rounding stops the iteration early, half of the digits are enough: what is left moves x by
/// less than any inner solution is accurate to.
fn accept<P: Bilevel, K: Reach>(
    problem: &P,
    work: &P::Work,
    s: &Vectors<P>,
    c: &Storage<P>,
    left: f64,
) -> Result<(), EstimatorError> {
    let size = norm(problem.x(work)) + norm(c.z.flat());
    if left <= nalgebra::ComplexField::sqrt(T::<P>::EPSILON) * size { Ok(()) } else { Err(unreached::<T<P>, K>(s.u.flat())) }
}

/// Sets the z in `c`; `phi(z, y) - x` into `s.u`, its norm.
fn set<P: Change<K>, K: Reach>(problem: &P, work: &mut P::Work, s: &mut Vectors<P>, c: &mut Storage<P>) -> f64 {
    problem.set_change(work, c.z.flat());
    problem.change(work, s.u.flat_mut());
    axpy(-T::<P>::ONE, problem.x(work), s.u.flat_mut());
    norm(s.u.flat())
}

/// One step, halved until the distance to x gets smaller; `None` where it does not.
fn newton<P: Change<K>, K: Reach>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    c: &mut Storage<P>,
    left: f64,
) -> Option<f64> {
    problem.change_1(work, c.matrix.matrix_mut());
    c.matrix.factor("phi_1").ok()?;
    s.t.flat_mut().copy_from_slice(s.u.flat());
    c.matrix.solve(s.t.flat_mut());
    s.v.flat_mut().copy_from_slice(c.z.flat());
    let mut length = T::<P>::ONE;
    for _ in 0..HALVINGS {
        c.z.flat_mut().copy_from_slice(s.v.flat());
        axpy(-length, s.t.flat(), c.z.flat_mut());
        let now = set(problem, work, s, c);
        if now < left {
            return Some(now);
        }
        length *= T::<P>::lit(0.5);
    }
    None
}

/// Refuses a z that is not finite, naming the entry of x that has none.
fn check_coordinates<S: Real, K: Reach>(z: &[S], x: &[S]) -> Result<(), EstimatorError> {
    match crate::kernels::first_non_finite(z) {
        Some(coordinate) => Err(EstimatorError::NotInvertible { what: K::MAP, coordinate, value: x[coordinate].wide() }),
        None => Ok(()),
    }
}

/// The entry of x that is farthest from being reached, or that is no number.
fn unreached<S: Real, K: Reach>(left: &[S]) -> EstimatorError {
    let mut worst = (0, 0.0);
    for (coordinate, &left) in left.iter().enumerate() {
        let size = nalgebra::ComplexField::abs(left.wide());
        if size > worst.1 || size.is_nan() {
            worst = (coordinate, size);
        }
    }
    EstimatorError::NotInvertible { what: K::MAP, coordinate: worst.0, value: worst.1 }
}
