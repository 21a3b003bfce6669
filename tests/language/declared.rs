//! Functions that the language cannot read, declared with their derivatives.

use hypergrad::bilevel;
use nalgebra::{DVector, Vector3};

use crate::check;

/// What another crate would have.
pub mod elsewhere {
    /// The smallest positive w with `w e^w = t`, by bisection.
    pub fn omega(t: f64) -> f64 {
        let (mut low, mut high) = (0.0, 50.0);
        while high - low > 1e-16 * high {
            let middle: f64 = 0.5 * (low + high);
            if middle == low || middle == high {
                break;
            }
            if middle * middle.exp() < t { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

#[bilevel]
pub mod roots {
    use super::elsewhere::omega;
    use nalgebra::Vector3;

    /// `e^w = 3 + t²`, by Newton's method.
    fn level(t: f64) -> f64 {
        let mut w = 1.0_f64;
        loop {
            let step = 1.0 - (3.0 + t * t) * (-w).exp();
            w -= step;
            if step.abs() < 1e-15 {
                return w;
            }
        }
    }

    /// From `e^w w' = 2t`: the function itself is in its derivative.
    #[derivative(level)]
    fn slope(t: f64) -> f64 {
        2.0 * t * (-level(t)).exp()
    }

    #[derivative(omega)]
    fn slope_of_omega(t: f64) -> f64 {
        let w = omega(t);
        let e = w.exp();
        1.0 / (e * (1.0 + w))
    }

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        x.map(level).dot(y) + level(x[0] * y[1]).sin() + x.iter().map(|t| omega(1.0 + t * t)).sum::<f64>()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        level(x.dot(y)) * omega(x[1].exp()) + omega(2.0) * y.norm_squared()
    }
}

#[bilevel]
pub mod wrong {
    use nalgebra::DVector;

    fn cube(t: f64) -> f64 {
        let mut product = 1.0;
        let mut k = 0;
        while k < 3 {
            product *= t;
            k += 1;
        }
        product
    }

    #[derivative(cube)]
    fn slope(t: f64) -> f64 {
        2.0 * t * t
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.map(cube).sum() + (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

#[bilevel]
pub mod wrong_single {
    use nalgebra::DVector;

    fn cube(t: f32) -> f32 {
        let mut product = 1.0;
        let mut k = 0;
        while k < 3 {
            product *= t;
            k += 1;
        }
        product
    }

    #[derivative(cube)]
    fn slope(t: f32) -> f32 {
        2.0 * t * t
    }

    pub fn f(x: &DVector<f32>, y: &DVector<f32>) -> f32 {
        x.map(cube).sum() + (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f32>, _y: &DVector<f32>) -> f32 {
        x.norm_squared()
    }
}

/// To third order, which is the fourth of the declared functions.
#[test]
fn all_orders_follow_from_the_first() {
    let problem = roots::Problem::new().unwrap();
    for [a, b, c] in [[0.4, -0.7, 0.9], [-1.1, 0.6, 0.3]] {
        let (x, y) = (Vector3::new(a, b, c), Vector3::new(0.8, 0.35, -0.6));
        check(&problem, &x, &y);
        let value = problem.at(&x, &y).unwrap().f();
        assert!((value - roots::f(&x, &y)).abs() < 1e-13);
    }
}

#[test]
fn a_wrong_derivative_is_found() {
    let problem = wrong::Problem::new().unwrap();
    let (x, y) = (DVector::from_vec(vec![0.9, 1.3]), DVector::from_vec(vec![0.4, -0.2]));
    let report = hypergrad::check::derivatives(&problem, &x, &y).unwrap();
    assert!(!report.agrees(), "{report}");
    // In single precision small steps are all noise, which must not pass for agreement.
    let problem = wrong_single::Problem::new().unwrap();
    let report = hypergrad::check::derivatives(&problem, &x.cast::<f32>(), &y.cast::<f32>()).unwrap();
    assert!(!report.is_certain(), "{report}");
}

#[test]
fn declared_functions_are_named_in_the_derivation() {
    assert!(roots::Problem::DERIVATION.contains("level("), "{}", roots::Problem::DERIVATION);
}
