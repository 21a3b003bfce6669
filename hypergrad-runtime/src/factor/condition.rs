//! Whether a factor is good for anything.
//!
//! Rounding hides an exact singularity behind pivots of some multiple of eps, and a triangular factor can
//! be singular to rounding without a small pivot. So of every factor the 1-norm of the scaled inverse
//! `C A⁻¹ R` is bounded, or where the bound is too large estimated with a few solves, for small matrices
//! computed. R and C are such that `|A| <= n R 1 1ᵀ C` entry by entry, so that scaling rows and columns
//! changes nothing.
//!
//! The bound is Hadamard's: an entry of `A'⁻¹`, `A' = R⁻¹ A C⁻¹`, is a minor of A' over `det A'`, and the
//! pivots of an elimination, each relative to the terms that make it up, multiply to `det A'`.
//!
//! # Reference
//! Hager, Condition estimates, SIAM J. Sci. Stat. Comput. 5 (1984); Higham, FORTRAN codes for estimating
//! the one-norm of a matrix, ACM TOMS 14 (1988), for the last vector.

use super::{FEW, Method};
use crate::error::LinearError;
use crate::kernels::sum;
use crate::math::abs;
use crate::scalar::Real;
use crate::storage::Dense;

/// The pivots of an elimination, relative to the terms that make them up.
#[derive(Clone, Copy, Debug)]
pub struct Smallest {
    pub(super) ratio: f64,
    pub(super) pivot: usize,
    pub(super) value: f64,
    pub(super) scale: f64,
    /// Of all ratios: `|det A'|` where the ratios are those of the scaled matrix.
    pub(super) product: f64,
}

impl Smallest {
    pub(super) const NONE: Self = Self { ratio: f64::INFINITY, pivot: 0, value: 0.0, scale: 0.0, product: 1.0 };

    /// The smaller one, and the product of both.
    #[inline]
    pub(super) fn min(self, other: Self) -> Self {
        let smaller = if other.ratio < self.ratio { other } else { self };
        Self { product: self.product * other.product, ..smaller }
    }

    /// Whether half of the digits of a pivot cancelled.
    fn is_suspicious<T: Real>(self) -> bool {
        self.ratio < if T::EPSILON > 1e-10 { 3e-4 } else { 1e-8 }
    }

    pub(super) fn singular(self, what: &'static str) -> LinearError {
        LinearError::Singular { what, block: None, pivot: self.pivot, value: self.value, scale: self.scale }
    }
}

/// `eps |C A⁻¹ R|` above which fewer than two digits of a solution would be right.
pub(super) const HOPELESS: f64 = 1e-2;

/// Refuses a factor with which fewer than two digits of a solution would be right; the condition where it
/// had to be estimated for that. `scratch` may have any length.
#[inline]
pub(super) fn check_condition<M: Method, D: Dense>(
    factor: Factor<'_, D::Scalar>,
    scratch: &mut [D::Scalar],
    what: &'static str,
    smallest: Smallest,
) -> Result<Option<f64>, LinearError> {
    if M::inverse_bound(factor.2, smallest) * D::Scalar::EPSILON <= HOPELESS {
        return Ok(None);
    }
    let found = bounded::<M, D>(factor, scratch);
    let Some(condition) = found else { return Ok(None) };
    if condition * D::Scalar::EPSILON <= HOPELESS {
        Ok(Some(condition))
    } else if smallest.is_suspicious::<D::Scalar>() {
        Err(smallest.singular(what))
    } else {
        Err(LinearError::IllConditioned { what, block: None, condition })
    }
}

/// The bound by minors: `n` entries a column, each a minor of a matrix with entries of at most 1 over
/// `determinant`.
pub(super) fn hadamard(n: usize, determinant: f64) -> f64 {
    let n = n as f64;
    n * nalgebra::ComplexField::powf(n, 0.5 * (n - 1.0)) / determinant
}

/// `|C A⁻¹ R|_1`, or an estimate of it.
pub(super) fn condition<M: Method, D: Dense>(factor: Factor<'_, D::Scalar>, scratch: &mut [D::Scalar]) -> f64 {
    if factor.2 <= FEW { M::condition_of_few(factor) } else { estimate::<M, D>(factor, scratch) }
}

