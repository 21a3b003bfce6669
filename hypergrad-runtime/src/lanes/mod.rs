//! Functions over slices, several entries at once.
//!
//! libm computes one entry at a time: it is most of the time of an equilibrium or a logistic model.
//! Here every function is a straight line of additions, products and selections, so that the compiler
//! makes vectors of it, and a loop over a slice runs under one dispatch to the widest instructions of
//! the machine (AVX-512, AVX2, NEON, else those of the build). No multiply-add is fused: an entry has
//! the same bits at every position of a slice and with every instruction set.
//!
//! The error is below 2 units in the last place over the whole range, below 4 of sech² and the second
//! and third derivatives of softplus (`tests.rs`); specials are libm's. `f32` is computed in `f64`.
//! Without `std` the loops call the scalar functions.
//!
//! # Reference
//! The reductions are those of Cody and Waite, *Software Manual for the Elementary Functions* (1980),
//! the logarithm's is that of FreeBSD's msun.

#![expect(clippy::inline_always, reason = "they have to be inside of the loop that is vectorised")]

mod exponential;
mod logarithm;
mod logistic;
mod total;
mod trigonometric;

#[cfg(test)]
mod tests;

pub use total::{softplus_sum, softplus_sum_with};

use crate::math::kernel;
use crate::scalar::Real;
#[cfg(feature = "std")]
use crate::threads;

/// A function of one number, in a form that vectorises and in one that does not.
pub trait Lane {
    /// Without branches, and always inlined into the loop.
    fn lane(t: f64) -> f64;
    /// One entry at a time.
    fn scalar<T: Real>(t: T) -> T;
    /// Whether [`Lane::lane`] is accurate at t; a slice with other entries is computed one by one.
    #[inline(always)]
    fn reaches(_: f64) -> bool {
        true
    }
}

/// A function that is a few operations on `e^-|t|`.
pub trait OfDecay: Lane {
    /// With `e = e^-|t|`.
    fn of(t: f64, e: f64) -> f64;
}

/// Parts of a slice for several threads: an entry takes about a nanosecond.
#[cfg(feature = "std")]
fn parts(length: usize) -> usize {
    threads::parts(length, length / LEAST)
}

/// The least entries of a part: whole vectors, and lines of the cache.
#[cfg(feature = "std")]
const LEAST: usize = 64;

/// Replaces every `f64` by its image. The loops are written out: as closures of an iterator they would be
/// compiled without the instructions of the dispatch.
#[cfg(feature = "std")]
pub(crate) fn map_f64<F: Lane>(values: &mut [f64]) {
    match parts(values.len()) {
        1 => map_part::<F>(values),
        parts => threads::each(threads::pieces(threads::even(values.len(), parts, LEAST), 1, values), |(_, values)| {
            map_part::<F>(values);
        }),
    }
}

#[cfg(feature = "std")]
fn map_part<F: Lane>(values: &mut [f64]) {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || {
            if values.iter().all(|&t| F::reaches(t)) {
                for t in values {
                    *t = F::lane(*t);
                }
            } else {
                for t in values {
                    *t = F::scalar(*t);
                }
            }
        },
    );
}

/// Writes the image of every `f64` of as many. Entries that were written in other pieces just before are not waited for.
#[cfg(feature = "std")]
pub(crate) fn map_f64_into<F: Lane>(from: &[f64], to: &mut [f64]) {
    match parts(to.len()) {
        1 => map_part_into::<F>(from, to),
        parts => threads::each(threads::pieces(threads::even(to.len(), parts, LEAST), 1, to), |(part, to)| {
            map_part_into::<F>(&from[part], to);
        }),
    }
}

#[cfg(feature = "std")]
fn map_part_into<F: Lane>(from: &[f64], to: &mut [f64]) {
    let from = &from[..to.len()];
    pulp::Arch::new().dispatch(
        #[inline(always)]
        move || {
            // Given away, so that the closure can be called but once: else it is a function of its own.
            let to = to;
            if from.iter().all(|&t| F::reaches(t)) {
                for i in 0..to.len() {
                    to[i] = F::lane(from[i]);
                }
            } else {
                for i in 0..to.len() {
                    to[i] = F::scalar(from[i]);
                }
            }
        },
    );
}

/// Replaces every `f32` by its image, through `f64`.
#[cfg(feature = "std")]
pub(crate) fn map_f32<F: Lane>(values: &mut [f32]) {
    match parts(values.len()) {
        1 => map_part_f32::<F>(values),
        parts => threads::each(threads::pieces(threads::even(values.len(), parts, LEAST), 1, values), |(_, values)| {
            map_part_f32::<F>(values);
        }),
    }
}

