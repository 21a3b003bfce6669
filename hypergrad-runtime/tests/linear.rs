//! Systems with `F_1`: every solve against the factorisation, against the space it searches, and its failures.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::separable::Separable;
use common::{BROKEN, Convex, Cubic, General, Gradient, Kind, Quadratic};
use hypergrad_runtime::error::{EstimatorError, LinearError, SolveError};
use hypergrad_runtime::estimator::{Estimator, Ift, Localized, Preconditioned, Tangent, efficiency, hypergradient, jacobian};
use hypergrad_runtime::linear::{
    AdjointSolve, ConjugateGradient, Direct, FixedPoint, Gmres, LinearInfo, Minres, NormalEquations, Side,
};
use hypergrad_runtime::nalgebra::{DMatrix, DVector, SVector};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{Newton, solve};
use hypergrad_runtime::structure::EstimatorKind;

/// A point off the root, its `F_1`, and a right side.
struct Case<K: Kind> {
    problem: Cubic<K>,
    x: DVector<f64>,
    y: DVector<f64>,
    f_1: DMatrix<f64>,
    rhs: DVector<f64>,
}

fn case<K: Kind>(n: usize, seed: u64) -> Case<K> {
    let problem = Cubic::<K>::random(n, 3, seed);
    let (_, y) = problem.start();
    let x = DVector::from_fn(n, |i, _| 0.3 * (i as f64).sin());
    let mut f_1 = DMatrix::zeros(n, n);
    problem.f_1(&mut problem.work(&x, &y).unwrap(), f_1.as_mut_slice());
    Case { problem, x, y, f_1, rhs: DVector::from_fn(n, |i, _| (1.7 * i as f64 + 0.4).cos()) }
}

impl<K: Kind> Case<K> {
    fn run<L: AdjointSolve<Cubic<K>>>(
        &self,
        linear: &L,
        side: Side,
        start: Option<&DVector<f64>>,
    ) -> Result<(DVector<f64>, LinearInfo), LinearError> {
        let mut work = self.problem.work(&self.x, &self.y).unwrap();
        let mut workspace = linear.workspace(&self.problem, &work)?;
        let mut found = self.rhs.clone();
        let start = start.map(DVector::as_slice);
        let info = linear.solve_one(&self.problem, &mut work, &mut workspace, side, start, found.as_mut_slice())?;
        Ok((found, info))
    }

    fn matrix(&self, side: Side) -> DMatrix<f64> {
        if side == Side::Plain { self.f_1.clone() } else { self.f_1.transpose() }
    }

    /// Both sides, from 0 and from a start.
    fn solves(&self, linear: &impl AdjointSolve<Cubic<K>>) {
        for side in [Side::Plain, Side::Transposed] {
            let exact = self.matrix(side).lu().solve(&self.rhs).unwrap();
            let far = DVector::from_element(self.rhs.len(), 5.0);
            for start in [None, Some(&far)] {
                let (found, info) = self.run(linear, side, start).expect("solves");
                assert!((&found - &exact).norm() < 1e-8 * exact.norm(), "{side:?} {info:?}");
            }
            let (_, info) = self.run(linear, side, Some(&exact)).expect("solves");
            assert!(info.iterations <= 1, "a start that solves is left at once: {info:?}");
        }
    }
}

#[test]
fn every_solve_agrees_with_the_factorisation() {
    for seed in 0..4 {
        let convex = case::<Convex>(9, seed);
        convex.solves(&Direct);
        convex.solves(&ConjugateGradient::new());
        convex.solves(&ConjugateGradient::new().jacobi(true));
        convex.solves(&Minres::new());
        convex.solves(&NormalEquations::new());
        convex.solves(&Gmres::new());
        convex.solves(&FixedPoint::new().step(0.1).max_steps(100_000));
        let saddle = case::<Gradient>(9, seed);
        saddle.solves(&Minres::new());
        saddle.solves(&NormalEquations::new());
        saddle.solves(&Gmres::new());
        let general = case::<General>(9, seed);
        general.solves(&NormalEquations::new());
        general.solves(&Gmres::new());
        general.solves(&Gmres::new().restart(6).max_steps(2000));
        general.solves(&Gmres::new().jacobi(true));
        general.solves(&FixedPoint::new().jacobi(true).max_steps(10_000));
    }
}

