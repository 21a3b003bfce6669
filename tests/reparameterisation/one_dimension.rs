//! One dimension (docs/formulas.md 1.12, 1.13): (19) and its general form, Prop. 8 and where it ends, explicit
//! super-efficient maps.
//!
//! - (19) is right where g and F are affine in x; elsewhere `F_2 (F_11/F_1² - g_11/(F_1 g_1))` belongs to it.
//! - Prop. 8: `alpha e^{beta z}` is super-efficient for a constant b; with b(y) it is not. Printed without the
//!   minus sign, the equation of its proof fails for exp; `phi_0(z*) = x*`, not `phi_0'(z*) = x*`; where
//!   `F_2 = 0` at the root no map that is free of y helps.
//! - `phi_0'(z*(y)) = c v*(y)`: `-1/z` for a quadratic g; `z/a(y)` also with b(y); exp for a diagonal F.

use hypergrad::error::EstimatorError;
use hypergrad::estimator::*;
use hypergrad::problem::{Bilevel, ChangeOfVariables, Global};
use nalgebra::{DVector, Vector2};

use crate::case::{Case, assert_close, direction, slope};
use crate::dense::{Map, Parts};
use crate::problems::curved::{self, model::Data};
use crate::problems::{exponential, separated};

/// `Omega^phi_1` by (19), `g_1 (rhs - lhs)`.
fn by_19(p: &Parts, map: &Map) -> f64 {
    let (f_1, f_2, g_1) = (p.f_1[0], p.f_2[0], p.g_1[0]);
    let (phi_1, phi_11) = (map.phi_1[0], map.phi_11[0][0]);
    let changed = phi_11 * (map.phi_2[0] + f_2 / f_1) / (phi_1 * phi_1) - map.phi_21[0][0] / phi_1;
    g_1 * (p.g_21[0] / g_1 - p.f_21[0][0] / f_1 + changed)
}

/// What F and g that are not affine in x add.
fn general(p: &Parts) -> f64 {
    let (f_1, g_1) = (p.f_1[0], p.g_1[0]);
    g_1 * p.f_2[0] * (p.f_11[0][0] / (f_1 * f_1) - p.g_11[0] / (f_1 * g_1))
}

/// The derivatives of a problem and of its phi at the root.
fn at_root<P: ChangeOfVariables<Scalar = f64>>(case: &Case<'_, P>) -> (DVector<f64>, Parts, Map) {
    let star = case.root(&DVector::from_element(1, 0.7));
    let near = DVector::from_element(1, 0.5);
    let z = Map::invert::<P, Global>(case.problem, &case.x(&star), &case.outer(), &near);
    let map = Map::of::<P, Global>(case.problem, &case.x(&star), &case.outer(), &z);
    (star.clone(), case.parts(&star), map)
}

#[test]
fn equation_19() {
    let problem = exponential::problem();
    let case = Case::new("exponential", &problem, (&0.0, &0.0), &[0.6]);
    let (star, p, map) = at_root(&case);
    let found = case.jacobian(&star, &Reparameterized::new());
    assert_close("(19)", found.as_slice(), &[by_19(&p, &map)], 1e-14);

    for (cubic, curvature) in [(0.5, 0.0), (0.0, 0.7), (0.5, 0.7)] {
        let problem = curved::problem(Data { cubic, curvature, alpha: 0.8, beta: 1.1, ..Data::default() });
        let case = Case::new("curved", &problem, (&0.0, &0.0), &[0.6]);
        let (star, p, map) = at_root(&case);
        let found = case.jacobian(&star, &Reparameterized::new())[0];
        let right = by_19(&p, &map) + general(&p);
        assert_close("(19), general", &[found], &[right], 1e-14);
        assert!((found - by_19(&p, &map)).abs() > 0.1, "as printed: {} {found}", by_19(&p, &map));
    }
}

/// The share of `C_y` that a problem's phi leaves.
fn share(data: Data) -> f64 {
    let problem = curved::problem(data);
    let case = Case::new("curved", &problem, (&0.0, &0.0), &[0.6]);
    let star = case.root(&DVector::from_element(1, 0.7));
    case.efficiency(&star, &Reparameterized::new()) / case.efficiency(&star, &Ift::new())
}

