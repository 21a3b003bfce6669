//! Squares of differences between the rows of two matrices: `d_ij = Σ_k w_k (a_ik - b_jk)²`, the distances in
//! kernels and radial functions, and `s_k = Σ_ij c_ij (a_ik - b_jk)²`, what their derivatives in w are made of.
//!
//! Each difference is taken before it is squared. `|a|² + |b|² - 2 aᵀb` needs less arithmetic, but loses the digits
//! of rows that are close to each other. Sums stay in registers: a tile of rows of A against some of B.

use crate::scalar::Real;
use crate::threads;

/// Terms that are added in a nanosecond, and columns of A of which parts for several threads have a multiple.
const PER_NANOSECOND: usize = 8;
const COLUMNS: usize = 4;

/// Rows and columns of the result, columns of A and B, and what leads to the next row and column of B.
pub type Shape = [usize; 5];

/// The kernels of a scalar type; `false` where the machine has no vectors, and nothing is done.
pub trait Differences: Sized {
    /// See [`squared_distances`].
    #[inline]
    fn wide_distances(_w: (Self, &[&[Self]]), _of: (&[Self], &[Self]), _shape: Shape, _out: &mut [Self]) -> bool {
        false
    }
    /// See [`squared_differences`].
    #[inline]
    fn wide_differences(_c: (Self, &[Self]), _of: (&[Self], &[Self]), _shape: Shape, _out: &mut [Self]) -> bool {
        false
    }
}

/// `out_ij += alpha Σ_k w_k (a_ik - b_jk)²`, w being the product of the `weights`, of which there may be none.
pub fn squared_distances<T: Real>(alpha: T, weights: &[&[T]], a: &[T], b: &[T], shape: Shape, out: &mut [T]) {
    let [rows, columns, inner, to_row, to_column] = shape;
    if rows == 0 || T::wide_distances((alpha, weights), (a, b), shape, out) {
        return;
    }
    for (j, out) in out.chunks_exact_mut(rows).enumerate().take(columns) {
        for k in 0..inner {
            let (w, b) = (weight(alpha, weights, k), b[j * to_row + k * to_column]);
            for (out, &a) in out.iter_mut().zip(&a[k * rows..][..rows]) {
                *out += w * (a - b) * (a - b);
            }
        }
    }
}

/// `out_k += alpha Σ_ij c_ij (a_ik - b_jk)²`.
pub fn squared_differences<T: Real>(alpha: T, c: &[T], a: &[T], b: &[T], shape: Shape, out: &mut [T]) {
    let [rows, columns, inner, to_row, to_column] = shape;
    let out = &mut out[..inner];
    if rows == 0 || differences_apart((alpha, c), (a, b), shape, out) {
        return;
    }
    for (k, out) in out.iter_mut().enumerate().take(inner) {
        let mut sum = T::ZERO;
        for (j, c) in c.chunks_exact(rows).enumerate().take(columns) {
            let b = b[j * to_row + k * to_column];
            sum += super::sum_windows([&a[k * rows..][..rows], c], |[a, c]| c * (a - b) * (a - b));
        }
        *out += alpha * sum;
    }
}

/// The columns in parts, or all at once: every entry has the same bits.
fn differences_apart<T: Real>(c: (T, &[T]), (a, b): (&[T], &[T]), shape: Shape, out: &mut [T]) -> bool {
    let [rows, columns, inner, to_row, to_column] = shape;
    let terms = rows.saturating_mul(columns).saturating_mul(inner);
    match threads::parts(terms / PER_NANOSECOND, inner / COLUMNS) {
        1 => T::wide_differences(c, (a, b), shape, out),
        parts => threads::all(threads::pieces(threads::even(inner, parts, COLUMNS), 1, out), |(part, out)| {
            let shape = [rows, columns, part.len(), to_row, to_column];
            T::wide_differences(c, (&a[part.start * rows..], &b[part.start * to_column..]), shape, out)
        }),
    }
}

/// `alpha w_k`.
#[inline]
fn weight<T: Real>(alpha: T, weights: &[&[T]], k: usize) -> T {
    weights.iter().fold(alpha, |product, factor| product * factor[k])
}

#[cfg(not(feature = "std"))]
impl Differences for f64 {}
#[cfg(not(feature = "std"))]
impl Differences for f32 {}