/// Columns `b, A b, ..., A^(k-1) b`.
fn krylov(a: &DMatrix<f64>, b: &DVector<f64>, k: usize) -> DMatrix<f64> {
    let mut columns = vec![b.clone()];
    for _ in 1..k {
        columns.push(a * columns.last().unwrap());
    }
    DMatrix::from_columns(&columns)
}

/// The x in the span of K that minimises `|B x - c|`.
fn least_squares(b: &DMatrix<f64>, k: &DMatrix<f64>, c: &DVector<f64>) -> DVector<f64> {
    let basis = k.clone().qr().q();
    let image = b * &basis;
    &basis * image.svd(true, true).solve(c, 1e-14).unwrap()
}

#[test]
fn k_steps_give_the_best_vector_of_the_krylov_space() {
    for k in 1..6 {
        let c = case::<Convex>(9, 3);
        let space = krylov(&c.f_1, &c.rhs, k).qr().q();
        // Galerkin: the residual is orthogonal to the space.
        let projected = &space * (space.transpose() * &c.f_1 * &space).lu().solve(&(space.transpose() * &c.rhs)).unwrap();
        let (found, info) = c.run(&ConjugateGradient::new().steps(k), Side::Transposed, None).unwrap();
        assert!((&found - &projected).norm() < 1e-10, "cg {k}");
        assert_eq!((info.iterations, info.products), (k, k));
        let c = case::<Gradient>(9, 3);
        let best = least_squares(&c.f_1, &krylov(&c.f_1, &c.rhs, k), &c.rhs);
        let (found, _) = c.run(&Minres::new().steps(k), Side::Transposed, None).unwrap();
        assert!((&found - &best).norm() < 1e-9, "minres {k}");
        let c = case::<General>(9, 3);
        let a = c.matrix(Side::Transposed);
        let best = least_squares(&a, &krylov(&a, &c.rhs, k), &c.rhs);
        let (found, _) = c.run(&Gmres::new().steps(k), Side::Transposed, None).unwrap();
        assert!((&found - &best).norm() < 1e-9, "gmres {k}");
        let (normal, right) = (a.transpose() * &a, a.transpose() * &c.rhs);
        let best = least_squares(&a, &krylov(&normal, &right, k), &c.rhs);
        let (found, _) = c.run(&NormalEquations::new().steps(k), Side::Transposed, None).unwrap();
        assert!((&found - &best).norm() < 1e-9, "normal equations {k}");
    }
}

#[test]
fn k_fixed_point_steps_are_the_neumann_sum() {
    let c = case::<General>(6, 5);
    let (a, step) = (c.matrix(Side::Transposed), 0.3);
    let (mut sum, mut term) = (DVector::zeros(6), &c.rhs * step);
    for k in 0..8 {
        let (found, info) = c.run(&FixedPoint::new().step(step).steps(k), Side::Transposed, None).unwrap();
        assert!((&found - &sum).norm() < 1e-13 && info.products == k, "{k}");
        sum += &term;
        term = &term - &a * &term * step;
    }
}

#[test]
fn ritz_values_lie_inside_of_the_spectrum() {
    let c = case::<Convex>(12, 7);
    let values = c.f_1.clone().symmetric_eigenvalues();
    for k in [1, 3, 6, 40] {
        for info in [
            c.run(&ConjugateGradient::new().steps(k), Side::Plain, None).unwrap().1,
            c.run(&Minres::new().steps(k.min(11)), Side::Plain, None).unwrap().1,
        ] {
            let (low, high) = info.ritz.unwrap();
            assert!(low >= values.min() - 1e-9 && high <= values.max() + 1e-9, "{k}: {low} {high}");
        }
    }
    let (_, info) = c.run(&ConjugateGradient::new().tolerance(1e-14), Side::Plain, None).unwrap();
    let exact = values.max() / values.min();
    assert!((info.condition().unwrap() / exact - 1.0).abs() < 1e-3, "{:?} {exact}", info.condition());
}

