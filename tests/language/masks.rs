//! Arms that are not taken contribute nothing, whatever stands in them: roots and logarithms of
//! negative numbers, divisions by zero, powers that overflow.

use hypergrad::bilevel;

use crate::check;
use crate::oracle::agreement::{agree, expectations};
use crate::oracle::{DualNum, Inner, Number, Oracle, constant, dot};

#[bilevel]
pub mod masked {
    use nalgebra::DVector;

    fn pieces(t: f64, s: f64) -> f64 {
        let root = if t > 0.0 { t.sqrt() * t * s } else { -t * s };
        let logarithm = if t > 0.0 { t.ln() * s } else { t * t };
        let quotient = if t != 0.0 { s * (1.0 - (-t * t).exp()) / t } else { 0.0 };
        let power = if t >= 0.1 { t.powf(1.5) + t.powf(s) + t.powi(-3) } else { s * t };
        let inside = if t.abs() < 1.0 { t.asin() * s + t.atanh() + t.acos() } else { (t * s).sin() };
        let outside = if t > 1.0 { t.acosh() + 1.0 / (t - 1.0) } else { 0.0 };
        let bounded = if t < 2.0 { s } else { 0.0 } + if t > -0.5 { (-1e4 * (t + 0.5)).exp() * s } else { t.cos() };
        root + logarithm + quotient + power + inside + outside + bounded + (if t < 0.0 { -t } else { 1.0 }).ln() * s
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        (0..x.len()).map(|i| pieces(x[i], y[i])).sum::<f64>() + 2.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let unit = if x.norm_squared() > 100.0 { x / (x.norm() - 1.0).ln() } else { x * 2.0 };
        let by_index = (0..x.len()).map(|i| if i == 0 { y[0] } else { x[i].powi(2) / (i as f64) + x[i - 1] }).sum::<f64>();
        let safe = (0..x.len()).map(|i| if y[i] > 0.0 { x[i] * y[i].sqrt() } else { x[i] }).sum::<f64>();
        unit.dot(y) + by_index + safe
    }
}

/// The taken arms alone.
fn pieces(t: Number, s: Number) -> Number {
    let (v, zero) = (t.re, constant(0.0));
    let root = if v > 0.0 { t.sqrt() * t * s } else { -t * s };
    let logarithm = if v > 0.0 { t.ln() * s } else { t * t };
    let quotient = if v == 0.0 { zero } else { s * (-(-t * t).exp() + 1.0) / t };
    let power = if v >= 0.1 { t.powf(1.5) + (s * t.ln()).exp() + t.powi(-3) } else { s * t };
    let inside = if v.abs() < 1.0 { t.asin() * s + t.atanh() + t.acos() } else { (t * s).sin() };
    let outside = if v > 1.0 { t.acosh() + (t - 1.0).recip() } else { zero };
    let bounded = if v < 2.0 { s } else { zero } + if v > -0.5 { ((t + 0.5) * -1e4).exp() * s } else { t.cos() };
    root + logarithm + quotient + power + inside + outside + bounded + if v < 0.0 { (-t).ln() * s } else { zero }
}

