//! The optimal map (docs/formulas.md 1.16, 1.17; Props. 11, 12) and Remark 2.
//!
//! - As printed it is circular: its z is the root. The computable form, `Localized::newton`, is its definition
//!   off the root, and has the same Jacobian at it.
//! - `Psi^phi_1 = 0` needs a symmetric `F_1`, which the statement omits; then the Jacobian is D, and
//!   super-efficient where D = 0.
//! - Without symmetry `Omega + (L_21 + Psi L_11) F_1⁻¹ F` is super-efficient for a g of constant slope.
//! - With an error E in R, `|Psi_loc_1| = O(|E|)` where `F_1` is symmetric only; `E^Q` is 0, and the proof's
//!   `(A + E)⁻ᵀ = A⁻ᵀ + E⁻ᵀ` is not needed, nor true.
//! - Remark 2 (a quadratic f is solved in one step): `slopes`, ridge and kernel ridge.

use hypergrad::estimator::*;
use hypergrad::problem::{Local, LocalizedChange};
use nalgebra::{DMatrix, DVector, Vector2};

use crate::case::{Case, Check, Complete, assert_close, differences, direction, on_each, slope};
use crate::dense::{Map, Parts, inverse, norm};
use crate::problems::optimal;

pub struct Definition;

impl Check for Definition {
    /// `psi = x_bar - F_1⁻¹ (F(z, y_bar) - F(x_bar, y_bar))` at `x_bar = x`: z = x, `phi_1 = -I`.
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let p = case.parts(&case.hat());
        let map = Map::optimal(&p, &p);
        let n = p.x.len();
        assert_close(case.name, map.phi_1.as_slice(), (-DMatrix::<f64>::identity(n, n)).as_slice(), 1e-13);
        let expected = &p.g_2 + map.psi(&p) * &p.g_1;
        assert_close(case.name, case.estimate(&p.x, &Localized::newton()).as_slice(), expected.as_slice(), 1e-12);
        // The contracted form, N = rᵀF.
        let r = p.inverse().transpose() * &p.f;
        let w = inverse(&(&p.f_1 - p.l_11(&r))).transpose() * &p.g_1;
        let contracted = &p.g_2 - p.f_2.tr_mul(&w) + p.l_21(&r) * w;
        assert_close(case.name, contracted.as_slice(), expected.as_slice(), 1e-12);
    }
}

#[test]
fn the_computable_form_is_its_definition() {
    on_each(&Definition);
}

struct Symmetry;

impl Check for Symmetry {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let star = case.star();
        let p = case.parts(&star);
        let psi_1: f64 = Map::optimal(&p, &p).psi_1(&p).iter().map(DMatrix::norm).sum();
        let plain: f64 = (0..star.len()).map(|k| p.psi_1(k).norm()).sum();
        let (found, d) = (case.jacobian(&star, &Localized::newton()), p.d());
        // D = 0 where g_1 is stationary along the path of roots.
        let by_y = differences(&case.y, |y| {
            let case = case.at(y);
            case.parts(&case.root(&star)).g_1
        });
        assert_close(case.name, by_y.transpose().as_slice(), d.as_slice(), 1e-8);
        if P::STRUCTURE.f1_symmetric {
            assert!(psi_1 < 1e-12 * (1.0 + plain), "{}: {psi_1:e}", case.name);
            assert_close(case.name, found.as_slice(), d.as_slice(), 1e-12);
        } else {
            // As printed: Psi_1 = 0 for every F.
            assert!(psi_1 > 0.1 * plain, "{}: {psi_1} of {plain}", case.name);
            assert!((found - d).norm() > 0.01, "{}", case.name);
        }
    }
}

#[test]
fn proposition_11_needs_symmetry() {
    on_each(&Symmetry);
}

