//! Derivatives of steps of inner methods: against differences of the run itself, against each other, against Omega.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{BROKEN, Convex, Cubic, General, Gradient, Kind, Quadratic};
use hypergrad_runtime::error::{EstimatorError, LinearError, SolveError};
use hypergrad_runtime::estimator::{
    Estimator, Ift, OneStep, Piggyback, Tangent, Truncated, Unrolled, compare, efficiency, hypergradient, jacobian,
};
use hypergrad_runtime::linear::{ConjugateGradient, FixedPoint as Neumann, Gmres};
use hypergrad_runtime::nalgebra::DVector;
use hypergrad_runtime::problem::{Bilevel, Dense};
use hypergrad_runtime::solver::{FixedPoint, GradientDescent, HeavyBall, InnerSolver, Nesterov, Newton, Step, solve};

type Vector = DVector<f64>;

fn gradient<P: Bilevel<X = Vector, Y = Vector>>(problem: &P, x: &Vector, y: &Vector, estimator: &impl Estimator<P>) -> Vector {
    hypergradient(problem, x, y, estimator).unwrap().gradient
}

/// `g(x_t(y), y)` by the map itself.
fn value<P, M>(problem: &P, x: &Vector, y: &Vector, map: &M, t: usize) -> f64
where
    P: Bilevel<Scalar = f64, X = Vector, Y = Vector>,
    M: Step<P>,
{
    let mut work = problem.work(x, y).unwrap();
    let mut state = map.state(problem, &work).unwrap();
    let mut residual = Vector::zeros(x.len());
    map.begin(problem, &mut work, &mut state).unwrap();
    for _ in 0..t {
        problem.residual(&mut work, residual.flat_mut());
        map.advance(problem, &mut work, &mut state, residual.flat()).unwrap();
    }
    problem.g(&mut work)
}

/// Central differences of the whole run, with an error of about `1e-9`.
fn differences<P: Bilevel<Scalar = f64, X = Vector, Y = Vector>, M: Step<P>>(
    problem: &P,
    x: &Vector,
    y: &Vector,
    map: &M,
    t: usize,
) -> Vector {
    let h = 1e-5;
    Vector::from_fn(y.len(), |b, _| {
        let at = |shift: f64| {
            let mut moved = y.clone();
            moved[b] += shift;
            value(problem, x, &moved, map, t)
        };
        (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h)
    })
}

/// Reverse, forward, checkpointed and truncated against differences.
fn derivatives_hold<K: Kind, M: Step<Cubic<K>> + Copy>(problem: &Cubic<K>, map: M, what: &str) {
    let (_, y) = problem.start();
    let x = Vector::from_fn(problem.a.nrows(), |i, _| 0.2 * (1.0 + i as f64).sin());
    for t in [0, 1, 2, 7] {
        let exact = differences(problem, &x, &y, &map, t);
        let reverse = gradient(problem, &x, &y, &Unrolled::reverse(map, t));
        assert!((&reverse - &exact).norm() < 1e-7 * (1.0 + exact.norm()), "{what}, {t} steps: {reverse} {exact}");
        let forward = gradient(problem, &x, &y, &Unrolled::forward(map, t));
        assert!((&forward - &reverse).norm() < 1e-11 * (1.0 + exact.norm()), "{what}, {t} steps forward");
        for checkpoints in [1, 2, 3, 5, 100] {
            let again = gradient(problem, &x, &y, &Unrolled::reverse(map, t).checkpoints(checkpoints));
            assert_eq!(again, reverse, "{what}, {t} steps, {checkpoints} checkpoints");
        }
        assert_eq!(gradient(problem, &x, &y, &Unrolled::reverse(map, t).few_checkpoints()), reverse);
        assert_eq!(gradient(problem, &x, &y, &Truncated::new(map, t)), reverse);
    }
    let once = gradient(problem, &x, &y, &Unrolled::reverse(map, 1));
    assert!((gradient(problem, &x, &y, &OneStep::new(map)) - once).norm() < 1e-13, "{what}");
}

