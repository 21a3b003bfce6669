//! The operator norm of a Jacobian: from a small Gram matrix, by power iteration, by products alone.

use nalgebra::ComplexField;

use super::steps::{Vectors, divide, jacobi_diagonal};
use crate::error::EstimatorError;
use crate::kernels::{axpy, gemv, gemv_t, norm, scale, scatter};
use crate::linear::{AdjointSolve, Systems};
use crate::math;
use crate::point::{T, check_finite};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// A Gram matrix where one dimension is at most this.
const SMALL: usize = 32;
/// Sweeps at most, of rotations or of power iteration.
const SWEEPS: usize = 2000;
/// Power iteration stops when a sweep changes the norm by less.
const TOLERANCE: f64 = 1e-10;

/// P in the Jacobian `Omega_1 (I - P⁻¹ F_1)` of an estimator at a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The Jacobian is `Omega_1`.
    Nothing,
    /// `P = F_1`.
    Newton,
    /// `P = diag(F_1)`.
    Jacobi,
}

/// The largest singular value of A, `rows x cols`; its right singular vector into `right`, `left` being
/// scratch of length `rows`.
pub(super) fn largest_singular_value<S: Real>(a: &[S], rows: usize, cols: usize, left: &mut [S], right: &mut [S]) -> f64 {
    let largest = a.iter().fold(S::ZERO, |largest, t| math::max(largest, ComplexField::abs(*t)));
    if largest == S::ZERO {
        scatter(right);
        normalise(right);
        return 0.0;
    }
    if rows <= cols && rows <= SMALL {
        // 1/largest: squares neither overflow nor vanish.
        let inverse = inverse_size(largest);
        let entry = |i: usize, j: usize| strided(a, rows, i, j, inverse);
        top_eigenvector(rows, entry, left);
        right.fill(S::ZERO);
        gemv_t(S::ONE, a, rows, cols, left, right);
        return normalise(right);
    }
    if cols <= SMALL {
        let column = |j: usize| &a[j * rows..][..rows];
        let inverse = inverse_size(largest);
        let entry = |i: usize, j: usize| {
            column(i).iter().zip(column(j)).fold(S::ZERO, |sum, (&a, &b)| sum + (a * inverse) * (b * inverse))
        };
        top_eigenvector(cols, entry, right);
        left.fill(S::ZERO);
        gemv(S::ONE, a, rows, cols, right, left);
        return norm(left);
    }
    let mut by_a = |u: &[S], s: &mut [S]| {
        s.fill(S::ZERO);
        gemv(S::ONE, a, rows, cols, u, s);
        Ok(())
    };
    let mut by_transpose = |s: &[S], u: &mut [S]| {
        u.fill(S::ZERO);
        gemv_t(S::ONE, a, rows, cols, s, u);
        Ok(())
    };
    power(&mut by_a, &mut by_transpose, left, right).unwrap_or(f64::NAN)
}

/// `1 / largest`; of subnormal numbers that of the least normal one, so that it is finite.
fn inverse_size<S: Real>(largest: S) -> S {
    let least = S::lit(if S::EPSILON > 1e-10 { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE });
    S::ONE / math::max(largest, least)
}

/// Rows i and j of A, scaled, multiplied and summed.
fn strided<S: Real>(a: &[S], rows: usize, i: usize, j: usize, factor: S) -> S {
    a.chunks_exact(rows).fold(S::ZERO, |sum, column| sum + (column[i] * factor) * (column[j] * factor))
}

/// Scales to length 1; the length before.
fn normalise<S: Real>(a: &mut [S]) -> f64 {
    let length = norm(a);
    if length > 0.0 {
        // In two steps where 1/length overflows.
        let inverse = inverse_size(S::lit(length));
        scale(inverse, a);
        scale(S::lit(1.0 / (length * inverse.wide())), a);
    }
    length
}

/// The unit eigenvector of the largest eigenvalue of a small symmetric matrix, by Jacobi's rotations.
fn top_eigenvector<S: Real>(n: usize, entry: impl Fn(usize, usize) -> S, out: &mut [S]) {
    let (mut a, mut vectors) = ([S::ZERO; SMALL * SMALL], [S::ZERO; SMALL * SMALL]);
    for j in 0..n {
        for i in 0..n {
            a[i + j * n] = entry(i, j);
        }
        vectors[j + j * n] = S::ONE;
    }
    let (a, vectors) = (&mut a[..n * n], &mut vectors[..n * n]);
    for _ in 0..SWEEPS {
        if !rotate_all(a, vectors, n) {
            break;
        }
    }
    let top = (0..n).fold(0, |top, j| if a[j + j * n] > a[top + top * n] { j } else { top });
    out.copy_from_slice(&vectors[top * n..][..n]);
}

