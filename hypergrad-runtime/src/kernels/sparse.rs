//! Sparse matrices by rows: the entries of row i stand at `offsets[i]..offsets[i + 1]`.

use crate::scalar::Real;

/// Offsets of the rows, columns and values of the entries; columns ascend in a row.
pub type Csr<'a, T> = (&'a [usize], &'a [usize], &'a [T]);

/// `out += alpha A X`, X and `out` column-major with `count` columns.
pub fn csr_mul<T: Real>(alpha: T, (offsets, indices, values): Csr<'_, T>, x: &[T], count: usize, out: &mut [T]) {
    let rows = offsets.len().saturating_sub(1);
    if rows == 0 || count == 0 {
        return;
    }
    let inner = x.len() / count;
    for (k, out) in out.chunks_exact_mut(rows).take(count).enumerate() {
        let x = &x[k * inner..][..inner];
        for (out, ends) in out.iter_mut().zip(offsets.windows(2)) {
            let row = ends[0]..ends[1];
            let mut sum = T::ZERO;
            for (value, column) in values[row.clone()].iter().zip(&indices[row]) {
                sum += *value * x[*column];
            }
            *out += alpha * sum;
        }
    }
}

/// `out += alpha Aᵀ R`, R and `out` column-major with `count` columns.
pub fn csr_tr_mul<T: Real>(alpha: T, (offsets, indices, values): Csr<'_, T>, r: &[T], count: usize, out: &mut [T]) {
    let rows = offsets.len().saturating_sub(1);
    if rows == 0 || count == 0 {
        return;
    }
    let inner = out.len() / count;
    for (k, r) in r.chunks_exact(rows).take(count).enumerate() {
        let out = &mut out[k * inner..][..inner];
        for (r, ends) in r.iter().zip(offsets.windows(2)) {
            let (row, scaled) = (ends[0]..ends[1], alpha * *r);
            for (value, column) in values[row.clone()].iter().zip(&indices[row]) {
                out[*column] += *value * scaled;
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

    #[test]
    fn positions() {
        let found = [(0, 2), (1, 1), (3, 1), (2, 2), (4, 0)].map(|(i, j)| csr_position(MATRIX, i, j));
        assert_eq!(found, [Some(1), None, Some(4), None, None]);
    }
}
