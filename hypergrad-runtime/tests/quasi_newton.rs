//! Inner solvers that learn the inverse of `F_1`, what it is worth to the adjoint, and observers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use core::ops::ControlFlow;

use common::separable::Separable;
use common::{Convex, Cubic, General, Gradient, Kind, Quadratic};
use hypergrad_runtime::error::{LinearError, SolveError};
use hypergrad_runtime::estimator::{Ift, hypergradient};
use hypergrad_runtime::linear::{ConjugateGradient, Gmres, Ldlt, Side};
use hypergrad_runtime::nalgebra::{DMatrix, DVector, SVector};
use hypergrad_runtime::outer::{self, Descent};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{FixedPoint, GradientDescent, InnerSolver, Lbfgs, Newton, Observed, solve};
use hypergrad_runtime::structure::Structure;

/// F is known to be a gradient, f is not known.
struct Potential;
impl Kind for Potential {
    const STRUCTURE: Structure = Structure { f1_symmetric: true, f1_definite: true, ..General::STRUCTURE };
    const OBJECTIVE: bool = false;
    type Factor = Ldlt<DMatrix<f64>>;
}

#[test]
fn lbfgs_finds_minimisers() {
    for seed in 0..6 {
        let convex = Cubic::<Convex>::random(30, 3, seed);
        let (x, y) = convex.start();
        let exact = solve(&convex, &x, &y, &Newton::new()).unwrap().x;
        let found = solve(&convex, &x, &y, &Lbfgs::new().tolerance(1e-10)).unwrap();
        assert!((&found.x - &exact).norm() < 1e-8 && found.converged, "{found:?}");
        // Fewer steps than gradient descent, from far away too.
        let far = DVector::repeat(30, 20.0);
        let plain = solve(&convex, &far, &y, &GradientDescent::auto()).unwrap();
        let faster = solve(&convex, &far, &y, &Lbfgs::new()).unwrap();
        assert!(faster.steps < plain.steps, "{} {}", faster.steps, plain.steps);
        // Of an f that is not convex a minimiser too.
        let bumpy = Cubic::<Gradient>::random(8, 3, seed);
        let (x, y) = bumpy.start();
        let found = solve(&bumpy, &x, &y, &Lbfgs::new().tolerance(1e-9));
        assert!(found.as_ref().is_ok_and(|found| found.converged), "{found:?}");
        // By slopes alone.
        let potential = Cubic::<Potential> { kind: core::marker::PhantomData, ..transplant(&convex) };
        let found = solve(&potential, &convex.start().0, &y, &Lbfgs::new().pairs::<3>().tolerance(1e-10)).unwrap();
        assert!((found.x - &exact).norm() < 1e-8);
    }
    let problem = Separable::<f64>::new();
    let found = solve(&problem, &SVector::repeat(50.0), &SVector::repeat(-2.0), &Lbfgs::new()).unwrap();
    assert!(found.residual < 1e-6, "{found:?}");
    let single = Separable::<f32>::new();
    assert!(solve(&single, &SVector::repeat(5.0), &SVector::repeat(-2.0), &Lbfgs::new()).unwrap().converged);
}

fn transplant<A, B>(from: &Cubic<A>) -> Cubic<B> {
    let Cubic { a, b, w, c, d, target, q, r, .. } = from;
    let (a, b, w, c, d) = (a.clone(), b.clone(), w.clone(), c.clone(), d.clone());
    Cubic { a, b, w, c, d, target: target.clone(), q: q.clone(), r: r.clone(), kind: core::marker::PhantomData }
}

#[test]
fn lbfgs_says_what_it_cannot_do() {
    let general = Cubic::<General>::random(5, 3, 3);
    let (x, y) = general.start();
    let error = solve(&general, &x, &y, &Lbfgs::new()).unwrap_err();
    assert!(matches!(error, SolveError::Linear(LinearError::NotSymmetric { .. })), "{error}");
    let convex = Cubic::<Convex>::random(30, 3, 1);
    let (x, y) = convex.start();
    let error = solve(&convex, &x, &y, &Lbfgs::new().max_steps(3)).unwrap_err();
    assert!(matches!(error, SolveError::NotConverged { solution, .. } if solution.steps == 3));
    for k in [0, 1, 5, 400] {
        assert_eq!(solve(&convex, &x, &y, &Lbfgs::new().steps(k)).unwrap().steps, k);
    }
    // Without pairs it is steepest descent with the same line search.
    assert!(solve(&convex, &x, &y, &Lbfgs::new().pairs::<0>()).unwrap().converged);
}

