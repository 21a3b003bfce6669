//! The comparisons of constants (docs/formulas.md 1.18 to 1.20; Props. 13 to 15), as they hold and as printed.
//!
//! - 13: `|A v_P|² - |B v_P|² <= C_y(A)² - C_y(B)² <= |A v_φ|² - |B v_φ|²`; with the vectors swapped both fail.
//! - 14: `delta = |P - F_1|` and `|P⁻¹|²`; with `|P - F_1⁻¹|`, or with `|P|²`, it fails.
//! - 15: without the cross term `2 |D v| sigma` it fails, and the remainder is of first order in sigma.

use hypergrad::estimator::*;
use nalgebra::{DMatrix, DVector, Vector2};

use crate::case::{Case, Check, Complete, assert_close, on_each};
use crate::dense::{inverse, norm};
use crate::problems::curved::{self, model::Data};
use crate::problems::plane;

/// The top right singular vector.
fn top(a: &DMatrix<f64>) -> DVector<f64> {
    a.clone().svd(false, true).v_t.unwrap().row(0).transpose()
}

pub struct Compared;

impl Check for Compared {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let (star, y) = (case.star(), case.outer());
        let x = case.x(&star);
        let changes = (Reparameterized::new(), Localized::exp(), Localized::custom());
        let own = Preconditioned::custom();
        let b = case.jacobian(&star, &own);
        let check = |a: DMatrix<f64>, both: Sandwich| {
            let along = |v: &DVector<f64>| (&a * v).norm_squared() - (&b * v).norm_squared();
            let (lower, upper) = (along(&top(&b)), along(&top(&a)));
            let difference = norm(&a).powi(2) - norm(&b).powi(2);
            assert_close(case.name, &[both.lower, both.difference, both.upper], &[lower, difference, upper], 1e-10);
            let slack = 1e-12 * (1.0 + norm(&a).powi(2) + norm(&b).powi(2));
            assert!(both.lower <= both.difference + slack && both.difference <= both.upper + slack, "{}: {both:?}", case.name);
            // Both are identities in (A - B) v and (A + B) v.
            let (minus, plus) = (&a - &b, &a + &b);
            let inner = (&minus * top(&b)).dot(&(plus * top(&b)));
            assert_close(case.name, &[inner], &[lower], 1e-10);
            // Swapped, the lower side is above the difference.
            if star.len() > 1 {
                assert!(upper > difference + slack && lower < difference - slack, "{}: {both:?}", case.name);
            }
        };
        let both = proposition_13(case.problem, &x, &y, &changes.0, &own).unwrap();
        check(case.jacobian(&star, &changes.0), both);
        let both = proposition_13(case.problem, &x, &y, &changes.1, &own).unwrap();
        check(case.jacobian(&star, &changes.1), both);
        assert!(proposition_14(case.problem, &x, &y, &changes.0, &own).unwrap().holds(), "{}", case.name);
        assert!(proposition_14(case.problem, &x, &y, &changes.1, &Preconditioned::jacobi()).unwrap().holds(), "{}", case.name);
        assert!(proposition_15(case.problem, &x, &y, &changes.2, &own).unwrap().holds(), "{}", case.name);
        assert!(proposition_15(case.problem, &x, &y, &changes.1, &Preconditioned::newton()).unwrap().holds(), "{}", case.name);
    }
}

#[test]
fn propositions_13_to_15_hold() {
    on_each(&Compared);
}

/// P = 2 `F_1` halves the Jacobian, and a small F makes `|P|` small: then the printed sides are too large.
#[test]
fn the_printed_proposition_14_fails() {
    let (problem, zero) = (plane::problem(0.0, 2.0, 0.1), Vector2::zeros());
    let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
    let star = case.root(&DVector::zeros(2));
    let found = proposition_14(&problem, &case.x(&star), &case.outer(), &Ift::new(), &Preconditioned::custom()).unwrap();
    let f_1 = case.parts(&star).f_1;
    let (a, b) = (case.jacobian(&star, &Ift::new()), case.jacobian(&star, &Preconditioned::custom()));
    assert_close("B = A/2", b.as_slice(), (&a * 0.5).as_slice(), 1e-12);
    let right = norm(&a).powi(2) - norm(&b).powi(2);
    let left = |size: f64, delta: f64| (&a * top(&b)).norm_squared() - (norm(&a) * size * delta).powi(2);
    let p = &f_1 * 2.0;
    let (by_inverse, delta) = (norm(&inverse(&p)), norm(&(&p - &f_1)));
    assert_close("Prop. 14", &[found.left, found.right], &[left(by_inverse, delta), right], 1e-11);
    assert!(left(by_inverse, delta) <= right);
    assert!(left(norm(&p), delta) > right + 0.1 * right, "with |P|²");
    // delta = |P - F_1⁻¹| vanishes for P = F_1⁻¹, where B does not.
    let problem = plane::problem(0.0, 1.0, 1.0);
    let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
    let star = case.root(&DVector::zeros(2));
    let (f_1, a) = (case.parts(&star).f_1, case.jacobian(&star, &Ift::new()));
    let b = &a * (DMatrix::identity(2, 2) - &f_1 * &f_1);
    let right = norm(&a).powi(2) - norm(&b).powi(2);
    let printed = (&a * top(&b)).norm_squared();
    assert!(printed > right + 0.1, "with |P - F_1⁻¹|: {printed} {right}");
}

/// In one dimension every vector is aligned: `C_loc = |D| + sigma` where D and A - D have the same sign.
#[test]
fn the_printed_proposition_15_lacks_a_term() {
    let mut remainders = Vec::new();
    for error in [1e-1, 1e-2, 1e-3] {
        let data = Data { cubic: 0.4, curvature: 0.9, alpha: 1.0, beta: 1.0, error, ..Data::default() };
        let found = [error, -error].map(|error| {
            let problem = curved::problem(Data { error, ..data });
            let case = Case::new("curved", &problem, (&0.0, &0.0), &[0.6]);
            let star = case.root(&DVector::from_element(1, 0.7));
            let (own, local) = (Preconditioned::custom(), Localized::custom());
            let bound = proposition_15(&problem, &case.x(&star), &case.outer(), &local, &own).unwrap();
            assert!(bound.holds(), "{bound:?}");
            let (a, b, d) = (case.jacobian(&star, &local)[0], case.jacobian(&star, &own)[0], case.parts(&star).d()[0]);
            let sigma = (a - d).abs();
            let printed = b * b - d * d - sigma * sigma;
            assert_close("Prop. 15", &[bound.left, bound.right], &[printed - 2.0 * d.abs() * sigma, b * b - a * a], 1e-12);
            // How far the printed side is above the other one, in units of sigma.
            ((printed - bound.right) / sigma, 2.0 * d.abs())
        });
        // For one sign of the error D and A - D have the same sign.
        let worst = if found[0].0 > found[1].0 { found[0] } else { found[1] };
        assert!(worst.0 > 0.1, "as printed: {found:?}");
        assert!((worst.0 - worst.1).abs() < 1e-9 * worst.1, "{worst:?}");
        remainders.push(worst.0);
    }
    // O(sigma), not o(sigma): the quotient does not go to 0.
    assert!(remainders.iter().all(|r| (r - remainders[0]).abs() < 0.1 * remainders[0]), "{remainders:?}");
}
