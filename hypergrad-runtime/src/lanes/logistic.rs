//! tanh and softplus with their derivatives, by one exponential of `-|t|` each: the forms of `math::kernel`.

use super::exponential::{decay, decay_and_less_one, exp_m1_of_moderate};
use super::logarithm::ln_1p_of_fraction;

/// `tanh |t| = e / (e + 2)` with `e = e^(2|t|) - 1`, and the sign of t.
#[inline(always)]
pub fn tanh(t: f64) -> f64 {
    let size = t.abs();
    // From 22 on it is 1.
    let e = exp_m1_of_moderate(2.0 * if size > 22.0 { 22.0 } else { size });
    (e / (e + 2.0)).copysign(t)
}

/// `4e / (1 + e)²` with `e = e^(-2|t|)`.
#[inline(always)]
pub fn sech2(t: f64) -> f64 {
    let e = decay(2.0 * t);
    let q = 1.0 + e;
    4.0 * e / (q * q)
}

/// `max(t, 0) + ln(1 + e^-|t|)`.
#[inline(always)]
pub fn softplus(t: f64) -> f64 {
    softplus_of(t, decay(t))
}

/// The same with `e = e^-|t|`.
#[inline(always)]
pub fn softplus_of(t: f64, e: f64) -> f64 {
    (if t > 0.0 { t } else { 0.0 }) + ln_1p_of_fraction(e)
}

/// `1 / (1 + e)` or `e / (1 + e)`, with `e = e^-|t|`.
#[inline(always)]
pub fn sigmoid(t: f64) -> f64 {
    sigmoid_of(t, decay(t))
}

/// The same with `e = e^-|t|`.
#[inline(always)]
pub fn sigmoid_of(t: f64, e: f64) -> f64 {
    (if t >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// `e / (1 + e)²` with `e = e^-|t|`.
#[inline(always)]
pub fn logistic_2(t: f64) -> f64 {
    logistic_2_of(t, decay(t))
}

/// The same with `e = e^-|t|`.
#[inline(always)]
pub fn logistic_2_of(_t: f64, e: f64) -> f64 {
    let q = 1.0 + e;
    e / (q * q)
}

/// `∓e (1 - e) / (1 + e)³` with `e = e^-|t|`.
#[inline(always)]
pub fn logistic_3(t: f64) -> f64 {
    let (e, less_one) = decay_and_less_one(t);
    let q = 1.0 + e;
    let value = e * less_one / (q * q * q);
    if t > 0.0 { value } else { -value }
}
