//! Solves with a triangle of a larger factor, some columns at a time: a right side is read and written once for them.
//!
//! They are compiled for the vectors of their caller, see `wide`. Nothing is fused.

#![expect(clippy::inline_always, reason = "they are compiled for the vectors of their caller")]

use core::ops::Range;

use super::{PANEL, subtract_columns};
use crate::kernels::axpy;
use crate::scalar::Real;

/// `U x = b`.
#[inline(always)]
pub fn upper<T: Real>(a: &[T], n: usize, rhs: &mut [T]) {
    for block in panels(n).rev() {
        let panel = &a[block.start * n..block.end * n];
        for j in block.clone().rev() {
            let column = &a[j * n..][..n];
            rhs[j] /= column[j];
            let t = rhs[j];
            axpy(-t, &column[block.start..j], &mut rhs[block.start..j]);
        }
        let (above, own) = rhs.split_at_mut(block.start);
        subtract(&own[..block.len()], panel, n, 0, above);
    }
}

/// `L x = b`, with ones on the diagonal.
#[inline(always)]
pub fn unit_lower<T: Real>(a: &[T], n: usize, rhs: &mut [T]) {
    for block in panels(n) {
        for j in block.clone() {
            let t = rhs[j];
            axpy(-t, &a[j * n..][j + 1..block.end], &mut rhs[j + 1..block.end]);
        }
        let (done, below) = rhs.split_at_mut(block.end);
        subtract(&done[block.start..], &a[block.start * n..block.end * n], n, block.end, below);
    }
}

/// The columns, [`PANEL`] at a time.
#[inline(always)]
fn panels(n: usize) -> impl DoubleEndedIterator<Item = Range<usize>> + Clone {
    (0..n.div_ceil(PANEL)).map(move |k| k * PANEL..n.min((k + 1) * PANEL))
}

/// `out -= sum_j t_j column_j`, the columns of a panel of height n from row `from` on.
#[inline(always)]
fn subtract<T: Real>(t: &[T], panel: &[T], n: usize, from: usize, out: &mut [T]) {
    if let Ok(&t) = <&[T; PANEL]>::try_from(t) {
        return subtract_columns(t, panel, n, from, out);
    }
    for (&t, column) in t.iter().zip(panel.chunks_exact(n)) {
        axpy(-t, &column[from..][..out.len()], out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{gemv, scatter};

    /// A matrix and a vector of n rows.
    fn sample(n: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut a, mut x) = (vec![0.0; n * n], vec![0.0; n]);
        scatter(&mut a);
        scatter(&mut x);
        for j in 0..n {
            a[j + j * n] += 3.0 + n as f64;
        }
        (a, x)
    }

    /// The entries of a triangle and of the diagonal, which is one of ones where that is given.
    fn triangle(a: &[f64], n: usize, lower: bool, unit: bool) -> Vec<f64> {
        let entry = |i: usize, j: usize| match i.cmp(&j) {
            core::cmp::Ordering::Equal if unit => 1.0,
            core::cmp::Ordering::Less if lower => 0.0,
            core::cmp::Ordering::Greater if !lower => 0.0,
            _ => a[i + j * n],
        };
        (0..n * n).map(|k| entry(k % n.max(1), k / n.max(1))).collect()
    }

    fn product(a: &[f64], n: usize, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; n];
        gemv(1.0, a, n, n, x, &mut out);
        out
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{found} and {expected}");
        }
    }

    #[test]
    fn solutions_of_every_size() {
        for n in 0..70 {
            let (a, x) = sample(n);
            let mut rhs = product(&triangle(&a, n, true, true), n, &x);
            unit_lower(&a, n, &mut rhs);
            assert_near(&rhs, &x);
            let mut rhs = product(&triangle(&a, n, false, false), n, &x);
            upper(&a, n, &mut rhs);
            assert_near(&rhs, &x);
        }
    }
}