/// `Phi = x - F` contracts slowly, and is not linear.
fn map(seed: u64) -> (Cubic<General>, DVector<f64>, DVector<f64>) {
    let mut map = Cubic::<General>::random(20, 3, seed);
    map.a = DMatrix::identity(20, 20) * 0.2 + &map.a * 0.05;
    map.b *= 0.002;
    map.w *= 0.1;
    let (x, y) = map.start();
    (map, x, y)
}

#[test]
fn anderson_acceleration_saves_steps() {
    for seed in 0..6 {
        let (map, x, y) = map(seed);
        let plain = solve(&map, &x, &y, &FixedPoint::new().tolerance(1e-10)).unwrap();
        let faster = solve(&map, &x, &y, &FixedPoint::new().anderson::<5>().tolerance(1e-10)).unwrap();
        assert!((&plain.x - &faster.x).norm() < 1e-8 && 2 * faster.steps < plain.steps, "{} {}", plain.steps, faster.steps);
        // Nothing remembered: the iteration itself, to the last bit.
        let none = solve(&map, &x, &y, &FixedPoint::new().anderson::<0>().steps(9)).unwrap();
        assert_eq!(none.x, solve(&map, &x, &y, &FixedPoint::new().steps(9)).unwrap().x);
    }
}

/// `H` after a run at a root of a linear F, as a matrix.
fn inverse<P: Bilevel<Scalar = f64, X = DVector<f64>>, S: InnerSolver<P>>(
    problem: &P,
    (x, y): (&P::X, &P::Y),
    solver: &S,
    side: Side,
) -> (DMatrix<f64>, DMatrix<f64>) {
    let n = x.len();
    let mut work = problem.work(x, y).unwrap();
    let mut workspace = solver.workspace(problem, &work).unwrap();
    solver.run(problem, &mut work, &mut workspace).unwrap();
    let mut h = DMatrix::identity(n, n);
    for column in h.as_mut_slice().chunks_exact_mut(n) {
        assert!(solver.apply_inverse(&mut workspace, side, column));
    }
    let mut f_1 = DMatrix::zeros(n, n);
    problem.f_1(&mut work, f_1.as_mut_slice());
    (h, f_1)
}

