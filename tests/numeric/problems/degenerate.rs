//! Functions that miss a variable: g without x, F without y, f linear in nothing; everything that is
//! zero is exactly zero.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{data, verify};

#[bilevel]
pub mod without_x {
    use nalgebra::{DVector, Vector2};

    pub fn f(x: &DVector<f64>, y: &Vector2<f64>) -> f64 {
        x.norm_squared() * (1.0 + y[0] * y[0])
    }

    pub fn g(_x: &DVector<f64>, y: &Vector2<f64>) -> f64 {
        y.norm_squared() * y[1]
    }
}

#[bilevel]
pub mod without_y {
    use nalgebra::{DVector, Vector2};

    #[allow(non_snake_case)]
    pub fn F(x: &DVector<f64>, _y: &Vector2<f64>) -> DVector<f64> {
        x.map(|t| t.sinh() + 1.0)
    }

    pub fn g(x: &DVector<f64>, _y: &Vector2<f64>) -> f64 {
        1.0 + 0.0 * x.sum()
    }
}

#[test]
fn outer_without_x() {
    let oracle = Oracle { inner: Inner::Objective(&|x, y| dot(x, x) * (y[0] * y[0] + 1.0)), g: &|_, y| dot(y, y) * y[1] };
    let problem = without_x::Problem::new().unwrap();
    let (x, y) = (data::vector(3, 0.3), nalgebra::Vector2::new(0.4, 0.7));
    verify!(problem, x, y, oracle);
    assert!(problem.at(&x, &y).unwrap().g_1().iter().all(|v| *v == 0.0));
}

#[test]
fn inner_without_y() {
    let oracle = Oracle { inner: Inner::Root(&|x, _| x.iter().map(|t| t.sinh() + 1.0).collect()), g: &|_, _| constant(1.0) };
    let problem = without_y::Problem::new().unwrap();
    let (x, y) = (data::vector(3, 0.3), nalgebra::Vector2::new(0.4, 0.7));
    verify!(problem, x, y, oracle);
    let at = problem.at(&x, &y).unwrap();
    assert!(at.F_2().iter().chain(at.Omega().unwrap().iter()).all(|v| *v == 0.0));
    assert!(without_y::Problem::STRUCTURE.f21_zero && without_y::Problem::STRUCTURE.g_constant_slope);
}
