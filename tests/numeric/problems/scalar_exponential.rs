//! One dimension, scalars by value: `F = e^y x - 1.3`, `g = 2 x + y²`.

use hypergrad::bilevel;

use crate::oracle::*;
use crate::{identities, verify};

#[bilevel]
pub mod exponential {
    const TARGET: f64 = 1.3;

    #[allow(non_snake_case)]
    pub fn F(x: f64, y: f64) -> f64 {
        y.exp() * x - TARGET
    }

    pub fn g(x: f64, y: f64) -> f64 {
        2.0 * x + y.powi(2)
    }
}

#[test]
fn against_the_oracle() {
    let oracle = Oracle { inner: Inner::Root(&|x, y| vec![y[0].exp() * x[0] - 1.3]), g: &|x, y| x[0] * 2.0 + y[0] * y[0] };
    let problem = exponential::Problem::new().unwrap();
    verify!(problem, 0.733, 0.6, oracle);
    identities::check(&problem, &0.5, &0.6);
    let facts = exponential::Problem::STRUCTURE;
    assert!(facts.f1_symmetric && facts.f1_diagonal && facts.f1_constant_in_x && facts.g_constant_slope);
    assert!(!facts.f1_constant_in_y && !facts.f21_zero);
    let at = problem.at(&0.733, &0.6).unwrap();
    assert!((at.F_1()[(0, 0)] - 0.6_f64.exp()).abs() < 1e-15);
}
