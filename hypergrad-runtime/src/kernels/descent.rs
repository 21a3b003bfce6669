//! Steps of gradient descent on an affine residual, in registers.

/// The most entries of x for [`Descent::affine_descent`].
pub const MOST: usize = 16;

/// An array whose vectors do not lie across lines of the cache: a step stores what the next one reads.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Aligned<T, const N: usize>(pub [T; N]);

/// The kernel of a scalar type; `false` where the machine has no vectors, and nothing is done.
pub trait Descent: Sized {
    /// The least entries of x: as many as the widest vectors have.
    const LEAST: usize;

    /// So many times `x -= r`, `r += A r`. x and r are padded to [`Descent::LEAST`] or `MOST` entries, and so are the
    /// columns of A.
    #[inline]
    fn affine_descent(_a: &[Self], _x: &mut [Self], _r: &mut [Self], _steps: usize) -> bool {
        false
    }
}

#[cfg(not(feature = "std"))]
impl Descent for f64 {
    const LEAST: usize = 8;
}
#[cfg(not(feature = "std"))]
impl Descent for f32 {
    const LEAST: usize = 16;
}

#[cfg(feature = "std")]
use super::wide::run;

#[cfg(feature = "std")]
macro_rules! descent {
    ($(#[$compiled:meta])? $scalar:ident, $vector:ident: $slices:ident, $slices_mut:ident, $splat:ident, $sub:ident, $add:ident, $mul_add:ident, $least:literal) => {
        impl Descent for $scalar {
            const LEAST: usize = $least;

            $(#[$compiled])?
            fn affine_descent(a: &[Self], x: &mut [Self], r: &mut [Self], steps: usize) -> bool {
                if x.len() == $least {
                    run($scalar::Run::<$least> { a, x, r, steps })
                } else {
                    run($scalar::Run::<MOST> { a, x, r, steps })
                }
            }
        }

        mod $scalar {
            use pulp::{Simd, WithSimd};

            pub struct Run<'a, const ROWS: usize> {
                pub a: &'a [$scalar],
                pub x: &'a mut [$scalar],
                pub r: &'a mut [$scalar],
                pub steps: usize,
            }

            impl<const ROWS: usize> WithSimd for Run<'_, ROWS> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let Self { a, x, r, steps } = self;
                    let (x, r) = (&mut x[..ROWS], &mut r[..ROWS]);
                    let columns = a.len() / ROWS;
                    for _ in 0..steps {
                        let mut sums = [[simd.$splat(0.0); ROWS]; 2];
                        let count = {
                            let (old, _) = S::$slices(&*r);
                            sums[0][..old.len()].copy_from_slice(old);
                            let (x, _) = S::$slices_mut(x);
                            for (x, &r) in x.iter_mut().zip(old) {
                                *x = simd.$sub(*x, r);
                            }
                            old.len()
                        };
                        // Two chains of products, so that one does not wait for the other.
                        let mut pairs = a.chunks_exact(2 * ROWS);
                        for (j, pair) in pairs.by_ref().enumerate() {
                            let (pair, _) = S::$slices(pair);
                            let (even, odd) = (simd.$splat(r[2 * j]), simd.$splat(r[2 * j + 1]));
                            for k in 0..count {
                                sums[0][k] = simd.$mul_add(pair[k], even, sums[0][k]);
                                sums[1][k] = simd.$mul_add(pair[count + k], odd, sums[1][k]);
                            }
                        }
                        if columns % 2 == 1 {
                            let (last, _) = S::$slices(pairs.remainder());
                            let factor = simd.$splat(r[columns - 1]);
                            for k in 0..count {
                                sums[0][k] = simd.$mul_add(last[k], factor, sums[0][k]);
                            }
                        }
                        let (new, _) = S::$slices_mut(r);
                        for (k, new) in new.iter_mut().enumerate() {
                            *new = simd.$add(sums[0][k], sums[1][k]);
                        }
                    }
                }
            }
        }
    };
}
#[cfg(feature = "std")]
descent!(f64, f64s: as_simd_f64s, as_mut_simd_f64s, splat_f64s, sub_f64s, add_f64s, mul_add_e_f64s, 8);
#[cfg(feature = "std")]
descent!(#[inline] f32, f32s: as_simd_f32s, as_mut_simd_f32s, splat_f32s, sub_f32s, add_f32s, mul_add_e_f32s, 16);
