//! Preconditioning and the tangent (docs/formulas.md 1.6 to 1.8), with the printed statements that do not hold.
//!
//! - 1.6: the bound of Prop. 3; Omega exact where F is affine in x with a constant slope and so is g; the
//!   trap: a slope of g that depends on y.
//! - 1.7: `Omega^P_1 = Omega_1(x~) E^P` off the root with the derivative of P, `E^P = I - P⁻¹ F_1` at it;
//!   the trivial case is `P⁻¹ = 0`, not P = 0 as printed.
//! - 1.8: `P = F_1` is super-efficient without symmetry, `P = F_1ᵀ` is not; a stale factor has slope 1,
//!   one step of refinement restores 2; `Tangent = Omega - Omega_1 F_1⁻¹ F`.

use hypergrad::error::{EstimatorError, LinearError};
use hypergrad::estimator::*;
use hypergrad::point;
use hypergrad::problem::Bilevel;
use hypergrad::structure::EstimatorKind;
use nalgebra::{DMatrix, DVector, Vector2};

use crate::case::{Case, Check, Complete, assert_close, differences, direction, on_each, slope};
use crate::dense::{Parts, inverse, norm};
use crate::problems::{linear, plane};

type Plane = plane::model::Problem<plane::model::Data>;

pub struct Bounded;

impl Check for Bounded {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let star = case.star();
        let p = case.parts(&star);
        let bound = proposition_3(case.problem, &case.x(&star), &case.outer()).unwrap();
        assert!(bound.holds(), "{}: {bound:?}", case.name);
        assert_close(case.name, &[bound.left], &[norm(&p.omega_1())], 1e-12);
        // The norm of Psi_1 as a form in three vectors is at most the Frobenius norm.
        let frobenius: f64 = (0..star.len()).map(|k| p.psi_1(k).norm_squared()).sum();
        let above = norm(&p.d()) + p.g_1.norm() * frobenius.sqrt();
        assert!(bound.right <= above * (1.0 + 1e-12), "{}: {bound:?}, {above}", case.name);
        // And at least that of any unit vectors.
        let (s, u) = (direction(case.y.len(), 0.8), direction(star.len(), 1.7));
        let along: f64 = (0..star.len()).map(|k| u[k] * s.dot(&(p.psi_1(k) * &p.g_1))).sum();
        assert!(norm(&p.d()) + along.abs() <= bound.right * (1.0 + 1e-12), "{}", case.name);
    }
}

#[test]
fn proposition_3_bounds() {
    on_each(&Bounded);
}

/// 1.6: exact at every x; a slope of g that depends on y ends it.
#[test]
fn omega_of_an_affine_problem() {
    let zero = Vector2::zeros();
    let error = |trap: f64| {
        let problem = linear::problem(trap);
        let case = Case::new("linear", &problem, (&zero, &zero), &linear::Y);
        let star = case.root(&DVector::zeros(2));
        let exact = case.estimate(&star, &Ift::new());
        let far = case.estimate(&DVector::from_vec(vec![7.0, -30.0]), &Ift::new());
        ((far - exact).norm(), case.efficiency(&star, &Ift::new()))
    };
    let (far, efficiency) = error(0.0);
    assert!(far < 1e-13 && efficiency < 1e-13, "{far:e} {efficiency:e}");
    let (far, efficiency) = error(1.0);
    assert!(far > 1.0 && efficiency > 0.1, "{far:e} {efficiency:e}");
}

/// The module's P as a dense matrix.
fn own<P: Complete>(case: &Case<'_, P>, x: &DVector<f64>) -> DMatrix<f64> {
    let mut work = point::start(case.problem, &case.x(x), &case.outer()).unwrap();
    let mut matrix = DMatrix::zeros(x.len(), x.len());
    Preconditioned::custom().matrix(case.problem, &mut work, matrix.as_mut_slice()).unwrap();
    matrix
}

/// `E^P = I - P⁻¹ F_1 + [P⁻¹ P_1[:, :, k] P⁻¹ F]_k`, `P_1` by differences of P.
fn factor(p: &Parts, matrix: impl Fn(&DVector<f64>) -> DMatrix<f64>) -> DMatrix<f64> {
    let n = p.x.len();
    let inverse = inverse(&matrix(&p.x));
    let step = &inverse * &p.f;
    let moved = differences(&p.x, |x| matrix(x) * &step);
    DMatrix::identity(n, n) - &inverse * &p.f_1 + inverse * moved
}

pub struct Steps;

impl Check for Steps {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        let (hat, star) = (case.hat(), case.star());
        let p = case.parts(&hat);
        let moved = case.parts(&(&hat - inverse(&own(case, &hat)) * &p.f));
        let e = Preconditioned::custom();
        assert_close(case.name, case.estimate(&hat, &e).as_slice(), moved.omega().as_slice(), 1e-12);
        let expected = moved.omega_1() * factor(&p, |x| own(case, x));
        assert_close(case.name, case.jacobian(&hat, &e).as_slice(), expected.as_slice(), 1e-9);

        let root = case.parts(&star);
        let at_root = DMatrix::identity(star.len(), star.len()) - inverse(&own(case, &star)) * &root.f_1;
        assert_close(case.name, case.jacobian(&star, &e).as_slice(), (root.omega_1() * &at_root).as_slice(), 1e-12);
        assert!(norm(&at_root) > 0.01, "{}: P is F_1", case.name);

