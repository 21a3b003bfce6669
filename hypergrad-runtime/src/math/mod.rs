//! Functions of numbers: those the language adds to nalgebra, and the usual ones for `no_std` users.
//!
//! All of them are ordinary functions, generic over `f32` and `f64`, and stable over the whole range.
//!
//! ```
//! use hypergrad::math::{erfc, huber, log_sum_exp, softplus};
//! use nalgebra::Vector2;
//!
//! // Where ln(1 + e^t), ln Σ e^t and 1 - erf t, as they are written, overflow or cancel:
//! assert_eq!(softplus(800.0), 800.0);
//! assert!((log_sum_exp(&Vector2::repeat(1000.0)) - 1000.0 - 2.0_f64.ln()).abs() < 1e-12);
//! assert!(erfc(10.0_f64) > 2.0e-45);
//! // A loss that is quadratic up to 1, and linear from there.
//! assert_eq!((huber(0.5, 1.0), huber(3.0, 1.0)), (0.125, 2.5));
//! ```

#[doc(hidden)]
pub mod kernel;

use nalgebra::{ComplexField, Dim, Matrix, RawStorage, RealField};

use crate::scalar::Real;

/// `ln(1 + e^t) = max(t, 0) + ln(1 + e^-|t|)`.
#[inline]
pub fn softplus<T: Real>(t: T) -> T {
    kernel::softplus(t)
}

/// `1 / (1 + e^-t)`.
#[inline]
pub fn sigmoid<T: Real>(t: T) -> T {
    kernel::sigmoid(t)
}

/// The error function, `2/√π ∫₀ᵗ e^-s² ds`.
///
/// `0.5 * erfc(-t / SQRT_2)` is the normal distribution's probability below t, exact in its left tail.
#[inline]
pub fn erf<T: Real>(t: T) -> T {
    kernel::erf(t)
}

/// `1 - erf t`, as exact relative to itself where that is tiny.
#[inline]
pub fn erfc<T: Real>(t: T) -> T {
    kernel::erfc(t)
}

/// `ln |Γ(t)|`, the logarithm of the gamma function; `(n - 1)! = e^ln_gamma(n)`.
///
/// ```
/// use hypergrad::math::ln_gamma;
///
/// // The logarithm of the Poisson distribution's probability of 3, at rate 2.
/// let (count, rate) = (3.0_f64, 2.0_f64);
/// let ln_p = count * rate.ln() - rate - ln_gamma(count + 1.0);
/// assert!((ln_p - (8.0_f64 / 6.0).ln() + 2.0).abs() < 1e-15);
/// ```
#[inline]
pub fn ln_gamma<T: Real>(t: T) -> T {
    kernel::ln_gamma(t)
}

/// `ψ(t) = (ln Γ)'(t)`.
///
/// # Reference
///
/// Abramowitz and Stegun, Handbook of Mathematical Functions, section 6.3.
#[inline]
pub fn digamma<T: Real>(t: T) -> T {
    kernel::polygamma(t, 0)
}

/// `ψ'(t) = (ln Γ)''(t) = Σ 1/(t + n)²`.
#[inline]
pub fn trigamma<T: Real>(t: T) -> T {
    kernel::polygamma(t, 1)
}

/// The normal distribution's probability below t, exact relative to itself in its left tail.
#[inline]
pub fn normal_cdf<T: Real>(t: T) -> T {
    kernel::normal_cdf(t)
}

/// The logarithm of [`normal_cdf`]: finite at every t, `-t²/2 - ln(-t √2π)` far to the left. Its
/// derivative is the inverse of Mills' ratio, `φ/Φ`, and its derivatives of every order stay exact
/// in both tails.
///
/// ```
/// use hypergrad::math::log_normal_cdf;
///
/// assert!((log_normal_cdf(-1000.0_f64) + 500_007.826_694_812_16).abs() < 1e-9);
/// ```
#[inline]
pub fn log_normal_cdf<T: Real>(t: T) -> T {
    kernel::log_normal_cdf(t, 0)
}

/// Lambert's function, the `w >= -1` with `w e^w = t`; not a number for `t < -1/e`.
///
/// ```
/// use hypergrad::math::lambert_w;
///
/// let w: f64 = lambert_w(2.0);
/// assert!((w * w.exp() - 2.0).abs() < 1e-15);
/// ```
///
/// # Reference
///
/// Corless, Gonnet, Hare, Jeffrey and Knuth, On the Lambert W function, 1996.
#[inline]
pub fn lambert_w<T: Real>(t: T) -> T {
    kernel::lambert_w(t)
}

/// `ln(1 - e^t)` for `t < 0`, without cancellation: of a probability given by its logarithm t, the
/// logarithm of the complement. (Where the argument is written with the other sign, `ln(1 - e^-a)`,
/// that is `log1mexp(-a)`.)
///
/// # Reference
///
/// Mächler, Accurately computing log(1 - exp(-|a|)), 2012.
#[inline]
pub fn log1mexp<T: Real>(t: T) -> T {
    kernel::log1mexp(t)
}

