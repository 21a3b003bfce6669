//! What is proved about optional roles, and what is not; changes that change nothing; slopes.

use hypergrad::bilevel;
use hypergrad::error::EstimatorError;
use hypergrad::estimator::*;
use hypergrad::structure::EstimatorKind;
use nalgebra::{DVector, Vector2};

/// phi is affine with a constant slope; P is `F_1`, written as its diagonal.
#[bilevel]
pub mod affine {
    use nalgebra::Vector2;

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        x.map(|x| 2.0 * x + x.powi(3)) - y
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        x.norm_squared() + x.dot(y)
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        Vector2::new(2.0 * z.x + z.y, z.y) + y.map(f64::sin)
    }

    pub fn P(x: &Vector2<f64>, _y: &Vector2<f64>) -> Vector2<f64> {
        x.map(|x| 2.0 + 3.0 * x.powi(2))
    }
}

/// The slope of phi depends on y: no no-op. P is not `F_1`.
#[bilevel]
pub mod sloped {
    use nalgebra::Vector2;

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        x.map(|x| 2.0 * x + x.powi(3)) - y
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
        x.norm_squared() + x.dot(y)
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        z.component_mul(&y.map(f64::exp))
    }

    pub fn P(x: &Vector2<f64>, _y: &Vector2<f64>) -> Vector2<f64> {
        x.map(|x| 2.5 + 3.0 * x.powi(2))
    }
}

/// Only x > 0 is reached, and there is no inverse: Newton's method finds z. Separable with constant b:
/// exp is super-efficient (1.13).
#[bilevel]
pub mod positive {
    use nalgebra::DVector;

    pub struct Data {
        pub b: DVector<f64>,
    }

    pub fn F(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        x.component_mul(&y.map(f64::exp)) - &data.b
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        2.0 * x.sum()
    }

    pub fn phi(z: &DVector<f64>, _y: &DVector<f64>) -> DVector<f64> {
        z.map(f64::exp)
    }
}

#[test]
fn a_no_op_emits_plain_omega_and_says_so() {
    let problem = affine::Problem::new().unwrap();
    let (x, y) = (Vector2::new(0.3, -0.2), Vector2::new(0.5, 0.1));
    let (plain, changed) = (Ift::new(), Reparameterized::new());
    let plain = problem.hypergradient(&x, &y, &plain).unwrap().gradient;
    assert_eq!(plain, problem.hypergradient(&x, &y, &changed).unwrap().gradient);
    assert!(affine::Problem::DERIVATION.contains("Reparameterized::new() is Ift::new()"), "{}", affine::Problem::DERIVATION);
    assert!(!sloped::Problem::DERIVATION.contains("Reparameterized::new() is Ift::new()"));
    let problem = sloped::Problem::new().unwrap();
    let changed = problem.hypergradient(&x, &y, &changed).unwrap().gradient;
    assert!((plain - changed).norm() > 1e-3);
    // 1.10: Omega - K_21(F) B^-1 v, with (K_21)[b, :] = F_b e^{y_b} e_b, B = diag(e^y).
    let at = problem.at(&x, &y).unwrap();
    let v = at.F_1().transpose().try_inverse().unwrap() * at.g_1();
    assert!((changed - (plain - at.F().component_mul(&v))).norm() < 1e-14);
}

#[test]
fn a_preconditioner_is_proved_only_where_it_is_f_1() {
    assert!(affine::Problem::STRUCTURE.is_super_efficient(EstimatorKind::CustomPreconditioner));
    assert!(!sloped::Problem::STRUCTURE.is_super_efficient(EstimatorKind::CustomPreconditioner));
    assert!(!affine::Problem::STRUCTURE.is_super_efficient(EstimatorKind::Reparameterized));
}

