//! Factors of the matrices that a user's function solves with: each one run of numbers, as generated
//! code keeps them among its other tensors.
//!
//! A matrix with n rows takes [`packed_len`] numbers: n² of its factor, n pivots, and `STATUS` that
//! say whether it can be solved with. What cannot is solved to NaN, and [`fault`] has the reason.
//!
//! | n | by Gaussian elimination is meant |
//! |---|---|
//! | 1, 2, 3 | the inverse, by minors, and the determinant in place of the first pivot |
//! | more | `P A = L U` as [`method::Lu`] has it, row exchanges as numbers |
//!
//! Cholesky's factor, of the lower triangle of the matrix, is that of [`method::Cholesky`] for every n.

use nalgebra::SVector;

use super::method;
use super::{LogDet, Method};
use crate::error::LinearError;
use crate::scalar::Real;

/// Whether a factor is sound, and what was found: one of [`SOUND`] .. [`NOT_FINITE`], a position, a
/// value, what it is to be compared with.
const STATUS: usize = 4;

const SOUND: f64 = 0.0;
const SINGULAR: f64 = 1.0;
const NOT_DEFINITE: f64 = 2.0;
const ILL_CONDITIONED: f64 = 3.0;
const NOT_FINITE: f64 = 4.0;

/// Up to this size the inverse is written out.
const CLOSED: usize = 3;

/// Numbers that the factor of an `n x n` matrix takes.
#[must_use]
pub const fn packed_len(n: usize) -> usize {
    n * n + n + STATUS
}

/// Length of the scratch of [`factor_lu`] and [`factor_cholesky`].
#[must_use]
pub const fn factor_scratch(n: usize) -> usize {
    3 * n
}

/// Factors every matrix of `out`, each at the start of its [`packed_len`] numbers, by Gaussian
/// elimination. `pivots` has n entries, `scratch` as many as [`factor_scratch`] says.
#[inline]
pub fn factor_lu<T: Real>(n: usize, pivots: &mut [usize], scratch: &mut [T], out: &mut [T]) {
    for packed in out.chunks_exact_mut(packed_len(n)) {
        let (a, kept, status) = parts_mut(packed, n);
        let failure = match n {
            1 => closed::<1, T>(a, kept),
            2 => closed::<2, T>(a, kept),
            CLOSED => closed::<CLOSED, T>(a, kept),
            _ => {
                let failure = eliminate::<method::Lu, T>(a, pivots, n, scratch);
                kept.iter_mut().zip(pivots.iter()).for_each(|(kept, pivot)| *kept = T::lit(*pivot as f64));
                if let Some(LinearError::Singular { pivot, .. }) = failure {
                    // The determinant is 0 to rounding.
                    a[pivot * (n + 1)] = T::ZERO;
                }
                failure
            }
        };
        record(status, failure);
    }
}

/// [`factor_lu`] by Cholesky's method, of the symmetric matrix that has this lower triangle.
#[inline]
pub fn factor_cholesky<T: Real>(n: usize, pivots: &mut [usize], scratch: &mut [T], out: &mut [T]) {
    for packed in out.chunks_exact_mut(packed_len(n)) {
        let (a, _, status) = parts_mut(packed, n);
        let failure = eliminate::<method::Cholesky, T>(a, pivots, n, scratch);
        if !matches!(failure, None | Some(LinearError::IllConditioned { .. })) {
            // It has no factor, and no determinant that could be read from one.
            a[..1].fill(T::lit(f64::NAN));
        }
        record(status, failure);
    }
}

fn eliminate<M: Method, T: Real>(a: &mut [T], pivots: &mut [usize], n: usize, scratch: &mut [T]) -> Option<LinearError> {
    let pivots = &mut pivots[..n];
    pivots.iter_mut().enumerate().for_each(|(j, pivot)| *pivot = j);
    let failure = super::factor::<M, SVector<T, 1>>("", a, pivots, n, scratch).err();
    if let Some(LinearError::NonFinite { .. }) = failure {
        a[0] = T::lit(f64::NAN);
    }
    failure
}