#[test]
fn every_method_is_differentiated() {
    let convex = Cubic::<Convex>::random(5, 3, 1);
    derivatives_hold(&convex, GradientDescent::new(0.1), "gradient descent");
    derivatives_hold(&convex, HeavyBall::with(0.1, 0.4), "heavy ball");
    derivatives_hold(&convex, Nesterov::with(0.1, 0.4), "Nesterov");
    derivatives_hold(&convex, Newton::new(), "Newton");
    derivatives_hold(&convex, Newton::with(ConjugateGradient::new().tolerance(1e-14)), "Newton-CG");
    derivatives_hold(&Cubic::<Gradient>::random(5, 3, 2), Newton::new(), "Newton at a saddle");
    let general = Cubic::<General>::random(5, 3, 3);
    derivatives_hold(&general, GradientDescent::new(0.1), "nonsymmetric, gradient descent");
    derivatives_hold(&general, Nesterov::with(0.1, 0.3), "nonsymmetric, Nesterov");
    derivatives_hold(&general, Newton::new(), "nonsymmetric, Newton");
    derivatives_hold(&general, Newton::with(Gmres::new().tolerance(1e-14)), "nonsymmetric, Newton-GMRES");
    derivatives_hold(&contraction(), FixedPoint::new(), "fixed point");
}

/// `I - F_1` is small.
fn contraction() -> Cubic<General> {
    let mut map = Cubic::<General>::random(5, 3, 3);
    map.a = hypergrad_runtime::nalgebra::DMatrix::identity(5, 5) * 0.4 + &map.a * 0.2;
    map.b *= 0.2;
    map.w *= 0.2;
    map
}

#[test]
fn runs_converge_to_omega() {
    let problem = Cubic::<Convex>::random(6, 3, 4);
    let (x0, y) = problem.start();
    let root = solve(&problem, &x0, &y, &Newton::new()).unwrap().x;
    let exact = gradient(&problem, &root, &y, &Ift::new());
    let close = |found: Vector, what: &str| assert!((found - &exact).norm() < 1e-8, "{what}");
    close(gradient(&problem, &x0, &y, &Unrolled::reverse(GradientDescent::new(0.1), 2000)), "gradient descent");
    close(gradient(&problem, &x0, &y, &Unrolled::forward(Nesterov::auto(), 400)), "Nesterov");
    close(gradient(&problem, &x0, &y, &Unrolled::reverse(Newton::new(), 10).few_checkpoints()), "Newton");
    close(gradient(&problem, &root, &y, &Truncated::new(GradientDescent::new(0.1), 2000)), "truncated");
    // Phi_1 = 0 at the root: one step is exact.
    close(gradient(&problem, &root, &y, &OneStep::new(Newton::new())), "one step of Newton");
    let tight = Piggyback::new(GradientDescent::new(0.1)).tolerance(1e-11).jacobian_tolerance(1e-11);
    close(gradient(&problem, &x0, &y, &tight), "piggyback");
    let fixed = contraction();
    let root = solve(&fixed, &x0.rows(0, 5).into_owned(), &y, &FixedPoint::new().tolerance(1e-12)).unwrap().x;
    let exact = gradient(&fixed, &root, &y, &Ift::new());
    for k in [1, 3, 9] {
        // At a root, k steps pulled back are k terms of the Neumann series of the adjoint.
        let truncated = gradient(&fixed, &root, &y, &Truncated::new(FixedPoint::new(), k));
        let neumann = gradient(&fixed, &root, &y, &Ift::with(Neumann::new().steps(k)).error_estimate(false));
        assert!((&truncated - &neumann).norm() < 1e-10, "{k}");
        assert!((truncated - &exact).norm() > 1e-12);
    }
}

