//! What holds for every estimator, on all six problems (docs/formulas.md 1.1 to 1.5, 1.14), and the printed
//! (4) and (5), which do not hold where `F_1` is not symmetric.
//!
//! - 1.1: `Psi = (dx*/dy)ᵀ` and Omega = ∇h at a root, by differences over inner problems solved anew.
//! - 1.2, 1.14 (Prop. 9): the derivative of every estimate at a root is its Jacobian with all that is
//!   localised held fast; 1.2 continues in `slopes`.
//! - 1.3, 1.4: `Omega_1` with the tensor `Psi_1`, and contracted, off the root; products with it.
//! - 1.5: `Omega_1 = (dv*/dy)ᵀ F_1` along the path of roots.

use hypergrad::estimator::*;
use hypergrad::point;
use nalgebra::{DMatrix, DVector};

use crate::case::{
    Case, Check, Complete, assert_close, assert_corrected, differences, differences_by, direction, flat_matrix, on_each,
};
use crate::dense::{by_slices, inverse};

/// Every estimator in turn.
macro_rules! with_each_estimator {
    ($each:ident($($argument:expr),*)) => {
        $each($($argument,)* &Ift::new());
        $each($($argument,)* &Preconditioned::newton());
        $each($($argument,)* &Preconditioned::jacobi());
        $each($($argument,)* &Preconditioned::custom());
        $each($($argument,)* &Tangent::new());
        $each($($argument,)* &Reparameterized::new());
        $each($($argument,)* &Localized::exp());
        $each($($argument,)* &Localized::diagonal());
        $each($($argument,)* &Localized::newton());
        $each($($argument,)* &Localized::custom());
    };
}
pub(crate) use with_each_estimator;

pub struct Gradient;

impl Check for Gradient {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn one<P: Complete>(case: &Case<'_, P>, star: &DVector<f64>, truth: &DVector<f64>, e: &impl Estimator<P>) {
            // Differences of h: h⁴ = 1e-12 times a fifth derivative.
            let what = format!("{}, {:?} at the root", case.name, e.kind());
            assert_close(&what, case.estimate(star, e).as_slice(), truth.as_slice(), 1e-9);
        }
        let star = case.star();
        let truth = case.gradient_of_h(&star);
        with_each_estimator!(one(case, &star, &truth));
    }
}

#[test]
fn every_estimate_at_a_root_is_the_gradient() {
    on_each(&Gradient);
}

/// Problems whose `F_1` is not symmetric.
fn without_symmetry(name: &str) -> bool {
    matches!(name, "root" | "equilibrium")
}

pub struct Path;

impl Check for Path {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let star = case.star();
        let p = case.parts(&star);
        let by_y = differences(&case.y, |y| case.at(y).root(&star));
        let mut work = point::start(case.problem, &case.x(&star), &case.outer()).unwrap();
        let psi = flat_matrix(&point::psi(case.problem, &mut work).unwrap(), by_y.ncols(), by_y.nrows());
        assert_close(case.name, psi.as_slice(), by_y.transpose().as_slice(), 1e-9);
        assert_close(case.name, psi.as_slice(), p.psi().as_slice(), 1e-13);
        if without_symmetry(case.name) {
            // (4) as printed: F_1⁻¹.
            let printed = -(p.f_2.transpose() * inverse(&p.f_1));
            assert_corrected("(4)", &by_y.transpose(), &psi, &printed, 1e-9, 0.2);
        }
        if by_y.is_square() && by_y.len() > 1 {
            // The text after (4): dx*, without the transpose.
            assert_corrected("Psi = dx*", &by_y.transpose(), &psi, &by_y, 1e-9, 0.1);
        }
        let v_by_y = differences(&case.y, |y| {
            let case = case.at(y);
            case.parts(&case.root(&star)).adjoint()
        });
        let expected = v_by_y.transpose() * &p.f_1;
        assert_close(case.name, case.jacobian(&star, &Ift::new()).as_slice(), expected.as_slice(), 1e-8);
    }
}

#[test]
fn the_path_of_roots() {
    on_each(&Path);
}

pub struct AtRoot;

impl Check for AtRoot {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn one<P: Complete>(case: &Case<'_, P>, star: &DVector<f64>, e: &impl Estimator<P>) {
            // exp has poles near x, at a tenth of x_i and less: (10 h / x_i)⁴ = 1e-8.
            let h = 1e-3 * star.amin().min(1.0);
            let expected = differences_by(h, star, |x| case.estimate(x, e));
            let what = format!("{}, the derivative of {:?} at the root", case.name, e.kind());
            assert_close(&what, case.jacobian(star, e).as_slice(), expected.as_slice(), 1e-7);
        }
        with_each_estimator!(one(case, &case.star()));
    }
}