/// The inverse of a small matrix in its place, its determinant into `kept[0]`.
#[inline]
fn closed<const N: usize, T: Real>(a: &mut [T], kept: &mut [T]) -> Option<LinearError> {
    let at = |i: usize, j: usize| a[i % N + j % N * N];
    // The minors, transposed: the indices run in cycles, which gives them their signs.
    let minor = |i: usize, j: usize| match N {
        1 => (T::ONE, T::ONE),
        2 if i == j => (at(j + 1, i + 1), at(j + 1, i + 1).abs()),
        2 => (-at(j + 1, i + 1), at(j + 1, i + 1).abs()),
        _ => {
            let (p, q) = (at(j + 1, i + 1) * at(j + 2, i + 2), at(j + 1, i + 2) * at(j + 2, i + 1));
            (p - q, p.abs() + q.abs())
        }
    };
    let mut adjugate = [[T::ZERO; N]; N];
    let (mut determinant, mut terms) = (T::ZERO, T::ZERO);
    for (j, column) in adjugate.iter_mut().enumerate() {
        for (i, entry) in column.iter_mut().enumerate() {
            let (value, size) = minor(i, j);
            *entry = value;
            if j == 0 {
                determinant += at(0, i) * value;
                terms += at(0, i).abs() * size;
            }
        }
    }
    kept[0] = determinant;
    let (value, scale) = (determinant.wide(), terms.wide());
    if !(value.is_finite() && scale.is_finite()) {
        return Some(LinearError::NonFinite { what: "", index: crate::kernels::first_non_finite(a).unwrap_or(0) });
    }
    if determinant.abs() <= T::lit(N as f64 * T::EPSILON) * terms {
        return Some(LinearError::Singular { what: "", block: None, pivot: N - 1, value, scale });
    }
    // Σ_k |A⁻¹_ik| |A_ki|, which no scaling of rows or columns changes: what cancels in Σ_k A⁻¹_ik A_ki = 1.
    let mut condition = 0.0;
    for i in 0..N {
        let rows = adjugate.iter().enumerate();
        let sum = rows.fold(T::ZERO, |sum, (k, row)| sum + (row[i] * at(k, i)).abs());
        let own = (sum / determinant.abs()).wide();
        condition = if own > condition { own } else { condition };
    }
    for (entry, minor) in a.iter_mut().zip(adjugate.as_flattened()) {
        *entry = *minor / determinant;
    }
    let hopeless = condition * T::EPSILON > super::condition::HOPELESS;
    hopeless.then_some(LinearError::IllConditioned { what: "", block: None, condition })
}

/// `A⁻¹ out` in place, by the factors of [`factor_lu`]: for each of them so many columns of length n.
#[inline]
pub fn solve_lu<T: Real>(factors: &[T], n: usize, columns: usize, out: &mut [T]) {
    each(factors, n, columns, out, |a, kept, rhs| match n {
        1 => multiply::<1, T>(a, rhs, |i, j| i + j),
        2 => multiply::<2, T>(a, rhs, |i, j| i + 2 * j),
        CLOSED => multiply::<CLOSED, T>(a, rhs, |i, j| i + CLOSED * j),
        _ => {
            for (j, pivot) in kept.iter().enumerate() {
                rhs.swap(j, row(*pivot));
            }
            method::Lu::solve(a, &[], n, rhs);
        }
    });
}

/// `A⁻ᵀ out` in place, by the factors of [`factor_lu`].
#[inline]
pub fn solve_lu_tr<T: Real>(factors: &[T], n: usize, columns: usize, out: &mut [T]) {
    each(factors, n, columns, out, |a, kept, rhs| match n {
        1 => multiply::<1, T>(a, rhs, |i, j| i + j),
        2 => multiply::<2, T>(a, rhs, |i, j| j + 2 * i),
        CLOSED => multiply::<CLOSED, T>(a, rhs, |i, j| j + CLOSED * i),
        _ => {
            method::Lu::solve_tr(a, &[], n, rhs);
            for (j, pivot) in kept.iter().enumerate().rev() {
                rhs.swap(j, row(*pivot));
            }
        }
    });
}