/// f quadratic in x: one step of Newton from anywhere is exact.
#[test]
fn one_step_of_newton_is_exact_for_quadratics() {
    let problem = Cubic::<Quadratic>::random(5, 3, 5);
    let (x0, y) = problem.start();
    let root = solve(&problem, &x0, &y, &Newton::new()).unwrap().x;
    let exact = gradient(&problem, &root, &y, &Ift::new());
    let far = x0.add_scalar(9.0);
    assert!((gradient(&problem, &far, &y, &OneStep::new(Newton::new())) - &exact).norm() < 1e-10);
    assert!((gradient(&problem, &far, &y, &Ift::new()) - &exact).norm() > 1e-2);
}

#[test]
fn piggyback_counts_and_gives_up() {
    let problem = Cubic::<Convex>::random(5, 3, 6);
    let (x0, y) = problem.start();
    let run = hypergradient(&problem, &x0, &y, &Piggyback::new(GradientDescent::new(0.1))).unwrap();
    let steps = run.report.linear_iterations;
    let same = gradient(&problem, &x0, &y, &Unrolled::forward(GradientDescent::new(0.1), steps));
    assert_eq!(run.gradient, same);
    let error = hypergradient(&problem, &x0, &y, &Piggyback::new(GradientDescent::new(0.1)).max_steps(3)).unwrap_err();
    assert!(matches!(error, EstimatorError::Linear(LinearError::NotConverged { iterations: 3, .. })), "{error}");
    let error = hypergradient(&problem, &x0, &y, &Piggyback::new(GradientDescent::new(0.1)).tolerance(-1.0)).unwrap_err();
    assert!(matches!(error, EstimatorError::InvalidSetting { what: "tolerance", .. }), "{error}");
}

#[test]
fn error_estimates_are_of_the_right_size() {
    let problem = Cubic::<Convex>::random(6, 3, 7);
    let (x0, y) = problem.start();
    let root = solve(&problem, &x0, &y, &Newton::new()).unwrap().x;
    let exact = gradient(&problem, &root, &y, &Tangent::new());
    let check = |found: hypergrad_runtime::estimator::Hypergradient<Vector>, what: &str| {
        let (error, estimate) = ((&found.gradient - &exact).norm(), found.report.error_estimate.unwrap());
        assert!(estimate > 0.5 * error && estimate < 2.0 * error, "{what}: {estimate:e} for {error:e}");
    };
    let map = GradientDescent::new(0.1);
    check(hypergradient(&problem, &x0, &y, &Unrolled::reverse(map, 60).error_estimate(true)).unwrap(), "reverse");
    check(hypergradient(&problem, &x0, &y, &Unrolled::forward(map, 60).error_estimate(true)).unwrap(), "forward");
    let near = root.add_scalar(1e-3);
    check(hypergradient(&problem, &near, &y, &Truncated::new(map, 20).error_estimate(true)).unwrap(), "truncated");
    check(hypergradient(&problem, &near, &y, &OneStep::new(map).error_estimate(true)).unwrap(), "one step");
    assert!(hypergradient(&problem, &near, &y, &OneStep::new(map)).unwrap().report.error_estimate.is_none());
}