/// `ln sum_i e^(v_i)`, over every entry of a vector or a matrix; `-inf` without entries.
#[inline]
pub fn log_sum_exp<T, R, C, S>(v: &Matrix<T, R, C, S>) -> T
where
    T: Real,
    R: Dim,
    C: Dim,
    S: RawStorage<T, R, C>,
{
    let infinity = T::ONE / T::ZERO;
    let largest = v.iter().fold(-infinity, |largest, &t| kernel::max(largest, t));
    if largest == infinity || largest == -infinity {
        return v.iter().fold(largest, |sum, &t| if t.is_finite() || t == -infinity { sum } else { sum + t });
    }
    let sum = v.iter().fold(T::ZERO, |sum, &t| sum + kernel::exp(t - largest));
    largest + kernel::ln(sum)
}

/// `t²/2` where `|t| <= delta`, `delta (|t| - delta/2)` outside.
#[inline]
pub fn huber<T: Real>(t: T, delta: T) -> T {
    kernel::huber(t, delta)
}

/// `delta² (√(1 + (t/delta)²) - 1)`, in the form `t² / (1 + √(1 + (t/delta)²))`.
#[inline]
pub fn pseudo_huber<T: Real>(t: T, delta: T) -> T {
    let s = t / delta;
    t * t / (T::ONE + kernel::sqrt(T::ONE + s * s))
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name<T: Real>(t: T) -> T {
            ComplexField::$name(t)
        }
    )*};
}
unary! {
    /// `e^t`.
    exp
    /// The natural logarithm.
    ln
    /// The square root.
    sqrt
    /// The cube root.
    cbrt
    /// `2^t`.
    exp2
    /// The logarithm to base 2.
    log2
    /// The logarithm to base 10.
    log10
    /// `ln(1 + t)`.
    ln_1p
    /// `e^t - 1`.
    exp_m1
    /// The sine.
    sin
    /// The cosine.
    cos
    /// The tangent.
    tan
    /// The arc sine.
    asin
    /// The arc cosine.
    acos
    /// The arc tangent.
    atan
    /// The hyperbolic sine.
    sinh
    /// The hyperbolic cosine.
    cosh
    /// The hyperbolic tangent.
    tanh
    /// The inverse hyperbolic sine.
    asinh
    /// The inverse hyperbolic cosine.
    acosh
    /// The inverse hyperbolic tangent.
    atanh
    /// `1 / t`.
    recip
    /// `|t|`.
    abs
}

/// The sign as in `std`: 1 at +0, -1 at -0.
#[inline]
pub fn signum<T: Real>(t: T) -> T {
    kernel::signum(t)
}

/// `t^n` for an integer n.
#[inline]
pub fn powi<T: Real>(t: T, n: i32) -> T {
    ComplexField::powi(t, n)
}

/// `t^p`.
#[inline]
pub fn powf<T: Real>(t: T, p: T) -> T {
    ComplexField::powf(t, p)
}

/// Sine and cosine.
#[inline]
pub fn sin_cos<T: Real>(t: T) -> (T, T) {
    ComplexField::sin_cos(t)
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

/// `t a + b`.
#[inline]
pub fn mul_add<T: Real>(t: T, a: T, b: T) -> T {
    ComplexField::mul_add(t, a, b)
}

/// The larger one.
#[inline]
pub fn max<T: Real>(a: T, b: T) -> T {
    kernel::max(a, b)
}

/// The smaller one.
#[inline]
pub fn min<T: Real>(a: T, b: T) -> T {
    kernel::min(a, b)
}

/// `low` below it, `high` above it, t between.
#[inline]
pub fn clamp<T: Real>(t: T, low: T, high: T) -> T {
    kernel::clamp(t, low, high)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "exact values are meant")]
    use super::*;
    use nalgebra::{DMatrix, Vector2};

    #[test]
    fn extremes_are_finite() {
        for t in [-1e4, -800.0, -1.0, 0.0, 1e-9, 1.0, 800.0, 1e4] {
            assert!(softplus(t).is_finite() && sigmoid(t).is_finite());
            assert!(huber(t, 1.0) >= pseudo_huber(t, 1.0) * 0.99);
        }
        assert_eq!(softplus(1e4), 1e4);
        assert_eq!(pseudo_huber(1e-9, 1.0), 5e-19);
    }

    #[test]
    fn log_sum_exp_is_shifted_and_takes_any_storage() {
        let v = Vector2::new(1000.0, 1001.0);
        assert!((log_sum_exp(&v) - (1001.0 + (-1f64).exp().ln_1p())).abs() < 1e-12);
        let m = DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 0.0, 0.0]);
        assert!((log_sum_exp(&m.column(0)) - 2f64.ln()).abs() < 1e-15);
        assert!((log_sum_exp(&m) - 4f64.ln()).abs() < 1e-15);
        assert_eq!(log_sum_exp(&DMatrix::<f64>::zeros(0, 1)), f64::NEG_INFINITY);
        assert!(log_sum_exp(&Vector2::new(f64::NAN, 1.0)).is_nan());
        assert!(log_sum_exp(&Vector2::new(f64::NAN, f64::INFINITY)).is_nan());
        assert_eq!(log_sum_exp(&Vector2::new(1.0, f64::INFINITY)), f64::INFINITY);
    }
}
