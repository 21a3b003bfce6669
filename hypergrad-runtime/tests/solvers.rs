//! Inner solvers: they find the root, stop as asked, and say what went wrong.

mod common;

use common::separable::Separable;
use common::{Convex, Cubic, General, Gradient, Quadratic};
use hypergrad_runtime::error::{ShapeError, SolveError};
use hypergrad_runtime::nalgebra::{DVector, SVector};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{FixedPoint, GradientDescent, InnerSolver, Newton, solve};

fn finds<P: Bilevel<X = DVector<f64>, Y = DVector<f64>>>(
    problem: &P,
    x: &DVector<f64>,
    y: &DVector<f64>,
    solver: &impl InnerSolver<P>,
) {
    let found = solve(problem, x, y, solver).expect("converges");
    assert!(found.converged && found.residual < 1e-6, "{found:?}");
}

#[test]
fn every_solver_finds_the_root() {
    let problem = Cubic::<Convex>::random(6, 3, 1);
    let (x, y) = problem.start();
    finds(&problem, &x, &y, &Newton::new());
    finds(&problem, &x, &y, &GradientDescent::auto());
    finds(&problem, &x, &y, &GradientDescent::new(0.2));
    let quadratic = Cubic::<Quadratic>::random(6, 3, 2);
    finds(&quadratic, &DVector::repeat(6, 30.0), &y, &Newton::new().max_steps(1));
    // x - F contracts once F is scaled: I - F_1 small.
    let mut map = Cubic::<General>::random(4, 3, 3);
    map.a *= 0.3;
    map.b *= 0.2;
    map.w *= 0.2;
    map.d *= 0.1;
    map.c *= 0.1;
    finds(&map, &DVector::zeros(4), &y, &FixedPoint::new());
}

#[test]
fn backtracking_saves_newton() {
    // F = e^y x + x³ - b from far away, and from where the full step overshoots.
    let problem = Separable::<f64>::new();
    for start in [1e3, -50.0, 1e-3] {
        let found = solve(&problem, &SVector::repeat(start), &SVector::repeat(-8.0), &Newton::new().max_steps(200));
        assert!(found.expect("converges").residual < 1e-6);
    }
    // An indefinite symmetric F_1: a root, not a minimum.
    let saddle = Cubic::<Gradient>::random(6, 3, 5);
    let (x, y) = saddle.start();
    finds(&saddle, &x, &y, &Newton::new().max_steps(500));
}

#[test]
fn exact_steps_are_exact() {
    let problem = Cubic::<Convex>::random(4, 2, 6);
    let (x, y) = problem.start();
    for k in [0, 1, 7, 100] {
        let found = solve(&problem, &x, &y, &GradientDescent::new(0.1).steps(k)).expect("runs");
        assert_eq!(found.steps, k);
        assert_eq!(solve(&problem, &x, &y, &Newton::new().steps(k)).expect("runs").steps, k);
    }
    let (mut by_hand, mut residual) = (x.clone(), DVector::zeros(4));
    let mut work = problem.work(&x, &y).expect("shapes");
    for _ in 0..7 {
        problem.set_x(&mut work, by_hand.as_slice());
        problem.residual(&mut work, residual.as_mut_slice());
        by_hand -= &residual * 0.1;
    }
    let found = solve(&problem, &x, &y, &GradientDescent::new(0.1).steps(7)).expect("runs");
    assert!((found.x - by_hand).norm() < 1e-15);
}

#[test]
fn no_convergence_carries_the_solution() {
    let problem = Cubic::<Convex>::random(4, 2, 7);
    let (x, y) = problem.start();
    let error = solve(&problem, &x, &y, &GradientDescent::new(1e-6).tolerance(1e-9).max_steps(5)).expect_err("too short");
    assert!(error.to_string().contains("after 5 steps"), "{error}");
    let SolveError::NotConverged { solution, tolerance } = error else { panic!("{error:?}") };
    assert_eq!((solution.steps, tolerance, solution.x.len()), (5, 1e-9, 4));
    // A tolerance below rounding stalls, and says so.
    let error = solve(&problem, &x, &y, &Newton::new().tolerance(0.0)).err();
    assert!(error.is_none() || matches!(error, Some(SolveError::NotConverged { .. })));
}

#[test]
fn divergence_settings_and_shapes_are_typed() {
    let problem = Cubic::<Convex>::random(4, 2, 8);
    let (x, y) = problem.start();
    let far = solve(&problem, &x, &y, &GradientDescent::new(1e3).steps(100)).expect_err("diverges");
    assert!(matches!(far, SolveError::NonFinite { step: 1.., .. }), "{far:?}");
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = solve(&problem, &x, &y, &GradientDescent::new(step).steps(1)).expect_err("invalid");
        assert!(matches!(error, SolveError::InvalidSetting { what: "step", .. }));
    }
    let error = solve(&problem, &x, &y, &Newton::new().tolerance(f64::NAN)).expect_err("invalid");
    assert!(matches!(error, SolveError::InvalidSetting { what: "tolerance", .. }));
    let error = solve(&problem, &DVector::zeros(3), &y, &Newton::new()).expect_err("shape");
    assert!(matches!(error, SolveError::Shape(ShapeError::Mismatch { left_size: 3, right_size: 4, .. })));
    let error = solve(&problem, &DVector::repeat(4, f64::INFINITY), &y, &Newton::new()).expect_err("infinite");
    assert!(matches!(error, SolveError::Shape(ShapeError::NonFinite { what: "x", index: 0 })));
    let mut flat = Cubic::<General>::random(3, 2, 9);
    flat.a.fill(0.0);
    flat.w.fill(0.0);
    for result in
        [solve(&flat, &DVector::zeros(3), &y, &Newton::new()), solve(&flat, &DVector::zeros(3), &y, &GradientDescent::auto())]
    {
        assert!(matches!(result, Err(SolveError::Linear(_))));
    }
    let boxed: Box<dyn std::error::Error> = solve(&flat, &DVector::zeros(3), &y, &Newton::new()).expect_err("singular").into();
    assert!(boxed.source().is_some());
}