        let tangent = p.omega() - p.omega_1() * (p.inverse() * &p.f);
        assert_close(case.name, case.estimate(&hat, &Tangent::new()).as_slice(), tangent.as_slice(), 1e-12);
    }
}

#[test]
fn steps_with_a_preconditioner_of_the_module() {
    on_each(&Steps);
}

/// 1.7: as `P⁻¹ -> 0` the estimate becomes Omega; P = 0 has none.
#[test]
fn the_trivial_preconditioner_is_infinite() {
    let zero = Vector2::zeros();
    let hat = DVector::from_vec(vec![0.5, -0.4]);
    let problem = plane::problem(0.0, 1e15, 1.0);
    let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
    let plain = case.estimate(&hat, &Ift::new());
    assert!((case.estimate(&hat, &Preconditioned::custom()) - &plain).norm() < 1e-13);
    let problem = plane::problem(0.0, 0.0, 1.0);
    let refused = problem.hypergradient(&case.x(&hat), &case.outer(), &Preconditioned::custom()).unwrap_err();
    assert!(matches!(refused, EstimatorError::Linear(LinearError::Singular { what: "P", .. })), "{refused}");
}

/// 1.8: the module's own `F_1` is super-efficient, its transpose is not.
#[test]
fn the_transpose_of_the_jacobian_is_no_preconditioner() {
    let zero = Vector2::zeros();
    let found = |transposed: f64| {
        let problem = plane::problem(transposed, 1.0, 1.0);
        let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
        let star = case.root(&DVector::zeros(2));
        let (plain, own) = (case.efficiency(&star, &Ift::new()), case.efficiency(&star, &Preconditioned::custom()));
        let exact = case.estimate(&star, &Ift::new());
        let u = direction(2, 1.9);
        let error = |t: f64| (case.estimate(&(&star + &u * t), &Preconditioned::custom()) - &exact).norm();
        (own / plain, slope((1e-3, 1e-2), error))
    };
    let (left, order) = found(0.0);
    assert!(left < 1e-13 && (order - 2.0).abs() < 0.05, "{left:e}, slope {order}");
    let (left, order) = found(1.0);
    assert!(left > 0.1 && (order - 1.0).abs() < 0.1, "{left}, slope {order}");
    // P depends on data: nothing is claimed.
    assert!(!Plane::STRUCTURE.is_super_efficient(EstimatorKind::CustomPreconditioner));
}

struct Stale;

impl Check for Stale {
    fn check<P: Complete>(&self, case: &Case<'_, P>) {
        if matches!(case.name, "ridge" | "kernel ridge" | "one dimension") {
            // F_1 is constant in x: no factor is stale.
            return;
        }
        let (star, exact) = (case.star(), case.vector("hypergrad"));
        let u = direction(star.len(), 1.9) * star.amin().min(0.3);
        let error = |t: f64, refined: bool| {
            let p = case.parts(&(&star + &u * t));
            let moved = case.parts(&(&p.x - p.inverse() * &p.f));
            let stale = p.inverse().transpose();
            let mut v = &stale * &moved.g_1;
            if refined {
                v += &stale * (&moved.g_1 - moved.f_1.tr_mul(&v));
            }
            (&moved.g_2 - moved.f_2.tr_mul(&v) - &exact).norm()
        };
        let (once, twice) = (slope((1e-3, 1e-2), |t| error(t, false)), slope((1e-2, 1e-1), |t| error(t, true)));
        assert!((once - 1.0).abs() < 0.05 && (twice - 2.0).abs() < 0.1, "{}: slopes {once}, {twice}", case.name);
        if matches!(case.name, "root" | "equilibrium") {
            let p = case.parts(&star);
            let left = p.omega_1() * (DMatrix::identity(star.len(), star.len()) - inverse(&p.f_1.transpose()) * &p.f_1);
            let share = norm(&left) / norm(&p.omega_1());
            assert!(share > 0.1, "{}: with P = F_1ᵀ {share} of C_y is left", case.name);
        }
    }
}

#[test]
fn a_stale_factor_loses_an_order_and_refinement_restores_it() {
    on_each(&Stale);
}

/// The emitted estimator does not fall into that trap: the factor belongs to the corrected point.
#[test]
fn factors_are_those_of_the_corrected_point() {
    let zero = Vector2::zeros();
    let problem = plane::problem(0.0, 1.0, 1.0);
    let case = Case::new("plane", &problem, (&zero, &zero), &plane::Y);
    let hat = DVector::from_vec(vec![0.6, -0.7]);
    let p = case.parts(&hat);
    let moved = case.parts(&(&hat - p.inverse() * &p.f));
    let mut work = point::start(case.problem, &case.x(&hat), &case.outer()).unwrap();
    // Factored at x before the estimate asks for it.
    case.problem.factor(&mut work).unwrap();
    let e = Preconditioned::newton();
    let mut workspace = Estimator::<Plane>::workspace(&e, case.problem, &work).unwrap();
    let mut found = DVector::zeros(2);
    e.estimate(case.problem, &mut work, &mut workspace, found.as_mut_slice()).unwrap();
    assert_close("newton", found.as_slice(), moved.omega().as_slice(), 1e-14);
}
