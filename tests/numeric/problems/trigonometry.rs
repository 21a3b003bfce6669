//! The scalar functions of the language, written as methods, as paths, and through traits.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, identities, verify};

#[bilevel]
pub mod waves {
    use nalgebra::{SVector, Vector3};

    pub struct Data {
        pub t: Vector3<f64>,
    }

    #[allow(non_snake_case)]
    pub fn F(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> Vector3<f64> {
        let bent = x.map(f64::sinh) * 0.2 + x.map(f64::atan) + x.map(|t| (0.3 * t).asin() + (0.3 * t).acos().powi(2));
        let mixed = x.zip_map(y, |x, y| y.atan2(2.0 + x * x) + (x * y).cos() * 0.1 + x.hypot(y));
        x * 3.0 + bent * 0.3 + mixed * 0.3 - data.t
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>, data: &Data) -> f64 {
        let inverse: SVector<f64, 3> = x.map(|t| t.asinh() + (1.5 + t * t).acosh() + (0.4 * t).atanh() + (0.2 * t).tan());
        inverse.dot(y) + x.map(f64::cosh).dot(&data.t) + x[0].to_radians() + (x[1] - y[1]).sin().mul_add(2.0, x[2])
    }
}

#[bilevel]
pub mod traits {
    use nalgebra::{ComplexField, RealField, Vector2};

    pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        let e = x.map(ComplexField::exp);
        e.sum()
            + ComplexField::powi(x[0] - y[0], 2)
            + ComplexField::sqrt(1.0 + x[1] * x[1])
            + RealField::atan2(x[1], 2.0 + y[1])
            + x.norm_squared()
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        ComplexField::tanh(x[0]) * y[1] + ComplexField::sin(x[1]) + <f64 as ComplexField>::cos(y[0])
    }
}

/// `atan2(a, b)` for `b > 0`.
fn angle(a: Number, b: Number) -> Number {
    (a / b).atan()
}

#[test]
fn every_function() {
    let data = waves::Data { t: data::fixed_vector(0.9) };
    let oracle = Oracle {
        inner: Inner::Root(&|x, y| {
            (0..3)
                .map(|i| {
                    let s = x[i] * 0.3;
                    let bent = x[i].sinh() * 0.2 + x[i].atan() + s.asin() + s.acos().powi(2);
                    let mixed = angle(y[i], x[i] * x[i] + 2.0) + (x[i] * y[i]).cos() * 0.1 + (x[i] * x[i] + y[i] * y[i]).sqrt();
                    x[i] * 3.0 + bent * 0.3 + mixed * 0.3 - data.t[i]
                })
                .collect()
        }),
        g: &|x, y| {
            let mut sum = x[0] * (std::f64::consts::PI / 180.0) + (x[1] - y[1]).sin() * 2.0 + x[2];
            for i in 0..3 {
                let inverse = x[i].asinh() + (x[i] * x[i] + 1.5).acosh() + (x[i] * 0.4).atanh() + (x[i] * 0.2).tan();
                sum += inverse * y[i] + x[i].cosh() * data.t[i];
            }
            sum
        },
    };
    let problem = waves::Problem::new(&data).unwrap();
    let (x, y) = (nalgebra::Vector3::new(0.4, -0.7, 0.2), nalgebra::Vector3::new(0.3, 0.8, -0.6));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
    assert!(waves::Problem::STRUCTURE.f1_diagonal);
}

#[test]
fn through_traits() {
    let oracle = Oracle {
        inner: Inner::Objective(&|x, y| {
            let exponentials = x[0].exp() + x[1].exp();
            exponentials + (x[0] - y[0]).powi(2) + (x[1] * x[1] + 1.0).sqrt() + angle(x[1], y[1] + 2.0) + dot(x, x)
        }),
        g: &|x, y| x[0].tanh() * y[1] + x[1].sin() + y[0].cos(),
    };
    let problem = traits::Problem::new().unwrap();
    let (x, y) = (nalgebra::Vector2::new(0.4, -0.7), nalgebra::Vector2::new(0.3, 0.8));
    verify!(problem, x, y, oracle);
    identities::check(&problem, &x, &y);
}
