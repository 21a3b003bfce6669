//! The outer loop: it descends, stops, warm starts, projects, goes on, and says what it had reached.
#![expect(clippy::float_cmp, reason = "a projection gives the bounds themselves; a run is continued to the last bit")]

mod common;

use core::cell::Cell;
use core::ops::ControlFlow;

use common::{Convex, Cubic};
use hypergrad_runtime::error::{LinearError, OuterError, SolveError};
use hypergrad_runtime::estimator::{Ift, Preconditioned, Tangent};
use hypergrad_runtime::linear::ConjugateGradient;
use hypergrad_runtime::nalgebra::DVector;
use hypergrad_runtime::outer::{
    Ball, Block, Bounds, Descent, InnerAccuracy, Interval, NonNegative, Observation, Projection, Reached, Reduced, Stop,
    minimize, resume, value_and_gradient,
};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{GradientDescent, InnerObservation, InnerSolver, Newton, Solution};

fn problem() -> (Cubic<Convex>, DVector<f64>, DVector<f64>) {
    let mut problem = Cubic::<Convex>::random(4, 2, 3);
    problem.q.fill(0.0);
    let (x, y) = problem.start();
    (problem, x, y)
}

fn go_on(_: &Observation<'_, f64>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn every_rule_reaches_a_stationary_point() {
    let (problem, x, y) = problem();
    let rules = [
        Descent::gradient(0.1),
        Descent::gradient(10.0).backtracking(),
        Descent::momentum(0.03, 0.7),
        Descent::nesterov(0.05),
        Descent::adam(0.02),
        Descent::lbfgs(),
        Descent::gradient(1.0).inner(InnerAccuracy::by_error(0.1)),
        Descent::gradient(0.1).inner(InnerAccuracy::schedule(0.1, 0.8, 1e-12)),
    ];
    let mut steps = Vec::new();
    for descent in rules {
        let mut values = Vec::new();
        let found = minimize(&problem, &x, &y, &descent.max_steps(5000), &Newton::new(), &Ift::new(), |seen| {
            values.push(seen.value);
            ControlFlow::Continue(())
        })
        .unwrap_or_else(|error| panic!("{descent:?}: {error}"));
        assert!(found.converged() && found.stop == Stop::Gradient && found.last.gradient_norm <= 1e-6);
        assert_eq!(values.len(), found.last.step + 1);
        assert!(values[values.len() - 1] < values[0]);
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        // Values of rough solutions are solved for again where the accuracy is chosen by error.
        assert!(found.best.value == least || found.best.report.value_error.is_some(), "{descent:?}");
        let again = value_and_gradient(&problem, &x, &found.last.y, &Newton::new(), &Tangent::new()).expect("regular");
        assert!(again.gradient.norm() < 1e-5 && (again.value - found.last.value).abs() < 1e-9);
        assert!(again.inner.converged && (again.x - &found.last.x).norm() < 1e-4, "{descent:?}");
        steps.push(found.last.step);
    }
    // What each is for: no step to guess; fewer steps than plain descent.
    assert!(steps[5] < steps[0] && steps[3] < steps[0], "{steps:?}");
}

/// 40 steps are 20 and 20, to the last bit, whatever the rule remembers.
#[test]
fn a_run_is_continued_exactly() {
    let (problem, x, y) = problem();
    let solver = GradientDescent::new(0.05).steps(7);
    let rules = [
        Descent::gradient(0.1),
        Descent::momentum(0.03, 0.9),
        Descent::nesterov(0.05),
        Descent::adam(0.02),
        Descent::lbfgs(),
        Descent::gradient(3.0).backtracking(),
        Descent::gradient(0.1).inner(InnerAccuracy::schedule(0.1, 0.8, 1e-12)),
        Descent::gradient(1.0).inner(InnerAccuracy::by_error(0.3)),
    ];
    for rule in rules {
        let run = |steps: usize| {
            let mut seen = Vec::new();
            let found = minimize(&problem, &x, &y, &rule.steps(steps), &solver, &Preconditioned::newton(), |now| {
                seen.push((now.step, now.value.to_bits()));
                ControlFlow::Continue(())
            });
            (found.unwrap_or_else(|error| panic!("{rule:?}: {error}")), seen)
        };
        let (whole, all) = run(12);
        let (half, mut seen) = run(6);
        let rest = resume(&problem, half.state(), &rule.steps(6), &solver, &Preconditioned::newton(), |now| {
            seen.push((now.step, now.value.to_bits()));
            ControlFlow::Continue(())
        })
        .expect("goes on");
        assert_eq!(all, seen, "{rule:?}");
        assert!(whole == rest, "{rule:?}: {:?} {:?}", whole.last, rest.last);
    }
}

