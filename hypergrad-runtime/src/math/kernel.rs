//! Scalar functions that generated code calls: families closed under differentiation, in forms
//! that lose no digits and do not overflow.

use hypergrad_special as special;
use nalgebra::{ComplexField, RealField};

use crate::scalar::Real;

/// `ln(1 + e^t)`.
#[inline]
pub fn softplus<T: Real>(t: T) -> T {
    max(t, T::ZERO) + ComplexField::ln_1p(exp(-abs(t)))
}

/// `sigma(t) = 1 / (1 + e^-t)`, the derivative of softplus.
#[inline]
pub fn sigmoid<T: Real>(t: T) -> T {
    let e = exp(-abs(t));
    if t >= T::ZERO { T::ONE / (T::ONE + e) } else { e / (T::ONE + e) }
}

/// `sigma(t) sigma(-t)`, the second derivative of softplus.
#[inline]
pub fn logistic_2<T: Real>(t: T) -> T {
    let e = exp(-abs(t));
    let q = T::ONE + e;
    e / (q * q)
}

/// The third derivative of softplus, `-logistic_2 tanh(t/2)`: with `e = e^-|t|` it is
/// `∓e (1 - e) / (1 + e)³`, by one exponential, where `1 - e` must not cancel near 0.
#[inline]
pub fn logistic_3<T: Real>(t: T) -> T {
    let size = abs(t);
    let (e, rest) = if size < T::lit(0.5) {
        let less_one = exp_m1(-size);
        (T::ONE + less_one, -less_one)
    } else {
        let e = exp(-size);
        (e, T::ONE - e)
    };
    let q = T::ONE + e;
    let value = e * rest / (q * q * q);
    if t > T::ZERO { -value } else { value }
}

/// The fourth derivative of softplus, `logistic_2 (1 - 6 logistic_2)`.
#[inline]
pub fn logistic_4<T: Real>(t: T) -> T {
    let d = logistic_2(t);
    d * (T::ONE - T::lit(6.0) * d)
}

/// `1 / cosh² t`, the derivative of tanh.
#[inline]
pub fn sech2<T: Real>(t: T) -> T {
    let e = exp(-T::lit(2.0) * abs(t));
    let q = T::ONE + e;
    T::lit(4.0) * e / (q * q)
}

/// `ln(cosh(t))`: `cosh t = 1 + 2 sinh²(t/2) = e^|t| (1 + e^(-2|t|))/2`.
#[inline]
pub fn ln_cosh<T: Real>(t: T) -> T {
    let a = abs(t);
    if a < T::ONE {
        let s = sinh(T::lit(0.5) * a);
        return ln_1p(T::lit(2.0) * s * s);
    }
    a + ln_1p(exp(-T::lit(2.0) * a)) - T::lit(core::f64::consts::LN_2)
}

/// `2/√π ∫₀ᵗ e^-s² ds`, to one unit in the last place.
#[inline]
pub fn erf<T: Real>(t: T) -> T {
    T::lit(freebsd_math::erf(t.wide()))
}

/// `1 - erf t`, as exact relative to itself where that is tiny.
#[inline]
pub fn erfc<T: Real>(t: T) -> T {
    T::lit(freebsd_math::erfc(t.wide()))
}

/// `e^-t²`, to a few units in the last place: with h the leading digits of t, whose square is exact,
/// it is `e^-h² e^-(t-h)(t+h)`, so that no rounding of t² is magnified.
#[inline]
pub fn bell<T: Real>(t: T) -> T {
    let t = t.wide();
    // e^-t² is 0 from about 27.3 on.
    if abs(t) > 28.0 {
        return T::ZERO;
    }
    let leading = f64::from_bits(t.to_bits() & 0xffff_ffff_0000_0000);
    T::lit(exp(-leading * leading) * exp(-(t - leading) * (t + leading)))
}

/// `ln |Γ(t)|`.
#[inline]
pub fn ln_gamma<T: Real>(t: T) -> T {
    T::lit(special::ln_gamma(t.wide()))
}

