//! sin and cos: `t = k π/2 + r` with `|r| <= π/4`, π/2 in three parts, and a polynomial in r.

use super::exponential::ROUND;

/// π/2 in parts of 33 bits, so that the product of each with a whole number below `2^20` is exact.
const HALF_PI: [f64; 4] =
    [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_711_166_5e-21, 8.478_427_660_368_9e-32];

/// Whether the parts of π/2 are exact enough: beyond, libm's reduction is needed.
#[inline(always)]
pub fn is_small(t: f64) -> bool {
    t.abs() < 1e6
}

/// `(r, what r lost in rounding, the low bits of k)`.
#[inline(always)]
fn reduced(t: f64) -> (f64, f64, u64) {
    let rounded = t * core::f64::consts::FRAC_2_PI + ROUND;
    let k = rounded - ROUND;
    // Each difference is exact or its error is kept.
    let first = t - k * HALF_PI[0];
    let second = k * HALF_PI[1];
    let high = first - second;
    let lost = (first - high) - second;
    let third = k * HALF_PI[2];
    let next = high - third;
    let lost = lost + ((high - next) - third) - k * HALF_PI[3];
    let r = next + lost;
    (r, (next - r) + lost, rounded.to_bits())
}

/// `sin(r + rest)` for `|r| <= π/4` (msun's polynomial).
#[inline(always)]
fn sin_reduced(r: f64, rest: f64) -> f64 {
    let z = r * r;
    let w = z * z;
    let tail = 0.008_333_333_333_322_49
        + z * (-0.000_198_412_698_298_579_5 + z * 2.755_731_370_707_006_8e-6)
        + z * w * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10);
    let cube = z * r;
    r - ((z * (0.5 * rest - cube * tail) - rest) - cube * -0.166_666_666_666_666_32)
}

/// `cos(r + rest)` for `|r| <= π/4` (msun's polynomial).
#[inline(always)]
fn cos_reduced(r: f64, rest: f64) -> f64 {
    let z = r * r;
    let w = z * z;
    let tail = z * (0.041_666_666_666_666_6 + z * (-0.001_388_888_888_887_411 + z * 2.480_158_728_947_673e-5))
        + w * w * (-2.755_731_435_139_066_3e-7 + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11));
    let half = 0.5 * z;
    let one = 1.0 - half;
    one + (((1.0 - one) - half) + (z * tail - r * rest))
}

/// By the quarter of the circle: `quarter` is k for the sine, `k + 1` for the cosine.
#[inline(always)]
fn quarter((r, rest): (f64, f64), quarter: u64) -> f64 {
    // By masks: as a branch it would keep the loop from being vectorised.
    let odd = 0_u64.wrapping_sub(quarter & 1);
    let value = (sin_reduced(r, rest).to_bits() & !odd) | (cos_reduced(r, rest).to_bits() & odd);
    f64::from_bits(value ^ ((quarter & 2) << 62))
}

/// `sin t`.
#[inline(always)]
pub fn sin(t: f64) -> f64 {
    let (r, rest, k) = reduced(t);
    // -0 is its own image.
    let zero = u64::from(t == 0.0) << 63;
    f64::from_bits(quarter((r, rest), k).to_bits() | (t.to_bits() & zero))
}

/// `cos t`.
#[inline(always)]
pub fn cos(t: f64) -> f64 {
    let (r, rest, k) = reduced(t);
    quarter((r, rest), k.wrapping_add(1))
}