/// The adjoint that an estimate starts from is part of the state.
#[test]
fn a_warm_adjoint_is_continued_exactly() {
    let mut problem = Cubic::<Convex>::random(12, 2, 3);
    problem.q.fill(0.0);
    let (x, y) = problem.start();
    let estimator = Ift::with(ConjugateGradient::new().tolerance(1e-3)).warm_start(true);
    let solver = GradientDescent::new(0.05).steps(7);
    for rule in [Descent::adam(0.02), Descent::gradient(3.0).backtracking()] {
        let whole = minimize(&problem, &x, &y, &rule.steps(8), &solver, &estimator, go_on).expect("runs");
        let half = minimize(&problem, &x, &y, &rule.steps(4), &solver, &estimator, go_on).expect("runs").state();
        assert!(half.adjoint.is_some());
        let rest = resume(&problem, half.clone(), &rule.steps(4), &solver, &estimator, go_on).expect("goes on");
        assert!(whole == rest, "{rule:?}: {:?} {:?}", whole.last, rest.last);
        let mut cold = half;
        cold.adjoint = None;
        let other = resume(&problem, cold, &rule.steps(4), &solver, &estimator, go_on).expect("goes on");
        assert!(other.last.y != rest.last.y, "the start is seen in the last digits");
    }
    let state = minimize(&problem, &x, &y, &Descent::adam(0.02).steps(1), &solver, &estimator, go_on).expect("runs").state();
    let mut short = state;
    short.adjoint = Some(DVector::zeros(3));
    let error = resume(&problem, short, &Descent::adam(0.02), &solver, &estimator, go_on).expect_err("too short");
    assert!(matches!(error, OuterError::Shape(_)), "{error}");
}

/// A solver that fails at one of its runs.
struct Failing {
    runs: Cell<usize>,
    fails_at: usize,
}

impl<P: Bilevel> InnerSolver<P> for Failing {
    type Workspace = <Newton as InnerSolver<P>>::Workspace;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        InnerSolver::workspace(&Newton::new(), problem, work)
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, P::Scalar>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        self.runs.set(self.runs.get() + 1);
        if self.runs.get() == self.fails_at {
            return Err(SolveError::NonFinite { what: "F", step: 0 });
        }
        Newton::new().run_observed(problem, work, workspace, tolerance, observer)
    }
}

/// What a rule remembers is that of the last complete step, also after a step that failed in the middle.
#[test]
fn a_run_goes_on_after_a_step_that_failed() {
    let (problem, x, y) = problem();
    for rule in [Descent::momentum(0.03, 0.9), Descent::nesterov(0.05), Descent::adam(0.02), Descent::lbfgs()] {
        let never = Failing { runs: Cell::new(0), fails_at: 0 };
        let whole = minimize(&problem, &x, &y, &rule.steps(8), &never, &Ift::new(), go_on).expect("runs");
        let once = Failing { runs: Cell::new(0), fails_at: 5 };
        match minimize(&problem, &x, &y, &rule.steps(8), &once, &Ift::new(), go_on) {
            Err(OuterError::Solve { reached: Some(reached), .. }) => {
                assert_eq!(reached.last.step, 3);
                let rest = resume(&problem, reached.state(), &rule.steps(5), &once, &Ift::new(), go_on).expect("goes on");
                assert!(whole == rest, "{rule:?}: {:?} {:?}", whole.last, rest.last);
            }
            // A line search tries a shorter step instead.
            other => assert!(other.is_ok() && rule == Descent::lbfgs(), "{rule:?}"),
        }
    }
}