#[test]
fn failures_inside_of_a_run_are_typed_and_leave_the_point() {
    let problem = Cubic::<Convex>::random(5, 3, 8);
    let (mut x, y) = problem.start();
    x.fill(0.5);
    for error in [
        hypergradient(&problem, &x, &y, &Unrolled::reverse(GradientDescent::new(100.0), 40)).unwrap_err(),
        hypergradient(&problem, &x, &y, &Unrolled::forward(GradientDescent::new(100.0), 40)).unwrap_err(),
        hypergradient(&problem, &x, &y, &Piggyback::new(GradientDescent::new(100.0))).unwrap_err(),
    ] {
        assert!(matches!(error, EstimatorError::NonFiniteStep { .. } | EstimatorError::NonFinite { .. }), "{error}");
    }
    let error = hypergradient(&problem, &x, &y, &OneStep::new(GradientDescent::new(-1.0))).unwrap_err();
    assert!(matches!(error, EstimatorError::InvalidSetting { what: "step", .. }), "{error}");
    let error = hypergradient(&problem, &x, &y, &Unrolled::reverse(HeavyBall::with(0.1, 1.0), 2)).unwrap_err();
    assert!(matches!(error, EstimatorError::InvalidSetting { what: "momentum", .. }), "{error}");
    let saddle = Cubic::<Gradient>::random(5, 3, 8);
    let error = hypergradient(&saddle, &x, &y, &Unrolled::reverse(HeavyBall::auto(), 2)).unwrap_err();
    assert!(matches!(error, EstimatorError::Linear(LinearError::NotPositive { .. })), "{error}");
    // The point is the same afterwards, also where the run broke.
    let broken = Unrolled::reverse(GradientDescent::new(100.0), 40);
    let mut work = problem.work(&x, &y).unwrap();
    let mut workspace = broken.workspace(&problem, &work).unwrap();
    assert!(broken.estimate(&problem, &mut work, &mut workspace, &mut [0.0; 3]).is_err());
    assert_eq!(problem.x(&work), x.as_slice());
    x[0] = BROKEN;
    let error = hypergradient(&problem, &x, &y, &Unrolled::reverse(GradientDescent::new(0.1), 3)).unwrap_err();
    assert!(matches!(error, EstimatorError::Linear(LinearError::NonFinite { what: "a matrix inside of F", .. })), "{error}");
}

/// The rates of a quadratic f: per step `(√κ - 1)/(√κ + 1)`, times k, and `1 - 2/√(3 κ + 1)`.
#[test]
fn momentum_converges_at_its_rate() {
    let mut problem = Cubic::<Quadratic>::random(8, 2, 9);
    problem.w.fill(0.0);
    for i in 0..8 {
        problem.a[(i, i)] += 8.0 * (i * i) as f64;
    }
    let values = problem.a.clone().symmetric_eigenvalues();
    let (mu, l) = (values.min(), values.max());
    let root = (l / mu).sqrt();
    let (x0, y) = problem.start();
    let size = problem.residual_norm(&x0, &y);
    let run = |solver: &dyn Fn(usize) -> f64, rate: f64, what: &str| {
        for k in [20, 40] {
            let bound = 20.0 * (k as f64) * rate.powi(k as i32) * size;
            let found = solver(k);
            assert!(found < bound.max(1e-13), "{what}: {found:e} after {k} steps, {bound:e}");
        }
    };
    let heavy = |k: usize| solve(&problem, &x0, &y, &HeavyBall::new(mu, l).steps(k)).unwrap().residual;
    run(&heavy, (root - 1.0) / (root + 1.0), "heavy ball");
    let nesterov = |k: usize| solve(&problem, &x0, &y, &Nesterov::new(mu, l).steps(k)).unwrap().residual;
    run(&nesterov, 1.0 - 2.0 / (3.0 * l / mu + 1.0).sqrt(), "Nesterov");
    for steps in
        [solve(&problem, &x0, &y, &HeavyBall::auto()).unwrap().steps, solve(&problem, &x0, &y, &Nesterov::auto()).unwrap().steps]
    {
        let plain = solve(&problem, &x0, &y, &GradientDescent::new(2.0 / (mu + l))).unwrap().steps;
        assert!(2 * steps < plain, "{steps} {plain}");
    }
    for error in [
        solve(&problem, &x0, &y, &Nesterov::new(-1.0, 1.0)).unwrap_err(),
        solve(&problem, &x0, &y, &HeavyBall::new(2.0, 1.0)).unwrap_err(),
        solve(&problem, &x0, &y, &HeavyBall::with(f64::NAN, 0.5)).unwrap_err(),
    ] {
        assert!(matches!(error, SolveError::InvalidSetting { .. }), "{error}");
    }
}