/// The derivatives of `ln |Γ|`: digamma, trigamma, ..
#[inline]
pub fn polygamma<T: Real>(t: T, order: i32) -> T {
    T::lit(special::polygamma(order.unsigned_abs(), t.wide()))
}

/// The probability of the normal distribution below t.
#[inline]
pub fn normal_cdf<T: Real>(t: T) -> T {
    T::lit(special::normal_cdf(t.wide()))
}

/// `e^(-t²/2)/√(2π)`.
#[inline]
pub fn normal_density<T: Real>(t: T) -> T {
    T::lit(special::normal_density(t.wide()))
}

/// The logarithm of `normal_cdf`, or its derivative of this order.
#[inline]
pub fn log_normal_cdf<T: Real>(t: T, order: i32) -> T {
    T::lit(special::log_normal_cdf(order.unsigned_abs(), t.wide()))
}

/// The `w >= -1` with `w e^w = t`.
#[inline]
pub fn lambert_w<T: Real>(t: T) -> T {
    T::lit(special::lambert_w(t.wide()))
}

/// `ln(1 - e^t)`, for `t < 0`.
#[inline]
pub fn log1mexp<T: Real>(t: T) -> T {
    T::lit(special::log1mexp(t.wide()))
}

/// `1/(e^-t - 1)`, for `t < 0`.
#[inline]
pub fn bose<T: Real>(t: T) -> T {
    T::lit(special::bose(t.wide()))
}

/// `s^p` of a squared norm, but 0 at 0: a norm has derivative 0 there.
#[inline]
pub fn norm_pow<T: Real>(s: T, p: f64) -> T {
    if s <= T::ZERO {
        return T::ZERO;
    }
    #[expect(clippy::float_cmp, reason = "exact values of the exponent have exact forms")]
    if p == 0.5 {
        sqrt(s)
    } else if p == -0.5 {
        T::ONE / sqrt(s)
    } else if p == -1.0 {
        T::ONE / s
    } else if p == -1.5 {
        T::ONE / (s * sqrt(s))
    } else {
        powf(s, T::lit(p))
    }
}

/// `x^y`; `0^y = 0` for positive y, `0^0 = 1`.
#[inline]
pub fn pow<T: Real>(x: T, y: T) -> T {
    if x == T::ZERO && y > T::ZERO {
        T::ZERO
    } else if y == T::ZERO {
        T::ONE
    } else {
        powf(x, y)
    }
}

/// `x^y (ln x)^k`, 0 at `x = 0, y > 0`.
#[inline]
pub fn pow_ln<T: Real>(x: T, y: T, k: i32) -> T {
    if x == T::ZERO && y > T::ZERO {
        return T::ZERO;
    }
    if k == 0 { pow(x, y) } else { pow(x, y) * powi(ln(x), k) }
}

/// `√(1 + s) - 1`.
#[inline]
pub fn sqrt1pm1<T: Real>(s: T) -> T {
    s / (T::ONE + sqrt(T::ONE + s))
}

/// The sign as in `std`: 1 at +0, -1 at -0, NaN at NaN.
#[inline]
pub fn signum<T: Real>(t: T) -> T {
    if !(t <= T::ZERO || t >= T::ZERO) {
        t
    } else if RealField::is_sign_negative(&t) {
        -T::ONE
    } else {
        T::ONE
    }
}

/// The larger one.
#[inline]
pub fn max<T: Real>(a: T, b: T) -> T {
    RealField::max(a, b)
}

/// The smaller one.
#[inline]
pub fn min<T: Real>(a: T, b: T) -> T {
    RealField::min(a, b)
}

/// The derivative of `max(a, b)` by a: one half at a tie, and 1 where b is NaN.
#[inline]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
pub fn tie_gt<T: Real>(a: T, b: T) -> T {
    if a > b || b != b {
        T::ONE
    } else if a == b {
        T::lit(0.5)
    } else {
        T::ZERO
    }
}