#[test]
fn without_an_inverse_newton_finds_z_or_names_the_coordinate() {
    let data = positive::Data { b: DVector::from_vec(vec![1.3, 0.4, 2.0]) };
    let problem = positive::Problem::new(&data).unwrap();
    let y = DVector::from_vec(vec![0.6, -0.3, 0.1]);
    let root = data.b.component_div(&y.map(f64::exp));
    let exact = problem.hypergradient(&root, &y, &Ift::new()).unwrap().gradient;
    let error = |t: f64, changed: bool| {
        let x = &root + DVector::from_vec(vec![1.0, -0.7, 0.4]) * t;
        let found = if changed {
            problem.hypergradient(&x, &y, &Reparameterized::new())
        } else {
            problem.hypergradient(&x, &y, &Ift::new())
        };
        (found.unwrap().gradient - &exact).norm()
    };
    let slope = |changed: bool| (error(1e-2, changed) / error(1e-3, changed)).log10();
    assert!((slope(true) - 2.0).abs() < 0.1 && (slope(false) - 1.0).abs() < 0.1, "{} {}", slope(true), slope(false));
    let below = DVector::from_vec(vec![0.5, -0.2, 1.0]);
    let refused = problem.hypergradient(&below, &y, &Reparameterized::new()).unwrap_err();
    assert!(matches!(refused, EstimatorError::NotInvertible { coordinate: 1, .. }), "{refused}");
}

/// The 1-D problem of Prop. 8: exp has slope 2 and `C_y` = 0, plain Omega neither.
#[test]
fn one_dimension() {
    let data = positive::Data { b: DVector::from_element(1, 1.3) };
    let problem = positive::Problem::new(&data).unwrap();
    let y = DVector::from_element(1, 0.6);
    let root = data.b.component_div(&y.map(f64::exp));
    assert!(problem.efficiency(&root, &y, &Reparameterized::new()).unwrap() < 1e-13);
    assert!((problem.efficiency(&root, &y, &Ift::new()).unwrap() - 2.0).abs() < 1e-12);
}

/// What a localised map holds fast moves with x: its Jacobian is known at a root. phi holds nothing.
#[test]
fn jacobians_off_a_root() {
    use crate::super_efficient::stationary;
    let problem = stationary::Problem::new().unwrap();
    let (x, y) = (Vector2::new(0.9, -1.2), Vector2::new(0.4, -0.3));
    let refused = |found: Result<_, EstimatorError>| matches!(found, Err(EstimatorError::NotAtRoot { residual, tolerance }) if residual > tolerance);
    assert!(refused(problem.jacobian(&x, &y, &Localized::diagonal())));
    assert!(refused(problem.jacobian(&x, &y, &Localized::newton())));
    assert!(refused(problem.jacobian(&x, &y, &Localized::custom())));
    assert!(refused(problem.jacobian(&x, &y, &Tangent::new())));
    assert!(problem.jacobian(&x, &y, &Localized::exp()).is_ok());
    assert!(problem.jacobian(&x, &y, &Reparameterized::new()).is_ok());
    assert!(problem.jacobian(&x, &y, &Preconditioned::custom()).is_ok());
}

/// A psi without an inverse: Newton's method finds z, or names the entry that psi does not reach. The
/// built-in map leaves an entry that is 0 where it is, and has no Jacobian there.
#[test]
fn a_localised_map_that_does_not_reach_x() {
    use crate::super_efficient::{affine, stationary};
    let problem = affine::Problem::new().unwrap();
    let (x, y) = (Vector2::new(0.4, -0.2), Vector2::new(0.4, -0.3));
    let refused = problem.hypergradient(&x, &y, &Localized::custom()).unwrap_err();
    assert!(matches!(refused, EstimatorError::NotInvertible { coordinate: 1, .. }), "{refused}");
    let problem = stationary::Problem::new().unwrap();
    let x = Vector2::new(0.9, 0.0);
    assert!(problem.hypergradient(&x, &y, &Localized::custom()).is_err());
    let refused = problem.jacobian(&x, &y, &Localized::exp()).unwrap_err();
    assert!(matches!(refused, EstimatorError::NotInvertible { coordinate: 1, .. }), "{refused}");
}
