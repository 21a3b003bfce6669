//! `e^t` and `e^t - 1`: `t = k ln 2 + r` with `|r| <= ln 2 / 2`, and a polynomial in r.

/// Added and subtracted, it rounds to a whole number, whose low bits then stand in the low bits of the sum.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

/// The upper 32 bits of `ln 2`: its product with a whole number below 2^20 is exact.
pub(super) const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
/// The rest of `ln 2`.
pub(super) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `2^k` for whole k in `-1022..=1023`.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits((k + ROUND).to_bits().wrapping_add(1023) << 52)
}

/// `(e^r - 1, k)` for `t = k ln 2 + r`, t in a range where k fits.
///
/// `(e^r - 1 - r) / r²` is interpolated at the Chebyshev points of `|r| <= 0.347`: relative error 1.7e-19.
#[inline(always)]
fn reduced(t: f64) -> (f64, f64) {
    let k = (t * core::f64::consts::LOG2_E + ROUND) - ROUND;
    let (high, low) = (t - k * LN_2_HIGH, k * LN_2_LOW);
    let r = high - low;
    let lost = (high - r) - low;
    let s = r * r;
    // In pairs, so that the chain of dependent operations is short.
    let first = (0.5 + r * 0.166_666_666_666_666_7)
        + s * ((0.041_666_666_666_666_67 + r * 0.008_333_333_333_326_112)
            + s * (0.001_388_888_888_888_373 + r * 0.000_198_412_698_749_012_6));
    let rest = (2.480_158_732_560_532_4e-5 + r * 2.755_725_529_796_964_3e-6)
        + s * ((2.755_727_357_010_214e-7 + r * 2.510_525_953_844_849_4e-8) + s * 2.091_471_734_171_637_8e-9);
    (r + (s * (first + (s * s * s) * rest) + lost), k)
}

/// `t` between the bounds, NaN as it is.
#[inline(always)]
fn bounded(t: f64, low: f64, high: f64) -> f64 {
    let t = if t < low { low } else { t };
    if t > high { high } else { t }
}

/// `e^t`. The power of two is applied in two halves, so that subnormal results are rounded once.
#[inline(always)]
pub fn exp(t: f64) -> f64 {
    let (less_one, k) = reduced(bounded(t, -746.0, 710.0));
    let half = (0.5 * k + ROUND) - ROUND;
    (1.0 + less_one) * power_of_two(half) * power_of_two(k - half)
}

/// `e^t - 1 = 2^k (e^r - 1) + (2^k - 1)`.
#[inline(always)]
pub fn exp_m1(t: f64) -> f64 {
    let (less_one, k) = reduced(bounded(t, -50.0, 710.0));
    let half = (0.5 * k + ROUND) - ROUND;
    let (first, second) = (power_of_two(half), power_of_two(k - half));
    let power = first * second;
    let small = less_one * power + (power - 1.0);
    let large = (1.0 + less_one) * first * second;
    let value = if t > 40.0 { large } else { small };
    // -0 is its own image.
    if t == 0.0 { t } else { value }
}

/// `e^t - 1` for t in 0 to 44.
#[inline(always)]
pub(super) fn exp_m1_of_moderate(t: f64) -> f64 {
    let (less_one, k) = reduced(t);
    let power = power_of_two(k);
    less_one * power + (power - 1.0)
}

/// `(e^t, e^t - 1)` for `t` in -746 to 0.
#[inline(always)]
pub(super) fn both(t: f64) -> (f64, f64) {
    let (less_one, k) = reduced(bounded(t, -746.0, 0.0));
    let half = (0.5 * k + ROUND) - ROUND;
    let (first, second) = (power_of_two(half), power_of_two(k - half));
    let power = first * second;
    ((1.0 + less_one) * first * second, less_one * power + (power - 1.0))
}
