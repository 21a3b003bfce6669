//! The spaces of a problem: flat storage of x and y, checks of their entries, the start of a point.

use super::{Bilevel, Variable};
use crate::error::{EstimatorError, LinearError, ShapeError};
use crate::kernels;
use crate::scalar::Real;
use crate::storage::Dense;

/// The scalar of a problem.
pub type T<P> = <P as Bilevel>::Scalar;
/// Flat storage of length n.
pub type X<P> = <<P as Bilevel>::X as Variable>::Flat;
/// Flat storage of length m.
pub type Y<P> = <<P as Bilevel>::Y as Variable>::Flat;

/// Buffers at `(x, y)`, where every entry is finite: what `at` does.
///
/// # Errors
/// A length does not fit the data, or an entry of x or y is not finite.
#[expect(clippy::inline_always, reason = "buffers of constant sizes are written where they stay")]
#[inline(always)]
pub fn start<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y) -> Result<P::Work, ShapeError> {
    problem.start(x, y)
}

/// The flat entries of a variable.
#[inline]
pub fn flat<V: Variable>(variable: &V) -> V::Flat {
    let mut flat = V::Flat::zeros(variable.flat_len(), 1);
    variable.read(flat.flat_mut());
    flat
}

/// Refuses entries of an input that are not finite.
///
/// # Errors
/// `ShapeError::NonFinite` with the first index.
pub fn check_input<S: Real>(what: &'static str, a: &[S]) -> Result<(), ShapeError> {
    match kernels::first_non_finite(a) {
        Some(index) => Err(ShapeError::NonFinite { what, index }),
        None => Ok(()),
    }
}

/// Refuses numbers that are not finite; with the reason of a kernel that failed or the entry of the data that is not,
/// if there is one.
#[inline]
pub(crate) fn check_finite<P: Bilevel>(
    problem: &P,
    work: &P::Work,
    what: &'static str,
    a: &[T<P>],
) -> Result<(), EstimatorError> {
    if kernels::all_finite(a) { Ok(()) } else { Err(not_finite(problem, work, what, a)) }
}

#[cold]
fn not_finite<P: Bilevel>(problem: &P, work: &P::Work, what: &'static str, a: &[T<P>]) -> EstimatorError {
    match problem.fault(work) {
        Some(fault) => EstimatorError::Linear(fault),
        None => {
            let index = kernels::first_non_finite(a).unwrap_or(0);
            EstimatorError::NonFinite { what, index }.or_of_data(problem)
        }
    }
}

/// Zeros of length n.
pub(crate) fn zeros_x<P: Bilevel>(problem: &P, work: &P::Work) -> Result<X<P>, LinearError> {
    X::<P>::try_zeros("x", problem.dims(work).0, 1)
}

/// Zeros of length m.
pub(crate) fn zeros_y<P: Bilevel>(problem: &P, work: &P::Work) -> Result<Y<P>, LinearError> {
    Y::<P>::try_zeros("y", problem.dims(work).1, 1)
}
