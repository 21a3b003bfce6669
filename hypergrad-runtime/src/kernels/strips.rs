//! Products with some rows of a matrix, so that what is read for `A x` is in the cache for `Aᵀ w`.

use core::ops::Range;

use super::{gemv, gemv_into, gemv_t};
use crate::scalar::Real;

/// Entries of a matrix that stays in a cache of the second level, and of its strips.
const KEPT: usize = 1 << 16;
const STRIP: usize = 1 << 15;
/// Strips have a multiple of so many rows: whole vectors, and of a column not only some lines of the cache.
const LEAST: usize = 32;
/// Columns that lie a multiple of so many entries apart fall to the same places of the cache; so many of them fit.
const PAGE: usize = 512;
const ALIKE: usize = 256;

/// The rows of a matrix, strip by strip; all of them where strips gain nothing.
pub fn strips(rows: usize, columns: usize) -> impl Iterator<Item = Range<usize>> {
    let height = STRIP / columns.max(1) / LEAST * LEAST;
    let whole = rows.saturating_mul(columns) <= KEPT || height == 0 || rows.is_multiple_of(PAGE) && columns > ALIKE;
    let height = if whole { rows.max(1) } else { height };
    (0..rows).step_by(height).map(move |first| first..rows.min(first + height))
}

/// `out += alpha A x` for the rows of A from `first` on, as many as `out` has; A comes with rows and columns.
#[inline]
pub fn gemv_rows<T: Real>(alpha: T, (a, rows, columns): (&[T], usize, usize), first: usize, x: &[T], out: &mut [T]) {
    if out.len() == rows {
        return gemv(alpha, a, rows, columns, x, out);
    }
    if T::wide_gemv_rows(alpha, (a, rows), first, &x[..columns], out) {
        return;
    }
    for (column, &x) in a.chunks_exact(rows.max(1)).zip(&x[..columns]) {
        super::axpy(alpha * x, &column[first..first + out.len()], out);
    }
}

/// The same, written.
#[inline]
pub fn gemv_rows_into<T: Real>(alpha: T, a: (&[T], usize, usize), first: usize, x: &[T], out: &mut [T]) {
    if out.len() == a.1 {
        return gemv_into(alpha, a.0, a.1, a.2, x, out);
    }
    out.fill(T::ZERO);
    gemv_rows(alpha, a, first, x, out);
}

/// `out += alpha Aᵀ x` for the rows of A from `first` on, as many as x has.
#[inline]
pub fn gemv_t_rows<T: Real>(alpha: T, (a, rows, columns): (&[T], usize, usize), first: usize, x: &[T], out: &mut [T]) {
    if x.len() == rows {
        return gemv_t(alpha, a, rows, columns, x, out);
    }
    if T::wide_gemv_t_rows(alpha, (a, rows), first, x, &mut out[..columns]) {
        return;
    }
    for (column, out) in a.chunks_exact(rows.max(1)).zip(&mut out[..columns]) {
        *out += alpha * super::dot(&column[first..first + x.len()], x);
    }
}

/// The kernels of a scalar type; `false` where the machine has no vectors.
pub trait Rows: Sized {
    /// [`gemv_rows`].
    #[inline]
    fn wide_gemv_rows(_alpha: Self, _a: (&[Self], usize), _first: usize, _x: &[Self], _out: &mut [Self]) -> bool {
        false
    }
    /// [`gemv_t_rows`].
    #[inline]
    fn wide_gemv_t_rows(_alpha: Self, _a: (&[Self], usize), _first: usize, _x: &[Self], _out: &mut [Self]) -> bool {
        false
    }
}

#[cfg(not(feature = "std"))]
impl Rows for f64 {}
#[cfg(not(feature = "std"))]
impl Rows for f32 {}

/// Columns that are read together.
#[cfg(feature = "std")]
const TOGETHER: usize = 8;