#[cfg(feature = "std")]
fn map_part_f32<F: Lane>(values: &mut [f32]) {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || {
            if values.iter().all(|&t| F::reaches(f64::from(t))) {
                for t in values {
                    *t = F::lane(f64::from(*t)) as f32;
                }
            } else {
                for t in values {
                    *t = F::scalar(*t);
                }
            }
        },
    );
}

/// The image of every `f64` by its `e^-|t|`, which are written too if they are `fresh`, else read.
#[cfg(feature = "std")]
pub(crate) fn map_f64_with<F: OfDecay>(from: &[f64], (fresh, decays): (bool, &mut [f64]), to: &mut [f64]) {
    let (from, decays) = (&from[..to.len()], &mut decays[..to.len()]);
    pulp::Arch::new().dispatch(
        #[inline(always)]
        move || {
            let (decays, to) = (decays, to);
            if fresh {
                for i in 0..to.len() {
                    let e = exponential::decay(from[i]);
                    decays[i] = e;
                    to[i] = F::of(from[i], e);
                }
            } else {
                for i in 0..to.len() {
                    to[i] = F::of(from[i], decays[i]);
                }
            }
        },
    );
}

macro_rules! of_decay {
    ($($name:ident $with:ident $type:ident = $of:path;)*) => {$(
        impl OfDecay for $type {
            #[inline(always)]
            fn of(t: f64, e: f64) -> f64 {
                $of(t, e)
            }
        }

        #[doc = concat!("[`", stringify!($name), "`] of `from`, written to `to`, by numbers that such functions of the same slice share.")]
        #[inline]
        pub fn $with<T: Real>(from: &[T], shared: (bool, &mut [T]), to: &mut [T]) {
            T::map_slice_with::<$type>(from, shared, to);
        }
    )*};
}
of_decay! {
    softplus softplus_with Softplus = logistic::softplus_of;
    sigmoid sigmoid_with Sigmoid = logistic::sigmoid_of;
    logistic_2 logistic_2_with Logistic2 = logistic::logistic_2_of;
}

macro_rules! lanes {
    ($($(#[$doc:meta])* $name:ident $into:ident $type:ident = $lane:path $(, $reaches:path)?;)*) => {$(
        #[doc = concat!("[`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $type;

        impl Lane for $type {
            #[inline(always)]
            fn lane(t: f64) -> f64 {
                $lane(t)
            }
            #[inline(always)]
            fn scalar<T: Real>(t: T) -> T {
                kernel::$name(t)
            }
            $(
                #[inline(always)]
                fn reaches(t: f64) -> bool {
                    $reaches(t)
                }
            )?
        }

        $(#[$doc])*
        #[inline]
        pub fn $name<T: Real>(values: &mut [T]) {
            T::map_slice::<$type>(values);
        }

        #[doc = concat!("[`", stringify!($name), "`] of `from`, which is at least as long, written to `to`.")]
        #[inline]
        pub fn $into<T: Real>(from: &[T], to: &mut [T]) {
            T::map_slice_into::<$type>(from, to);
        }
    )*};
}
lanes! {
    /// Every `t` becomes `e^t`.
    exp exp_into Exp = exponential::exp;
    /// Every `t` becomes `e^t - 1`.
    exp_m1 exp_m1_into ExpM1 = exponential::exp_m1;
    /// Every `t` becomes `ln t`.
    ln ln_into Ln = logarithm::ln;
    /// Every `t` becomes `ln(1 + t)`.
    ln_1p ln_1p_into Ln1p = logarithm::ln_1p;
    /// Every `t` becomes `tanh t`.
    tanh tanh_into Tanh = logistic::tanh;
    /// Every `t` becomes `1 / cosh² t`.
    sech2 sech2_into Sech2 = logistic::sech2;
    /// Every `t` becomes `ln(1 + e^t)`.
    softplus softplus_into Softplus = logistic::softplus;
    /// Every `t` becomes `1 / (1 + e^-t)`.
    sigmoid sigmoid_into Sigmoid = logistic::sigmoid;
    /// Every `t` becomes the second derivative of softplus.
    logistic_2 logistic_2_into Logistic2 = logistic::logistic_2;
    /// Every `t` becomes the third derivative of softplus.
    logistic_3 logistic_3_into Logistic3 = logistic::logistic_3;
    /// Every `t` becomes `sin t`.
    sin sin_into Sin = trigonometric::sin, trigonometric::is_small;
    /// Every `t` becomes `cos t`.
    cos cos_into Cos = trigonometric::cos, trigonometric::is_small;
}
