//! The derivative check: right derivatives agree, a wrong one is named.

mod common;

use common::{Convex, Cubic, General, Gradient, Kind, Quadratic};
use hypergrad_runtime::check::{InnerRole, UserFunctions, Verdict, derivatives};
use hypergrad_runtime::factor::Lu;
use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{Newton, solve};
use hypergrad_runtime::structure::{EigenvalueBounds, EstimatorKind, Structure};

impl<K: Kind> UserFunctions for Cubic<K> {
    const INNER: InnerRole = if K::OBJECTIVE { InnerRole::Objective } else { InnerRole::Root };

    fn user_inner(&self, x: &DVector<f64>, y: &DVector<f64>, out: &mut [f64]) {
        let mut work = self.work(x, y).expect("shapes");
        match self.objective(&mut work) {
            Some(value) => out[0] = value,
            None => self.residual(&mut work, out),
        }
    }
    fn user_g(&self, x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        self.g(&mut self.work(x, y).expect("shapes"))
    }
}

fn check<K: Kind>(n: usize, m: usize) {
    let problem = Cubic::<K>::random(n, m, 4);
    let y = problem.start().1;
    let report = derivatives(&problem, &DVector::from_fn(n, |i, _| 0.3 - 0.1 * i as f64), &y).expect("shapes");
    assert!(report.is_certain(), "{report}");
    assert!(report.rows.len() > 20 && report.rows.iter().all(|row| row.worst < 1e-8), "{report}");
}

#[test]
fn right_derivatives_agree() {
    check::<General>(4, 3);
    check::<Gradient>(3, 5);
    check::<Convex>(4, 3);
    check::<Quadratic>(1, 1);
}

/// The objective does not know about B's off-diagonal: F is not its gradient then.
#[test]
fn a_wrong_derivative_is_named() {
    let mut problem = Cubic::<Convex>::random(4, 3, 5);
    problem.b[(0, 1)] = 0.7;
    let y = problem.start().1;
    let report = derivatives(&problem, &DVector::repeat(4, 0.5), &y).expect("shapes");
    assert!(!report.agrees());
    let row = report.row("F").expect("compared");
    assert_eq!((row.verdict, row.index), (Verdict::Disagrees, 0));
    assert_eq!(report.row("claim: F_1 symmetric").map(|row| row.verdict), Some(Verdict::Disagrees));
    assert_eq!(report.row("F_1").map(|row| row.verdict), Some(Verdict::Agrees));
    assert!(report.to_string().contains("DISAGREES"));
}

#[test]
fn shapes_are_checked() {
    let problem = Cubic::<General>::random(4, 3, 6);
    assert!(derivatives(&problem, &DVector::zeros(3), &DVector::zeros(3)).is_err());
}

/// Claims what is not so.
struct Boastful;

impl Kind for Boastful {
    const STRUCTURE: Structure = Structure {
        f1_symmetric: true,
        f1_diagonal: true,
        f1_definite: true,
        f1_diagonal_plus_gram: true,
        f1_constant_in_x: true,
        f1_constant_in_y: true,
        f21_zero: true,
        g_constant_slope: true,
        smooth: true,
        super_efficient: &[EstimatorKind::Ift, EstimatorKind::Jacobi],
        ..Structure::UNKNOWN
    };
    const OBJECTIVE: bool = false;
    type Factor = Lu<DMatrix<f64>>;
    fn eigenvalues() -> EigenvalueBounds {
        EigenvalueBounds::new(Some(5.0), Some(-2.0))
    }
}

#[test]
fn every_false_claim_is_found() {
    let mut problem = Cubic::<Boastful>::random(4, 3, 7);
    // As random as `General`, and indefinite.
    let general = Cubic::<General>::random(4, 3, 7);
    (problem.a, problem.b) = (general.a, general.b);
    problem.a[(2, 2)] = -3.0;
    let (x, y) = problem.start();
    let x = solve(&problem, &x, &y, &Newton::new().tolerance(1e-12)).expect("regular").x;
    let report = derivatives(&problem, &x, &y).expect("shapes");
    let claims: Vec<_> = report.rows.iter().filter(|row| row.quantity.starts_with("claim")).collect();
    for row in &claims {
        let right = ["claim: smooth"].contains(&row.quantity);
        let expected = if right { Verdict::Agrees } else { Verdict::Disagrees };
        assert_eq!(row.verdict, expected, "{}\n{report}", row.quantity);
    }
    assert_eq!(claims.len(), 14, "{report}");
    assert_eq!(report.row("F_11").map(|row| row.verdict), Some(Verdict::Agrees), "{report}");
}