/// A problem of [`optimal`] at its root.
fn at_root<T>(
    data: (f64, f64, f64),
    then: impl Fn(&Case<'_, optimal::model::Problem<optimal::model::Data>>, &DVector<f64>) -> T,
) -> T {
    let (problem, zero) = (optimal::problem(data.0, data.1, data.2), Vector2::zeros());
    let case = Case::new("optimal", &problem, (&zero, &zero), &optimal::Y);
    let star = case.root(&DVector::zeros(2));
    then(&case, &star)
}

/// The tensor of the emitted psi at x, and its z.
fn own<P: LocalizedChange<Scalar = f64>>(case: &Case<'_, P>, p: &Parts) -> (DVector<f64>, Map) {
    let z = Map::invert::<P, Local>(case.problem, &case.x(&p.x), &case.outer(), &p.x);
    let map = Map::of::<P, Local>(case.problem, &case.x(&p.x), &case.outer(), &z);
    (z, map)
}

#[test]
fn the_printed_map_is_circular() {
    at_root((1.0, 1.0, 0.0), |case, star| {
        let hat = star + direction(2, 1.9) * 0.1;
        let p = case.parts(&hat);
        let (z, map) = own(case, &p);
        // It hands back the root.
        assert_close("z", z.as_slice(), star.as_slice(), 1e-13);
        let expected = Map::optimal(&p, &case.parts(star));
        assert_close("phi_1", map.phi_1.as_slice(), expected.phi_1.as_slice(), 1e-12);
        let omega = &p.g_2 + expected.psi(&p) * &p.g_1;
        assert_close("Omega", case.estimate(&hat, &Localized::custom()).as_slice(), omega.as_slice(), 1e-12);
        // The same Jacobian at the root as the computable form.
        let (printed, ours) = (case.jacobian(star, &Localized::custom()), case.jacobian(star, &Localized::newton()));
        assert_close("Omega_1", ours.as_slice(), printed.as_slice(), 1e-12);
        // E^Q: Q and F vanish together.
        let (z, _) = own(case, &case.parts(star));
        assert!(case.parts(&z).f.norm() < 1e-12);
    });
}

#[test]
fn super_efficient_where_d_is_zero_and_f_1_symmetric() {
    for (twist, curvature) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)] {
        at_root((twist, curvature, 0.0), |case, star| {
            let exact = case.estimate(star, &Ift::new());
            let u = direction(2, 1.9);
            let error = |t: f64| (case.estimate(&(star + &u * t), &Localized::newton()) - &exact).norm();
            let order = slope((1e-3, 1e-2), error);
            let efficiency = case.efficiency(star, &Localized::newton());
            if twist == 0.0 && curvature == 0.0 {
                assert!(efficiency < 1e-13 && (order - 2.0).abs() < 0.05, "{efficiency:e}, slope {order}");
            } else {
                assert!(efficiency > 0.01 && (order - 1.0).abs() < 0.1, "{efficiency}, slope {order}");
            }
        });
    }
}

#[test]
fn the_repair_without_symmetry() {
    at_root((1.0, 0.0, 0.0), |case, star| {
        let exact = case.estimate(star, &Ift::new());
        let u = direction(2, 1.9);
        let error = |t: f64| {
            let p = case.parts(&(star + &u * t));
            let (v, n) = (p.adjoint(), p.inverse() * &p.f);
            (p.omega() + (p.l_21(&v) + p.psi() * p.l_11(&v)) * n - &exact).norm()
        };
        let order = slope((1e-3, 1e-2), error);
        assert!((order - 2.0).abs() < 0.05, "slope {order}");
    });
}

/// Prop. 12: the size of the tensor of the map with an error in R.
#[test]
fn an_error_in_r_is_felt_in_proportion() {
    let size = |twist: f64, error: f64| {
        at_root((twist, 0.0, error), |case, star| {
            let p = case.parts(star);
            let psi_1: f64 = own(case, &p).1.psi_1(&p).iter().map(DMatrix::norm_squared).sum();
            let jacobian = case.jacobian(star, &Localized::custom());
            // g has constant slope: the Jacobian is the tensor times g_1.
            assert!(norm(&jacobian) <= p.g_1.norm() * psi_1.sqrt() * (1.0 + 1e-10) + 1e-14);
            psi_1.sqrt()
        })
    };
    let order = slope((1e-4, 1e-2), |error| size(0.0, error));
    assert!((order - 1.0).abs() < 0.02, "slope {order}");
    assert!(size(0.0, 0.0) < 1e-13 && size(1.0, 0.0) > 0.01);
    // The step of the printed proof.
    at_root((0.0, 0.0, 0.0), |case, star| {
        let a = case.parts(star).f_1;
        let e = DMatrix::from_row_slice(2, 2, &[0.5, 0.3, -0.2, 0.4]) * 0.1;
        let sum = inverse(&(&a + &e)).transpose();
        assert!((sum - inverse(&a).transpose() - inverse(&e).transpose()).norm() > 1.0);
    });
}