/// One sweep; whether anything was left to rotate away.
fn rotate_all<S: Real>(a: &mut [S], vectors: &mut [S], n: usize) -> bool {
    let mut rotated = false;
    for q in 1..n {
        for p in 0..q {
            let (off, size) = (a[p + q * n], a[p + p * n].abs() + a[q + q * n].abs());
            if off.abs() <= S::lit(S::EPSILON) * size {
                continue;
            }
            rotated = true;
            let theta = (a[q + q * n] - a[p + p * n]) / (S::lit(2.0) * off);
            let sign = if theta < S::ZERO { -S::ONE } else { S::ONE };
            let t = sign / (theta.abs() + (S::ONE + theta * theta).sqrt());
            let c = S::ONE / (S::ONE + t * t).sqrt();
            rotate(a, vectors, n, (p, q), (c, t * c));
        }
    }
    rotated
}

/// `A <- Jᵀ A J`, `V <- V J` for a rotation in the plane of p and q.
fn rotate<S: Real>(a: &mut [S], vectors: &mut [S], n: usize, (p, q): (usize, usize), (c, s): (S, S)) {
    for k in 0..n {
        let (x, y) = (a[k + p * n], a[k + q * n]);
        (a[k + p * n], a[k + q * n]) = (c * x - s * y, s * x + c * y);
        let (x, y) = (vectors[k + p * n], vectors[k + q * n]);
        (vectors[k + p * n], vectors[k + q * n]) = (c * x - s * y, s * x + c * y);
    }
    for k in 0..n {
        let (x, y) = (a[p + k * n], a[q + k * n]);
        (a[p + k * n], a[q + k * n]) = (c * x - s * y, s * x + c * y);
    }
}

/// A product into the second argument.
type Product<'a, S> = &'a mut dyn FnMut(&[S], &mut [S]) -> Result<(), EstimatorError>;

/// Power iteration on `AᵀA`; the last unit vector stays in `u`.
fn power<S: Real>(by_a: Product<'_, S>, by_transpose: Product<'_, S>, s: &mut [S], u: &mut [S]) -> Result<f64, EstimatorError> {
    scatter(u);
    normalise(u);
    let mut found = 0.0;
    for _ in 0..SWEEPS {
        by_a(u, s)?;
        if normalise(s) == 0.0 {
            return Ok(found);
        }
        by_transpose(s, u)?;
        // |Aᵀ s| for a unit s: at least |A u|, at most the norm, and so never less than in the sweep before,
        // but for rounding: where A is nothing else, that ends the iteration.
        let now = normalise(u);
        if now <= found * (1.0 + TOLERANCE.max(4.0 * S::EPSILON)) {
            return Ok(now.max(found));
        }
        found = now;
    }
    Ok(found)
}

/// `|Omega_1 (I - P⁻¹ F_1)|` at a root, by products with the Jacobian and its transpose, two solves
/// with `F_1` a sweep (docs/formulas.md 1.4).
pub(super) fn norm_of_products<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    linear: &L,
    step: Step,
) -> Result<f64, EstimatorError> {
    let mut s = Vectors::new(problem, work)?;
    let mut workspace = linear.workspace(problem, work)?;
    let mut systems = Systems::new(linear, &mut workspace);
    systems.adjoint(problem, work, None, s.v.flat_mut())?;
    problem.set_adjoint(work, s.v.flat());
    // Out of s: the iteration's own vectors.
    let mut u = core::mem::replace(&mut s.x, Dense::empty());
    let mut t = core::mem::replace(&mut s.other, Dense::empty());
    if step == Step::Jacobi {
        jacobi_diagonal(problem, work, s.v.flat_mut())?;
    }
    let cell = core::cell::RefCell::new((work, s, systems));
    let mut by_jacobian = |u: &[T<P>], out: &mut [T<P>]| {
        let (work, s, systems) = &mut *cell.borrow_mut();
        forward(problem, work, (s, systems), step, u, out)
    };
    let mut by_transpose = |t: &[T<P>], out: &mut [T<P>]| {
        let (work, s, systems) = &mut *cell.borrow_mut();
        backward(problem, work, (s, systems), step, t, out)
    };
    power(&mut by_jacobian, &mut by_transpose, t.flat_mut(), u.flat_mut())
}

