//! The normal distribution: its density φ, its distribution function Φ, and `ln Φ` with its
//! derivatives.
//!
//! In the left tail all of them come from the moments of what is above `s = -t`: with
//! `I_j = ∫₀^∞ uʲ e^(-su - u²/2) du`, Mills' ratio is `I₀ = Φ(t)/φ(t)`, and the ratios
//! `ρ_j = I_{j+1}/I_j` obey `ρ_{j-1} = j/(s + ρ_j)`. Read backwards that is a continued fraction of
//! positive terms, in which nothing cancels.

/// `1/√(2π)`.
const HEIGHT: f64 = 0.398_942_280_401_432_7;
/// `ln √(2π)`.
const LN_ROOT_2_PI: f64 = 0.918_938_533_204_672_8;
/// Where the continued fraction takes over: it is dearer, and the rounding of the argument of erfc
/// is magnified by t².
const TAIL: f64 = -4.0;
/// The same for derivatives of second and higher order, whose terms cancel.
const CANCELLING: f64 = -2.0;

/// `φ(t) = e^(-t²/2)/√(2π)`: with h the leading digits of t, whose square is exact, the exponent is
/// `-h²/2 - (t-h)(t+h)/2`, so that no rounding of t² is magnified.
#[must_use]
pub fn normal_density(t: f64) -> f64 {
    // 0 from about 38.6 on.
    if libm::fabs(t) > 40.0 {
        return 0.0;
    }
    let leading = f64::from_bits(t.to_bits() & 0xffff_ffff_0000_0000);
    HEIGHT * libm::exp(-0.5 * leading * leading) * libm::exp(-0.5 * (t - leading) * (t + leading))
}

/// `Φ(t) = ∫_{-∞}^t φ`, exact relative to itself in its left tail.
#[must_use]
pub fn normal_cdf(t: f64) -> f64 {
    if t < TAIL {
        return normal_density(t) / (-t + ratios(-t)[0]);
    }
    0.5 * libm::erfc(-core::f64::consts::FRAC_1_SQRT_2 * t)
}

/// The derivative of this order of `ln Φ`, up to the fourth: with `r = φ/Φ`,
///
/// ```text
/// r,   -r (t + r),   r ((t + r)(t + 2r) - 1),   -r ((t + r)((t + r)(t + 2r) - 1) + ..)
/// ```
///
/// In the left tail those cancel, and the cumulants `κ_k` of what is above -t are computed instead:
/// `-t + κ₁`, `κ₂ - 1`, `κ₃`, `κ₄`.
#[must_use]
pub fn log_normal_cdf(order: u32, t: f64) -> f64 {
    if t < if order < 2 { TAIL } else { CANCELLING } {
        return left_tail(order, -t);
    }
    if order == 0 {
        return if t > 0.0 { libm::log1p(-normal_cdf(-t)) } else { libm::log(normal_cdf(t)) };
    }
    let r = normal_density(t) / normal_cdf(t);
    let (near, slope) = (t + r, -r * (t + r));
    let second = -slope * near - r * (1.0 + slope);
    match order {
        1 => r,
        2 => slope,
        3 => second,
        4 => -second * (near + r) - 2.0 * slope * (1.0 + slope),
        _ => f64::NAN,
    }
}

/// `ln Φ(-s)` and its derivatives, s being large.
fn left_tail(order: u32, s: f64) -> f64 {
    let [a, b, c, d] = ratios(s);
    match order {
        0 => -0.5 * s * s - LN_ROOT_2_PI - libm::log(s + a),
        1 => s + a,
        // κ₂ = m₂ - m₁², with m₁ = a, m₂ = ab, m₃ = abc, m₄ = abcd.
        2 => a * (b - a) - 1.0,
        3 => a * (b * c - 3.0 * a * b + 2.0 * a * a),
        4 => a * (b * c * d - 4.0 * a * b * c - 3.0 * a * b * b + 12.0 * a * a * b - 6.0 * a * a * a),
        _ => f64::NAN,
    }
}

/// `ρ₀ .. ρ₃`, for `s >= 2`. A term at j leaves `j/(s + ρ_j)²` of an error, about `(1 + s/(2√j))⁻²`:
/// so many terms leave `e^-34` of the start's, and that is nearly right.
fn ratios(s: f64) -> [f64; 4] {
    let terms = 18 + (450.0 / (s * s)) as u32;
    let n = f64::from(terms);
    // The positive root of ρ (s + ρ) = n.
    let mut ratio = 2.0 * n / (s + libm::sqrt(s * s + 4.0 * n));
    let mut last = [0.0; 4];
    for j in (1..terms).rev() {
        ratio = f64::from(j) / (s + ratio);
        if let Some(kept) = last.get_mut(j as usize - 1) {
            *kept = ratio;
        }
    }
    last
}