/// `A⁻¹ out` in place, by the factors of [`factor_cholesky`].
#[inline]
pub fn solve_cholesky<T: Real>(factors: &[T], n: usize, columns: usize, out: &mut [T]) {
    each(factors, n, columns, out, |a, _, rhs| method::Cholesky::solve(a, &[], n, rhs));
}

/// Applies a solve to every column of every matrix; NaN where the factor is not sound.
#[inline]
fn each<T: Real>(factors: &[T], n: usize, columns: usize, out: &mut [T], solve: impl Fn(&[T], &[T], &mut [T])) {
    if n == 0 || columns == 0 {
        return;
    }
    for (packed, part) in factors.chunks_exact(packed_len(n)).zip(out.chunks_exact_mut(n * columns)) {
        let (a, kept, status) = parts(packed, n);
        if status[0] > T::ZERO {
            part.fill(T::lit(f64::NAN));
        } else {
            part.chunks_exact_mut(n).for_each(|rhs| solve(a, kept, rhs));
        }
    }
}

/// `A rhs` in place, A being read at these places.
#[inline]
fn multiply<const N: usize, T: Real>(a: &[T], rhs: &mut [T], place: impl Fn(usize, usize) -> usize) {
    let old: [T; N] = core::array::from_fn(|j| rhs[j]);
    for (i, out) in rhs.iter_mut().enumerate() {
        *out = (0..N).fold(T::ZERO, |sum, j| sum + a[place(i, j)] * old[j]);
    }
}

/// `det A` of every factor of [`factor_lu`]; right where A is singular, too.
#[inline]
pub fn determinant_lu<T: Real>(factors: &[T], n: usize, out: &mut [T]) {
    for (packed, out) in factors.chunks_exact(packed_len(n)).zip(out) {
        let (a, kept, _) = parts(packed, n);
        *out = match n {
            1..=CLOSED => kept[0],
            _ => (0..n).fold(T::ONE, |all, j| if row(kept[j]) == j { all * a[j * (n + 1)] } else { -all * a[j * (n + 1)] }),
        };
    }
}

/// `ln det A` of every factor of [`factor_lu`]; NaN where the determinant is negative.
#[inline]
pub fn ln_determinant_lu<T: Real>(factors: &[T], n: usize, out: &mut [T]) {
    for (packed, out) in factors.chunks_exact(packed_len(n)).zip(out) {
        let (a, kept, _) = parts(packed, n);
        let LogDet { sign, ln_abs } = match n {
            1..=CLOSED => LogDet::ONE.times(kept[0].wide()),
            _ => (0..n).fold(LogDet::ONE, |all, j| {
                let exchanged = if row(kept[j]) == j { 1.0 } else { -1.0 };
                all.times(exchanged * a[j * (n + 1)].wide())
            }),
        };
        *out = T::lit(if sign < 0.0 { f64::NAN } else { ln_abs });
    }
}

/// `det A` of every factor of [`factor_cholesky`].
#[inline]
pub fn determinant_cholesky<T: Real>(factors: &[T], n: usize, out: &mut [T]) {
    for (packed, out) in factors.chunks_exact(packed_len(n)).zip(out) {
        *out = (0..n).fold(T::ONE, |all, j| all / packed[j * (n + 1)]);
    }
}

/// `ln det A` of every factor of [`factor_cholesky`].
#[inline]
pub fn ln_determinant_cholesky<T: Real>(factors: &[T], n: usize, out: &mut [T]) {
    for (packed, out) in factors.chunks_exact(packed_len(n)).zip(out) {
        *out = T::lit(method::Cholesky::log_det(packed, &[], n).ln_abs);
    }
}