#[test]
fn untaken_arms() {
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| x.iter().zip(y).map(|(t, s)| pieces(*t, *s)).sum::<Number>() + dot(x, x) * 2.0),
        g: &|x, y| {
            let by_index: Number = (1..x.len()).map(|i| x[i] * x[i] / i as f64 + x[i - 1]).sum();
            let safe: Number = x.iter().zip(y).map(|(t, s)| if s.re > 0.0 { *t * s.sqrt() } else { *t }).sum();
            dot(x, y) * 2.0 + by_index + y[0] + safe
        },
    };
    let problem = masked::Problem::new().unwrap();
    // 0 and ±1 are where the arms that are not taken divide by zero.
    let x = nalgebra::DVector::from_column_slice(&[0.0, 0.4, -0.7, 1.0, -1.0, 1.8, -2.5, 3.0]);
    let y = nalgebra::DVector::from_column_slice(&[0.6, -0.8, 1.3, 0.5, -0.2, 0.9, 0.0, -1.1]);
    let derivatives = oracle.derivatives(x.as_slice(), y.as_slice());
    let expected = expectations(&derivatives, x.as_slice(), y.as_slice());
    let at = problem.at(&x, &y).unwrap();
    let found = [
        ("g", vec![at.g()]),
        ("F", at.F().as_slice().to_vec()),
        ("F_1", at.F_1().as_slice().to_vec()),
        ("F_2", at.F_2().as_slice().to_vec()),
        ("g_1", at.g_1().as_slice().to_vec()),
        ("g_21", at.g_21().as_slice().to_vec()),
        ("F_11", at.F_11().flat().to_vec()),
        ("F_21", at.F_21().flat().to_vec()),
        ("Omega", at.Omega().unwrap().as_slice().to_vec()),
        ("Omega_1", at.Omega_1().unwrap().as_slice().to_vec()),
    ];
    for (name, found) in found {
        let expected = expected.iter().find(|(known, _)| *known == name).map(|(_, list)| list).unwrap();
        assert!(agree(&found, expected, 1e-11).is_ok(), "{name}: {:?}", agree(&found, expected, 1e-11));
    }
    assert!(at.f().is_finite());
    // Away from the borders differences of the function itself say the same.
    check(&problem, &nalgebra::DVector::from_column_slice(&[0.4, -0.7, 1.8, -2.5]), &y.rows(0, 4).into_owned());
}

/// Roots and powers of what rests at 0.
#[bilevel]
pub mod resting {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let hinge: f64 = x.iter().zip(y.iter()).map(|(t, s)| s * t.max(0.0).powf(1.5) + t.min(0.0).powi(2)).sum();
        let scaled: f64 = x.iter().map(|t| (3.0 * t.max(0.0)).sqrt() * t * t + t.clamp(0.0, 1.0).cbrt()).sum();
        let chosen: f64 = x.iter().map(|t| (if *t > 0.0 { t * t } else { 0.0 }).powf(0.75)).sum();
        let raised: f64 = x.iter().zip(y.iter()).map(|(t, s)| t.max(0.0).powf(1.5 + s * s)).sum();
        let both: f64 = x.iter().zip(y.iter()).map(|(t, s)| (t.max(0.0) + (t - 1.0).max(0.0) * s.exp()).powf(1.5)).sum();
        let weighed: f64 = x.iter().zip(y.iter()).map(|(t, s)| (t.max(0.0) * (1.0 + s * s)).sqrt()).sum();
        hinge + scaled + chosen + raised + both + weighed + 4.0 * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.iter().map(|t| t.max(0.0).powf(1.5)).sum::<f64>() + x.dot(y)
    }
}

#[test]
fn what_rests_has_no_derivative() {
    let x = nalgebra::DVector::from_column_slice(&[0.4, -0.7, 1.8, -2.5, 0.9]);
    let y = nalgebra::DVector::from_column_slice(&[0.6, -0.8, 1.3, 0.5, -0.2]);
    let problem = resting::Problem::new().unwrap();
    check(&problem, &x, &y);
    let second = problem.at(&x, &y).unwrap().g_11();
    assert_eq!((second[(1, 1)], second[(3, 3)]), (0.0, 0.0));
    // At 0 the second derivative of t^1.5 is infinite, from the right.
    let at_kink = problem.at(&nalgebra::DVector::zeros(5), &y).unwrap();
    assert!(!at_kink.g_11()[(0, 0)].is_finite() && at_kink.Omega().is_err());
}

/// `max` and `min` give the other argument where one is NaN.
#[bilevel]
pub mod not_a_number {
    pub fn f(x: f64, y: f64) -> f64 {
        (x - 10.0).ln().max(x * y) + x * x
    }

    pub fn g(x: f64, y: f64) -> f64 {
        y.min((x - 10.0).ln() * 2.0)
    }
}

#[test]
fn the_other_of_two() {
    let at = not_a_number::Problem::new().unwrap();
    let at = at.at(&0.7, &1.5).unwrap();
    assert_eq!((at.f(), at.F(), at.g()), (0.7 * 1.5 + 0.7 * 0.7, 1.5 + 1.4, 1.5));
    assert_eq!((at.g_1(), at.g_2()), (0.0, 1.0));
}
