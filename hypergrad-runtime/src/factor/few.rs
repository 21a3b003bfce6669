//! The condition of a small matrix by Cholesky's factor: the inverse in registers, its columns side by side.

#![expect(clippy::inline_always, reason = "they are compiled for the vectors of their caller")]
#![expect(clippy::needless_range_loop, reason = "loops of constant length over arrays stay in registers")]

use pulp::{Simd, WithSimd};

use super::FEW;

/// The columns' sums of `|C A⁻¹ C|`, `C² = diag A`, for `A = L D Lᵀ` of n rows, at most [`FEW`], with `1/D` on the diagonal;
/// as if a unit matrix stood beside a smaller one. Nothing is fused: every machine gives the same bits.
pub struct Sizes<'a> {
    pub a: &'a [f64],
    pub n: usize,
    pub out: &'a mut [f64; FEW],
}

impl WithSimd for Sizes<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match FEW * size_of::<f64>() / size_of::<S::f64s>() {
            1 => sizes::<S, 1>(simd, self),
            2 => sizes::<S, 2>(simd, self),
            _ => sizes::<S, 4>(simd, self),
        }
    }
}

/// The same, with C vectors for [`FEW`] entries.
#[inline(always)]
fn sizes<S: Simd, const C: usize>(simd: S, Sizes { a, n, out }: Sizes<'_>) {
    let (mut l, mut inverse) = ([[0.0; FEW]; FEW], [1.0; FEW]);
    for j in 0..n.min(FEW) {
        let column = &a[j * n..][..n.min(FEW)];
        inverse[j] = column[j];
        l[j][j + 1..column.len()].copy_from_slice(&column[j + 1..]);
    }
    let d = each::<S, C>(
        simd,
        load::<S, C>(simd, &inverse),
        #[inline(always)]
        |t| simd.div_f64s(simd.splat_f64s(1.0), t),
    );
    let pivots = store::<S, C>(d);
    let mut squares = d;
    for j in 0..FEW {
        let (column, pivot) = (load::<S, C>(simd, &l[j]), simd.splat_f64s(pivots[j]));
        for c in 0..C {
            squares[c] = simd.add_f64s(squares[c], simd.mul_f64s(simd.mul_f64s(column[c], column[c]), pivot));
        }
    }
    let roots = each::<S, C>(
        simd,
        squares,
        #[inline(always)]
        |t| simd.sqrt_f64s(t),
    );
    let scales = store::<S, C>(roots);
    let mut rows = [[simd.splat_f64s(0.0); C]; FEW];
    for i in 0..FEW {
        rows[i] = load::<S, C>(simd, &UNIT[i]);
    }
    for j in 0..FEW {
        for i in j + 1..FEW {
            rows[i] = less::<S, C>(simd, rows[i], l[j][i], rows[j]);
        }
    }
    for i in 0..FEW {
        let inverse = simd.splat_f64s(inverse[i]);
        rows[i] = each::<S, C>(
            simd,
            rows[i],
            #[inline(always)]
            |t| simd.mul_f64s(t, inverse),
        );
    }
    for j in (1..FEW).rev() {
        for i in 0..j {
            rows[i] = less::<S, C>(simd, rows[i], l[i][j], rows[j]);
        }
    }
    let mut sums = [simd.splat_f64s(0.0); C];
    for i in 0..FEW {
        let scale = simd.splat_f64s(scales[i]);
        for c in 0..C {
            sums[c] = simd.add_f64s(sums[c], simd.mul_f64s(simd.abs_f64s(rows[i][c]), scale));
        }
    }
    for c in 0..C {
        sums[c] = simd.mul_f64s(sums[c], roots[c]);
    }
    *out = store::<S, C>(sums);
}

/// The rows of the unit matrix.
const UNIT: [[f64; FEW]; FEW] = {
    let mut unit = [[0.0; FEW]; FEW];
    let mut i = 0;
    while i < FEW {
        unit[i][i] = 1.0;
        i += 1;
    }
    unit
};

#[inline(always)]
fn load<S: Simd, const C: usize>(simd: S, from: &[f64; FEW]) -> [S::f64s; C] {
    let (mut row, (vectors, _)) = ([simd.splat_f64s(0.0); C], S::as_simd_f64s(from));
    row.copy_from_slice(&vectors[..C]);
    row
}

#[inline(always)]
fn store<S: Simd, const C: usize>(row: [S::f64s; C]) -> [f64; FEW] {
    let mut to = [0.0; FEW];
    let (vectors, _) = S::as_mut_simd_f64s(&mut to);
    vectors[..C].copy_from_slice(&row);
    to
}

#[inline(always)]
fn each<S: Simd, const C: usize>(_: S, row: [S::f64s; C], change: impl Fn(S::f64s) -> S::f64s) -> [S::f64s; C] {
    let mut row = row;
    for c in 0..C {
        row[c] = change(row[c]);
    }
    row
}

/// `row - factor other`.
#[inline(always)]
fn less<S: Simd, const C: usize>(simd: S, row: [S::f64s; C], factor: f64, other: [S::f64s; C]) -> [S::f64s; C] {
    let (mut row, factor) = (row, simd.splat_f64s(factor));
    for c in 0..C {
        row[c] = simd.sub_f64s(row[c], simd.mul_f64s(factor, other[c]));
    }
    row
}

#[cfg(test)]
mod tests {
    use crate::factor::condition::exact;
    use crate::factor::{FEW, Method, method::Cholesky};
    use crate::kernels::{gram, scatter};

    #[test]
    fn all_columns_at_once_are_one_by_one() {
        for n in 1..=FEW {
            let (mut root, mut a) = (vec![0.0; n * (n + 1)], vec![0.0; n * n]);
            scatter(&mut root);
            root.chunks_exact_mut(n + 1)
                .zip([1.0, 1e6, 1e-3].into_iter().cycle())
                .for_each(|(c, s)| c.iter_mut().for_each(|t| *t *= s));
            gram(1.0, &root, n + 1, n, &mut a);
            assert!(Cholesky::eliminate("A", &mut a, &mut [], n, &mut []).is_ok());
            let (one_by_one, at_once) = (exact::<Cholesky, f64>((&a, &[], n)), Cholesky::condition_of_few((&a[..], &[], n)));
            assert!((one_by_one - at_once).abs() < 1e-12 * one_by_one, "{n}: {one_by_one} and {at_once}");
        }
    }
}
