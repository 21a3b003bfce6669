//! Functions with kinks, away from them and at them: `max min abs clamp huber signum`.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::verify;

#[bilevel]
pub mod kinked {
    use hypergrad::math::huber;
    use nalgebra::{SVector, Vector4};

    pub fn f(x: &Vector4<f64>, y: &SVector<f64, 2>) -> f64 {
        let caps = x.map(|t| t.max(0.1 * t)).norm_squared();
        let robust: f64 = x.iter().map(|t| huber(*t - y[0], 0.5)).sum();
        let clamped = x.map(|t| t.clamp(-0.4, 0.6)).sum();
        caps + robust + 0.3 * clamped * clamped + x.abs().sum() * y[1].exp() + x[0].min(x[1]) * x[2]
    }

    pub fn g(x: &Vector4<f64>, y: &SVector<f64, 2>) -> f64 {
        (x.max() - x.min()).powi(2) + x.amax() * y[0] + (x[3] - y[1]).abs() + x[1].signum() * x[2]
    }
}

fn larger(a: Number, b: Number) -> Number {
    if a.re > b.re { a } else { b }
}

fn smaller(a: Number, b: Number) -> Number {
    if a.re < b.re { a } else { b }
}

fn huber(t: Number, delta: f64) -> Number {
    if t.re.abs() <= delta { t * t * 0.5 } else { (larger(t, -t) - 0.5 * delta) * delta }
}

#[test]
fn away_from_kinks() {
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let caps: Number = x.iter().map(|t| larger(*t, *t * 0.1).powi(2)).sum();
            let robust: Number = x.iter().map(|t| huber(*t - y[0], 0.5)).sum();
            let clamped: Number = x.iter().map(|t| larger(smaller(*t, constant(0.6)), constant(-0.4))).sum();
            let abs: Number = x.iter().map(|t| larger(*t, -*t)).sum();
            caps + robust + clamped * clamped * 0.3 + abs * y[1].exp() + smaller(x[0], x[1]) * x[2]
        }),
        g: &|x, y| {
            let most = x.iter().copied().reduce(larger).unwrap();
            let least = x.iter().copied().reduce(smaller).unwrap();
            let largest = x.iter().map(|t| larger(*t, -*t)).reduce(larger).unwrap();
            (most - least).powi(2) + largest * y[0] + larger(x[3] - y[1], y[1] - x[3]) + x[2] * x[1].re.signum()
        },
    };
    let problem = kinked::Problem::new().unwrap();
    for x in [[0.5, -0.3, 0.8, -0.7], [-0.2, 0.31, -0.9, 0.45], [1.2, 1.4, 0.05, -0.04]] {
        verify!(problem, nalgebra::Vector4::from(x), nalgebra::Vector2::new(0.21, -0.1), oracle);
    }
    assert!(!kinked::Problem::STRUCTURE.smooth);
    assert!(kinked::Problem::STRUCTURE.super_efficient.is_empty());
    assert!(kinked::Problem::DERIVATION.contains("any estimator super-efficient: withheld: `"));
}

/// The table of kinks: one half each at a tie of `min`, equal shares at a tie of `max` over a
/// vector, `abs' = 0` at 0.
#[test]
fn at_kinks() {
    let problem = kinked::Problem::new().unwrap();
    let x = nalgebra::Vector4::new(0.25, 0.25, 0.25, 0.0);
    let at = problem.at(&x, &nalgebra::Vector2::new(0.0, 0.0)).unwrap();
    let F = at.F();
    // caps 2 t, huber t, clamp 0.6 * 0.75, abs 1, min 1/2 each times x[2], or min itself.
    for (i, extra) in [0.125, 0.125, 0.25].into_iter().enumerate() {
        assert!((F[i] - (0.5 + 0.25 + 0.45 + 1.0 + extra)).abs() < 1e-14, "{F}");
    }
    // abs at 0 gives 0, max(t, 0.1 t)² has slope 0.
    assert!((F[3] - 0.45).abs() < 1e-14, "{F}");
    let g_1 = at.g_1();
    // 2 (max - min) = 0.5: a third to each of the largest, -0.5 to the least; |x_3 - y_1| at its kink.
    assert!((g_1[0] - 0.5 / 3.0).abs() < 1e-14 && (g_1[3] + 0.5).abs() < 1e-14, "{g_1}");
}
