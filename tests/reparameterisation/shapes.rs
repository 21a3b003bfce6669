//! Roles over structs, matrices and dynamic sizes: every check of the other files that needs no table, and
//! each kernel against differences of the functions as they are written.

use hypergrad::estimator::Preconditioned;
use hypergrad::solver::Newton;
use hypergrad::structure::EstimatorKind;
use nalgebra::{DVector, Matrix2, Matrix2x3, RowVector2, Vector2, Vector3};

use crate::case::on_shapes;
use crate::problems::shapes::{features, pair, problem, sheet, states};
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