#[test]
fn what_solvers_learn_is_the_inverse() {
    let mut linear = Cubic::<General>::random(4, 2, 7);
    linear.b.fill(0.0);
    linear.a = DMatrix::identity(4, 4) * 0.5 + &linear.a * 0.1;
    let (x, y) = linear.start();
    let anderson = FixedPoint::new().anderson::<6>().tolerance(1e-9);
    let (g, f_1) = inverse(&linear, (&x, &y), &anderson, Side::Plain);
    let identity = DMatrix::identity(4, 4);
    assert!((&g * &f_1 - &identity).norm() < 1e-4, "{}", &g * f_1);
    let (transposed, _) = inverse(&linear, (&x, &y), &anderson, Side::Transposed);
    assert!((transposed.transpose() - g).norm() < 1e-6);
    let quadratic = Cubic::<Quadratic>::random(5, 2, 7);
    let (x, y) = quadratic.start();
    let (h, f_1) = inverse(&quadratic, (&x, &y), &Lbfgs::new().pairs::<30>().tolerance(1e-12), Side::Transposed);
    assert!((&h * &f_1 - DMatrix::identity(5, 5)).norm() < 0.3, "{}", &h * f_1);
    // Nothing was learnt without a step.
    let mut work = quadratic.work(&x, &y).unwrap();
    let none = Lbfgs::new().steps(0);
    let mut workspace = InnerSolver::workspace(&none, &quadratic, &work).unwrap();
    none.run(&quadratic, &mut work, &mut workspace).unwrap();
    let mut u = [1.0, 2.0, 3.0, 4.0, 5.0];
    assert!(!InnerSolver::<Cubic<Quadratic>>::apply_inverse(&none, &mut workspace, Side::Plain, &mut u));
    assert!(u == [1.0, 2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn the_inverse_starts_the_adjoint() {
    let problem = Cubic::<Convex>::random(12, 3, 11);
    let (x, y) = problem.start();
    let solver = Lbfgs::new().pairs::<12>().tolerance(1e-10);
    let rough = ConjugateGradient::new().tolerance(1e-3);
    let run = |estimator: &Ift<ConjugateGradient>| outer::value_and_gradient(&problem, &x, &y, &solver, estimator).unwrap();
    let cold = run(&Ift::with(rough).error_estimate(false));
    let started = run(&Ift::with(rough).error_estimate(false).inverse_start(true));
    let (cold, started) = (cold.report.linear_iterations, started.report.linear_iterations);
    assert!(started < cold, "{started} {cold}");
    // The start alone, without a step, after a run that has seen every direction.
    let problem = Cubic::<Quadratic>::random(6, 3, 11);
    let (x, y) = problem.start();
    let solver = Lbfgs::new().pairs::<40>().tolerance(1e-12);
    let run = |estimator: &Ift<ConjugateGradient>| outer::value_and_gradient(&problem, &x, &y, &solver, estimator).unwrap();
    let exact = run(&Ift::with(ConjugateGradient::new())).gradient;
    let alone = run(&Ift::with(ConjugateGradient::new().steps(0)).inverse_start(true)).gradient;
    let nothing = run(&Ift::with(ConjugateGradient::new().steps(0))).gradient;
    assert!((&alone - &exact).norm() < 0.3 * (&nothing - &exact).norm(), "{alone} {exact} {nothing}");

    let (map, x, y) = map(3);
    let solver = FixedPoint::new().anderson::<8>().tolerance(1e-10);
    let run = |estimator: &Ift<Gmres>| outer::value_and_gradient(&map, &x, &y, &solver, estimator).unwrap();
    let exact = run(&Ift::with(Gmres::new())).gradient;
    let alone = run(&Ift::with(Gmres::new().steps(0)).inverse_start(true)).gradient;
    let nothing = run(&Ift::with(Gmres::new().steps(0))).gradient;
    assert!((&alone - &exact).norm() < 0.7 * (&nothing - &exact).norm(), "{alone} {exact} {nothing}");

    // In an outer loop; a solver that has learnt nothing starts from 0.
    let descent = Descent::gradient(0.05).steps(5);
    let go_on = |_: &outer::Observation<'_, f64>| ControlFlow::Continue(());
    let tight = ConjugateGradient::new().tolerance(1e-9);
    let (x, y) = problem.start();
    let estimator = Ift::with(tight).inverse_start(true);
    let with = outer::minimize(&problem, &x, &y, &descent, &Lbfgs::new().tolerance(1e-10), &estimator, go_on).unwrap();
    let without = outer::minimize(&problem, &x, &y, &descent, &Newton::new(), &estimator, go_on).unwrap();
    assert!((&with.last.y - &without.last.y).norm() < 1e-6);
    let again = hypergradient(&problem, &without.last.x, &without.last.y, &Ift::with(tight)).unwrap();
    assert_eq!(again.gradient, without.last.gradient);
}

/// Every solver shows its start and each step, and stops where it is told to.
fn is_observed<P: Bilevel<Scalar = f64, X = DVector<f64>, Y = DVector<f64>>>(
    problem: &P,
    (x, y): (&DVector<f64>, &DVector<f64>),
    solver: impl InnerSolver<P> + Copy,
) {
    let mut seen = Vec::new();
    let watched = Observed::new(solver, |now| {
        seen.push((now.step, now.residual, now.x.to_vec()));
        if now.step == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let found = solve(problem, x, y, &watched).expect("broken off, which is no error");
    assert_eq!(seen.iter().map(|(step, ..)| *step).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(seen[0].2 == x.as_slice() && seen[2].2 == found.x.as_slice() && seen[2].1 == found.residual);
    assert!(found.steps == 2 && !found.converged);
    let all = Observed::new(solver, |_| ControlFlow::Continue(()));
    assert_eq!(solve(problem, x, y, &all).unwrap().x, solve(problem, x, y, &solver).unwrap().x);
}

#[test]
fn observers_see_every_step_and_can_stop() {
    let problem = Cubic::<Convex>::random(6, 3, 1);
    let (x, y) = problem.start();
    let far = x.add_scalar(4.0);
    let at = (&far, &y);
    is_observed(&problem, at, GradientDescent::auto());
    is_observed(&problem, at, GradientDescent::new(0.01).max_steps(1_000_000));
    is_observed(&problem, at, hypergrad_runtime::solver::Nesterov::auto());
    is_observed(&problem, at, hypergrad_runtime::solver::HeavyBall::auto().steps(40));
    is_observed(&problem, at, Newton::new());
    is_observed(&problem, at, Lbfgs::new());
    let (map, x, y) = map(1);
    is_observed(&map, (&x, &y), FixedPoint::new());
    is_observed(&map, (&x, &y), FixedPoint::new().anderson::<4>());
    // In an outer loop, which sets the tolerance.
    let mut steps = 0;
    let watched = Observed::new(GradientDescent::auto(), |now: &hypergrad_runtime::solver::InnerObservation<'_, f64>| {
        steps += usize::from(now.step > 0);
        ControlFlow::Continue(())
    });
    let descent = Descent::gradient(0.05).inner(outer::InnerAccuracy::schedule(1e-2, 0.5, 1e-9)).steps(3);
    let mut counted = 0;
    let (x, y) = problem.start();
    outer::minimize(&problem, &x, &y, &descent, &watched, &Ift::new(), |seen| {
        counted += seen.inner.steps;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(steps, counted);
}