#[cfg(feature = "std")]
macro_rules! rows {
    ($(#[$compiled:meta])? $scalar:ident: $slices:ident, $slices_mut:ident, $splat:ident, $mul_add:ident, $sum:ident) => {
        impl Rows for $scalar {
            $(#[$compiled])?
            fn wide_gemv_rows(alpha: Self, a: (&[Self], usize), first: usize, x: &[Self], out: &mut [Self]) -> bool {
                super::wide::run($scalar::Product { alpha, a, first, x, out })
            }
            $(#[$compiled])?
            fn wide_gemv_t_rows(alpha: Self, a: (&[Self], usize), first: usize, x: &[Self], out: &mut [Self]) -> bool {
                super::wide::run($scalar::Transposed { alpha, a, first, x, out })
            }
        }

        mod $scalar {
            use pulp::{Simd, WithSimd};

            use super::TOGETHER;

            /// [`super::gemv_rows`].
            pub struct Product<'a> {
                pub alpha: $scalar,
                pub a: (&'a [$scalar], usize),
                pub first: usize,
                pub x: &'a [$scalar],
                pub out: &'a mut [$scalar],
            }

            impl WithSimd for Product<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { alpha, a, first, x, out } = self;
                    let mut j = 0;
                    while j + TOGETHER <= x.len() {
                        add::<S, TOGETHER>(simd, (a, first, j), |c| alpha * x[j + c], out);
                        j += TOGETHER;
                    }
                    while j < x.len() {
                        add::<S, 1>(simd, (a, first, j), |_| alpha * x[j], out);
                        j += 1;
                    }
                }
            }

            /// C columns from j on, in the rows at hand: these are added to `out`, each with its factor.
            #[inline(always)]
            fn add<S: Simd, const C: usize>(
                simd: S,
                ((a, rows), first, j): ((&[$scalar], usize), usize, usize),
                factor: impl Fn(usize) -> $scalar,
                out: &mut [$scalar],
            ) {
                let length = out.len();
                let (body, rest) = S::$slices_mut(out);
                let mut columns: [&[_]; C] = [&[]; C];
                let mut ends: [&[$scalar]; C] = [&[]; C];
                let mut factors = [simd.$splat(0.0); C];
                for c in 0..C {
                    let (column, end) = S::$slices(&a[(j + c) * rows + first..][..length]);
                    (columns[c], ends[c]) = (&column[..body.len()], &end[..rest.len()]);
                    factors[c] = simd.$splat(factor(c));
                }
                for i in 0..body.len() {
                    let mut sum = body[i];
                    for c in 0..C {
                        sum = simd.$mul_add(columns[c][i], factors[c], sum);
                    }
                    body[i] = sum;
                }
                for i in 0..rest.len() {
                    for c in 0..C {
                        rest[i] += factor(c) * ends[c][i];
                    }
                }
            }

            /// [`super::gemv_t_rows`].
            pub struct Transposed<'a> {
                pub alpha: $scalar,
                pub a: (&'a [$scalar], usize),
                pub first: usize,
                pub x: &'a [$scalar],
                pub out: &'a mut [$scalar],
            }

            impl WithSimd for Transposed<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { alpha, a, first, x, out } = self;
                    let mut j = 0;
                    while j + TOGETHER <= out.len() {
                        dots::<S, TOGETHER>(simd, alpha, (a, first, j), x, &mut out[j..]);
                        j += TOGETHER;
                    }
                    while j < out.len() {
                        dots::<S, 1>(simd, alpha, (a, first, j), x, &mut out[j..]);
                        j += 1;
                    }
                }
            }

            /// Products of C columns from j on with x, in the rows at hand.
            #[inline(always)]
            fn dots<S: Simd, const C: usize>(
                simd: S,
                alpha: $scalar,
                ((a, rows), first, j): ((&[$scalar], usize), usize, usize),
                x: &[$scalar],
                out: &mut [$scalar],
            ) {
                let (body, rest) = S::$slices(x);
                let mut columns: [&[_]; C] = [&[]; C];
                let mut ends: [&[$scalar]; C] = [&[]; C];
                for c in 0..C {
                    let (column, end) = S::$slices(&a[(j + c) * rows + first..][..x.len()]);
                    (columns[c], ends[c]) = (&column[..body.len()], &end[..rest.len()]);
                }
                let mut sums = [simd.$splat(0.0); C];
                for i in 0..body.len() {
                    for c in 0..C {
                        sums[c] = simd.$mul_add(columns[c][i], body[i], sums[c]);
                    }
                }
                for c in 0..C {
                    let mut sum = simd.$sum(sums[c]);
                    for i in 0..rest.len() {
                        sum += ends[c][i] * rest[i];
                    }
                    out[c] += alpha * sum;
                }
            }
        }
    };
}

#[cfg(feature = "std")]
rows!(f64: as_simd_f64s, as_mut_simd_f64s, splat_f64s, mul_add_e_f64s, reduce_sum_f64s);
#[cfg(feature = "std")]
rows!(#[inline] f32: as_simd_f32s, as_mut_simd_f32s, splat_f32s, mul_add_e_f32s, reduce_sum_f32s);
