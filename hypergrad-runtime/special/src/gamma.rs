//! The logarithm of the gamma function and its derivatives.

use core::f64::consts::PI;

/// `ln |Γ(t)|`.
#[must_use]
pub fn ln_gamma(t: f64) -> f64 {
    libm::lgamma(t)
}

/// The derivative of order `order + 1` of `ln |Γ|`: digamma, trigamma and so on.
///
/// Above 0 the recurrence `ψ⁽ᵏ⁾(t) = ψ⁽ᵏ⁾(t + 1) - (-1)ᵏ k! t⁻ᵏ⁻¹` leads to where the asymptotic
/// series holds, with terms of one sign for `k > 0`; below it the reflection formula
/// (Abramowitz and Stegun, 6.4.6, 6.4.7, 6.4.11). Not a number at the poles `0, -1, ..` where the two
/// sides differ. The digamma function is exact to `1e-15` in size next to its root 1.46163.
#[must_use]
pub fn polygamma(order: u32, t: f64) -> f64 {
    if t > 0.0 {
        return above_zero(order, t);
    }
    let sign = if order.is_multiple_of(2) { 1.0 } else { -1.0 };
    let whole = libm::round(t);
    if t == whole {
        return if order.is_multiple_of(2) { f64::NAN } else { f64::INFINITY };
    }
    let slope = cotangent_derivative(order, 1.0 / libm::tan(PI * (t - whole)));
    sign * above_zero(order, 1.0 - t) - power(PI, order + 1) * slope
}

/// `B₂, B₄, .. B₁₈`.
const BERNOULLI: [f64; 9] =
    [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0, 43867.0 / 798.0];

fn above_zero(order: u32, t: f64) -> f64 {
    // From here on the series has all digits of an f64.
    let far = 12.0 + 2.0 * f64::from(order);
    let steps = if t < far { libm::ceil(far - t) as u32 } else { 0 };
    let mut sum = 0.0;
    // Small terms first.
    for n in (0..steps).rev() {
        sum += power(1.0 / (t + f64::from(n)), order + 1);
    }
    let shifted = t + f64::from(steps);
    if order == 0 {
        return asymptotic_digamma(shifted) - sum;
    }
    let size = factorial(order) * sum + asymptotic(order, shifted);
    if order.is_multiple_of(2) { -size } else { size }
}

/// `ln t - 1/(2t) - Σ B₂ⱼ/(2j t²ʲ)`.
fn asymptotic_digamma(t: f64) -> f64 {
    let square = 1.0 / (t * t);
    let terms = BERNOULLI.iter().enumerate().rev();
    let series = terms.fold(0.0, |sum, (k, b)| square * (sum + b / (2.0 * (k as f64 + 1.0))));
    libm::log(t) - 0.5 / t - series
}

/// `|ψ⁽ᵏ⁾(t)| = (k-1)!/tᵏ + k!/(2 tᵏ⁺¹) + Σ B₂ⱼ (2j+k-1)!/((2j)! t²ʲ⁺ᵏ)`, for `k >= 1`.
fn asymptotic(order: u32, t: f64) -> f64 {
    let k = f64::from(order);
    let first = factorial(order - 1) * power(1.0 / t, order);
    let (mut term, mut series) = (1.0, 1.0 + 0.5 * k / t);
    for (j, b) in BERNOULLI.iter().enumerate() {
        let two_j = 2.0 * (j as f64 + 1.0);
        // (2j+k-1)!/((2j)! (k-1)! t²ʲ), from the one before.
        term *= (two_j + k - 2.0) / (two_j - 1.0) * ((two_j + k - 1.0) / two_j) / (t * t);
        series += b * term;
    }
    first * series
}

/// The derivative of the cotangent c as a polynomial of it, `P₀ = c` and `Pₖ₊₁ = -(1 + c²) Pₖ'`.
fn cotangent_derivative(order: u32, cotangent: f64) -> f64 {
    const HIGHEST: usize = 16;
    if order as usize >= HIGHEST {
        return f64::NAN;
    }
    let mut polynomial = [0.0; HIGHEST + 2];
    polynomial[1] = 1.0;
    for _ in 0..order {
        let before = polynomial;
        let slope = |k: usize| before.get(k + 1).map_or(0.0, |c| (k as f64 + 1.0) * c);
        for (k, coefficient) in polynomial.iter_mut().enumerate() {
            *coefficient = -slope(k) - if k >= 2 { slope(k - 2) } else { 0.0 };
        }
    }
    polynomial.iter().rev().fold(0.0, |sum, coefficient| sum * cotangent + coefficient)
}

fn factorial(n: u32) -> f64 {
    (1..=n).map(f64::from).product()
}

fn power(t: f64, n: u32) -> f64 {
    (0..n).fold(1.0, |product, _| product * t)
}
