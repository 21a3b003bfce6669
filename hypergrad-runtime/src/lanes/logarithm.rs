//! `ln t` and `ln(1 + t)`: `t = 2^k m` with m in `[√½, √2)`, and `ln m` by `s = (m-1)/(m+1)`.

use super::exponential::{LN_2_HIGH, LN_2_LOW};

/// The bits of `√½`, and of the smallest normal number.
const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;
/// `2^54`, by which subnormal numbers are scaled.
const UP: f64 = 18_014_398_509_481_984.0;
/// Its low bits take a whole number below `2^52`.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// `(m, k)` of a positive normal number.
#[inline(always)]
fn split(t: f64) -> (f64, f64) {
    let bits = t.to_bits();
    // 1024 too large, so that it is not negative.
    let shifted = (bits.wrapping_sub(ROOT_HALF).wrapping_add(1024 << 52)) >> 52;
    let m = f64::from_bits(bits.wrapping_sub(shifted << 52).wrapping_add(1024 << 52));
    let k = f64::from_bits(WHOLE.to_bits() | shifted) - (WHOLE + 1024.0);
    (m, k)
}

/// `ln(1 + f) + k ln 2 + correction`.
#[inline(always)]
fn assembled(f: f64, k: f64, correction: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    // ln(1 + f) = f - (f²/2 - s (f²/2 + R)), R = z (L_1 + z L_2 + ..)
    let odd = w * (0.399_999_999_994_094_2 + w * (0.222_221_984_321_497_84 + w * 0.153_138_376_992_093_73));
    let even = z
        * (0.666_666_666_666_673_5
            + w * (0.285_714_287_436_623_9 + w * (0.181_835_721_616_180_5 + w * 0.147_981_986_051_165_86)));
    let square = 0.5 * f * f;
    k * LN_2_HIGH - ((square - (s * (square + (odd + even)) + (k * LN_2_LOW + correction))) - f)
}

/// `ln t`.
#[inline(always)]
pub fn ln(t: f64) -> f64 {
    let tiny = t < SMALLEST_NORMAL;
    let (m, k) = split(if tiny { t * UP } else { t });
    let value = assembled(m - 1.0, if tiny { k - 54.0 } else { k }, 0.0);
    let value = if t == f64::INFINITY { t } else { value };
    let value = if t == 0.0 { f64::NEG_INFINITY } else { value };
    if t >= 0.0 { value } else { f64::NAN }
}

/// `ln(1 + t)`: of the rounded sum u, with `(1 + t - u) / u` added, which rounding lost.
#[inline(always)]
pub fn ln_1p(t: f64) -> f64 {
    let u = 1.0 + t;
    let (m, k) = split(u);
    let lost = if k > 1.0 { 1.0 - (u - t) } else { t - (u - 1.0) };
    let plain = k == 0.0;
    let value = assembled(if plain { t } else { m - 1.0 }, k, if plain { 0.0 } else { lost / u });
    let value = if t == f64::INFINITY { t } else { value };
    let value = if t == -1.0 { f64::NEG_INFINITY } else { value };
    let value = if t == 0.0 { t } else { value };
    if t >= -1.0 { value } else { f64::NAN }
}

/// `ln(1 + t)` for t in 0 to 1.
#[inline(always)]
pub(super) fn ln_1p_of_fraction(t: f64) -> f64 {
    let u = 1.0 + t;
    let (m, k) = split(u);
    // Where k is 0 it is t itself, else `m - 1`, both with what rounding lost.
    let f = (1.0 - k) * t + k * (m - 1.0);
    assembled(f, k, k * ((t - (u - 1.0)) / u))
}
