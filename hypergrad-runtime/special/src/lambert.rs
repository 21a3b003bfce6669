//! The principal branch of Lambert's function.

/// The w >= -1 with `w e^w = t`, for `t >= -1/e`.
///
/// A start of two digits or more, and two steps of Fritsch, Shafer and Crowley (1973), each of which
/// has four times the digits; next to the branch point, where those divide by 0, a series.
#[must_use]
pub fn lambert_w(t: f64) -> f64 {
    if t == 0.0 || t == f64::INFINITY {
        return t;
    }
    let mut w = if t < -0.25 {
        let above = above_branch_point(t);
        // -1/e itself, rounded.
        let p = if above.abs() < f64::EPSILON { 0.0 } else { libm::sqrt(2.0 * above) };
        let series = p * (1.0 - p * (1.0 / 3.0 - p * (11.0 / 72.0 - p * (43.0 / 540.0 - p * (769.0 / 17280.0 - p * SIXTH)))));
        if p < 0.01 {
            return series - 1.0;
        }
        series - 1.0
    } else if t < 0.5 {
        t * (1.0 + 4.0 / 3.0 * t) / (1.0 + t * (7.0 / 3.0 + 5.0 / 6.0 * t))
    } else {
        // `ln(1 + t)` overestimates by nearly the logarithm of itself.
        let l = libm::log1p(t);
        l * (1.0 - libm::log1p(l) / (2.0 + l))
    };
    for _ in 0..2 {
        let z = libm::log(t / w) - w;
        let q = 2.0 * (1.0 + w) * (1.0 + w + 2.0 / 3.0 * z);
        w *= 1.0 + z / (1.0 + w) * (q - z) / (q - 2.0 * z);
    }
    w
}

/// The sixth coefficient of the series in `p = √(2 (e t + 1))`.
const SIXTH: f64 = 221.0 / 8505.0;

/// `e t + 1`, with the digits of e that do not fit into one number.
fn above_branch_point(t: f64) -> f64 {
    const REST_OF_E: f64 = 1.445_646_891_729_250_2e-16;
    libm::fma(core::f64::consts::E, t, 1.0) + REST_OF_E * t
}
