//! `ln(1 + e^t)` in every spelling: stable at any argument, and in every derivative.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::verify;

#[bilevel]
pub mod spelled {
    use hypergrad::math::{log_sum_exp, sigmoid, softplus};
    use nalgebra::{SVector, vector};

    pub fn f(x: &SVector<f64, 7>, y: &SVector<f64, 7>) -> f64 {
        let t = x.component_mul(y);
        let sum = (1.0 + t[0].exp()).ln() + t[1].exp().ln_1p() + (t[2].max(0.0) + (-t[2].abs()).exp().ln_1p()) + softplus(t[3])
            - sigmoid(-t[4]).ln()
            - (1.0 / (1.0 + t[5].exp())).ln()
            + log_sum_exp(&vector![0.0, t[6]]);
        sum + 0.5 * x.norm_squared()
    }

    pub fn g(x: &SVector<f64, 7>, y: &SVector<f64, 7>) -> f64 {
        let s = x.map(|t| 1.0 / (1.0 + (-t).exp()));
        s.dot(y) + x.map(|t| t.exp() / (1.0 + t.exp())).sum() + x.map(f64::tanh).sum()
    }
}

/// Without overflow, for the real part too.
fn stable(t: Number) -> Number {
    if t.re > 0.0 { t + (-t).exp().ln_1p() } else { t.exp().ln_1p() }
}

fn logistic(t: Number) -> Number {
    if t.re > 0.0 { ((-t).exp() + 1.0).recip() } else { t.exp() / (t.exp() + 1.0) }
}

#[test]
fn at_any_argument() {
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| (0..7).map(|i| stable(x[i] * y[i])).sum::<Number>() + dot(x, x) * 0.5),
        g: &|x, y| (0..7).map(|i| logistic(x[i]) * y[i] + logistic(x[i]) + x[i].tanh()).sum(),
    };
    let problem = spelled::Problem::new().unwrap();
    let y = nalgebra::SVector::<f64, 7>::from([0.7, -0.4, 0.9, 1.1, -0.3, 0.5, 0.8]);
    for scale in [0.1, 1.0, 6.0] {
        let x = nalgebra::SVector::<f64, 7>::from([0.5, -0.8, 0.3, 1.2, 0.4, -1.1, 0.9]) * scale;
        verify!(problem, x, y, oracle);
    }
    // Far out only our forms are finite.
    for scale in [1e3, -1e3] {
        let x = nalgebra::SVector::<f64, 7>::from_element(scale);
        let at = problem.at(&x, &y).unwrap();
        let f: f64 = (0..7).map(|i| (x[i] * y[i]).max(0.0) + 0.5 * x[i] * x[i]).sum();
        assert!((at.f() - f).abs() <= 1e-15 * f, "{} {f}", at.f());
        assert!(at.F().iter().chain(at.F_1().iter()).chain(at.g_11().iter()).all(|v| v.is_finite()), "{scale}");
        assert!(at.Omega_1().unwrap().iter().all(|v| v.is_finite()));
    }
}
