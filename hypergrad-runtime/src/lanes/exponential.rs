//! `e^t` and `e^t - 1`: `t = k ln 2 + r` with `|r| <= ln 2 / 2`, and a polynomial in r.

/// Added and subtracted, it rounds to a whole number, whose low bits then stand in the low bits of the sum.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

/// The upper 32 bits of `ln 2`: its product with a whole number below 2^20 is exact.
pub(super) const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
/// The rest of `ln 2`.
pub(super) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `k + ROUND` for `t = k ln 2 + r`, and r, which is the difference of two numbers.
#[inline(always)]
fn reduced(t: f64) -> (f64, [f64; 2]) {
    let rounded = t * core::f64::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    (rounded, [t - k * LN_2_HIGH, k * LN_2_LOW])
}

/// `e^r - 1 - r` for `|r| <= 0.347`.
///
/// `(e^r - 1 - r) / r²` is interpolated at the Chebyshev points: relative error 2.4e-16, which is 1.4e-17 of `e^r`.
#[inline(always)]
fn beyond_linear(r: f64) -> f64 {
    let s = r * r;
    let f = s * s;
    // In pairs, so that the chain of dependent operations is short.
    let first =
        (0.500_000_000_000_000_1 + r * 0.166_666_666_666_666_69) + s * (0.041_666_666_666_623_99 + r * 0.008_333_333_333_330_051);
    let rest = (0.001_388_888_891_728_179_4 + r * 0.000_198_412_698_631_059_68)
        + s * (2.480_152_119_021_773e-5 + r * 2.755_726_837_868_419_2e-6);
    let last = 2.762_013_871_973_399_4e-7 + r * 2.510_042_415_700_506_7e-8;
    s * (first + f * (rest + f * last))
}

/// `e^r`. What rounding r has lost is a sixth of a unit.
#[inline(always)]
fn of_reduced([high, low]: [f64; 2]) -> f64 {
    let r = high - low;
    1.0 + (r + beyond_linear(r))
}

/// `e^r - 1`.
#[inline(always)]
fn less_one([high, low]: [f64; 2]) -> f64 {
    let r = high - low;
    let lost = (high - r) - low;
    r + (beyond_linear(r) + lost)
}

/// `2^(k + more)` by the low bits of `k + ROUND`.
#[inline(always)]
fn power_of_two(rounded: f64, more: u64) -> f64 {
    f64::from_bits(rounded.to_bits().wrapping_add(1023 + more) << 52)
}

/// Two powers of two whose product is `2^k`, so that subnormal results are rounded once. Half of the bits of `ROUND` does
/// not reach the exponent either.
#[inline(always)]
fn halves(rounded: f64) -> [f64; 2] {
    let whole = rounded.to_bits();
    let half = whole >> 1;
    [half, whole.wrapping_sub(half)].map(|k| f64::from_bits(k.wrapping_add(1023) << 52))
}

/// `t` between the bounds, NaN as it is.
#[inline(always)]
fn bounded(t: f64, low: f64, high: f64) -> f64 {
    let t = if t < low { low } else { t };
    if t > high { high } else { t }
}

/// `e^t`.
#[inline(always)]
pub fn exp(t: f64) -> f64 {
    let (rounded, r) = reduced(bounded(t, -746.0, 710.0));
    let [first, second] = halves(rounded);
    of_reduced(r) * first * second
}

/// Added to the exponents of negative numbers, none is subnormal.
const LIFT: u64 = 55;
/// `2^-55`.
const LOWER: f64 = f64::from_bits((1023 - LIFT) << 52);

/// `e^-|t|`: one power of two and a constant one, in place of two halves.
#[inline(always)]
pub fn decay(t: f64) -> f64 {
    let (rounded, r) = reduced(negative(t));
    of_reduced(r) * power_of_two(rounded, LIFT) * LOWER
}

/// `-|t|`, at least -746, NaN as it is.
#[inline(always)]
fn negative(t: f64) -> f64 {
    let t = -t.abs();
    if t < -746.0 { -746.0 } else { t }
}

/// `e^t - 1 = 2^k (e^r - 1) + (2^k - 1)`.
#[inline(always)]
pub fn exp_m1(t: f64) -> f64 {
    let (rounded, r) = reduced(bounded(t, -50.0, 710.0));
    let less_one = less_one(r);
    let [first, second] = halves(rounded);
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
    let (rounded, r) = reduced(t);
    let power = power_of_two(rounded, 0);
    less_one(r) * power + (power - 1.0)
}

/// `(e^-|t|, e^-|t| - 1)`.
#[inline(always)]
pub(super) fn decay_and_less_one(t: f64) -> (f64, f64) {
    let (rounded, r) = reduced(negative(t));
    let (less_one, lifted) = (less_one(r), power_of_two(rounded, LIFT));
    let power = lifted * LOWER;
    ((1.0 + less_one) * lifted * LOWER, less_one * power + (power - 1.0))
}