macro_rules! indicators {
    ($($(#[$doc:meta])* $name:ident $operator:tt)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name<T: Real>(a: T, b: T) -> T {
            if a $operator b { T::ONE } else { T::ZERO }
        }
    )*};
}
indicators! {
    /// 1 where `a < b`, else 0.
    lt <
    /// 1 where `a <= b`, else 0.
    le <=
    /// 1 where `a > b`, else 0.
    gt >
    /// 1 where `a >= b`, else 0.
    ge >=
    /// 1 where `a == b`, else 0.
    eq ==
    /// 1 where `a != b`, else 0.
    ne !=
}

/// The derivative of `abs`: -1, 0 at 0, 1.
#[inline]
pub fn sign0<T: Real>(t: T) -> T {
    if t > T::ZERO {
        T::ONE
    } else if t < T::ZERO {
        -T::ONE
    } else {
        T::ZERO
    }
}

/// a where c is not 0, else b.
#[inline]
pub fn select<T: Real>(c: T, a: T, b: T) -> T {
    if c == T::ZERO { b } else { a }
}

/// `low` below it, `high` above it, t between.
#[inline]
pub fn clamp<T: Real>(t: T, low: T, high: T) -> T {
    if t < low {
        low
    } else if t > high {
        high
    } else {
        t
    }
}

/// The derivative of `clamp`: 1 inside and at both ends.
#[inline]
pub fn inside<T: Real>(t: T, low: T, high: T) -> T {
    if t >= low && t <= high { T::ONE } else { T::ZERO }
}

/// `t²/2` where `|t| <= delta`, `delta (|t| - delta/2)` outside.
#[inline]
pub fn huber<T: Real>(t: T, delta: T) -> T {
    let half = T::lit(0.5);
    let a = abs(t);
    if a <= delta { half * t * t } else { delta * (a - half * delta) }
}

/// `t^n`.
#[inline]
pub fn powi<T: Real>(t: T, n: i32) -> T {
    match n {
        0 => T::ONE,
        1 => t,
        2 => t * t,
        3 => t * t * t,
        -1 => T::ONE / t,
        _ => ComplexField::powi(t, n),
    }
}

/// `t^p`.
#[inline]
pub fn powf<T: Real>(t: T, p: T) -> T {
    ComplexField::powf(t, p)
}

/// `1 / t`.
#[inline]
pub fn recip<T: Real>(t: T) -> T {
    T::ONE / t
}

/// The angle of the point `(x, y)`.
#[inline]
pub fn atan2<T: Real>(y: T, x: T) -> T {
    RealField::atan2(y, x)
}

/// `√(a² + b²)`.
#[inline]
pub fn hypot<T: Real>(a: T, b: T) -> T {
    ComplexField::hypot(a, b)
}

