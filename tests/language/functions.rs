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

/// Special functions, in the middle and in the tails.
#[bilevel]
pub mod special {
    use hypergrad::math::{digamma, lambert_w, ln_gamma, log_normal_cdf, log1mexp, normal_cdf, trigamma};
    use nalgebra::Vector3;

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        let gamma = ln_gamma(1.3 + x[0] * x[0]) + digamma(x[1] - 2.45) * trigamma(2.0 + y[0]);
        let normal = normal_cdf(x[2] * y[1]) + x.map(log_normal_cdf).sum() + log_normal_cdf(9.0 * y[2] - 0.1 * x[0]);
        gamma + normal + lambert_w(x[1] * y[1]) - log1mexp(-0.7 - x[0] * y[2]).exp()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        ln_gamma(y[1] + 4.0) * normal_cdf(x[0] + y[0]) - lambert_w(x[2].exp() + trigamma(1.0)) + log1mexp(x[1] - 5.0)
    }
}

/// Binary outcomes with a normal link, of which some are far on the wrong side: `f` is convex by what is
/// known of `ln Φ`.
#[bilevel]
pub mod probit {
    use hypergrad::math::log_normal_cdf;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f32>,
        pub sign: DVector<f32>,
    }

    pub fn f(x: &DVector<f32>, y: f32, data: &Data) -> f32 {
        let score = (&data.a * x).component_mul(&data.sign);
        y.exp() * x.norm_squared() - score.map(log_normal_cdf).sum()
    }

    pub fn g(x: &DVector<f32>, _y: f32, _data: &Data) -> f32 {
        x.norm_squared()
    }
}

#[test]
fn special_functions() {
    let problem = special::Problem::new().unwrap();
    for [a, b, c] in [[0.4, 0.7, 0.9], [-1.1, 0.6, -0.3]] {
        check(&problem, &nalgebra::Vector3::new(a, b, c), &nalgebra::Vector3::new(0.8, 0.35, -0.6));
    }
}

#[test]
fn what_is_known_of_the_normal_distribution_makes_a_problem_convex() {
    const { assert!(probit::Problem::STRUCTURE.f1_definite && probit::Problem::STRUCTURE.f1_diagonal_plus_gram) };
    let data = probit::Data {
        a: nalgebra::DMatrix::from_row_slice(3, 2, &[9.0, -1.0, -30.0, 2.0, 0.5, 1.5]),
        sign: nalgebra::DVector::from_vec(vec![1.0, 1.0, -1.0]),
    };
    let problem = probit::Problem::new(data).unwrap();
    let x = nalgebra::DVector::from_vec(vec![1.0, 0.5]);
    // -30 and more deviations off, where Φ itself is 0 in single precision.
    assert!(problem.at(&x, &0.0).unwrap().f() > 400.0);
    assert!(problem.solve(&x, &0.0, &hypergrad::solver::Newton::new()).is_ok());
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
