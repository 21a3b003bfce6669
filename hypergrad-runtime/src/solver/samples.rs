//! Steps along F where F at a sample reads x at that sample only: all of them for some samples, then for the next ones.

use super::Solution;
use super::iterate::{Defaults, Stopping, Vectors};
use crate::error::SolveError;
use crate::kernels::{all_finite, norm};
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// Fewer steps gain nothing.
const MANY: usize = 2;

/// Exactly so many steps of this length from the x in `work`; `None`, and the point as it was, where samples were not
/// proved to be apart, and where a number is not finite in the end: which step it was is for others to find.
pub(super) fn run<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    vectors: &mut Vectors<P>,
    settings: (Stopping, Defaults),
    length: f64,
) -> Result<Option<Solution<()>>, SolveError> {
    let Some(steps) = settings.0.exact.filter(|steps| P::BY_SAMPLES && *steps >= MANY) else { return Ok(None) };
    vectors.keep_x(problem, work);
    let start = problem.descend(work, T::<P>::lit(length), steps, vectors.residual.flat_mut());
    let size = norm(vectors.residual.flat());
    if let Some(start) = start
        && start.is_finite()
        && size.is_finite()
        && all_finite(problem.x(work))
    {
        return settings.0.end::<P>(settings.1, (start, size), steps).map(Some);
    }
    problem.set_x(work, vectors.x.flat());
    Ok(None)
}