#[test]
fn what_does_not_suit_is_refused() {
    let saddle = case::<Gradient>(9, 1);
    let error = saddle.run(&ConjugateGradient::new(), Side::Plain, None).unwrap_err();
    assert!(matches!(error, LinearError::NotPositive { curvature, .. } if curvature < 0.0), "{error}");
    // Also where exactly k steps are asked for, and where the diagonal shows it.
    let error = saddle.run(&ConjugateGradient::new().steps(9), Side::Plain, None).unwrap_err();
    assert!(matches!(error, LinearError::NotPositive { .. }), "{error}");
    let error = saddle.run(&ConjugateGradient::new().jacobi(true), Side::Plain, None).unwrap_err();
    assert!(matches!(error, LinearError::NotDefinite { value, .. } if value < 0.0), "{error}");
    let general = case::<General>(9, 1);
    for error in [
        general.run(&ConjugateGradient::new(), Side::Plain, None).unwrap_err(),
        general.run(&Minres::new(), Side::Plain, None).unwrap_err(),
    ] {
        assert!(matches!(error, LinearError::NotSymmetric { difference, .. } if difference > 1e-3), "{error}");
    }
    // |I - 10 F_1| > 1.
    let error = general.run(&FixedPoint::new().step(10.0), Side::Plain, None).unwrap_err();
    assert!(matches!(error, LinearError::Diverged { .. }), "{error}");
    let error = general.run(&Gmres::new().restart(1).max_steps(2), Side::Plain, None).unwrap_err();
    assert!(matches!(error, LinearError::NotConverged { iterations: 2, by_gradient: false, .. }), "{error}");
    for (what, error) in [
        ("tolerance", general.run(&Gmres::new().tolerance(-1.0), Side::Plain, None).unwrap_err()),
        ("tolerance", general.run(&Gmres::new().tolerance(f64::NAN), Side::Plain, None).unwrap_err()),
        ("restart", general.run(&Gmres::new().restart(0), Side::Plain, None).unwrap_err()),
        ("step", general.run(&FixedPoint::new().step(0.0), Side::Plain, None).unwrap_err()),
    ] {
        assert!(matches!(error, LinearError::InvalidSetting { what: found, .. } if found == what), "{error}");
    }
}

#[test]
fn singular_matrices_are_refused() {
    let mut c = case::<Quadratic>(5, 2);
    c.problem.a = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 2.0, 0.0, 4.0, 0.0]));
    c.problem.w.fill(0.0);
    for error in [
        c.run(&ConjugateGradient::new(), Side::Plain, None).unwrap_err(),
        c.run(&Minres::new(), Side::Plain, None).unwrap_err(),
        c.run(&NormalEquations::new(), Side::Plain, None).unwrap_err(),
        c.run(&Gmres::new(), Side::Plain, None).unwrap_err(),
    ] {
        use LinearError::{Diverged, NotConverged, NotPositive, Singular};
        assert!(matches!(error, Singular { .. } | NotPositive { .. } | NotConverged { .. } | Diverged { .. }), "{error}");
    }
}

#[test]
fn no_steps_and_no_right_side() {
    let mut c = case::<Convex>(5, 2);
    assert_eq!(c.run(&ConjugateGradient::new().steps(0), Side::Plain, None).unwrap().0, DVector::zeros(5));
    assert_eq!(c.run(&Gmres::new().steps(0), Side::Plain, None).unwrap().0, DVector::zeros(5));
    assert_eq!(c.run(&Minres::new().steps(0), Side::Plain, None).unwrap().0, DVector::zeros(5));
    assert_eq!(c.run(&NormalEquations::new().steps(0), Side::Plain, None).unwrap().0, DVector::zeros(5));
    c.rhs.fill(0.0);
    let zero = DVector::zeros(5);
    // Steps that are left once the residual is 0 change nothing.
    assert_eq!(c.run(&ConjugateGradient::new().steps(3), Side::Plain, None).unwrap().0, zero);
    assert_eq!(c.run(&Gmres::new(), Side::Plain, None).unwrap().0, zero);
    assert_eq!(c.run(&Minres::new(), Side::Plain, None).unwrap().0, zero);
    assert_eq!(c.run(&NormalEquations::new(), Side::Plain, None).unwrap().0, zero);
    assert_eq!(c.run(&FixedPoint::new(), Side::Plain, None).unwrap().0, zero);
    c.rhs[2] = f64::NAN;
    assert!(matches!(c.run(&Minres::new(), Side::Plain, None), Err(LinearError::NonFinite { .. })));
}