/// The lower triangular L of every factor of [`factor_cholesky`], `A = L Lᵀ`; NaN where the factor is not sound.
#[inline]
pub fn lower_cholesky<T: Real>(factors: &[T], n: usize, out: &mut [T]) {
    if n == 0 {
        return;
    }
    for (packed, out) in factors.chunks_exact(packed_len(n)).zip(out.chunks_exact_mut(n * n)) {
        let (a, _, status) = parts(packed, n);
        if status[0] > T::ZERO {
            out.fill(T::lit(f64::NAN));
            continue;
        }
        for (j, (column, out)) in a.chunks_exact(n).zip(out.chunks_exact_mut(n)).enumerate() {
            // The diagonal holds the reciprocals of the pivots.
            let root = T::ONE / column[j].sqrt();
            out[..j].fill(T::ZERO);
            out[j] = root;
            for (out, entry) in out[j + 1..].iter_mut().zip(&column[j + 1..]) {
                *out = *entry * root;
            }
        }
    }
}

/// Why some factor cannot be solved with; `what` names its matrix.
#[must_use]
pub fn fault<T: Real>(what: &'static str, n: usize, factors: &[T]) -> Option<LinearError> {
    let several = factors.len() > packed_len(n);
    factors.chunks_exact(packed_len(n)).enumerate().find_map(|(b, packed)| {
        let (_, _, status) = parts(packed, n);
        reason(what, several.then_some(b), status)
    })
}

fn reason<T: Real>(what: &'static str, block: Option<usize>, status: &[T]) -> Option<LinearError> {
    let [kind, place, value, scale] = core::array::from_fn(|k| status[k].wide());
    let place = place as usize;
    if kind == SOUND {
        None
    } else if kind == SINGULAR {
        Some(LinearError::Singular { what, block, pivot: place, value, scale })
    } else if kind == NOT_DEFINITE {
        Some(LinearError::NotDefinite { what, block, pivot: place, value })
    } else if kind == ILL_CONDITIONED {
        Some(LinearError::IllConditioned { what, block, condition: value })
    } else {
        Some(LinearError::NonFinite { what, index: place })
    }
}

/// Writes what [`reason`] reads.
fn record<T: Real>(status: &mut [T], failure: Option<LinearError>) {
    let found = match failure {
        None => [SOUND, 0.0, 0.0, 0.0],
        Some(LinearError::Singular { pivot, value, scale, .. }) => [SINGULAR, pivot as f64, value, scale],
        Some(LinearError::NotDefinite { pivot, value, .. }) => [NOT_DEFINITE, pivot as f64, value, 0.0],
        Some(LinearError::IllConditioned { condition, .. }) => [ILL_CONDITIONED, 0.0, condition, 0.0],
        Some(LinearError::NonFinite { index, .. }) => [NOT_FINITE, index as f64, 0.0, 0.0],
        // Factoring fails in no other way.
        Some(_) => [NOT_FINITE, 0.0, 0.0, 0.0],
    };
    status.iter_mut().zip(found).for_each(|(status, found)| *status = T::lit(found));
}

/// A row number that is kept as a number.
#[inline]
fn row<T: Real>(pivot: T) -> usize {
    pivot.wide() as usize
}

/// Factor, pivots, status.
#[inline]
fn parts<T>(packed: &[T], n: usize) -> (&[T], &[T], &[T]) {
    let (a, rest) = packed.split_at(n * n);
    let (kept, status) = rest.split_at(n);
    (a, kept, status)
}