/// `|C A⁻¹ R|_1` of a small matrix, column by column of the inverse.
pub(super) fn exact<M: Method, T: Real>((a, pivots, n): Factor<'_, T>) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let (mut rows, mut cols, mut sizes) = ([T::ZERO; FEW], [T::ZERO; FEW], [T::ZERO; FEW]);
    M::scales(a, pivots, n, &mut rows[..n], &mut cols[..n]);
    for k in 0..n {
        let mut column = [T::ZERO; FEW];
        column[k] = rows[k];
        M::solve(a, pivots, n, &mut column[..n]);
        for (t, c) in column.into_iter().zip(cols) {
            sizes[k] += abs(t * c);
        }
    }
    largest(&sizes[..n])
}

/// The largest of these sizes, infinite where one is not finite.
#[inline]
pub(super) fn largest<T: Real>(sizes: &[T]) -> f64 {
    let mut largest = 0.0;
    for size in sizes {
        let size = size.wide();
        if !f64::is_finite(size) {
            return f64::INFINITY;
        }
        largest = if size > largest { size } else { largest };
    }
    largest
}

/// An estimate of `|C A⁻¹ R|_1`.
#[cold]
#[inline(never)]
pub(super) fn estimate<M: Method, D: Dense>(factor: Factor<'_, D::Scalar>, scratch: &mut [D::Scalar]) -> f64 {
    let (a, pivots, n) = factor;
    if n <= FEW {
        return M::condition_of_few(factor);
    }
    with_room::<D, _>(scratch, n, |rows, cols, x| {
        M::scales(a, pivots, n, rows, cols);
        inverse_norm::<M, _>(factor, rows, cols, x)
    })
}

/// [`estimate`], unless a bound shows that it is small enough.
#[cold]
#[inline(never)]
fn bounded<M: Method, D: Dense>(factor: Factor<'_, D::Scalar>, scratch: &mut [D::Scalar]) -> Option<f64> {
    let (a, pivots, n) = factor;
    if n <= FEW {
        return Some(M::condition_of_few(factor));
    }
    with_room::<D, _>(scratch, n, |rows, cols, x| {
        M::scales(a, pivots, n, rows, cols);
        let bound = M::triangular_bound(a, pivots, n, (rows, cols), x);
        let is_small = bound * D::Scalar::EPSILON <= HOPELESS;
        (!is_small).then(|| inverse_norm::<M, _>(factor, rows, cols, x))
    })
}

/// Entries, pivots and size of a factored matrix.
pub type Factor<'a, T> = (&'a [T], &'a [usize], usize);

/// Three vectors of length n: from `kept` where it has room, else new (for constant sizes on the stack).
fn with_room<D: Dense, A>(
    kept: &mut [D::Scalar],
    n: usize,
    run: impl FnOnce(&mut [D::Scalar], &mut [D::Scalar], &mut [D::Scalar]) -> A,
) -> A {
    if kept.len() >= 3 * n {
        let (a, rest) = kept.split_at_mut(n);
        let (b, rest) = rest.split_at_mut(n);
        return run(a, b, &mut rest[..n]);
    }
    let (mut a, mut b, mut c) = (room::<D>(n), room::<D>(n), room::<D>(n));
    run(&mut a.flat_mut()[..n], &mut b.flat_mut()[..n], &mut c.flat_mut()[..n])
}

/// Storage for at least n entries.
fn room<D: Dense>(n: usize) -> D {
    let room = D::empty();
    if room.flat().len() < n { D::zeros(n, 1) } else { room }
}

/// Steps of the ascent; three are nearly always enough.
pub(super) const STEPS: usize = 5;

/// A lower bound of `|C A⁻¹ R|_1`, nearly always within a factor of 3: the larger one of an ascent and of
/// one image `|C A⁻¹ R x|_1 / |x|_1` of alternating signs, in case the ascent started where its image cancels.
fn inverse_norm<M: Method, T: Real>(factor: Factor<'_, T>, rows: &[T], cols: &[T], x: &mut [T]) -> f64 {
    let climbed = ascend::<M, T>(factor, rows, cols, x);
    let (a, pivots, n) = factor;
    let mut length = 0.0;
    for (i, x) in x.iter_mut().enumerate() {
        let entry = 1.0 + i as f64 / (n.max(2) - 1) as f64;
        length += entry;
        *x = T::lit(if i % 2 == 0 { entry } else { -entry });
    }
    multiply(x, rows);
    M::solve(a, pivots, n, x);
    multiply(x, cols);
    let alternating = x.iter().fold(0.0, |size, t| size + abs(*t).wide()) / length;
    if climbed >= alternating { climbed } else { alternating }
}

/// Ascends `|C A⁻¹ R x|_1` over the unit vectors x.
fn ascend<M: Method, T: Real>((a, pivots, n): Factor<'_, T>, rows: &[T], cols: &[T], x: &mut [T]) -> f64 {
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
