//! Gradient descent where F is affine in x.

use super::iterate::Vectors;
use crate::kernels::{Aligned, Descent, MOST_DESCENT as MOST, all_finite};
use crate::point::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// Fewer steps are not worth forming `F_1`.
const MANY: usize = 8;

/// Whether so many steps are taken by [`descend`]: x of a constant length, and short.
#[inline]
pub(super) fn applies<P: Bilevel>(steps: usize) -> bool {
    let length = X::<P>::empty().flat().len();
    P::STRUCTURE.f1_constant_in_x && (1..=MOST).contains(&length) && steps >= MANY
}

/// So many steps from the x in `work`, F there in `vectors`: `s F <- s F - s F_1 (s F)` in registers. `false`, and the
/// point as it was, where the machine has no vectors, and where an entry is not finite in the end.
pub(super) fn descend<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>, step: f64, steps: usize) -> bool {
    let step = T::<P>::lit(step);
    let f = vectors.residual.flat();
    let n = f.len();
    let rows = if n <= T::<P>::LEAST { T::<P>::LEAST } else { MOST };
    let mut f_1 = P::XX::zeros(n, n);
    problem.f_1(work, f_1.flat_mut());
    let zeros = Aligned([T::<P>::ZERO; MOST]);
    let (Aligned(map), Aligned(x), Aligned(r)) = &mut (Aligned([T::<P>::ZERO; MOST * MOST]), zeros, zeros);
    for (to, from) in map.chunks_exact_mut(rows).zip(f_1.flat().chunks_exact(n)) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = -step * from;
        }
    }
    x[..n].copy_from_slice(problem.x(work));
    for (r, &f) in r.iter_mut().zip(f) {
        *r = step * f;
    }
    let done = T::<P>::affine_descent(&map[..n * rows], &mut x[..rows], &mut r[..rows], steps);
    let good = done && all_finite(x) && all_finite(r);
    if good {
        problem.set_x(work, &x[..n]);
    }
    good
}