/// `Omega_1 (u - P⁻¹ F_1 u)`; `Omega_1 n = M_21 n - F_2ᵀ F_1⁻ᵀ M_11 n`. `diag(F_1)` is in `s.v`.
fn forward<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    (s, systems): (&mut Vectors<P>, &mut Systems<'_, P, L>),
    step: Step,
    u: &[T<P>],
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let one = T::<P>::ONE;
    s.n.flat_mut().copy_from_slice(u);
    if step != Step::Nothing {
        problem.f_1_mul(work, u, s.t.flat_mut());
        match step {
            Step::Newton => systems.solve(problem, work, "F_1⁻¹ F_1 u", s.t.flat_mut())?,
            Step::Jacobi | Step::Nothing => divide(s.t.flat_mut(), s.v.flat()),
        }
        axpy(-one, s.t.flat(), s.n.flat_mut());
    }
    problem.m_11_mul(work, s.n.flat(), s.t.flat_mut());
    problem.m_21_mul(work, s.n.flat(), out);
    systems.solve_tr(problem, work, "Omega_1 u", s.t.flat_mut())?;
    problem.f_2_tr_mul(work, s.t.flat(), s.scratch.flat_mut());
    axpy(-one, s.scratch.flat(), out);
    check_finite(problem, work, "Omega_1 u", out)
}

/// `(I - F_1ᵀ P⁻ᵀ) Omega_1ᵀ t`; `Omega_1ᵀ t = M_12 t + M_11 r`, `F_1 r = -F_2 t`.
fn backward<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    (s, systems): (&mut Vectors<P>, &mut Systems<'_, P, L>),
    step: Step,
    t: &[T<P>],
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let one = T::<P>::ONE;
    problem.f_2_mul(work, t, s.n.flat_mut());
    systems.solve(problem, work, "F_1⁻¹ F_2 t", s.n.flat_mut())?;
    scale(-one, s.n.flat_mut());
    problem.m_12_mul(work, t, out);
    problem.m_11_mul(work, s.n.flat(), s.t.flat_mut());
    axpy(one, s.t.flat(), out);
    if step != Step::Nothing {
        s.n.flat_mut().copy_from_slice(out);
        match step {
            Step::Newton => systems.solve_tr(problem, work, "Omega_1ᵀ t", s.n.flat_mut())?,
            Step::Jacobi | Step::Nothing => divide(s.n.flat_mut(), s.v.flat()),
        }
        problem.f_1_tr_mul(work, s.n.flat(), s.t.flat_mut());
        axpy(-one, s.t.flat(), out);
    }
    check_finite(problem, work, "Omega_1ᵀ t", out)
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::*;

    /// A gap of 0.9 between the singular values: `1e-10 / (1 - 0.81)` is left.
    #[test]
    fn the_largest_of_many() {
        let (q, _) = DMatrix::from_fn(6, 6, |i, j| f64::from(u32::try_from(3 * i + j * j).unwrap()).sin()).qr().unpack();
        let a = &q * DMatrix::from_diagonal(&DVector::from_fn(6, |i, _| 2.0 * 0.9_f64.powi(i as i32))) * q.transpose();
        let mut by_a = |u: &[f64], s: &mut [f64]| {
            s.copy_from_slice((&a * DVector::from_column_slice(u)).as_slice());
            Ok(())
        };
        let mut by_transpose = |s: &[f64], u: &mut [f64]| {
            u.copy_from_slice(a.tr_mul(&DVector::from_column_slice(s)).as_slice());
            Ok(())
        };
        let (mut s, mut u) = ([0.0; 6], [0.0; 6]);
        let found = power(&mut by_a, &mut by_transpose, &mut s, &mut u).unwrap();
        assert!((2.0 * (1.0 - 1e-9)..=2.0 * (1.0 + 1e-14)).contains(&found), "{found}");
    }

    /// Products that are rounding alone, different each time: a few sweeps, not two thousand.
    #[test]
    fn rounding_does_not_keep_it_going() {
        let calls = core::cell::Cell::new(0_u32);
        let noise = |_: &[f64], out: &mut [f64]| {
            calls.set(calls.get() + 1);
            for (i, out) in out.iter_mut().enumerate() {
                *out = 1e-16 * (f64::from(calls.get()) + 7.0 * i as f64).sin();
            }
            Ok(())
        };
        let (mut by_a, mut by_transpose) = (noise, noise);
        let (mut s, mut u) = ([0.0; 50], [0.0; 50]);
        let found = power(&mut by_a, &mut by_transpose, &mut s, &mut u).unwrap();
        assert!(found < 1e-14 && calls.get() < 40, "{found:e} after {} products", calls.get());
    }
}