#[inline]
fn parts_mut<T>(packed: &mut [T], n: usize) -> (&mut [T], &mut [T], &mut [T]) {
    let (a, rest) = packed.split_at_mut(n * n);
    let (kept, status) = rest.split_at_mut(n);
    (a, kept, status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, DVector};

    /// Entries without structure, and a heavier diagonal.
    fn matrix(n: usize, seed: f64, diagonal: f64) -> DMatrix<f64> {
        DMatrix::from_fn(n, n, |i, j| {
            (seed + 1.7 * i as f64 + 2.9 * j as f64 * j as f64).sin() + if i == j { diagonal } else { 0.0 }
        })
    }

    fn packed<T: Real>(matrices: &[DMatrix<f64>], factor: fn(usize, &mut [usize], &mut [T], &mut [T])) -> Vec<T> {
        let n = matrices[0].nrows();
        let mut out = vec![T::ZERO; matrices.len() * packed_len(n)];
        for (matrix, out) in matrices.iter().zip(out.chunks_exact_mut(packed_len(n))) {
            out.iter_mut().zip(matrix.iter()).for_each(|(out, entry)| *out = T::lit(*entry));
        }
        factor(n, &mut vec![0; n], &mut vec![T::ZERO; factor_scratch(n)], &mut out);
        out
    }

    fn assert_close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "found {found}, expected {expected}");
    }

    #[test]
    fn elimination_solves_both_ways_and_has_the_determinant() {
        for n in [1, 2, 3, 4, 7, 30, 170] {
            let matrices = [matrix(n, 0.3, 0.5), matrix(n, 1.1, -3.0)];
            let factors = packed::<f64>(&matrices, factor_lu);
            let rhs = DMatrix::from_fn(n, 2, |i, j| (0.2 + i as f64 - 3.0 * j as f64).cos());
            let both: Vec<f64> = rhs.iter().chain(rhs.iter()).copied().collect();
            let (mut plain, mut transposed, mut det, mut ln_det) = (both.clone(), both, [0.0; 2], [0.0; 2]);
            solve_lu(&factors, n, 2, &mut plain);
            solve_lu_tr(&factors, n, 2, &mut transposed);
            determinant_lu(&factors, n, &mut det);
            ln_determinant_lu(&factors, n, &mut ln_det);
            assert_eq!(fault("A", n, &factors), None, "n = {n}");
            for (k, a) in matrices.iter().enumerate() {
                let part = |all: &[f64]| DMatrix::from_column_slice(n, 2, &all[2 * n * k..2 * n * (k + 1)]);
                // Backward stable, and the solutions are of moderate size.
                assert!((a * part(&plain) - &rhs).amax() <= 1e-11 * n as f64, "n = {n}");
                assert!((a.transpose() * part(&transposed) - &rhs).amax() <= 1e-11 * n as f64, "n = {n}");
                let expected = a.clone().lu().determinant();
                assert!((det[k] / expected - 1.0).abs() <= 1e-10, "n = {n}: {} {expected}", det[k]);
                assert_eq!(ln_det[k].is_nan(), expected < 0.0);
                if expected > 0.0 {
                    assert_close(ln_det[k], expected.ln(), 1e-10);
                }
            }
        }
    }

    #[test]
    fn choleskys_factor_reads_the_lower_triangle() {
        for n in [1, 2, 3, 5, 20] {
            let b = matrix(n, 0.7, 1.0);
            let a = &b * b.transpose() + DMatrix::identity(n, n);
            let mut lower = a.lower_triangle();
            lower.iter_mut().zip(DMatrix::from_fn(n, n, |i, j| i < j).iter()).for_each(|(a, above)| {
                if *above {
                    *a = 17.0;
                }
            });
            let factors = packed::<f64>(&[lower], factor_cholesky);
            let rhs = DVector::from_fn(n, |i, _| 1.0 - i as f64);
            let mut x = rhs.clone();
            solve_cholesky(&factors, n, 1, x.as_mut_slice());
            assert!((&a * x - rhs).amax() <= 1e-11 * n as f64);
            let (mut det, mut ln_det) = ([0.0], [0.0]);
            determinant_cholesky(&factors, n, &mut det);
            ln_determinant_cholesky(&factors, n, &mut ln_det);
            let theirs = a.cholesky().unwrap();
            let expected = theirs.determinant();
            assert_close(det[0] / expected, 1.0, 1e-11);
            assert_close(ln_det[0], expected.ln(), 1e-11);
            let mut lower = DMatrix::zeros(n, n);
            lower_cholesky(&factors, n, lower.as_mut_slice());
            assert!((lower - theirs.l()).amax() <= 1e-11 * n as f64);
        }
    }

    #[test]
    fn what_cannot_be_solved_with_is_not_a_number_and_has_a_reason() {
        for n in [2, 3, 4, 9] {
            let mut singular = matrix(n, 0.4, 0.0);
            let copy = singular.row(0).into_owned();
            singular.set_row(n - 1, &(2.0 * copy));
            let factors = packed::<f64>(&[matrix(n, 0.3, 2.0), singular], factor_lu);
            let mut x = vec![1.0; 2 * n];
            solve_lu(&factors, n, 1, &mut x);
            assert!(x[..n].iter().all(|t| t.is_finite()) && x[n..].iter().all(|t| t.is_nan()));
            let found = fault("A", n, &factors);
            assert!(matches!(found, Some(LinearError::Singular { what: "A", block: Some(1), .. })), "{found:?}");
            let mut det = [0.0; 2];
            determinant_lu(&factors, n, &mut det);
            assert!(det[1].abs() <= 1e-13, "{det:?}");
        }
    }

    #[test]
    fn rounding_does_not_make_a_matrix_regular() {
        for n in [2, 3, 6] {
            // Rows that agree to 15 digits.
            let mut a = matrix(n, 0.4, 0.0);
            let other = a.row(0) * (1.0 + 3e-16) + 4e-15 * a.row(1);
            a.set_row(n - 1, &other);
            let found = fault("A", n, &packed::<f64>(&[a], factor_lu));
            let refused = matches!(found, Some(LinearError::Singular { .. } | LinearError::IllConditioned { .. }));
            assert!(refused, "n = {n}: {found:?}");
        }
    }

    #[test]
    fn scales_do_not_make_a_matrix_singular() {
        for n in [2, 3, 5] {
            let scale = |i: usize| 10_f64.powi(7 * i as i32 - 12);
            let a = DMatrix::from_fn(n, n, |i, j| scale(i) * matrix(n, 0.3, 2.0)[(i, j)] * scale(n - 1 - j));
            assert_eq!(fault("A", n, &packed::<f64>(&[a], factor_lu)), None, "n = {n}");
        }
    }

    #[test]
    fn an_indefinite_matrix_has_no_root() {
        let a = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
        let factors = packed::<f64>(&[a], factor_cholesky);
        let (mut x, mut det) = ([1.0, 1.0], [0.0]);
        solve_cholesky(&factors, 2, 1, &mut x);
        ln_determinant_cholesky(&factors, 2, &mut det);
        let mut lower = [0.0; 4];
        lower_cholesky(&factors, 2, &mut lower);
        assert!(x[0].is_nan() && det[0].is_nan() && lower[0].is_nan());
        assert!(matches!(fault("A", 2, &factors), Some(LinearError::NotDefinite { pivot: 1, .. })));
    }

    #[test]
    fn entries_that_are_no_numbers_are_found() {
        for n in [2, 3, 5] {
            let mut a = matrix(n, 0.3, 2.0);
            a[(1, 1)] = f64::INFINITY;
            for factor in [factor_lu::<f64>, factor_cholesky::<f64>] {
                let found = fault("A", n, &packed(std::slice::from_ref(&a), factor));
                assert!(matches!(found, Some(LinearError::NonFinite { .. })), "{found:?}");
            }
        }
    }

    #[test]
    fn single_precision_keeps_its_pivots() {
        let a = matrix(40, 0.3, 6.0);
        let factors = packed::<f32>(std::slice::from_ref(&a), factor_lu);
        let mut x = vec![1.0_f32; 40];
        solve_lu(&factors, 40, 1, &mut x);
        let x = DVector::from_iterator(40, x.iter().map(|t| f64::from(*t)));
        assert!((a * &x - DVector::repeat(40, 1.0)).amax() <= 1e-3 * (1.0 + x.amax()), "{x}");
    }

    #[test]
    fn nothing_has_determinant_one() {
        let mut det = [0.0; 1];
        let factors = packed::<f64>(&[DMatrix::zeros(0, 0)], factor_lu);
        determinant_lu(&factors, 0, &mut det);
        assert_eq!(det, [1.0]);
        solve_lu(&factors, 0, 3, &mut []);
    }
}
