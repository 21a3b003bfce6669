//! Whether a factor with a small pivot is good for anything.
//!
//! Rounding hides an exact singularity behind pivots of some multiple of eps. Where a pivot is
//! small, the 1-norm of the scaled inverse `C A⁻¹ R` is estimated (`|A| <= n R 1 1ᵀ C` entry by
//! entry, so that scaling rows and columns changes nothing): a few solves.
//!
//! # Reference
//! Hager, Condition estimates, SIAM J. Sci. Stat. Comput. 5 (1984).

use super::Method;
use crate::error::LinearError;
use crate::kernels::sum;
use crate::math::abs;
use crate::problem::Dense;
use crate::scalar::Real;

/// The smallest pivot of an elimination, relative to the terms that cancelled in it.
#[derive(Clone, Copy, Debug)]
pub struct Smallest {
    pub(super) ratio: f64,
    pub(super) pivot: usize,
    pub(super) value: f64,
    pub(super) scale: f64,
}

impl Smallest {
    pub(super) const NONE: Self = Self { ratio: f64::INFINITY, pivot: 0, value: 0.0, scale: 0.0 };

    /// The smaller one.
    pub(super) fn min(self, other: Self) -> Self {
        if other.ratio < self.ratio { other } else { self }
    }

    /// Whether it deserves an estimate: half of the digits cancelled.
    pub(super) fn is_suspicious<T: Real>(self) -> bool {
        self.ratio < if T::EPSILON > 1e-10 { 3e-4 } else { 1e-8 }
    }

    pub(super) fn singular(self, what: &'static str) -> LinearError {
        LinearError::Singular { what, block: None, pivot: self.pivot, value: self.value, scale: self.scale }
    }
}

/// Refuses a factor with which fewer than two digits of a solution would be right:
/// `eps |C A⁻¹ R| > 1/100`.
#[cold]
#[inline(never)]
pub(super) fn check_condition<M: Method, D: Dense>(
    factor: Factor<'_, D::Scalar>,
    what: &'static str,
    smallest: Smallest,
) -> Result<(), LinearError> {
    let (a, pivots, n) = factor;
    let (mut rows, mut cols, mut x) = (room::<D>(n), room::<D>(n), room::<D>(n));
    let (rows, cols, x) = (&mut rows.flat_mut()[..n], &mut cols.flat_mut()[..n], &mut x.flat_mut()[..n]);
    M::scales(a, pivots, n, rows, cols);
    let size = inverse_norm::<M, _>(factor, rows, cols, x);
    if size * D::Scalar::EPSILON <= 0.01 { Ok(()) } else { Err(smallest.singular(what)) }
}

/// Entries, pivots and size of a factored matrix.
type Factor<'a, T> = (&'a [T], &'a [usize], usize);

/// Storage for at least n entries.
fn room<D: Dense>(n: usize) -> D {
    let room = D::empty();
    if room.flat().len() < n { D::zeros(n, 1) } else { room }
}

/// Steps of the ascent; three are nearly always enough.
const STEPS: usize = 5;

/// A lower bound of `|C A⁻¹ R|_1`, nearly always within a factor of 3: ascends
/// `|C A⁻¹ R x|_1` over the unit vectors x.
fn inverse_norm<M: Method, T: Real>((a, pivots, n): Factor<'_, T>, rows: &[T], cols: &[T], x: &mut [T]) -> f64 {
    x.fill(T::lit(1.0 / n as f64));
    let mut best = 0.0;
    let mut at = None;
    for _ in 0..STEPS {
        multiply(x, rows);
        M::solve(a, pivots, n, x);
        multiply(x, cols);
        let size = x.iter().fold(0.0, |size, t| size + abs(*t).wide());
        if !f64::is_finite(size) {
            return f64::INFINITY;
        }
        if size <= best {
            return best;
        }
        best = size;
        for (t, &c) in x.iter_mut().zip(cols) {
            *t = if *t < T::ZERO { -c } else { c };
        }
        M::solve_tr(a, pivots, n, x);
        multiply(x, rows);
        let here = at.map_or_else(|| sum(x).wide() / n as f64, |at: usize| x[at].wide());
        let (mut next, mut steepest) = (0, 0.0);
        for (j, t) in x.iter().enumerate() {
            if abs(*t).wide() > steepest {
                (next, steepest) = (j, abs(*t).wide());
            }
        }
        if steepest <= here {
            return best;
        }
        x.fill(T::ZERO);
        x[next] = T::ONE;
        at = Some(next);
    }
    best
}

fn multiply<T: Real>(x: &mut [T], by: &[T]) {
    for (x, &by) in x.iter_mut().zip(by) {
        *x *= by;
    }
}