#[test]
fn proposition_8() {
    for (alpha, beta) in [(1.0, 1.0), (0.3, 2.0), (2.0, -0.7)] {
        let data = Data { alpha, beta, ..Data::default() };
        assert!(share(data) < 1e-13, "alpha {alpha}, beta {beta}: {:e}", share(data));
        let problem = curved::problem(data);
        let case = Case::new("curved", &problem, (&0.0, &0.0), &[0.6]);
        let (star, p, map) = at_root(&case);
        let exact = case.estimate(&star, &Ift::new());
        let error = |t: f64| (case.estimate(&star.add_scalar(t), &Reparameterized::new()) - &exact).norm();
        let order = slope((1e-3, 1e-2), error);
        assert!((order - 2.0).abs() < 0.05, "slope {order}");
        // The equation of the proof; its left side is printed without the minus sign.
        let (f_1, phi_1) = (p.f_1[0], map.phi_1[0]);
        let left = -p.f_2[0] * map.phi_11[0][0] / (f_1 * phi_1 * phi_1);
        let right = -p.f_21[0][0] / f_1;
        assert!((left - right).abs() < 1e-13 && (-left - right).abs() > 0.5, "{left} {right}");
        // phi_0(z*) = x*; the derivative there is beta x*.
        assert!((phi_1 - beta * star[0]).abs() < 1e-13 && (beta == 1.0 || (phi_1 - star[0]).abs() > 0.1));
    }
}

#[test]
fn where_proposition_8_ends() {
    // b depends on y.
    for drift in [-0.5, 0.4, 2.0] {
        let share = share(Data { alpha: 1.0, beta: 1.0, drift, ..Data::default() });
        assert!(share > 0.05, "drift {drift}: {share}");
    }
    // F = e^y (x - 1.3): the root stands still, and the slope of phi with it.
    for (alpha, beta) in [(1.0, 1.0), (0.4, -2.0)] {
        assert!((share(Data { alpha, beta, drift: 1.0, ..Data::default() }) - 1.0).abs() < 1e-12);
    }
    // alpha x* < 0, and alpha beta = 0: no z.
    for (alpha, beta) in [(-1.0, 1.0), (1.0, 0.0), (0.0, 1.0)] {
        let problem = curved::problem(Data { alpha, beta, ..Data::default() });
        let refused = problem.hypergradient(&0.7, &0.6, &Reparameterized::new()).unwrap_err();
        assert!(matches!(refused, EstimatorError::NotInvertible { coordinate: 0, .. }), "{refused}");
    }
}

/// Slope 2 and `C_y` = 0, or a zero error; plain Omega has neither.
fn super_efficient<P: Bilevel<Scalar = f64>>(case: &Case<'_, P>, e: &impl Estimator<P>, exact: bool) {
    let star = case.root(&DVector::from_vec(vec![0.7, -0.7]));
    let truth = case.estimate(&star, &Ift::new());
    assert!(case.efficiency(&star, e) < 1e-13, "{:?}: {:e}", e.kind(), case.efficiency(&star, e));
    assert!(case.efficiency(&star, &Ift::new()) > 0.3);
    let u = direction(2, 1.9);
    let error = |t: f64| (case.estimate(&(&star + &u * t), e) - &truth).norm();
    if exact {
        assert!(error(0.3) < 1e-13, "{:e}", error(0.3));
    } else {
        let order = slope((1e-3, 1e-2), error);
        assert!((order - 2.0).abs() < 0.05, "{:?}: slope {order}", e.kind());
    }
}

#[test]
fn explicit_maps() {
    let zero = Vector2::zeros();
    // Quadratic g, v* = x*²/b: phi_0' = c v* gives -1/z.
    let problem = separated::problem(0.0, 1.0);
    let case = Case::new("separated", &problem, (&zero, &zero), &separated::Y);
    super_efficient(&case, &Localized::custom(), false);
    // z/a(y), b depending on y.
    let problem = separated::problem(0.5, 0.0);
    let case = Case::new("separated", &problem, (&zero, &zero), &separated::Y);
    super_efficient(&case, &Reparameterized::new(), true);
    let star = case.root(&DVector::from_vec(vec![0.7, -0.7]));
    assert!(case.efficiency(&star, &Localized::exp()) > 0.1);
    // exp, b constant.
    let problem = separated::problem(0.0, 0.0);
    let case = Case::new("separated", &problem, (&zero, &zero), &separated::Y);
    super_efficient(&case, &Localized::exp(), false);
}