#[test]
fn a_state_of_another_problem_is_refused() {
    let (problem, x, y) = problem();
    let descent = Descent::adam(0.1).steps(2);
    let mut state = minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), go_on).expect("runs").state();
    state.memory.average = DVector::zeros(3);
    let error = resume(&problem, state, &descent, &Newton::new(), &Ift::new(), go_on).expect_err("too long");
    assert!(matches!(error, OuterError::Shape(_)), "{error}");
}

#[test]
fn inner_solves_start_from_the_last_x() {
    let (problem, x, y) = problem();
    let mut steps = Vec::new();
    let solver = GradientDescent::auto().tolerance(1e-9);
    minimize(&problem, &x, &y, &Descent::gradient(0.1).steps(30), &solver, &Ift::new(), |seen| {
        steps.push(seen.inner.steps);
        ControlFlow::Continue(())
    })
    .expect("runs");
    assert!(steps.len() == 31 && steps[29] < steps[0], "{steps:?}");
}

/// Rough inner solves while the gradient is large: fewer inner steps in all than with the final accuracy throughout.
#[test]
fn the_inner_accuracy_follows_the_gradient() {
    let (problem, x, y) = problem();
    let count = |descent: Descent| {
        let mut total = 0;
        let solver = GradientDescent::auto().tolerance(1e-10).max_steps(100_000);
        let found: Reached<Cubic<Convex>> = minimize(&problem, &x, &y, &descent.tolerance(1e-5), &solver, &Ift::new(), |seen| {
            total += seen.inner.steps;
            ControlFlow::Continue(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
        let exact = value_and_gradient(&problem, &x, &found.last.y, &Newton::new(), &Ift::new()).expect("regular");
        assert!(exact.gradient.norm() < 2e-5, "{}", exact.gradient.norm());
        (found, total)
    };
    let (_, fixed) = count(Descent::gradient(0.1));
    let (found, adapted) = count(Descent::gradient(0.1).inner(InnerAccuracy::by_error(0.5)));
    assert!(adapted < fixed, "{adapted} {fixed}");
    assert!(found.last.report.value_error.is_some() && found.last.report.error_estimate.is_some());
}

#[test]
fn the_observer_ends_a_run() {
    let (problem, x, y) = problem();
    let found = minimize(&problem, &x, &y, &Descent::adam(0.1), &Newton::new(), &Ift::new(), |seen| {
        assert_eq!(seen.y_like(&y).as_slice(), seen.y);
        if seen.step == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .expect("broken off");
    assert!(found.stop == Stop::Observer && found.last.step == 3 && !found.converged());
}

/// Momentum overshoots: the last step is not the best.
#[test]
fn the_best_step_is_kept() {
    let (problem, x, y) = problem();
    let run = |steps: usize| {
        let mut values = Vec::new();
        let descent = Descent::momentum(0.1, 0.95).steps(steps);
        let found = minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), |seen| {
            values.push(seen.value);
            ControlFlow::Continue(())
        });
        (found.expect("runs"), values)
    };
    let values = run(60).1;
    let k = (1..60).find(|&k| values[k] > values[k - 1] + 1e-6).expect("overshoots");
    let (found, _) = run(k);
    assert_eq!((found.best.value, found.best.step), (values[k - 1], k - 1));
    assert!(found.last.step == k && found.best.report.error_estimate.is_some());
    let again = value_and_gradient(&problem, &found.best.x, &found.best.y, &Newton::new(), &Ift::new()).expect("regular");
    assert!((again.gradient - &found.best.gradient).norm() < 1e-9);
}

#[test]
fn y_stays_in_the_set() {
    let (problem, x, y) = problem();
    let inside = |descent: &Descent<Interval>| {
        let found = minimize(&problem, &x, &y, descent, &Newton::new(), &Ift::new(), |seen| {
            assert!(seen.y.iter().all(|y| (0.35..=1.0).contains(y)));
            ControlFlow::Continue(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
        assert!(found.last.y.iter().any(|&y| y == 0.35 || y == 1.0), "{}", found.last.y);
        found.last.value
    };
    let interval = Interval::new(0.35, 1.0);
    let fixed = inside(&Descent::gradient(0.1).project(interval));
    for descent in [Descent::gradient(0.1).backtracking(), Descent::lbfgs(), Descent::nesterov(0.1)] {
        assert!((inside(&descent.project(interval)) - fixed).abs() < 1e-9);
    }
    let ball = Descent::gradient(0.1).project(Ball::new(0.1));
    let found = minimize(&problem, &x, &y, &ball, &Newton::new(), &Ift::new(), go_on).expect("converges");
    assert!(found.last.y.norm() <= 0.1 + 1e-15);
    let mut inside = [0.03, 0.04];
    Ball::new(0.1).project(&mut inside);
    assert_eq!(inside, [0.03, 0.04]);
    // Each coordinate by itself.
    let blocks = Descent::gradient(0.1).project((Block::new(0..1, Interval::new(0.5, 0.5)), Block::new(1..2, NonNegative)));
    let found = minimize(&problem, &x, &y, &blocks, &Newton::new(), &Ift::new(), go_on).expect("converges");
    assert!(found.last.y[0] == 0.5 && found.last.y[1] >= 0.0);
}

fn refused<J: Projection>((problem, x, y): (&Cubic<Convex>, &DVector<f64>, &DVector<f64>), set: J) -> String {
    let descent = Descent::gradient(0.1).project(set);
    let error = minimize(problem, x, y, &descent, &Newton::new(), &Ift::new(), go_on).expect_err("no set");
    assert!(matches!(error, OuterError::InvalidSetting { .. }), "{error}");
    error.to_string()
}

#[test]
fn sets_that_are_none_are_refused() {
    let (problem, x, y) = problem();
    let p = (&problem, &x, &y);
    for (low, high) in [(1.0, 0.0), (f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY), (0.0, f64::NAN)] {
        assert!(refused(p, Interval::new(low, high)).contains("interval"));
    }
    assert!(refused(p, Bounds::new(&[0.0], &[1.0])).contains("number of lower bounds"));
    assert!(refused(p, Block::new(1..3, NonNegative)).contains("end of a block"));
    assert!(refused(p, (NonNegative, Block::new(1..2, NonNegative))).contains("two projections"));
}

#[test]
fn a_small_relative_decrease_stops() {
    let (problem, x, y) = problem();
    let descent = Descent::gradient(1e-3).tolerance(0.0).relative_decrease(1e-1);
    let found = minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), go_on).expect("stops");
    assert!(found.converged() && found.stop == Stop::RelativeDecrease && found.last.step < 1000);
}

#[test]
fn errors_carry_what_was_reached() {
    let (problem, x, y) = problem();
    let run = |descent: Descent, solver: &GradientDescent| {
        minimize(&problem, &x, &y, &descent, solver, &Ift::new(), go_on).expect_err("must fail")
    };
    let auto = GradientDescent::auto();
    let short = run(Descent::gradient(1e-6).max_steps(3), &auto);
    let reached = short.reached().map(|reached| (reached.last.step, reached.last.y.len()));
    assert!(matches!(&short, OuterError::NotConverged { .. }) && reached == Some((3, 2)), "{short}");
    let invalid = |descent: Descent, name: &str| {
        let error = run(descent, &auto);
        assert!(matches!(error, OuterError::InvalidSetting { what, .. } if what == name), "{error}");
    };
    invalid(Descent::gradient(-1.0), "step");
    invalid(Descent::momentum(0.1, 1.0), "beta");
    invalid(Descent::gradient(0.1).tolerance(f64::NAN), "tolerance");
    invalid(Descent::adam(0.1).backtracking(), "line search");
    invalid(Descent::momentum(0.1, 0.5).inner(InnerAccuracy::by_error(1e-3)), "line search");
    invalid(Descent::gradient(0.1).inner(InnerAccuracy::schedule(1e-3, 2.0, 0.0)), "schedule");
    invalid(Descent::gradient(0.1).inner(InnerAccuracy::by_error(0.0)), "inner tolerance");
    let unsolved = run(Descent::gradient(0.1), &auto.max_steps(0));
    assert!(matches!(unsolved, OuterError::Solve { reached: None, .. }), "{unsolved}");
    let far = run(Descent::gradient(1e200).steps(9), &GradientDescent::new(0.1).steps(5));
    assert!(far.reached().is_some_and(|reached| reached.last.value.is_finite()), "{far}");
    let boxed: Box<dyn std::error::Error> = far.into();
    assert!(boxed.to_string().starts_with("after "), "{boxed}");
    let silent = Ift::new().error_estimate(false);
    let descent = Descent::gradient(0.1).inner(InnerAccuracy::by_error(1e-2));
    let error = minimize(&problem, &x, &y, &descent, &auto, &silent, go_on).expect_err("no estimate");
    assert!(matches!(error, OuterError::InvalidSetting { what: "error estimate", .. }), "{error}");
    // A step that leaves what the solver can do is made shorter, not an error.
    let descent = Descent::gradient(1e200).backtracking().max_steps(2000);
    let found = minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), go_on);
    assert!(found.is_err_and(|error| error.reached().is_some()));
    let descent = Descent::gradient(1e6).backtracking();
    assert!(minimize(&problem, &x, &y, &descent, &Newton::new(), &Ift::new(), go_on).expect("found").converged());
}

#[test]
fn the_reduced_objective_is_the_outer_value_solved_once_at_each_y() {
    let (problem, x, y) = problem();
    let (newton, ift) = (Newton::new(), Ift::new());
    let h = Reduced::new(&problem, &x, &y, &newton, &ift).expect("shapes fit");
    let moved = y.map(|entry| entry + 0.1);
    for at in [&y, &moved, &y] {
        let expected = value_and_gradient(&problem, &x, at, &newton, &ift).expect("regular");
        let mut gradient = vec![0.0; h.dimension()];
        let report = h.gradient(at.as_slice(), &mut gradient).expect("regular");
        let value = h.value(at.as_slice()).expect("regular");
        assert!((value - expected.value).abs() < 1e-9 && (DVector::from_vec(gradient) - expected.gradient).norm() < 1e-7);
        assert!((h.x() - expected.x).norm() < 1e-7 && report.inner_residual < 1e-6);
    }
    assert_eq!(h.solves(), 3);
}

#[test]
fn the_reduced_objective_refuses_what_is_no_y() {
    let (problem, x, y) = problem();
    let (newton, ift) = (Newton::new(), Ift::new());
    let h = Reduced::new(&problem, &x, &y, &newton, &ift).expect("shapes fit");
    let said = |y: &[f64], gradient: &mut [f64]| h.gradient(y, gradient).expect_err("no y").to_string();
    assert_eq!(said(&[0.0; 3], &mut [0.0; 2]), "`y` is 3, `y0` is 2: they must agree");
    assert_eq!(said(&[0.0; 2], &mut [0.0; 1]), "`gradient` is 1, `y0` is 2: they must agree");
    assert_eq!(said(&[0.0, f64::NAN], &mut [0.0; 2]), "entry 1 of `y` is not finite");
    assert_eq!(h.solves(), 0);

    let hasty = GradientDescent::new(1e-6).max_steps(1).tolerance(1e-12);
    let h = Reduced::new(&problem, &x, &y, &hasty, &ift).expect("shapes fit");
    assert!(matches!(h.value(y.as_slice()), Err(OuterError::Solve { .. })));
    assert_eq!(h.x(), x, "a solve that fails moves nothing");
}

#[test]
fn results_show_x_and_y() {
    use hypergrad_runtime::solver::Solution;

    assert_eq!(Solution::new(0.5, 1.25e-13, 3, true).to_string(), "x = [0.5000], |F| = 1.2e-13 after 3 steps");
    let long = DVector::from_fn(9, |k, _| -1e-7 * k as f64);
    let text = format!("{:.1}", Solution::new(long, 1.0, 1, false));
    assert_eq!(
        text,
        "x = [-0.0, -1.0e-7, -2.0e-7, -3.0e-7, -4.0e-7, -5.0e-7, -6.0e-7, -7.0e-7, .. 9 entries], |F| = 1.0e0 after 1 step, not converged"
    );

    let (problem, x, y) = problem();
    let found =
        minimize(&problem, &x, &y, &Descent::gradient(0.1).steps(2), &Newton::new(), &Ift::new(), go_on).expect("regular");
    let text = found.to_string();
    assert!(text.starts_with("as many steps as were asked for are done\nlast step 2: value "), "{text}");
    assert!(text.contains(", y = [") && text.contains(", x = [") && text.contains(" steps"), "{text}");
}
