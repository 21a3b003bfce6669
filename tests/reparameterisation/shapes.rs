//! Roles over structs, matrices and dynamic sizes: every check of the other files that needs no table, and
//! each kernel against differences of the functions as they are written.

use hypergrad::error::EstimatorError;
use hypergrad::estimator::{Ift, Localized, Preconditioned, Reparameterized};
use hypergrad::solver::Newton;
use hypergrad::structure::EstimatorKind;
use nalgebra::{DMatrix, DVector, Matrix2, Matrix2x3, RowVector2, Vector2, Vector3};

use crate::case::on_shapes;
use crate::problems::shapes::{dynamic_sheet, features, pair, problem, sheet, single, states};
use crate::{bounds, changes, closed_forms, consistency, newton_map, preconditioning};

#[test]
fn kernels_are_derivatives() {
    let x = states::State { level: 0.4, drift: Vector3::new(0.5, -0.3, 0.7), gain: RowVector2::new(-0.2, 0.6) };
    let report = states::Problem::new().unwrap().check_derivatives(&x, &Vector2::new(0.4, -0.6)).unwrap();
    assert!(report.agrees(), "{report}");
    let x = Matrix2x3::new(0.4, -0.3, 0.5, 0.2, 0.6, -0.7);
    let report = sheet::Problem::new().unwrap().check_derivatives(&x, &Matrix2::new(1.1, -0.2, 0.3, 0.8)).unwrap();
    assert!(report.agrees(), "{report}");
    let (x, y) = (DVector::from_vec(vec![0.4, -0.3, 0.5, 0.2]), DVector::from_vec(vec![0.3, -0.4]));
    let report = problem().check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{report}");
    assert!(!features::Problem::<features::Data>::DERIVATION.is_empty());
}

#[test]
fn a_matrix_for_a_struct_is_recognised() {
    let problem = pair::Problem::new().unwrap();
    let x = pair::Pair { level: 0.4, drift: Vector2::new(0.3, -0.2) };
    let star = problem.solve(&x, &0.7, &Newton::new().tolerance(1e-13)).unwrap().x;
    assert!(problem.efficiency(&star, &0.7, &Preconditioned::custom()).unwrap() < 1e-13);
    assert!(pair::Problem::STRUCTURE.is_super_efficient(EstimatorKind::CustomPreconditioner));
    assert!(!states::Problem::STRUCTURE.is_super_efficient(EstimatorKind::CustomPreconditioner));
}

#[test]
fn a_matrix_for_a_matrix_of_dynamic_size() {
    let problem = dynamic_sheet::Problem::new().unwrap();
    let y = DMatrix::from_fn(2, 3, |i, j| (1.0 + i as f64 - 0.3 * j as f64).sin());
    let star = problem.solve(&(&y * 0.5), &y, &Newton::new()).unwrap().x;
    let at = problem.at(&star, &y).unwrap();
    let step = DMatrix::identity(6, 6) - dynamic_sheet::P(&star, &y).try_inverse().unwrap() * at.F_1();
    let found = problem.jacobian(&star, &y, &Preconditioned::custom()).unwrap();
    assert!((found - at.Omega_1().unwrap() * step).norm() < 1e-12);
}

/// Single precision: differences are good to `eps^(2/3)`. A phi without z is no change that changes nothing.
#[test]
fn single_precision_and_maps_that_are_constant_or_affine() {
    let problem = single::Problem::new().unwrap();
    let (x, y) = (Vector2::new(0.3_f32, -0.2), Vector2::new(0.5_f32, 0.1));
    let report = problem.check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{report}");
    let star = problem.solve(&x, &y, &Newton::new()).unwrap().x;
    let efficiency = problem.efficiency(&star, &y, &Preconditioned::newton()).unwrap();
    assert!(efficiency < 1e-6 * problem.efficiency(&star, &y, &Ift::new()).unwrap(), "{efficiency:e}");
    let own = problem.jacobian(&star, &y, &Preconditioned::custom()).unwrap();
    let at = problem.at(&star, &y).unwrap();
    let step = Matrix2::identity() - single::P(&star, &y).try_inverse().unwrap() * at.F_1();
    assert!((own - at.Omega_1().unwrap() * step).norm() < 1e-5);

    let plain = problem.hypergradient(&x, &y, &Ift::new()).unwrap().gradient;
    assert_eq!(plain, problem.hypergradient(&x, &y, &Localized::custom()).unwrap().gradient);
    assert!(single::Problem::DERIVATION.contains("Localized::custom() is Ift::new()"));
    assert!(!single::Problem::DERIVATION.contains("Reparameterized::new() is Ift::new()"));
    let refused = problem.hypergradient(&x, &y, &Reparameterized::new()).unwrap_err();
    assert!(matches!(refused, EstimatorError::NotInvertible { what: "phi(·, y)", .. }), "{refused}");
}

#[test]
fn consistency() {
    on_shapes(&consistency::Gradient);
    on_shapes(&consistency::Path);
    on_shapes(&consistency::AtRoot);
    on_shapes(&consistency::OffRoot);
    on_shapes(&consistency::Second);
}

#[test]
fn formulas() {
    on_shapes(&preconditioning::Bounded);
    on_shapes(&preconditioning::Steps);
    on_shapes(&changes::Reduced);
    on_shapes(&changes::AtRoot);
    on_shapes(&closed_forms::Forms);
    on_shapes(&newton_map::Definition);
    on_shapes(&bounds::Compared);
}