impl Cubic<Quadratic> {
    /// `|F|`.
    fn residual_norm(&self, x: &Vector, y: &Vector) -> f64 {
        let mut out = Vector::zeros(x.len());
        self.residual(&mut self.work(x, y).unwrap(), out.flat_mut());
        out.norm()
    }
}

/// A kept workspace gives the same again, and the same as a solver's run.
#[test]
fn workspaces_are_used_again() {
    let problem = Cubic::<Convex>::random(5, 3, 10);
    let (x0, y) = problem.start();
    let estimator = Unrolled::reverse(Nesterov::auto(), 12).checkpoints(3);
    let mut work = problem.work(&x0, &y).unwrap();
    let mut workspace = estimator.workspace(&problem, &work).unwrap();
    let mut runs = [[0.0; 3]; 3];
    for gradient in &mut runs {
        estimator.estimate(&problem, &mut work, &mut workspace, gradient).unwrap();
    }
    assert!(runs[0] == runs[1] && runs[1] == runs[2]);
    let solver = Nesterov::with(0.1, 0.5).steps(9);
    let mut inner = InnerSolver::workspace(&solver, &problem, &work).unwrap();
    solver.run(&problem, &mut work, &mut inner).unwrap();
    let by_map = value(&problem, &x0, &y, &solver, 9);
    assert_eq!(problem.g(&mut work), by_map);
}

/// The Jacobians of one step and of runs, by differences of the estimates by x.
fn jacobian_holds<K: Kind, M: Step<Cubic<K>> + Copy>(problem: &Cubic<K>, map: M, x: &Vector, y: &Vector, what: &str) {
    by_differences(problem, &OneStep::new(map), x, y, what);
    for t in [0, 1, 2, 7] {
        by_differences(problem, &Unrolled::reverse(map, t).few_checkpoints(), x, y, &format!("{what}, {t} steps"));
        let run = jacobian(problem, x, y, &Unrolled::reverse(map, t)).unwrap();
        assert_eq!(run, jacobian(problem, x, y, &Unrolled::forward(map, t)).unwrap());
        assert_eq!(run, jacobian(problem, x, y, &Truncated::new(map, t)).unwrap());
    }
}