#[test]
fn what_is_frozen_does_not_matter_at_a_root() {
    on_each(&AtRoot);
}

pub struct OffRoot;

impl Check for OffRoot {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        fn one<P: Complete>(case: &Case<'_, P>, hat: &DVector<f64>, e: &impl Estimator<P>) {
            let h = 1e-3 * hat.amin().min(1.0);
            let expected = differences_by(h, hat, |x| case.estimate(x, e));
            let what = format!("{}, the derivative of {:?}", case.name, e.kind());
            assert_close(&what, case.jacobian(hat, e).as_slice(), expected.as_slice(), 1e-7);
        }
        let hat = case.hat();
        one(case, &hat, &Ift::new());
        one(case, &hat, &Preconditioned::newton());
        one(case, &hat, &Preconditioned::jacobi());
        one(case, &hat, &Preconditioned::custom());
        one(case, &hat, &Reparameterized::new());
        one(case, &hat, &Localized::exp());
    }
}

#[test]
fn jacobians_off_the_root() {
    on_each(&OffRoot);
}

pub struct Second;

impl Check for Second {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let hat = case.hat();
        let p = case.parts(&hat);
        let (n, m) = (hat.len(), case.y.len());
        let omega_1 = case.jacobian(&hat, &Ift::new());
        assert_close(case.name, omega_1.as_slice(), p.omega_1().as_slice(), 1e-13);
        let v = p.adjoint();
        let contracted = &p.g_21 - p.l_21(&v) + p.psi() * (&p.g_11 - p.l_11(&v));
        assert_close(case.name, contracted.as_slice(), omega_1.as_slice(), 1e-13);

        // The same by products: one solve more each.
        let mut work = point::start(case.problem, &case.x(&hat), &case.outer()).unwrap();
        case.problem.factor(&mut work).unwrap();
        case.problem.set_adjoint(&mut work, v.as_slice());
        let (u, s) = (direction(n, 1.1), direction(m, 0.6));
        let (mut t, mut forward, mut shift) = (DVector::zeros(n), DVector::zeros(m), DVector::zeros(m));
        case.problem.m_11_mul(&mut work, u.as_slice(), t.as_mut_slice());
        case.problem.f_1_tr_solve(&mut work, t.as_mut_slice());
        case.problem.m_21_mul(&mut work, u.as_slice(), forward.as_mut_slice());
        case.problem.f_2_tr_mul(&mut work, t.as_slice(), shift.as_mut_slice());
        assert_close(case.name, (forward - shift).as_slice(), (&omega_1 * &u).as_slice(), 1e-13);
        let (mut r, mut backward, mut other) = (DVector::zeros(n), DVector::zeros(n), DVector::zeros(n));
        case.problem.f_2_mul(&mut work, s.as_slice(), r.as_mut_slice());
        case.problem.f_1_solve(&mut work, r.as_mut_slice());
        case.problem.m_12_mul(&mut work, s.as_slice(), backward.as_mut_slice());
        case.problem.m_11_mul(&mut work, r.as_slice(), other.as_mut_slice());
        assert_close(case.name, (backward - other).as_slice(), omega_1.tr_mul(&s).as_slice(), 1e-13);

        if without_symmetry(case.name) {
            let inverse = p.inverse();
            let second = |k: usize| (&inverse * p.f_11_slice(k) * &inverse * &p.f_2).transpose();
            let first = |k: usize| -(p.f_21_slice(k).transpose() * &inverse);
            let stacked =
                |slice: &dyn Fn(usize) -> DMatrix<f64>| by_slices(n, |k| DVector::from_column_slice(slice(k).as_slice()));
            // (5) as printed has F_1⁻¹ in its first term; the truth is the derivative of Psi by differences.
            let truth = differences(&hat, |x| DVector::from_column_slice(case.parts(x).psi().as_slice()));
            let printed = stacked(&|k| first(k) + second(k));
            assert_corrected("(5)", &truth, &stacked(&|k| p.psi_1(k)), &printed, 1e-9, 0.05);
            // It is no derivative of (4) as printed either.
            let of_printed = |k: usize| first(k) + p.f_2.transpose() * &inverse * p.f_11_slice(k) * &inverse;
            let variant = |x: &DVector<f64>| {
                let p = case.parts(x);
                DVector::from_column_slice((-(p.f_2.transpose() * p.inverse())).as_slice())
            };
            let truth = differences(&hat, variant);
            assert_corrected("(5) from the printed (4)", &truth, &stacked(&of_printed), &printed, 1e-9, 0.01);
        }
    }
}

#[test]
fn second_order_with_tensors_contracted_and_by_products() {
    on_each(&Second);
}