macro_rules! wrap {
    ($($name:ident)*) => {$(
        #[doc = concat!("`", stringify!($name), "(t)`.")]
        #[inline]
        pub fn $name<T: Real>(t: T) -> T {
            ComplexField::$name(t)
        }
    )*};
}
wrap! {
    exp ln sqrt cbrt sin cos tan tanh sinh cosh asin acos atan asinh acosh atanh
    ln_1p exp_m1 exp2 log2 log10 abs floor ceil round trunc
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "exact values are meant")]
    use super::*;

    /// Central difference of fourth order.
    fn slope(f: impl Fn(f64) -> f64, t: f64) -> f64 {
        let h = 1e-3;
        (8.0 * (f(t + h) - f(t - h)) - (f(t + 2.0 * h) - f(t - 2.0 * h))) / (12.0 * h)
    }

    #[test]
    fn logarithms_of_cosh() {
        for t in [0.3, -0.9, 0.999_999, 1.0, 1.000_001, 5.0, -20.0] {
            let expected = f64::ln(f64::cosh(t));
            assert!((ln_cosh(t) - expected).abs() <= 4e-16 + 4e-16 * expected, "{t}");
        }
        assert_eq!((ln_cosh(0.0), ln_cosh(-800.0)), (0.0, 800.0 - core::f64::consts::LN_2));
        // t²/2 near 0.
        assert!((ln_cosh(1e-9) / 5e-19 - 1.0).abs() < 1e-15 && ln_cosh(1e-200) == 0.0);
    }

    #[test]
    fn each_is_the_derivative_of_the_one_before() {
        for t in [-3.0, -0.4, 0.0, 0.3, 2.0] {
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-10, "{a} {b} at {t}");
            close(slope(softplus, t), sigmoid(t));
            close(slope(sigmoid, t), logistic_2(t));
            close(slope(logistic_2, t), logistic_3(t));
            close(slope(logistic_3, t), logistic_4(t));
            close(slope(f64::tanh, t), sech2(t));
            close(slope(erf, t), std::f64::consts::FRAC_2_SQRT_PI * bell(t));
            close(slope(erfc, t), -std::f64::consts::FRAC_2_SQRT_PI * bell(t));
            close(slope(bell, t), -2.0 * t * bell(t));
            close(slope(|t| sqrt1pm1(t * t), t), t / (1.0 + t * t).sqrt());
        }
        for t in [-3.4, -0.4, 0.3, 2.0] {
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-7 * (1.0 + b.abs()), "{a} {b} at {t}");
            close(slope(ln_gamma, t), polygamma(t, 0));
            close(slope(|t| polygamma(t, 0), t), polygamma(t, 1));
            close(slope(|t| polygamma(t, 1), t), polygamma(t, 2));
            close(slope(normal_cdf, t), normal_density(t));
            close(slope(normal_density, t), -t * normal_density(t));
            for k in 0..4 {
                close(slope(|t| log_normal_cdf(t, k), t), log_normal_cdf(t, k + 1));
            }
            close(slope(log1mexp, -t.abs()), -bose(-t.abs()));
            let w = lambert_w(t.abs());
            close(slope(lambert_w, t.abs()), (-w).exp() / (1.0 + w));
        }
        assert!((log_normal_cdf(-40.0_f32, 0) + 804.608_44).abs() < 1e-3 && normal_cdf(-12.0_f32) > 0.0);
        let (x, y) = (1.7, 0.6);
        assert!((slope(|y| pow(x, y), y) - pow_ln(x, y, 1)).abs() < 1e-10);
        assert!((slope(|y| pow_ln(x, y, 1), y) - pow_ln(x, y, 2)).abs() < 1e-10);
    }

    /// Each step of either form rounds by half an ulp: nine of them, and those of the reference.
    #[test]
    fn the_third_derivative_of_softplus_loses_no_digits() {
        for t in [-800.0, -40.0, -0.6, -0.5, -0.4999, -1e-3, -1e-300, 1e-9, 0.3, 0.5, 3.0, 37.0, 700.0] {
            let reference = -logistic_2(t) * (0.5 * t).tanh();
            assert!((logistic_3(t) - reference).abs() <= 16.0 * f64::EPSILON * reference.abs(), "at {t}");
        }
        assert_eq!((logistic_3(0.0), logistic_3(f64::NEG_INFINITY)), (0.0, 0.0));
        assert!(logistic_3(f64::NAN).is_nan());
    }

    /// t, `erf t`, `erfc t`, `e^-t²`.
    const ERRORS: [(f64, f64, f64, f64); 10] = [
        (0.000_976_562_5, 0.001_101_932_430_071_814_7, 0.998_898_067_569_928_2, 0.999_999_046_326_138_3),
        (0.25, 0.276_326_390_168_236_96, 0.723_673_609_831_763_1, 0.939_413_062_813_475_8),
        (0.843_75, 0.767_225_661_232_341_6, 0.232_774_338_767_658_38, 0.490_704_059_767_441_25),
        (1.0, 0.842_700_792_949_714_9, 0.157_299_207_050_285_13, 0.367_879_441_171_442_33),
        (2.0, 0.995_322_265_018_952_7, 0.004_677_734_981_047_266, 0.018_315_638_888_734_18),
        (3.7, 0.999_999_832_848_942_1, 1.671_510_579_091_459_9e-7, 1.133_727_138_747_964_2e-6),
        (5.9, 0.999_999_999_999_999_9, 7.190_409_783_550_478e-17, 7.624_459_905_389_708e-16),
        (9.3, 1.0, 1.653_244_184_030_135e-39, 2.740_755_284_722_562_3e-38),
        (13.7, 1.0, 1.261_315_833_740_874_9e-83, 3.070_921_334_434_560_4e-82),
        (25.9, 1.0, 1.020_283_318_473_266_7e-293, 4.687_255_145_293_192e-292),
    ];

    /// Against arithmetic of 60 digits (mpmath); the limits are an ulp of each result, and the two
    /// exponentials with their product of the bell.
    #[test]
    fn the_error_function_is_exact_in_its_tails() {
        let close = |found: f64, expected: f64, units: f64| {
            assert!((found - expected).abs() <= units * f64::EPSILON * expected.abs(), "{found:e}, not {expected:e}");
        };
        for (t, error, complement, bell_of_t) in ERRORS {
            close(erf(t), error, 1.0);
            close(erf(-t), -error, 1.0);
            close(erfc(t), complement, 2.0);
            close(erfc(-t), 1.0 + error, 2.0);
            close(bell(t), bell_of_t, 3.0);
            assert_eq!(bell(-t), bell(t));
        }
        assert_eq!((erf(0.0), erfc(0.0), bell(0.0)), (0.0, 1.0, 1.0));
        assert_eq!((erf(800.0), erfc(800.0), erfc(-800.0), bell(-800.0)), (1.0, 0.0, 2.0, 0.0));
        assert_eq!((erf(f64::INFINITY), erfc(f64::INFINITY), bell(f64::INFINITY)), (1.0, 0.0, 0.0));
        assert_eq!(erf(1e-300), 1e-300 * std::f64::consts::FRAC_2_SQRT_PI);
        assert!(erf(f64::NAN).is_nan() && erfc(f64::NAN).is_nan() && bell(f64::NAN).is_nan());
        assert!((erfc(1.5_f32) - 0.033_894_854).abs() < 1e-8);
    }

    #[test]
    fn kinks_follow_the_table() {
        assert_eq!(tie_gt(1.0, 1.0), 0.5);
        assert_eq!((tie_gt(1.0, f64::NAN), tie_gt(f64::NAN, 1.0)), (1.0, 0.0));
        assert_eq!((inside(1.0, 0.0, 1.0), inside(1.1, 0.0, 1.0)), (1.0, 0.0));
        assert_eq!((signum(0.0), signum(-0.0)), (1.0, -1.0));
        assert!(signum(f64::NAN).is_nan());
        assert_eq!((norm_pow(0.0, -0.5), norm_pow(4.0, -0.5), norm_pow(4.0, -1.5)), (0.0, 0.5, 0.125));
        assert_eq!(norm_pow(4.0_f64, 1.5), 8.0);
        assert_eq!((pow(0.0, 2.0), pow(0.0, 0.0), pow_ln(0.0, 1.0, 3)), (0.0, 1.0, 0.0));
        assert_eq!((select(1.0, 2.0, 3.0), select(0.0, 2.0, f64::NAN).is_nan()), (2.0, true));
        assert_eq!((huber(0.5, 1.0), huber(-2.0, 1.0)), (0.125, 1.5));
        assert_eq!((lt(1.0, 2.0), le(2.0, 2.0), gt(1.0, 2.0), ge(2.0, 2.0)), (1.0, 1.0, 0.0, 1.0));
        assert_eq!((eq(1.0, 1.0), ne(1.0, 1.0), clamp(3.0, 0.0, 2.0)), (1.0, 0.0, 2.0));
    }
}
