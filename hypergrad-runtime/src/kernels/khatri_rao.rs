//! Products of column-wise Khatri-Rao products: `Σ_k a_ki b_kj .. · c_kl d_km ..`, the Gram matrix of
//! features that are products of features. Rows are taken a panel at a time, so that only a panel of
//! those products ever exists.

use super::gemm_tn;
use crate::scalar::Real;

/// Rows of a panel.
const PANEL: usize = 128;

/// Entries of scratch for [`khatri_rao`] with so many rows and columns in the result, together.
#[must_use]
pub const fn khatri_rao_scratch(width: usize) -> usize {
    PANEL * width
}

/// `out_(ij..)(lm..) += alpha Σ_k a_ki b_kj .. c_kl d_km ..`; every factor has `rows` rows, and the
/// columns of the first factor of a side run fastest.
pub fn khatri_rao<T: Real>(alpha: T, left: &[&[T]], right: &[&[T]], rows: usize, scratch: &mut [T], out: &mut [T]) {
    if rows == 0 {
        return;
    }
    let (height, width) = (columns(left, rows), columns(right, rows));
    if height == 0 || width == 0 {
        return;
    }
    let step = (scratch.len() / (height + width)).min(rows);
    if step == 0 {
        return by_entries(alpha, left, right, rows, out);
    }
    let (first, second) = scratch.split_at_mut(step * height);
    for start in (0..rows).step_by(step) {
        let count = step.min(rows - start);
        panel(left, rows, (start, count), &mut first[..count * height]);
        panel(right, rows, (start, count), &mut second[..count * width]);
        gemm_tn(alpha, &first[..count * height], &second[..count * width], height, count, width, out);
    }
}

fn columns<T>(factors: &[&[T]], rows: usize) -> usize {
    factors.iter().map(|f| f.len() / rows).product()
}

/// The column of each factor that stands in column `number` of their product.
fn segments<'a, T>(factors: &'a [&[T]], rows: usize, mut number: usize) -> impl Iterator<Item = &'a [T]> {
    factors.iter().map(move |factor| {
        let count = factor.len() / rows;
        let column = number % count;
        number /= count;
        &factor[column * rows..][..rows]
    })
}

/// Some rows of a Khatri-Rao product, column by column.
fn panel<T: Real>(factors: &[&[T]], rows: usize, (start, count): (usize, usize), out: &mut [T]) {
    for (number, column) in out.chunks_exact_mut(count).enumerate() {
        column.fill(T::ONE);
        for segment in segments(factors, rows, number) {
            for (entry, &factor) in column.iter_mut().zip(&segment[start..start + count]) {
                *entry *= factor;
            }
        }
    }
}

fn by_entries<T: Real>(alpha: T, left: &[&[T]], right: &[&[T]], rows: usize, out: &mut [T]) {
    let height = columns(left, rows);
    for (number, entry) in out.iter_mut().enumerate().take(height * columns(right, rows)) {
        let at = |k: usize| {
            let factors = segments(left, rows, number % height).chain(segments(right, rows, number / height));
            factors.fold(T::ONE, |product, segment| product * segment[k])
        };
        *entry += alpha * (0..rows).fold(T::ZERO, |sum, k| sum + at(k));
    }
}