/// Estimates, error estimates, Jacobians and their norms.
fn same<K: Kind>(
    problem: &Cubic<K>,
    (x, x_star, y): (&DVector<f64>, &DVector<f64>, &DVector<f64>),
    direct: &impl Estimator<Cubic<K>>,
    iterated: &impl Estimator<Cubic<K>>,
) {
    let (a, b) = (hypergradient(problem, x, y, direct).unwrap(), hypergradient(problem, x, y, iterated).unwrap());
    let name = iterated.kind();
    assert!((&a.gradient - &b.gradient).norm() < 1e-8, "{name}");
    let (error, other) = (a.report.error_estimate.unwrap(), b.report.error_estimate.unwrap());
    // With a factor, Tangent's is one of another point: to first order the same.
    let relative = if direct.kind() == EstimatorKind::Tangent { 5e-2 } else { 1e-6 };
    assert!((error - other).abs() < relative * error.max(1e-3), "{name}: {error:e} {other:e}");
    let (a, b) = (jacobian(problem, x_star, y, direct).unwrap(), jacobian(problem, x_star, y, iterated).unwrap());
    assert!((a - b).norm() < 1e-7, "{name}");
    let (a, b) = (efficiency(problem, x_star, y, direct).unwrap(), efficiency(problem, x_star, y, iterated).unwrap());
    assert!((a - b).abs() < 1e-7, "{name}: {a} {b}");
}

/// All estimators, with systems solved by `linear`, against factorisations.
fn estimators_agree<K: Kind, L: AdjointSolve<Cubic<K>> + Copy>(problem: &Cubic<K>, linear: L) {
    let (x0, y) = problem.start();
    let x_star = solve(problem, &x0, &y, &Newton::new()).unwrap().x;
    let x = x_star.map_with_location(|i, _, x| x + 0.01 * (i as f64 + 1.0).cos());
    let at = (&x, &x_star, &y);
    same(problem, at, &Ift::new(), &Ift::with(linear));
    same(problem, at, &Tangent::new(), &Tangent::with(linear));
    same(problem, at, &Preconditioned::newton(), &Preconditioned::newton_with(linear));
    same(problem, at, &Preconditioned::jacobi(), &Preconditioned::jacobi().with(linear));
    same(problem, at, &Localized::diagonal(), &Localized::diagonal().with(linear));
    same(problem, at, &Localized::newton(), &Localized::newton().with(linear));
    same(problem, at, &Localized::exp(), &Localized::exp().with(linear));
    let found = solve(problem, &x0, &y, &Newton::with(linear)).expect("converges");
    assert!((found.x - x_star).norm() < 1e-8);
}

#[test]
fn every_estimator_takes_every_solve() {
    let convex = Cubic::<Convex>::random(6, 3, 1);
    estimators_agree(&convex, ConjugateGradient::new().tolerance(1e-12));
    estimators_agree(&convex, Minres::new().tolerance(1e-12));
    let general = Cubic::<General>::random(6, 3, 4);
    estimators_agree(&general, Gmres::new().tolerance(1e-12));
    estimators_agree(&general, NormalEquations::new().tolerance(1e-12));
    // More y than x: the other form of Omega_1.
    let wide = Cubic::<General>::random(3, 5, 4);
    estimators_agree(&wide, Gmres::new().tolerance(1e-12));
}

