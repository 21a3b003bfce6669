//! Against the tables, in units of the last place.

#[expect(clippy::approx_constant, reason = "values at plain arguments are sometimes known constants")]
mod tables;

use super::*;

/// `|found - expected| <= units · eps · |expected|`, and a few units of what is below every normal number.
fn close(found: f64, expected: f64, units: f64, at: f64) {
    let limit = units * f64::EPSILON * expected.abs() + 4.0 * f64::from_bits(1);
    let off = (found - expected).abs() / (f64::EPSILON * expected.abs());
    assert!(found == expected || (found - expected).abs() <= limit, "{found:e}, not {expected:e}, at {at}: {off:.1} units");
}

/// The limits grow with the steps of the recurrence; below 0 what the poles on both sides give cancels
/// in part, and next to a root only the size of the digamma function's terms can be held.
#[test]
fn gamma_and_its_derivatives() {
    for [t, values @ ..] in tables::GAMMA {
        close(ln_gamma(t), values[0], 8.0, t);
        for (order, expected) in values[1..].iter().enumerate() {
            let units = if t < 0.0 { 1000.0 } else { 12.0 };
            let found = polygamma(order as u32, t);
            let near_root = order == 0 && (found - expected).abs() <= 8.0 * f64::EPSILON;
            if !near_root {
                close(found, *expected, units, t);
            }
        }
    }
}

#[test]
fn the_gamma_function_at_its_edges() {
    assert_eq!((ln_gamma(1.0), ln_gamma(2.0), ln_gamma(0.0)), (0.0, 0.0, f64::INFINITY));
    assert!(polygamma(0, -3.0).is_nan() && polygamma(0, f64::NAN).is_nan() && polygamma(0, f64::NEG_INFINITY).is_nan());
    assert_eq!((polygamma(0, f64::INFINITY), polygamma(1, f64::INFINITY)), (f64::INFINITY, 0.0));
    assert_eq!((polygamma(1, 0.0), polygamma(1, -7.0)), (f64::INFINITY, f64::INFINITY));
}

/// The density has two exponentials; above -2 the third and the fourth derivative of `ln Φ` are
/// differences of terms that are up to 200 and 1000 times as large, each exact to a few units.
#[test]
fn the_normal_distribution() {
    for [t, density, probability, derivatives @ ..] in tables::NORMAL {
        close(normal_density(t), density, 5.0, t);
        close(normal_density(-t), density, 5.0, t);
        close(normal_cdf(t), probability, 12.0, t);
        for (order, expected) in derivatives.into_iter().enumerate() {
            let units: f64 = [8.0, 16.0, 100.0, 2000.0, 8000.0][order];
            let units = if (-2.0..3.0).contains(&t) { units } else { units.min(60.0) };
            close(log_normal_cdf(order as u32, t), expected, units, t);
        }
    }
}

#[test]
fn the_normal_distribution_at_its_edges() {
    let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
    assert_eq!((normal_cdf(low), normal_cdf(high), normal_cdf(0.0)), (0.0, 1.0, 0.5));
    assert_eq!((normal_density(low), normal_density(high)), (0.0, 0.0));
    assert_eq!((log_normal_cdf(0, low), log_normal_cdf(0, high)), (low, 0.0));
    assert_eq!((log_normal_cdf(1, low), log_normal_cdf(1, 50.0)), (high, 0.0));
    assert_eq!((log_normal_cdf(2, low), log_normal_cdf(3, low), log_normal_cdf(4, low)), (-1.0, 0.0, 0.0));
    assert!(normal_cdf(f64::NAN).is_nan() && normal_density(f64::NAN).is_nan() && log_normal_cdf(1, f64::NAN).is_nan());
}

/// Next to -1/e a rounding of t moves w by `eps/√(2 (e t + 1))`.
#[test]
fn lambert() {
    for [t, expected] in tables::LAMBERT {
        let units = if t < -0.35 { 16.0 } else { 4.0 };
        close(lambert_w(t), expected, units, t);
    }
    assert_eq!((lambert_w(0.0), lambert_w(f64::INFINITY)), (0.0, f64::INFINITY));
    assert!(lambert_w(-0.368).is_nan() && lambert_w(f64::NAN).is_nan() && lambert_w(f64::NEG_INFINITY).is_nan());
    assert!((lambert_w(-1.0 / core::f64::consts::E) + 1.0).abs() < 1e-7);
}

#[test]
fn complements() {
    for [t, logarithm, bosons] in tables::COMPLEMENT {
        close(log1mexp(t), logarithm, 3.0, t);
        close(bose(t), bosons, 4.0, t);
    }
    assert_eq!((log1mexp(0.0), log1mexp(f64::NEG_INFINITY), bose(f64::NEG_INFINITY)), (f64::NEG_INFINITY, 0.0, 0.0));
    assert!(log1mexp(0.1).is_nan() && bose(0.1).is_nan() && log1mexp(f64::NAN).is_nan() && bose(f64::NAN).is_nan());
}
