//! `ln(1 - e^t)`, the logarithm of the complement of a probability that is given by its logarithm.

use core::f64::consts::LN_2;

/// `ln(1 - e^t)` for `t < 0`: by `expm1` where `e^t` is near 1, by `ln_1p` where it is small.
#[must_use]
pub fn log1mexp(t: f64) -> f64 {
    if t > -LN_2 { libm::log(-libm::expm1(t)) } else { libm::log1p(-libm::exp(t)) }
}

/// `b(t) = 1/(e^-t - 1)` for `t < 0`, the distribution of Bose and Einstein: `log1mexp' = -b` and
/// `b' = b + b²`, in which all terms have one sign.
#[must_use]
pub fn bose(t: f64) -> f64 {
    if t > 0.0 { f64::NAN } else { -libm::exp(t) / libm::expm1(t) }
}