#[test]
fn the_error_of_the_adjoint_is_in_the_estimate() {
    let problem = Cubic::<Convex>::random(12, 3, 8);
    let (x0, y) = problem.start();
    let x_star = solve(&problem, &x0, &y, &Newton::new()).unwrap().x;
    let exact = hypergradient(&problem, &x_star, &y, &Ift::new()).unwrap().gradient;
    let x = x_star.add_scalar(1e-4);
    for k in [2, 4, 6] {
        let found = hypergradient(&problem, &x, &y, &Ift::with(ConjugateGradient::new().steps(k))).unwrap();
        let (error, estimate) = ((&found.gradient - &exact).norm(), found.report.error_estimate.unwrap());
        assert!(estimate > 0.2 * error && estimate < 5.0 * error, "{k}: {estimate:e} for {error:e}");
        assert_eq!(found.report.linear_iterations, k);
    }
    // Tangent subtracts that part too.
    let rough = hypergradient(&problem, &x, &y, &Ift::with(ConjugateGradient::new().steps(5))).unwrap().gradient;
    let corrected = hypergradient(&problem, &x, &y, &Tangent::with(ConjugateGradient::new().steps(5))).unwrap().gradient;
    assert!((corrected - &exact).norm() < 0.1 * (rough - &exact).norm());
}

#[test]
fn a_tolerance_on_the_gradient_is_met() {
    let problem = Cubic::<Convex>::random(60, 4, 9);
    let (_, y) = problem.start();
    let x = DVector::from_fn(60, |i, _| 0.3 * (i as f64).sin());
    let exact = hypergradient(&problem, &x, &y, &Ift::new().error_estimate(false)).unwrap().gradient;
    for tolerance in [1e-2, 1e-5, 1e-8] {
        let check = |gradient: DVector<f64>, what: &str| {
            let error = (gradient - &exact).norm();
            assert!(error <= 2.0 * tolerance, "{what}: {error:e} for {tolerance:e}");
        };
        let with = |gradient: Result<_, EstimatorError>| -> hypergrad_runtime::estimator::Hypergradient<_> { gradient.unwrap() };
        let cg = Ift::with(ConjugateGradient::new().gradient_tolerance(tolerance)).error_estimate(false);
        check(with(hypergradient(&problem, &x, &y, &cg)).gradient, "cg");
        let minres = Ift::with(Minres::new().gradient_tolerance(tolerance)).error_estimate(false);
        check(with(hypergradient(&problem, &x, &y, &minres)).gradient, "minres");
        let gmres = Ift::with(Gmres::new().restart(60).gradient_tolerance(tolerance)).error_estimate(false);
        check(with(hypergradient(&problem, &x, &y, &gmres)).gradient, "gmres");
        let normal = NormalEquations::new().gradient_tolerance(tolerance).max_steps(2000);
        check(with(hypergradient(&problem, &x, &y, &Ift::with(normal).error_estimate(false))).gradient, "normal equations");
        let fixed = FixedPoint::new().step(0.05).gradient_tolerance(tolerance).max_steps(100_000);
        check(with(hypergradient(&problem, &x, &y, &Ift::with(fixed).error_estimate(false))).gradient, "fixed point");
    }
    let short = Ift::with(ConjugateGradient::new().gradient_tolerance(1e-12).max_steps(16));
    let error = hypergradient(&problem, &x, &y, &short).unwrap_err();
    assert!(matches!(error, EstimatorError::Linear(LinearError::NotConverged { by_gradient: true, .. })), "{error}");
}

#[test]
fn a_warm_start_saves_steps() {
    let problem = Cubic::<Convex>::random(40, 3, 10);
    let (_, y) = problem.start();
    let mut x = DVector::from_fn(40, |i, _| 0.2 * (i as f64).cos());
    let run = |estimator: &Ift<ConjugateGradient>, x: &mut DVector<f64>| {
        let mut work = problem.work(x, &y).unwrap();
        let mut workspace = estimator.workspace(&problem, &work).unwrap();
        let mut gradient = vec![0.0; 3];
        (0..4)
            .map(|_| {
                x.add_scalar_mut(1e-7);
                problem.set_x(&mut work, x.as_slice());
                estimator.estimate(&problem, &mut work, &mut workspace, &mut gradient).unwrap().linear_iterations
            })
            .collect::<Vec<_>>()
    };
    let cold = run(&Ift::with(ConjugateGradient::new().tolerance(1e-8)).error_estimate(false), &mut x);
    let warm = run(&Ift::with(ConjugateGradient::new().tolerance(1e-8)).error_estimate(false).warm_start(true), &mut x);
    assert_eq!(warm[0], cold[0]);
    assert!(warm[1..].iter().zip(&cold[1..]).all(|(warm, cold)| 2 * warm < *cold), "{warm:?} {cold:?}");
}

