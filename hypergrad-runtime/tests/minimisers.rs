//! With an objective an inner solver finds a minimiser, or says that it did not; reports say what they know.

mod common;

use std::cmp::Ordering;

use common::{Convex, Cubic, General, Gradient};
use hypergrad_runtime::error::SolveError;
use hypergrad_runtime::estimator::{Ift, NoEstimate, Preconditioned, Tangent, hypergradient};
use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{GradientDescent, Newton, solve};

/// `f = xᵀA x/2 + sum b x⁴/12 + ..`: A has negative eigenvalues, so that there are saddles; f is bounded below.
fn wells(seed: u64) -> (Cubic<Gradient>, DVector<f64>) {
    let mut problem = Cubic::<Gradient>::random(5, 2, seed);
    problem.b = DMatrix::from_diagonal(&DVector::from_fn(5, |i, _| 1.0 + 0.3 * i as f64));
    let y = problem.start().1;
    (problem, y)
}

fn eigenvalues(problem: &Cubic<Gradient>, x: &DVector<f64>, y: &DVector<f64>) -> DVector<f64> {
    let mut work = problem.work(x, y).expect("shapes");
    let mut f_1 = DMatrix::zeros(5, 5);
    problem.f_1(&mut work, f_1.as_mut_slice());
    f_1.symmetric_eigenvalues()
}

#[test]
fn every_start_leads_to_a_minimum() {
    for seed in 0..12 {
        let (problem, y) = wells(seed);
        for scale in [0.0, 0.1, 1.0, 3.0] {
            let x0 = DVector::from_fn(5, |i, _| scale * (1.7 * i as f64 + seed as f64).sin());
            let found = solve(&problem, &x0, &y, &Newton::new().max_steps(200)).expect("a minimum");
            assert!(found.converged && eigenvalues(&problem, &found.x, &y).min() > 0.0, "{seed} {scale}");
            let descended = solve(&problem, &x0, &y, &GradientDescent::auto().tolerance(1e-6)).expect("a minimum");
            assert!(eigenvalues(&problem, &descended.x, &y).min() > 0.0, "{seed} {scale}");
        }
    }
}

/// A root of F that is a saddle: refused by those that cannot leave it, left by Newton's method, accepted when any
/// root will do.
#[test]
fn a_saddle_is_refused_or_left() {
    let (problem, y) = wells(3);
    let saddle = solve(&problem, &DVector::zeros(5), &y, &Newton::new().stationary().max_steps(200)).expect("a root").x;
    let negative = eigenvalues(&problem, &saddle, &y).iter().filter(|value| **value < 0.0).count();
    assert!(negative > 0);
    let descent = GradientDescent::new(1e-3).tolerance(1e-6);
    let error = solve(&problem, &saddle, &y, &descent).expect_err("a saddle");
    let SolveError::NotAMinimum { inertia, solution } = &error else { panic!("{error}") };
    assert_eq!((inertia.negative, inertia.positive), (negative, 5 - negative));
    assert!((&solution.x - &saddle).norm() < 1e-9 && error.to_string().contains("stationary"), "{error}");
    assert!(solve(&problem, &saddle, &y, &descent.stationary()).expect("any root").converged);
    let left = solve(&problem, &saddle, &y, &Newton::new().max_steps(200)).expect("left");
    assert!(eigenvalues(&problem, &left.x, &y).min() > 0.0 && left.steps > 0);
    let report = hypergradient(&problem, &saddle, &y, &Ift::new()).expect("regular").report;
    assert_eq!(report.positive_definite, Some(false));
    assert!(report.to_string().contains("not positive definite"));
    assert_eq!(hypergradient(&problem, &left.x, &y, &Ift::new()).expect("regular").report.positive_definite, Some(true));
}

/// Descent does not come to rest: as far as Newton's method goes, and in no more steps than a fixed small step needs.
#[test]
fn automatic_steps_grow_again() {
    for seed in 0..6 {
        let (problem, y) = wells(seed);
        let x0 = DVector::from_fn(5, |i, _| 3.0 * (1.7 * i as f64 + seed as f64).sin());
        let auto = solve(&problem, &x0, &y, &GradientDescent::auto().tolerance(1e-9)).expect("converges");
        assert!(auto.residual <= 1e-9 && auto.steps < 2000, "{}", auto.steps);
    }
}

/// `F = A x - ..` with a triangle of condition `2^n`: what rounding does is in the report, and in the estimate.
#[test]
fn rounding_is_reported() {
    let exact = |n: usize| {
        DMatrix::from_fn(n, n, |i, j| match i.cmp(&j) {
            Ordering::Equal => 1.0,
            Ordering::Less => -1.0,
            Ordering::Greater => 0.0,
        })
    };
    for n in [20, 30, 40] {
        let mut problem = Cubic::<General>::random(n, 2, 1);
        problem.a = exact(n);
        problem.b.fill(0.0);
        problem.w.fill(0.0);
        problem.q.fill(0.0);
        let y = problem.start().1;
        let found = hypergradient(&problem, &DVector::zeros(n), &y, &Preconditioned::newton()).expect("regular");
        let report = found.report;
        let condition = report.linear_condition.expect("known");
        assert!(condition > 2.0_f64.powi(i32::try_from(n).unwrap_or(0) - 4), "{n}: {condition:e}");
        let rounding = report.rounding.expect("known");
        assert!(rounding >= f64::EPSILON * condition && report.error_estimate.is_some_and(|error| error >= rounding));
    }
}

#[test]
fn a_missing_estimate_has_its_reason() {
    let problem = Cubic::<Convex>::random(4, 2, 3);
    let (x, y) = problem.start();
    let report = hypergradient(&problem, &x, &y, &Ift::new().error_estimate(false)).expect("regular").report;
    assert_eq!((report.error_estimate, report.no_estimate), (None, Some(NoEstimate::NotAsked)));
    assert!(report.to_string().contains("no error estimate: switched off"));
    let report = hypergradient(&problem, &x, &y, &Tangent::new()).expect("regular").report;
    assert!(report.error_estimate.is_some() && report.no_estimate.is_none());
}

/// `g(x, y) - h(y)` to first order.
#[test]
fn the_error_of_the_value_is_known() {
    let problem = Cubic::<Convex>::random(4, 2, 3);
    let (x, y) = problem.start();
    let root = solve(&problem, &x, &y, &Newton::new()).expect("regular").x;
    let exact = hypergradient(&problem, &root, &y, &Ift::new()).expect("regular").objective;
    let near = &root + DVector::from_fn(4, |i, _| 1e-5 * (1.0 + i as f64).sin());
    for report in [
        hypergradient(&problem, &near, &y, &Ift::new()).expect("regular"),
        hypergradient(&problem, &near, &y, &Tangent::new()).expect("regular"),
        hypergradient(&problem, &near, &y, &Preconditioned::newton()).expect("regular"),
    ] {
        let estimated = report.report.value_error.expect("known");
        let error = (report.objective - exact).abs();
        assert!((estimated / error - 1.0).abs() < 1e-3, "{estimated:e} {error:e}");
    }
}
