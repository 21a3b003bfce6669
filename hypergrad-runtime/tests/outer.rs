//! The outer loop: it descends, stops, warm starts, projects, and says what it had reached.
#![expect(clippy::float_cmp, reason = "a projection gives the bounds themselves")]

mod common;

use common::{Convex, Cubic};
use hypergrad_runtime::error::OuterError;
use hypergrad_runtime::estimator::{Ift, Tangent};
use hypergrad_runtime::nalgebra::DVector;
use hypergrad_runtime::outer::{Ball, Descent, Interval, Projection, minimize, value_and_gradient};
use hypergrad_runtime::solver::{GradientDescent, Newton};

fn problem() -> (Cubic<Convex>, DVector<f64>, DVector<f64>) {
    let mut problem = Cubic::<Convex>::random(4, 2, 3);
    problem.q.fill(0.0);
    let (x, y) = problem.start();
    (problem, x, y)
}

#[test]
fn every_rule_reaches_a_stationary_point() {
    let (problem, x, y) = problem();
    for descent in [Descent::gradient(0.1), Descent::momentum(0.03, 0.7), Descent::adam(0.02)] {
        let mut values = Vec::new();
        let found =
            minimize(&problem, &x, &y, &descent.max_steps(5000), &Newton::new(), &Ift::new(), |seen| values.push(seen.value))
                .expect("converges");
        assert!(found.converged && found.gradient_norm <= 1e-6 && values.len() == found.steps + 1);
        assert!(values[values.len() - 1] < values[0]);
        let again = value_and_gradient(&problem, &x, &found.y, &Newton::new(), &Tangent::new()).expect("regular");
        assert!(again.gradient.norm() < 1e-5 && (again.value - found.value).abs() < 1e-9);
        assert!(again.inner.converged && (again.x - found.x).norm() < 1e-8);
    }
}

#[test]
fn inner_solves_start_from_the_last_x() {
    let (problem, x, y) = problem();
    let mut steps = Vec::new();
    let solver = GradientDescent::auto().tolerance(1e-9);
    minimize(&problem, &x, &y, &Descent::gradient(0.1).steps(30), &solver, &Ift::new(), |seen| steps.push(seen.inner.steps))
        .expect("runs");
    assert!(steps.len() == 31 && steps[29] < steps[0], "{steps:?}");
}

#[test]
fn y_stays_in_the_set() {
    let (problem, x, y) = problem();
    let interval = Descent::gradient(0.1).project(Interval::new(0.35, 1.0));
    let found = minimize(&problem, &x, &y, &interval, &Newton::new(), &Ift::new(), |seen| {
        assert!(seen.y.iter().all(|y| (0.35..=1.0).contains(y)));
    })
    .expect("converges");
    assert!(found.y.iter().any(|&y| y == 0.35 || y == 1.0), "{}", found.y);
    let ball = Descent::gradient(0.1).project(Ball::new(0.1));
    let found = minimize(&problem, &x, &y, &ball, &Newton::new(), &Ift::new(), |_| {}).expect("converges");
    assert!(found.y.norm() <= 0.1 + 1e-15);
    let mut inside = [0.03, 0.04];
    Ball::new(0.1).project(&mut inside);
    assert_eq!(inside, [0.03, 0.04]);
}

#[test]
fn a_small_relative_decrease_stops() {
    let (problem, x, y) = problem();
    let descent = Descent::gradient(1e-3).tolerance(0.0).relative_decrease(1e-1);
    let found = minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), |_| {}).expect("stops");
    assert!(found.converged && found.steps < 1000);
}

#[test]
fn errors_carry_what_was_reached() {
    let (problem, x, y) = problem();
    let run = |descent: Descent, solver: &GradientDescent| {
        minimize(&problem, &x, &y, &descent, solver, &Ift::new(), |_| {}).expect_err("must fail")
    };
    let auto = GradientDescent::auto();
    let short = run(Descent::gradient(1e-6).max_steps(3), &auto);
    assert!(matches!(&short, OuterError::NotConverged { reached, .. } if reached.steps == 3 && reached.y.len() == 2), "{short}");
    assert!(matches!(run(Descent::gradient(-1.0), &auto), OuterError::InvalidSetting { what: "step", .. }));
    assert!(matches!(run(Descent::momentum(0.1, 1.0), &auto), OuterError::InvalidSetting { what: "beta", .. }));
    assert!(matches!(
        run(Descent::gradient(0.1).tolerance(f64::NAN), &auto),
        OuterError::InvalidSetting { what: "tolerance", .. }
    ));
    let unsolved = run(Descent::gradient(0.1), &auto.max_steps(0));
    assert!(matches!(unsolved, OuterError::Solve { reached: None, .. }), "{unsolved}");
    let far = run(Descent::gradient(1e200).steps(9), &GradientDescent::new(0.1).steps(5));
    assert!(far.reached().is_some_and(|reached| reached.value.is_finite()), "{far}");
    let boxed: Box<dyn std::error::Error> = far.into();
    assert!(boxed.to_string().starts_with("after "), "{boxed}");
    let empty = Descent::gradient(0.1).project(Interval::new(1.0, 0.0));
    let error = minimize(&problem, &x, &y, &empty, &auto, &Ift::new(), |_| {}).expect_err("empty set");
    assert!(matches!(error, OuterError::InvalidSetting { what: "interval", .. }));
}