#[test]
fn newton_with_conjugate_gradients_says_where_it_fails() {
    let saddle = Cubic::<Gradient>::random(6, 3, 5);
    let (x, y) = saddle.start();
    let error = solve(&saddle, &x, &y, &Newton::with(ConjugateGradient::new())).unwrap_err();
    assert!(matches!(error, SolveError::Linear(LinearError::NotPositive { .. })), "{error}");
}

#[test]
fn a_kernel_that_fails_says_why() {
    let problem = Cubic::<Convex>::random(4, 2, 3);
    let (mut x, y) = problem.start();
    x[0] = BROKEN;
    let inside = LinearError::NonFinite { what: "a matrix inside of F", index: 0 };
    let error = hypergradient(&problem, &x, &y, &Ift::new()).unwrap_err();
    assert_eq!(error, EstimatorError::Linear(inside));
    let error = solve(&problem, &x, &y, &Newton::new()).unwrap_err();
    assert!(matches!(error, SolveError::Linear(found) if found == inside), "{error}");
}

/// f32, and constant sizes.
#[test]
fn other_scalars_and_storage() {
    let problem = Separable::<f32>::new();
    let y = SVector::repeat(0.3_f32);
    let x = solve(&problem, &SVector::repeat(0.5), &y, &Newton::new()).unwrap().x;
    let direct = hypergradient(&problem, &x, &y, &Ift::new()).unwrap().gradient;
    for found in [
        hypergradient(&problem, &x, &y, &Ift::with(ConjugateGradient::new())).unwrap(),
        hypergradient(&problem, &x, &y, &Ift::with(Gmres::new())).unwrap(),
        hypergradient(&problem, &x, &y, &Ift::with(Minres::new())).unwrap(),
    ] {
        assert!((found.gradient - direct).norm() < 1e-4 * direct.norm());
    }
}

/// Steps beyond what the arithmetic can use change nothing, and are no failure.
#[test]
fn steps_far_past_convergence() {
    fn far<K: Kind>(n: usize, seed: u64, linear: &impl AdjointSolve<Cubic<K>>, what: &str) {
        for shrink in [1.0, 1e-120, 1e120] {
            let mut c = case::<K>(n, seed);
            c.rhs *= shrink;
            let exact = c.f_1.clone().lu().solve(&c.rhs).unwrap();
            let (found, info) = c.run(linear, Side::Plain, None).unwrap_or_else(|error| panic!("{what}, {n}: {error}"));
            let error = (&found - &exact).norm() / exact.norm();
            assert!(error < 1e-9, "{what}, n = {n}, seed {seed}, {shrink:e}: {error:e} {info:?}");
        }
    }
    for (n, seed) in [(1, 1), (2, 2), (3, 3), (5, 4), (9, 5)] {
        let k = 3000;
        far::<Convex>(n, seed, &ConjugateGradient::new().steps(k), "cg");
        far::<Convex>(n, seed, &ConjugateGradient::new().jacobi(true).steps(k), "cg, jacobi");
        far::<Convex>(n, seed, &Minres::new().steps(k), "minres");
        far::<Convex>(n, seed, &Gmres::new().steps(k), "gmres");
        far::<Convex>(n, seed, &NormalEquations::new().steps(k), "normal equations");
        far::<Convex>(n, seed, &FixedPoint::new().step(0.1).steps(k), "fixed point");
        far::<Gradient>(n, seed, &Minres::new().steps(k), "minres at a saddle");
        far::<General>(n, seed, &Gmres::new().steps(k), "gmres, nonsymmetric");
        far::<General>(n, seed, &Gmres::new().restart(2 * n).steps(k), "gmres, restarted");
        far::<General>(n, seed, &NormalEquations::new().steps(k), "normal equations, nonsymmetric");
    }
    // Inner products that underflow are no solution.
    let mut c = case::<Convex>(5, 4);
    c.rhs *= 1e-200;
    for error in [
        c.run(&ConjugateGradient::new(), Side::Plain, None).unwrap_err(),
        c.run(&NormalEquations::new(), Side::Plain, None).unwrap_err(),
    ] {
        assert!(matches!(error, LinearError::NotConverged { .. }), "{error}");
    }
}
