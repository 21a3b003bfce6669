//! Products with some rows of a matrix, so that what is read for `A x` is in the cache for `Aᵀ w`.

use core::ops::Range;

use super::{gemv, gemv_both, gemv_into, gemv_t};
use crate::scalar::Real;
#[cfg(feature = "threads")]
use crate::threads;

/// Entries of a matrix that stays in a cache of the second level, and of its strips.
const KEPT: usize = 1 << 16;
const STRIP: usize = 1 << 15;
/// Strips have a multiple of so many rows: whole vectors, and of a column not only some lines of the cache.
const LEAST: usize = 32;
/// Columns that lie a multiple of so many entries apart fall to the same places of the cache; so many of them fit.
const PAGE: usize = 512;
const ALIKE: usize = 256;

/// Entries of a large matrix in a nanosecond, with what is computed from its products.
#[cfg(feature = "threads")]
const PER_NANOSECOND: usize = 4;

/// Goes through the rows of a matrix strip by strip, or all at once where strips gain nothing. `body` is given the rows
/// of a strip, their entries of vectors with one for each row, and what adds up over all rows. Several threads take rows
/// of their own, each with sums of its own, which are added in the order of the rows.
pub fn over_strips<T: Real, const K: usize>(
    (rows, columns): (usize, usize),
    vectors: [&mut [T]; K],
    sums: &mut [T],
    body: impl Fn(Range<usize>, [&mut [T]; K], &mut [T]) + Sync,
) {
    let height = height(rows, columns).unwrap_or(rows.max(1));
    #[cfg(feature = "threads")]
    {
        let parts = threads::parts(rows.saturating_mul(columns) / PER_NANOSECOND, rows / LEAST);
        if parts > 1 {
            return apart((rows, height, parts), vectors, sums, body);
        }
    }
    some_strips((0..rows, height), vectors, sums, &body);
}

/// The strips of some rows, of which the vectors hold the entries.
fn some_strips<T: Real, const K: usize>(
    (rows, height): (Range<usize>, usize),
    mut vectors: [&mut [T]; K],
    sums: &mut [T],
    body: &impl Fn(Range<usize>, [&mut [T]; K], &mut [T]),
) {
    for first in rows.clone().step_by(height) {
        let strip = first..rows.end.min(first + height);
        let pieces = vectors.each_mut().map(|vector| &mut vector[strip.start - rows.start..strip.end - rows.start]);
        body(strip, pieces, sums);
    }
}

/// The rows in parts, on several threads.
#[cfg(feature = "threads")]
fn apart<T: Real, const K: usize>(
    (rows, height, parts): (usize, usize, usize),
    mut vectors: [&mut [T]; K],
    sums: &mut [T],
    body: impl Fn(Range<usize>, [&mut [T]; K], &mut [T]) + Sync,
) {
    let pieces = threads::even(rows, parts, LEAST).map(|part| {
        let own = vectors.each_mut().map(|rest| threads::first(rest, part.len()));
        (part, own)
    });
    let columns = sums.len().max(1);
    let mut others = vec![T::ZERO; columns * (parts - 1)];
    let all = core::iter::once(&mut *sums).chain(others.chunks_exact_mut(columns));
    threads::each(pieces.zip(all), |((part, own), sums)| some_strips((part, height), own, sums, &body));
    for other in others.chunks_exact(columns) {
        super::axpy(T::ONE, other, sums);
    }
}

/// Whether there are several strips.
pub fn is_in_strips(rows: usize, columns: usize) -> bool {
    height(rows, columns).is_some()
}

/// Rows of a strip, where strips gain something.
fn height(rows: usize, columns: usize) -> Option<usize> {
    let height = STRIP / columns.max(1) / LEAST * LEAST;
    let whole = rows.saturating_mul(columns) <= KEPT || height == 0 || rows.is_multiple_of(PAGE) && columns > ALIKE;
    (!whole).then_some(height)
}

/// A matrix with its rows and columns.
pub type Matrix<'a, T> = (&'a [T], usize, usize);

/// A factor, a vector, and where the product goes.
pub type Product<'a, T> = (T, &'a [T], &'a mut [T]);

/// `out += alpha A x` for the rows of A from `first` on, as many as `out` has.
#[inline]
pub fn gemv_rows<T: Real>((a, rows, columns): Matrix<'_, T>, first: usize, (alpha, x, out): Product<'_, T>) {
    if out.len() == rows {
        return gemv(alpha, a, rows, columns, x, out);
    }
    if T::wide_gemv_rows((a, rows), first, (alpha, &x[..columns], &mut *out)) {
        return;
    }
    for (column, &x) in a.chunks_exact(rows.max(1)).zip(&x[..columns]) {
        super::axpy(alpha * x, &column[first..first + out.len()], out);
    }
}

/// The same, written.
#[inline]
pub fn gemv_rows_into<T: Real>(a: Matrix<'_, T>, first: usize, (alpha, x, out): Product<'_, T>) {
    if out.len() == a.1 {
        return gemv_into(alpha, a.0, a.1, a.2, x, out);
    }
    out.fill(T::ZERO);
    gemv_rows(a, first, (alpha, x, out));
}

/// `out += alpha A x`, and another product that is written: A is read once for both.
#[inline]
pub fn gemv_both_rows<T: Real>(
    (a, rows, columns): Matrix<'_, T>,
    first: usize,
    (alpha, x, out): Product<'_, T>,
    (beta, y, other): Product<'_, T>,
) {
    other.fill(T::ZERO);
    if out.len() == rows {
        return gemv_both((alpha, a, rows, columns, x, out), (beta, a, rows, columns, y, other));
    }
    let products = [(alpha, &x[..columns], &mut *out), (beta, &y[..columns], &mut *other)];
    if T::wide_gemv_both_rows((a, rows), first, products) {
        return;
    }
    gemv_rows((a, rows, columns), first, (alpha, x, out));
    gemv_rows((a, rows, columns), first, (beta, y, other));
}