#[cfg(feature = "std")]
macro_rules! differences {
    ($(#[$compiled:meta])? $scalar:ident, $vector:ident: $slices:ident, $slices_mut:ident, $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident, $mul:ident, $mul_add:ident, $sum:ident) => {
        impl Differences for $scalar {
            $(#[$compiled])?
            fn wide_distances(weights: (Self, &[&[Self]]), of: (&[Self], &[Self]), shape: Shape, out: &mut [Self]) -> bool {
                super::wide::run($scalar::Distances { weights, of: $scalar::Of { a: of.0, b: of.1, shape }, out })
            }
            $(#[$compiled])?
            fn wide_differences(c: (Self, &[Self]), of: (&[Self], &[Self]), shape: Shape, out: &mut [Self]) -> bool {
                super::wide::run($scalar::Weighted { c, of: $scalar::Of { a: of.0, b: of.1, shape }, out })
            }
        }

        mod $scalar {
            use super::{Shape, weight};
            use pulp::{Simd, WithSimd};

            /// Columns of A that one pass of [`Weighted`] sums, and rows of B that it takes at once.
            const INNER: usize = 4;
            const PACE: usize = 4;

            #[derive(Clone, Copy)]
            pub struct Of<'a> {
                pub a: &'a [$scalar],
                pub b: &'a [$scalar],
                pub shape: Shape,
            }

            pub struct Distances<'a> {
                pub weights: ($scalar, &'a [&'a [$scalar]]),
                pub of: Of<'a>,
                pub out: &'a mut [$scalar],
            }

            impl WithSimd for Distances<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { weights, of, out } = self;
                    if of.is_symmetric() {
                        each::<S, true>(simd, weights, of, out);
                    } else {
                        each::<S, false>(simd, weights, of, out);
                    }
                }
            }

            /// All tiles; where A and B are one table those from the diagonal down, whose sums stand above it too.
            #[inline(always)]
            fn each<S: Simd, const SYMMETRIC: bool>(
                simd: S,
                weights: ($scalar, &[&[$scalar]]),
                of: Of<'_>,
                out: &mut [$scalar],
            ) {
                let [rows, columns, ..] = of.shape;
                let lanes = size_of::<S::$vector>() / size_of::<$scalar>();
                let mut j = 0;
                while j < columns {
                    let wide = columns - j >= 4;
                    let mut i = if SYMMETRIC { j - j % (2 * lanes) } else { 0 };
                    while i < rows {
                        match (wide, rows - i >= 2 * lanes) {
                            (true, true) => of.tile::<S, 2, 4, SYMMETRIC>(simd, weights, (i, j), out),
                            (true, false) => of.tile::<S, 1, 4, SYMMETRIC>(simd, weights, (i, j), out),
                            (false, true) => of.tile::<S, 2, 1, SYMMETRIC>(simd, weights, (i, j), out),
                            (false, false) => of.tile::<S, 1, 1, SYMMETRIC>(simd, weights, (i, j), out),
                        }
                        i += if rows - i >= 2 * lanes { 2 * lanes } else { lanes };
                    }
                    j += if wide { 4 } else { 1 };
                }
            }

            impl Of<'_> {
                /// Whether A and B are one table: the square of a difference has the same bits the other way round.
                fn is_symmetric(&self) -> bool {
                    let [rows, columns, _, to_row, to_column] = self.shape;
                    rows == columns && to_row == 1 && to_column == rows && core::ptr::eq(self.a, self.b)
                }

                /// R vectors of rows from i on, the last one perhaps not full, against C rows of B from j on; where SYMMETRIC
                /// and off the square on the diagonal, the other way round too.
                #[inline(always)]
                fn tile<S: Simd, const R: usize, const C: usize, const SYMMETRIC: bool>(
                    self,
                    simd: S,
                    (alpha, weights): ($scalar, &[&[$scalar]]),
                    (i, j): (usize, usize),
                    out: &mut [$scalar],
                ) {
                    let [rows, _, inner, to_row, to_column] = self.shape;
                    let lanes = size_of::<S::$vector>() / size_of::<$scalar>();
                    let piece = |r: usize| (i + r * lanes, rows.min(i + (r + 1) * lanes));
                    let mut sums = [[simd.$splat(0.0); C]; R];
                    for k in 0..inner {
                        let column = &self.a[k * rows..][..rows];
                        let w = simd.$splat(weight(alpha, weights, k));
                        let mut a = [simd.$splat(0.0); R];
                        for r in 0..R {
                            let (from, to) = piece(r);
                            a[r] = simd.$load(&column[from..to]);
                        }
                        for c in 0..C {
                            let b = simd.$splat(self.b[(j + c) * to_row + k * to_column]);
                            for r in 0..R {
                                let difference = simd.$sub(a[r], b);
                                sums[r][c] = simd.$mul_add(simd.$mul(difference, w), difference, sums[r][c]);
                            }
                        }
                    }
                    for c in 0..C {
                        let column = &mut out[(j + c) * rows..][..rows];
                        for r in 0..R {
                            let (from, to) = piece(r);
                            let target = &mut column[from..to];
                            let sum = simd.$add(simd.$load(target), sums[r][c]);
                            simd.$store(target, sum);
                        }
                    }
                    if SYMMETRIC && i / (2 * lanes) > j / (2 * lanes) {
                        // Two vectors have 128 bytes.
                        let mut mirrored = [[0.0; 32]; C];
                        for c in 0..C {
                            let (vectors, _) = S::$slices_mut(&mut mirrored[c]);
                            for r in 0..R {
vectors[r] = sums[r][c];
}
                        }
                        for row in i..rows.min(i + R * lanes) {
                            let target = &mut out[row * rows + j..][..C];
                            for c in 0..C {
                                target[c] += mirrored[c][row - i];
                            }
                        }
                    }
                }
            }

            pub struct Weighted<'a> {
                pub c: ($scalar, &'a [$scalar]),
                pub of: Of<'a>,
                pub out: &'a mut [$scalar],
            }

            impl WithSimd for Weighted<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { c: (alpha, c), of, out } = self;
                    let mut at = 0;
                    for out in out[..of.shape[2]].chunks_mut(INNER) {
                        match out.len() {
                            INNER => of.sums::<S, INNER>(simd, alpha, c, at, out),
                            3 => of.sums::<S, 3>(simd, alpha, c, at, out),
                            2 => of.sums::<S, 2>(simd, alpha, c, at, out),
                            _ => of.sums::<S, 1>(simd, alpha, c, at, out),
                        }
                        at += INNER;
                    }
                }
            }

            impl Of<'_> {
                /// K of the sums, from column `at` of A and B on.
                #[inline(always)]
                fn sums<S: Simd, const K: usize>(self, simd: S, alpha: $scalar, c: &[$scalar], at: usize, out: &mut [$scalar]) {
                    let columns = self.shape[1];
                    let mut sums = [simd.$splat(0.0); K];
                    let mut j = 0;
                    while j + PACE <= columns {
                        self.add::<S, K, PACE>(simd, c, (at, j), &mut sums);
                        j += PACE;
                    }
                    while j < columns {
                        self.add::<S, K, 1>(simd, c, (at, j), &mut sums);
                        j += 1;
                    }
                    for k in 0..K {
                        out[k] += alpha * simd.$sum(sums[k]);
                    }
                }

                /// The terms of J rows of B from j on.
                #[inline(always)]
                fn add<S: Simd, const K: usize, const J: usize>(
                    self,
                    simd: S,
                    c: &[$scalar],
                    (at, j): (usize, usize),
                    sums: &mut [S::$vector; K],
                ) {
                    let [rows, _, _, to_row, to_column] = self.shape;
                    let (mut weights, mut weight_rests): ([&[S::$vector]; J], [&[$scalar]; J]) = ([&[]; J], [&[]; J]);
                    let (mut columns, mut column_rests): ([&[S::$vector]; K], [&[$scalar]; K]) = ([&[]; K], [&[]; K]);
                    let length = rows / (size_of::<S::$vector>() / size_of::<$scalar>());
                    for n in 0..J {
                        let (body, rest) = S::$slices(&c[(j + n) * rows..][..rows]);
                        (weights[n], weight_rests[n]) = (&body[..length], rest);
                    }
                    let mut b = [[simd.$splat(0.0); K]; J];
                    for k in 0..K {
                        let (body, rest) = S::$slices(&self.a[(at + k) * rows..][..rows]);
                        (columns[k], column_rests[k]) = (&body[..length], rest);
                        for n in 0..J {
                            b[n][k] = simd.$splat(self.b[(j + n) * to_row + (at + k) * to_column]);
                        }
                    }
                    let mut own = *sums;
                    for i in 0..length {
                        for n in 0..J {
                            for k in 0..K {
                                let difference = simd.$sub(columns[k][i], b[n][k]);
                                own[k] = simd.$mul_add(simd.$mul(difference, weights[n][i]), difference, own[k]);
                            }
                        }
                    }
                    if !weight_rests[0].is_empty() {
                        for n in 0..J {
                            let weight = simd.$load(weight_rests[n]);
                            for k in 0..K {
                                let difference = simd.$sub(simd.$load(column_rests[k]), b[n][k]);
                                own[k] = simd.$mul_add(simd.$mul(difference, weight), difference, own[k]);
                            }
                        }
                    }
                    *sums = own;
                }
            }
        }
    };
}

#[cfg(feature = "std")]
differences!(f64, f64s: as_simd_f64s, as_mut_simd_f64s, partial_load_f64s, partial_store_f64s, splat_f64s, add_f64s, sub_f64s, mul_f64s, mul_add_e_f64s, reduce_sum_f64s);
#[cfg(feature = "std")]
differences!(#[inline] f32, f32s: as_simd_f32s, as_mut_simd_f32s, partial_load_f32s, partial_store_f32s, splat_f32s, add_f32s, sub_f32s, mul_f32s, mul_add_e_f32s, reduce_sum_f32s);
