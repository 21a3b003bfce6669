//! Products of matrices of middle sizes with the widest vectors of the machine.
//!
//! A tile of the result stays in registers while the columns of A are read as they stand, and the entries of B one by
//! one: nothing is packed, which pays where A stays in the cache.

use core::ops::Range;

/// Entries of an A that stays in a cache of the second level.
const KEPT: usize = 1 << 15;

/// Whether tiles are worth a dispatch, and faster than packing.
#[inline]
pub(super) fn applies<T>(m: usize, k: usize, n: usize) -> bool {
    // The widest vectors have 64 bytes.
    m * size_of::<T>() >= 64
        && n >= 4
        && k >= 4
        && m.saturating_mul(k) <= KEPT
        && m.saturating_mul(k).saturating_mul(n) >= 1 << 10
}

/// The entries of a matrix, with the steps from row to row and from column to column; one of them is 1.
pub type Strided<'a, T> = (&'a [T], usize, usize);

macro_rules! tiles {
    ($scalar:ident, $vector:ident: $slices:ident, $slices_mut:ident, $splat:ident, $mul_add:ident) => {
        pub mod $scalar {
            use pulp::{Simd, WithSimd};

            use super::{Range, Strided};

            /// `out += alpha A B`, A `m x k` and out `m x n` with columns as far apart as given, m at least the lanes.
            pub struct Gemm<'a> {
                pub alpha: $scalar,
                pub a: (&'a [$scalar], usize),
                pub b: Strided<'a, $scalar>,
                pub out: (&'a mut [$scalar], usize),
                pub dims: (usize, usize, usize),
            }

            impl WithSimd for Gemm<'_> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    if self.b.1 == 1 { self.all::<S, true>(simd) } else { self.all::<S, false>(simd) }
                }
            }

            /// DOWN where the columns of B lie in one piece; else its rows do.
            impl Gemm<'_> {
                #[inline(always)]
                fn all<S: Simd, const DOWN: bool>(mut self, simd: S) {
                    let n = self.dims.2;
                    let mut j = 0;
                    while S::REGISTER_COUNT >= 32 && j + 8 <= n {
                        self.columns::<S, 8, DOWN>(simd, j);
                        j += 8;
                    }
                    while j + 4 <= n {
                        self.columns::<S, 4, DOWN>(simd, j);
                        j += 4;
                    }
                    while j < n {
                        self.columns::<S, 1, DOWN>(simd, j);
                        j += 1;
                    }
                }

                /// C columns of the result, some vectors of rows at a time.
                #[inline(always)]
                fn columns<S: Simd, const C: usize, const DOWN: bool>(&mut self, simd: S, j: usize) {
                    let (m, lanes) = (self.dims.0, size_of::<S::$vector>() / size_of::<$scalar>());
                    let mut at = 0;
                    while at < m {
                        // The last vector ends where the column ends, and is no tile of its own: what it has in common with
                        // the one before is added to once.
                        let count = match (m - at).div_ceil(lanes) {
                            4 => 2,
                            left => left.min(3),
                        };
                        let rows = at..m.min(at + count * lanes);
                        at = rows.end;
                        match count {
                            1 => self.tile::<S, 1, C, DOWN>(simd, rows, j),
                            2 => self.tile::<S, 2, C, DOWN>(simd, rows, j),
                            _ => self.tile::<S, 3, C, DOWN>(simd, rows, j),
                        }
                    }
                }

                /// R vectors of rows, C columns.
                #[inline(always)]
                fn tile<S: Simd, const R: usize, const C: usize, const DOWN: bool>(
                    &mut self,
                    simd: S,
                    rows: Range<usize>,
                    j: usize,
                ) {
                    let lanes = size_of::<S::$vector>() / size_of::<$scalar>();
                    let ((a, a_col), (b, b_row, b_col)) = (self.a, self.b);
                    let (out, out_col) = (&mut *self.out.0, self.out.1);
                    let last = rows.len() - lanes;
                    let k = self.dims.1;
                    // Cut to one length, so that no entry is asked for its place.
                    let mut down: [&[$scalar]; C] = [&[]; C];
                    if DOWN {
                        for c in 0..C {
                            down[c] = &b[(j + c) * b_col..][..k];
                        }
                    }
                    let mut sums = [[simd.$splat(0.0); R]; C];
                    for p in 0..k {
                        let column = &a[p * a_col + rows.start..][..rows.len()];
                        let (body, _) = S::$slices(column);
                        let (end, _) = S::$slices(&column[last..]);
                        let mut left = [end[0]; R];
                        left[..R - 1].copy_from_slice(&body[..R - 1]);
                        let across = if DOWN { &[] } else { &b[p * b_row + j..][..C] };
                        for c in 0..C {
                            let factor = simd.$splat(if DOWN { down[c][p] } else { across[c] });
                            for r in 0..R {
                                sums[c][r] = simd.$mul_add(left[r], factor, sums[c][r]);
                            }
                        }
                    }
                    let alpha = simd.$splat(self.alpha);
                    for c in 0..C {
                        let out = &mut out[(j + c) * out_col..][rows.clone()];
                        let end = simd.$mul_add(sums[c][R - 1], alpha, S::$slices(&out[last..]).0[0]);
                        let (body, _) = S::$slices_mut(out);
                        for r in 0..R - 1 {
                            body[r] = simd.$mul_add(sums[c][r], alpha, body[r]);
                        }
                        S::$slices_mut(&mut out[last..]).0[0] = end;
                    }
                }
            }
        }
    };
}

tiles!(f64, f64s: as_simd_f64s, as_mut_simd_f64s, splat_f64s, mul_add_e_f64s);
tiles!(f32, f32s: as_simd_f32s, as_mut_simd_f32s, splat_f32s, mul_add_e_f32s);
