//! Sparse matrices by rows: the entries of row i stand at `offsets[i]..offsets[i + 1]`.

use crate::scalar::Real;

/// Offsets of the rows, columns and values of the entries; columns ascend in a row.
pub type Csr<'a, T> = (&'a [usize], &'a [usize], &'a [T]);

/// Columns that are read together: the entries of a row are loaded once for all of them.
const BLOCK: usize = 4;

/// Sums of a row that do not wait for each other.
const PARTS: usize = 4;

/// `out += alpha A X`, X and `out` column-major with `count` columns.
pub fn csr_mul<T: Real>(alpha: T, matrix: Csr<'_, T>, x: &[T], count: usize, out: &mut [T]) {
    let rows = matrix.0.len().saturating_sub(1);
    if rows == 0 || count == 0 {
        return;
    }
    let inner = x.len() / count;
    let mut first = 0;
    let blocks = out[..rows * count].chunks_mut(rows * BLOCK);
    for out in blocks {
        let x = &x[first * inner..];
        if out.len() == rows * BLOCK {
            mul_columns::<T, BLOCK>(alpha, matrix, x, inner, out);
        } else {
            for (x, out) in (0..).zip(out.chunks_exact_mut(rows)).map(|(k, out)| (&x[k * inner..], out)) {
                mul_columns::<T, 1>(alpha, matrix, x, inner, out);
            }
        }
        first += BLOCK;
    }
}

/// [`csr_mul`] of the first `N` columns of length `inner`.
#[inline]
fn mul_columns<T: Real, const N: usize>(alpha: T, (offsets, indices, values): Csr<'_, T>, x: &[T], inner: usize, out: &mut [T]) {
    let rows = out.len() / N;
    let columns: [&[T]; N] = core::array::from_fn(|k| &x[k * inner..][..inner]);
    for (i, ends) in offsets.windows(2).enumerate() {
        let row = ends[0]..ends[1];
        // Partial sums, so that an addition does not wait for the one before.
        let mut sums = [[T::ZERO; PARTS]; N];
        let (quads, rest) = values[row.clone()].as_chunks::<PARTS>();
        let (places, rest_places) = indices[row].as_chunks::<PARTS>();
        for (values, places) in quads.iter().zip(places) {
            for k in 0..N {
                for part in 0..PARTS {
                    sums[k][part] += values[part] * columns[k][places[part]];
                }
            }
        }
        for (value, column) in rest.iter().zip(rest_places) {
            for k in 0..N {
                sums[k][0] += *value * columns[k][*column];
            }
        }
        for (k, [a, b, c, d]) in sums.into_iter().enumerate() {
            out[k * rows + i] += alpha * ((a + c) + (b + d));
        }
    }
}

/// `out += alpha Aᵀ R`, R and `out` column-major with `count` columns.
pub fn csr_tr_mul<T: Real>(alpha: T, matrix: Csr<'_, T>, r: &[T], count: usize, out: &mut [T]) {
    let rows = matrix.0.len().saturating_sub(1);
    let inner = out.len().checked_div(count).unwrap_or(0);
    if rows == 0 || inner == 0 {
        return;
    }
    for (r, out) in r[..rows * count].chunks(rows * BLOCK).zip(out.chunks_mut(inner * BLOCK)) {
        if out.len() == inner * BLOCK {
            tr_mul_columns::<T, BLOCK>(alpha, matrix, r, out);
        } else {
            for (r, out) in r.chunks_exact(rows).zip(out.chunks_exact_mut(inner)) {
                tr_mul_columns::<T, 1>(alpha, matrix, r, out);
            }
        }
    }
}

/// [`csr_tr_mul`] of `N` columns.
#[inline]
fn tr_mul_columns<T: Real, const N: usize>(alpha: T, (offsets, indices, values): Csr<'_, T>, r: &[T], out: &mut [T]) {
    let (rows, inner) = (r.len() / N, out.len() / N);
    let mut rest = out.chunks_exact_mut(inner);
    let columns: [&mut [T]; N] = core::array::from_fn(|_| rest.next().unwrap_or_default());
    for (i, ends) in offsets.windows(2).enumerate() {
        let row = ends[0]..ends[1];
        let scaled: [T; N] = core::array::from_fn(|k| alpha * r[k * rows + i]);
        for (value, column) in values[row.clone()].iter().zip(&indices[row]) {
            for k in 0..N {
                columns[k][*column] += *value * scaled[k];
            }
        }
    }
}

/// Where the entry `(row, column)` stands among the stored ones.
pub fn csr_position<T>((offsets, indices, _): Csr<'_, T>, row: usize, column: usize) -> Option<usize> {
    let (start, end) = (*offsets.get(row)?, *offsets.get(row + 1)?);
    indices[start..end].binary_search(&column).ok().map(|k| start + k)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[[1, 0, 2], [0, 0, 0], [0, 3, 0], [4, 5, 6]]`
    const MATRIX: Csr<'static, f64> = (&[0, 2, 2, 3, 6], &[0, 2, 1, 0, 1, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);

    #[test]
    fn products_with_two_columns() {
        let mut out = vec![1.0; 8];
        csr_mul(2.0, MATRIX, &[1.0, 10.0, 100.0, 0.0, 1.0, 0.0], 2, &mut out);
        assert_eq!(out, [403.0, 1.0, 61.0, 1309.0, 1.0, 1.0, 7.0, 11.0]);
        let mut out = vec![0.0; 6];
        csr_tr_mul(1.0, MATRIX, &[1.0, 10.0, 100.0, 1000.0, 0.0, 0.0, 1.0, 0.0], 2, &mut out);
        assert_eq!(out, [4001.0, 5300.0, 6002.0, 0.0, 3.0, 0.0]);
    }

    /// Blocks of columns and what is left of them give what one column after another gives.
    #[test]
    fn any_number_of_columns() {
        let mul = |x: &[f64], count: usize, out: &mut [f64]| csr_mul(0.5, MATRIX, x, count, out);
        let back = |r: &[f64], count: usize, out: &mut [f64]| csr_tr_mul(0.5, MATRIX, r, count, out);
        let check = |product: &dyn Fn(&[f64], usize, &mut [f64]), inner: usize, outer: usize, count: usize| {
            let x: Vec<f64> = (0..inner * count).map(|k| (0.7 * k as f64).sin()).collect();
            let mut together = vec![1.0; outer * count];
            let mut alone = together.clone();
            product(&x, count, &mut together);
            for (x, out) in x.chunks(inner).zip(alone.chunks_mut(outer)) {
                product(x, 1, out);
            }
            assert_eq!(together, alone, "{count} columns");
        };
        for count in 0..10 {
            check(&mul, 3, 4, count);
            check(&back, 4, 3, count);
        }
    }

    #[test]
    fn positions() {
        let found = [(0, 2), (1, 1), (3, 1), (2, 2), (4, 0)].map(|(i, j)| csr_position(MATRIX, i, j));
        assert_eq!(found, [Some(1), None, Some(4), None, None]);
    }
}
