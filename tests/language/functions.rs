//! Scalar functions, written on `f64` and through nalgebra's traits.

use hypergrad::bilevel;

use crate::check;

/// Everywhere defined, or at arguments in the domain.
#[bilevel]
pub mod on_floats {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use nalgebra::Vector3;

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        let (s, t, u) = (x[0] * y[0], x[1] + y[1], x[2] * y[2] * y[2]);
        let inside = 0.5 * s.sin();
        let positive = 1.0 + t * t;
        let exponentials =
            s.exp() + t.exp2() + u.exp_m1() + positive.ln() + positive.ln_1p() + positive.log2() * positive.log10();
        let roots = positive.sqrt() + (u + 3.0).cbrt() + positive.powf(1.7) + positive.powf(t) + s.powi(3) + positive.recip();
        let circular = s.sin() + t.cos() * u.tan() + s.atan2(positive) + inside.asin() + inside.acos() + u.atan();
        let hyperbolic = s.tanh() + t.sinh() + u.cosh() + s.asinh() + (positive + 1.0).acosh() + inside.atanh();
        let (sine, cosine) = t.sin_cos();
        exponentials + roots + circular + hyperbolic + sine * cosine * s + x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        let (s, t, u) = (x[0] * y[0], x[1] + y[1], x[2] * y[2]);
        let kinked = s.abs() * t + t.max(u) + s.min(0.1 * u) + t.clamp(-0.2, 4.0) * u + t.signum() * u + u.max(-9.0);
        kinked + s.mul_add(t, u) + s.hypot(t + 2.0) + t.to_radians() * u.to_degrees() + (t * t + 1.0).log(3.0)
    }
}

/// The same words through nalgebra's traits, as without `std`.
#[bilevel]
pub mod by_traits {
    #[expect(unused_imports, reason = "a trait in scope: rustc proves that no method is its own")]
    use crate::bystander::*;
    use hypergrad::math::{erf, erfc, huber, log_sum_exp, pseudo_huber, sigmoid, softplus};
    use nalgebra::{ComplexField, RealField, Vector3};

    fn wave(t: f64) -> f64 {
        <f64>::sin(t) + <f64 as ComplexField>::exp(t) * RealField::atan2(t, 2.0)
    }

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        let t = x.component_mul(y);
        let math = softplus(t[0]) + sigmoid(t[1]) * log_sum_exp(&t) + pseudo_huber(t[2], 0.7);
        let errors = erf(t[0]) * t[1] + erfc(t[2] * t[0]) + t.map(erf).sum();
        math + errors + t.map(wave).sum() + ComplexField::ln(1.0 + x.norm_squared()) + x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        (x - y).map(|t| huber(t, 0.45)).sum()
            + RealField::max(x[0], y[1]) * ComplexField::abs(x[2])
            + ComplexField::powi(y[0], 2)
            + ComplexField::modulus(x[1] * y[2])
            + ComplexField::norm1(x[0]) * ComplexField::modulus_squared(y[1])
            + ComplexField::scale(x[0], y[0]) * ComplexField::unscale(x[1], 3.0)
    }
}

#[test]
fn methods_of_numbers() {
    let problem = on_floats::Problem::new().unwrap();
    for [a, b, c] in [[0.4, -0.7, 0.9], [-1.1, 0.6, 0.3]] {
        check(&problem, &nalgebra::Vector3::new(a, b, c), &nalgebra::Vector3::new(0.8, 0.35, -0.6));
    }
}

#[test]
fn functions_of_traits() {
    let problem = by_traits::Problem::new().unwrap();
    check(&problem, &nalgebra::Vector3::new(0.4, -0.7, 0.9), &nalgebra::Vector3::new(0.8, 0.35, -0.6));
}