/// `out += alpha Aᵀ x` for the rows of A from `first` on, as many as x has.
#[inline]
pub fn gemv_t_rows<T: Real>((a, rows, columns): Matrix<'_, T>, first: usize, (alpha, x, out): Product<'_, T>) {
    if x.len() == rows {
        return gemv_t(alpha, a, rows, columns, x, out);
    }
    if T::wide_gemv_t_rows((a, rows), first, (alpha, x, &mut out[..columns])) {
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
    fn wide_gemv_rows(_a: (&[Self], usize), _first: usize, _product: Product<'_, Self>) -> bool {
        false
    }
    /// [`gemv_both_rows`].
    #[inline]
    fn wide_gemv_both_rows(_a: (&[Self], usize), _first: usize, _products: [Product<'_, Self>; 2]) -> bool {
        false
    }
    /// [`gemv_t_rows`].
    #[inline]
    fn wide_gemv_t_rows(_a: (&[Self], usize), _first: usize, _product: Product<'_, Self>) -> bool {
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
            fn wide_gemv_rows(a: (&[Self], usize), first: usize, (alpha, x, out): Product<'_, Self>) -> bool {
                super::wide::run($scalar::Products { a, first, alpha: [alpha], x: [x], out: [out] })
            }
            $(#[$compiled])?
            fn wide_gemv_both_rows(a: (&[Self], usize), first: usize, [one, two]: [Product<'_, Self>; 2]) -> bool {
                super::wide::run($scalar::Products { a, first, alpha: [one.0, two.0], x: [one.1, two.1], out: [one.2, two.2] })
            }
            $(#[$compiled])?
            fn wide_gemv_t_rows(a: (&[Self], usize), first: usize, (alpha, x, out): Product<'_, Self>) -> bool {
                super::wide::run($scalar::Transposed { alpha, a, first, x, out })
            }
        }

        mod $scalar {
            use pulp::{Simd, WithSimd};

            use super::TOGETHER;

            /// [`super::gemv_rows`] for P vectors.
            pub struct Products<'a, const P: usize> {
                pub a: (&'a [$scalar], usize),
                pub first: usize,
                pub alpha: [$scalar; P],
                pub x: [&'a [$scalar]; P],
                pub out: [&'a mut [$scalar]; P],
            }

            impl<const P: usize> WithSimd for Products<'_, P> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { a, first, alpha, x, mut out } = self;
                    let columns = x[0].len();
                    let factor = |p: usize, j: usize| alpha[p] * x[p][j];
                    let mut j = 0;
                    while j + TOGETHER <= columns {
                        add::<S, P, TOGETHER>(simd, (a, first, j), &|p, c| factor(p, j + c), &mut out);
                        j += TOGETHER;
                    }
                    while j + TOGETHER / 2 <= columns {
                        add::<S, P, { TOGETHER / 2 }>(simd, (a, first, j), &|p, c| factor(p, j + c), &mut out);
                        j += TOGETHER / 2;
                    }
                    while j < columns {
                        add::<S, P, 1>(simd, (a, first, j), &|p, _| factor(p, j), &mut out);
                        j += 1;
                    }
                }
            }

            /// C columns from j on, in the rows at hand: these are added to each of `out`, each with its factor.
            #[inline(always)]
            fn add<S: Simd, const P: usize, const C: usize>(
                simd: S,
                ((a, rows), first, j): ((&[$scalar], usize), usize, usize),
                factor: &impl Fn(usize, usize) -> $scalar,
                out: &mut [&mut [$scalar]; P],
            ) {
                let length = out[0].len();
                let mut factors = [[simd.$splat(0.0); C]; P];
                let mut columns: [&[_]; C] = [&[]; C];
                let mut ends: [&[$scalar]; C] = [&[]; C];
                for c in 0..C {
                    (columns[c], ends[c]) = S::$slices(&a[(j + c) * rows + first..][..length]);
                    for p in 0..P {
                        factors[p][c] = simd.$splat(factor(p, c));
                    }
                }
                let mut bodies: [&mut [_]; P] = core::array::from_fn(|_| -> &mut [_] { &mut [] });
                let mut rests: [&mut [$scalar]; P] = core::array::from_fn(|_| -> &mut [$scalar] { &mut [] });
                for (p, out) in out.iter_mut().enumerate() {
                    (bodies[p], rests[p]) = S::$slices_mut(&mut out[..length]);
                }
                let vectors = columns[0].len();
                for c in 0..C {
                    (columns[c], ends[c]) = (&columns[c][..vectors], &ends[c][..rests[0].len()]);
                }
                for p in 0..P {
                    bodies[p] = &mut core::mem::take(&mut bodies[p])[..vectors];
                }
                for i in 0..vectors {
                    let mut sums = [simd.$splat(0.0); P];
                    for p in 0..P {
                        sums[p] = bodies[p][i];
                    }
                    for c in 0..C {
                        let entries = columns[c][i];
                        for p in 0..P {
                            sums[p] = simd.$mul_add(entries, factors[p][c], sums[p]);
                        }
                    }
                    for p in 0..P {
                        bodies[p][i] = sums[p];
                    }
                }
                for p in 0..P {
                    for (i, rest) in rests[p].iter_mut().enumerate() {
                        for c in 0..C {
                            *rest += factor(p, c) * ends[c][i];
                        }
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