fn by_differences<K: Kind>(problem: &Cubic<K>, estimator: &impl Estimator<Cubic<K>>, x: &Vector, y: &Vector, what: &str) {
    let found = jacobian(problem, x, y, estimator).unwrap();
    let h = 1e-5;
    for k in 0..x.len() {
        let at = |shift: f64| {
            let mut moved = x.clone();
            moved[k] += shift;
            gradient(problem, &moved, y, estimator)
        };
        let column = ((at(h) - at(-h)) * 8.0 - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
        let error = (found.column(k) - &column).norm();
        assert!(error < 1e-7 * (1.0 + column.norm()), "{what}, {k}: {error:e}");
    }
}

#[test]
fn steps_have_jacobians() {
    let convex = Cubic::<Convex>::random(5, 3, 1);
    let (x0, y) = convex.start();
    let x = Vector::from_fn(5, |i, _| 0.2 * (1.0 + i as f64).sin());
    jacobian_holds(&convex, GradientDescent::new(0.1), &x, &y, "gradient descent");
    jacobian_holds(&convex, HeavyBall::with(0.1, 0.4), &x, &y, "heavy ball");
    jacobian_holds(&convex, Nesterov::with(0.1, 0.4), &x, &y, "Nesterov");
    let piggyback = Piggyback::new(GradientDescent::new(0.1)).tolerance(1e-3).jacobian_tolerance(1e-3);
    by_differences(&convex, &piggyback, &x, &y, "piggyback");
    let map = contraction();
    jacobian_holds(&map, FixedPoint::new(), &x, &y, "fixed point");
    let general = Cubic::<General>::random(5, 3, 3);
    jacobian_holds(&general, GradientDescent::new(0.1), &x, &y, "nonsymmetric, gradient descent");
    // Newton's at a root, for a gradient and for another F.
    let root = solve(&convex, &x0, &y, &Newton::new().tolerance(1e-14)).unwrap().x;
    jacobian_holds(&convex, Newton::new(), &root, &y, "Newton");
    let root_2 = solve(&general, &x0, &y, &Newton::new().tolerance(1e-13)).unwrap().x;
    jacobian_holds(&general, Newton::new(), &root_2, &y, "nonsymmetric, Newton");
    let error = jacobian(&convex, &x, &y, &OneStep::new(Newton::new())).unwrap_err();
    assert!(matches!(error, EstimatorError::NotAtRoot { .. }), "{error}");
    let error = jacobian(&convex, &x, &y, &Unrolled::reverse(Newton::new(), 3)).unwrap_err();
    assert!(matches!(error, EstimatorError::NotAtRoot { .. }), "{error}");
    // What it is for: the error near the root, to first order.
    let c_y = efficiency(&convex, &root, &y, &OneStep::new(Newton::new())).unwrap();
    let exact = gradient(&convex, &root, &y, &Ift::new());
    let near = root.map_with_location(|i, _, x| x + 1e-4 * (1.3 * i as f64).cos());
    let error = (gradient(&convex, &near, &y, &OneStep::new(Newton::new())) - exact).norm();
    assert!(error <= 1.01 * c_y * (&near - &root).norm() && error > 0.0, "{error:e} {c_y}");
    // f quadratic: exact at every x.
    let quadratic = Cubic::<Quadratic>::random(5, 3, 2);
    let root = solve(&quadratic, &x0, &y, &Newton::new()).unwrap().x;
    assert!(efficiency(&quadratic, &root, &y, &OneStep::new(Newton::new())).unwrap() < 1e-12);
}

#[test]
fn a_comparison_has_the_iterations() {
    let mut convex = Cubic::<Convex>::random(6, 3, 4);
    // Twenty steps of descent are few.
    convex.a[(0, 0)] += 60.0;
    let (x0, y) = convex.start();
    let root = solve(&convex, &x0, &y, &Newton::new()).unwrap().x;
    let table = compare(&convex, &root, &y).unwrap();
    let row = |name: &str| table.rows.iter().find(|row| row.name.ends_with(name)).unwrap_or_else(|| panic!("{name}: {table}"));
    assert!(row("cg 20").bias.unwrap() < 1e-9 && row("cg 20").products == 21);
    assert!(row("one step, newton").bias.unwrap() < 1e-9 && row("one step, newton").efficiency.is_ok());
    assert!(row("unrolled, descent 20").bias.unwrap() > 1e-9 && row("unrolled, descent 20").memory == 120, "{table}");
    let forward = row("forward, descent 20");
    assert!(forward.efficiency.as_ref().is_ok_and(|c_y| c_y.is_finite() && *c_y > 0.0));
    assert!((forward.bias.unwrap() - row("unrolled, descent 20").bias.unwrap()).abs() < 1e-12 && forward.memory == 18);
    assert!(row("piggyback, descent").bias.unwrap() < 1e-5 && row("truncated, descent 20").bias.is_some());
    assert!(row("one step, descent").bias.unwrap() > row("truncated, descent 20").bias.unwrap());
    assert!(row("tangent").bias.is_none() && row("tangent").memory == 36);
    let general = Cubic::<General>::random(6, 3, 4);
    let root = solve(&general, &x0, &y, &Newton::new()).unwrap().x;
    let table = compare(&general, &root, &y).unwrap();
    assert!(table.rows.iter().any(|row| row.name.ends_with("gmres 20") && row.bias.unwrap() < 1e-9), "{table}");
}
