//! Hypergradients against differences of `h(y) = g(x*(y), y)`, orders of error, efficiencies.

mod common;

use common::separable::Separable;
use common::{Convex, Cubic, General, Gradient, Kind, Quadratic, entries};
use hypergrad_runtime::error::EstimatorError;
use hypergrad_runtime::estimator::{Estimator, Ift, Preconditioned, Tangent, compare, efficiency, hypergradient, jacobian};
use hypergrad_runtime::nalgebra::{DMatrix, DVector, SVector};
use hypergrad_runtime::point;
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{Newton, solve};

/// `x*(y)` to rounding.
fn root<K: Kind>(problem: &Cubic<K>, y: &DVector<f64>) -> DVector<f64> {
    solve(problem, &problem.start().0, y, &Newton::new().tolerance(1e-13)).expect("converges").x
}

/// Central differences of fourth order of a vector function.
fn differences(f: impl Fn(&DVector<f64>) -> DVector<f64>, at: &DVector<f64>) -> DMatrix<f64> {
    let h = 1e-3;
    let columns: Vec<_> = (0..at.len())
        .map(|k| {
            let moved = |t: f64| {
                let mut at = at.clone();
                at[k] += t * h;
                f(&at)
            };
            ((moved(1.0) - moved(-1.0)) * 8.0 - (moved(2.0) - moved(-2.0))) / (12.0 * h)
        })
        .collect();
    DMatrix::from_columns(&columns)
}

/// `∇h(y)` by differences.
fn truth<K: Kind>(problem: &Cubic<K>, y: &DVector<f64>) -> DVector<f64> {
    let h = |y: &DVector<f64>| {
        let mut work = problem.work(&root(problem, y), y).expect("shapes");
        DVector::from_element(1, problem.g(&mut work))
    };
    differences(h, y).row(0).transpose()
}

fn gradient<K: Kind>(
    problem: &Cubic<K>,
    x: &DVector<f64>,
    y: &DVector<f64>,
    estimator: &impl Estimator<Cubic<K>>,
) -> DVector<f64> {
    hypergradient(problem, x, y, estimator).expect("regular").gradient
}

/// The slope of the error in a log-log plot, for errors of x of 1e-2 and 1e-3.
fn order<K: Kind>(problem: &Cubic<K>, estimator: &impl Estimator<Cubic<K>>) -> f64 {
    let y = problem.start().1;
    let x = root(problem, &y);
    let exact = gradient(problem, &x, &y, &Ift::new());
    let mut next = entries(77);
    let e = DVector::from_fn(x.len(), |_, _| next());
    let error = |t: f64| (gradient(problem, &(&x + &e * t), &y, estimator) - &exact).norm();
    (error(1e-2) / error(1e-3)).log10()
}

fn at_the_root<K: Kind>(seed: u64) {
    let problem = Cubic::<K>::random(4, 3, seed);
    let y = problem.start().1;
    let (x, expected) = (root(&problem, &y), truth(&problem, &y));
    let close = |found: DVector<f64>| assert!((&found - &expected).norm() < 1e-8 * (1.0 + expected.norm()), "{found} {expected}");
    close(gradient(&problem, &x, &y, &Ift::new()));
    close(gradient(&problem, &x, &y, &Preconditioned::newton()));
    close(gradient(&problem, &x, &y, &Preconditioned::jacobi()));
    close(gradient(&problem, &x, &y, &Tangent::new()));
}

#[test]
fn every_estimator_is_the_gradient_at_a_root() {
    for seed in 1..5 {
        at_the_root::<General>(seed);
        at_the_root::<Gradient>(seed);
        at_the_root::<Convex>(seed);
        at_the_root::<Quadratic>(seed);
    }
}

#[test]
fn orders_of_error() {
    fn check<K: Kind>(seed: u64) {
        let problem = Cubic::<K>::random(5, 3, seed);
        let near = |order: f64, expected: f64| assert!((order - expected).abs() < 0.35, "{order}, not {expected}");
        near(order(&problem, &Ift::new()), 1.0);
        near(order(&problem, &Preconditioned::jacobi()), 1.0);
        near(order(&problem, &Preconditioned::newton()), 2.0);
        near(order(&problem, &Tangent::new()), 2.0);
    }
    for seed in 1..4 {
        check::<General>(seed);
        check::<Convex>(seed);
        check::<Gradient>(seed);
    }
}

/// docs/formulas.md 1.8: with the factor of `F_1(x)` for the adjoint at x~ the second order is lost.
#[test]
fn a_stale_factor_loses_an_order() {
    let problem = Cubic::<General>::random(5, 3, 9);
    let y = problem.start().1;
    let x = root(&problem, &y);
    let exact = gradient(&problem, &x, &y, &Ift::new());
    let mut next = entries(5);
    let e = DVector::from_fn(5, |_, _| next());
    let error = |t: f64| {
        let mut work = point::start(&problem, &(&x + &e * t), &y).expect("shapes");
        let (mut n, mut v) = (DVector::zeros(5), DVector::zeros(5));
        let (mut g_2, mut vjp) = (DVector::zeros(3), DVector::zeros(3));
        problem.residual(&mut work, n.as_mut_slice());
        problem.factor(&mut work).expect("regular");
        problem.f_1_solve(&mut work, n.as_mut_slice());
        let better = &x + &e * t - n;
        problem.set_x(&mut work, better.as_slice());
        problem.g_1(&mut work, v.as_mut_slice());
        problem.f_1_tr_solve(&mut work, v.as_mut_slice());
        problem.g_2(&mut work, g_2.as_mut_slice());
        problem.f_2_tr_mul(&mut work, v.as_slice(), vjp.as_mut_slice());
        (g_2 - vjp - &exact).norm()
    };
    let slope = (error(1e-2) / error(1e-3)).log10();
    assert!((slope - 1.0).abs() < 0.2, "{slope}");
}

/// docs/formulas.md 1.4, 1.7: every Jacobian against differences of its estimate, off the root.
#[test]
fn jacobians_are_derivatives() {
    fn check<K: Kind>(n: usize, m: usize, seed: u64) {
        fn one<K: Kind>(problem: &Cubic<K>, estimator: &impl Estimator<Cubic<K>>) {
            let (mut x, y) = problem.start();
            let mut next = entries(3);
            x.apply(|x| *x = 0.3 * next());
            let expected = differences(|x| gradient(problem, x, &y, estimator), &x);
            let found = jacobian(problem, &x, &y, estimator).expect("regular");
            let error = (&found - &expected).norm() / (1.0 + expected.norm());
            assert!(error < 1e-8, "{:?}: {error}", estimator.kind());
        }
        let problem = Cubic::<K>::random(n, m, seed);
        one(&problem, &Ift::new());
        one(&problem, &Preconditioned::newton());
        one(&problem, &Preconditioned::jacobi());
    }
    for (n, m) in [(4, 2), (2, 5), (1, 1)] {
        check::<General>(n, m, 11);
        check::<Convex>(n, m, 12);
        check::<Quadratic>(n, m, 13);
    }
}

/// docs/formulas.md 1.3: `Omega_1 = g_21 + Psi_1 g_1 + Psi g_11`, and Psi is the derivative of `x*`.
#[test]
fn point_identities() {
    let problem = Cubic::<General>::random(4, 3, 21);
    let y = problem.start().1;
    let x = root(&problem, &y);
    let mut work = point::start(&problem, &x, &y).expect("shapes");
    let psi = point::psi(&problem, &mut work).expect("regular");
    assert!((differences(|y| root(&problem, y), &y).transpose() - &psi).norm() < 1e-9);

    let mut work = point::start(&problem, &DVector::repeat(4, 0.2), &y).expect("shapes");
    let psi = point::psi(&problem, &mut work).expect("regular");
    let psi_1 = point::psi_1::<_, DMatrix<f64>, DMatrix<f64>, DMatrix<f64>>(&problem, &mut work).expect("regular");
    assert_eq!(psi_1.dims(), (3, 4, 4));
    let (mut g_1, mut g_11, mut g_21) = (DVector::zeros(4), DMatrix::zeros(4, 4), DMatrix::zeros(3, 4));
    problem.g_1(&mut work, g_1.as_mut_slice());
    problem.g_11(&mut work, g_11.as_mut_slice());
    problem.g_21(&mut work, g_21.as_mut_slice());
    let middle = DMatrix::from_fn(3, 4, |b, k| (0..4).map(|i| psi_1[(b, i, k)] * g_1[i]).sum());
    let expected = g_21 + middle + &psi * g_11;
    let found = point::omega_1(&problem, &mut work).expect("regular");
    assert!((found - expected).norm() < 1e-13);
    let mut g_2 = DVector::zeros(3);
    problem.g_2(&mut work, g_2.as_mut_slice());
    let omega = point::omega(&problem, &mut work).expect("regular");
    assert!((omega - (g_2 + psi * g_1)).norm() < 1e-14);
}

#[test]
fn efficiencies() {
    let problem = Cubic::<General>::random(4, 3, 31);
    let y = problem.start().1;
    let x = root(&problem, &y);
    let ift = efficiency(&problem, &x, &y, &Ift::new()).expect("root");
    let omega_1 = jacobian(&problem, &x, &y, &Ift::new()).expect("regular");
    assert!((ift - omega_1.singular_values().max()).abs() < 1e-10 * ift, "{ift}");
    assert!(efficiency(&problem, &x, &y, &Preconditioned::newton()).expect("root") < 1e-10);
    assert!(efficiency(&problem, &x, &y, &Tangent::new()).expect("root") < 1e-10);
    let jacobi = efficiency(&problem, &x, &y, &Preconditioned::jacobi()).expect("root");
    assert!(jacobi > 1e-3 && jacobi.is_finite());

    let off = x.add_scalar(0.1);
    assert!(matches!(
        efficiency(&problem, &off, &y, &Ift::new()),
        Err(EstimatorError::NotAtRoot { residual, tolerance }) if residual > tolerance
    ));
    assert!(matches!(jacobian(&problem, &off, &y, &Tangent::new()), Err(EstimatorError::NotAtRoot { .. })));
}

#[test]
fn a_quadratic_objective_needs_no_root() {
    let problem = Cubic::<Quadratic>::random(4, 3, 41);
    let y = problem.start().1;
    let exact = gradient(&problem, &root(&problem, &y), &y, &Ift::new());
    let far = DVector::repeat(4, 5.0);
    assert!((gradient(&problem, &far, &y, &Preconditioned::newton()) - exact).norm() < 1e-12);
}

/// The factor is kept where it is proved constant, and the point is restored.
#[test]
fn factors_are_reused_and_points_restored() {
    fn factorisations<K: Kind>(estimator: &impl Estimator<Cubic<K>>) -> usize {
        let problem = Cubic::<K>::random(4, 3, 51);
        let (x, y) = problem.start();
        let mut work = point::start(&problem, &x, &y).expect("shapes");
        let mut workspace = estimator.workspace(&problem, &work).expect("small");
        let mut out = [0.0; 3];
        let report = estimator.estimate(&problem, &mut work, &mut workspace, &mut out).expect("regular");
        assert_eq!(work.x, x);
        assert!(report.inner_residual > 0.0 && report.linear_residual < 1e-12);
        work.factored
    }
    assert_eq!(factorisations::<Quadratic>(&Preconditioned::newton()), 1);
    assert_eq!(factorisations::<Convex>(&Preconditioned::newton()), 2);
    assert_eq!(factorisations::<Convex>(&Tangent::new()), 1);
    assert_eq!(factorisations::<General>(&Tangent::new()), 1);
}

/// Estimates against the true errors: within a factor of 2 close to the root.
#[test]
fn error_estimates_are_close() {
    fn check(
        problem: &Cubic<General>,
        x: &DVector<f64>,
        y: &DVector<f64>,
        exact: &DVector<f64>,
        estimator: &impl Estimator<Cubic<General>>,
    ) {
        let found = hypergradient(problem, x, y, estimator).expect("regular");
        let error = (&found.gradient - exact).norm();
        let estimate = found.report.error_estimate.expect("wanted");
        assert!(estimate > 0.5 * error && estimate < 2.0 * error, "{:?}: {estimate:e}, true {error:e}", estimator.kind());
        let relative = found.report.relative_error_estimate.expect("wanted");
        assert!((relative * found.gradient.norm() - estimate).abs() < 1e-12);
    }
    for seed in 60..64 {
        let problem = Cubic::<General>::random(5, 3, seed);
        let y = problem.start().1;
        let x = root(&problem, &y);
        let exact = gradient(&problem, &x, &y, &Ift::new());
        let near = x.add_scalar(1e-2);
        check(&problem, &near, &y, &exact, &Ift::new());
        check(&problem, &near, &y, &exact, &Preconditioned::newton());
        check(&problem, &near, &y, &exact, &Preconditioned::jacobi());
        check(&problem, &near, &y, &exact, &Tangent::new());
        let silent = hypergradient(&problem, &near, &y, &Tangent::new().error_estimate(false)).expect("regular");
        assert_eq!(silent.report.error_estimate, None);
    }
}

/// Where `F_1` is diagonal, Jacobi is Newton. Constant sizes, both scalars.
#[test]
fn separable_problems_of_constant_size() {
    let problem = Separable::<f64>::new();
    let y = SVector::from([0.2, -0.3]);
    let x = solve(&problem, &SVector::zeros(), &y, &Newton::new()).expect("converges").x;
    let exact = hypergradient(&problem, &x, &y, &Ift::new()).expect("regular");
    let near = x.add_scalar(1e-3);
    let newton = hypergradient(&problem, &near, &y, &Preconditioned::newton()).expect("regular");
    let jacobi = hypergradient(&problem, &near, &y, &Preconditioned::jacobi()).expect("regular");
    assert!((newton.gradient - jacobi.gradient).norm() < 1e-15);
    assert!((newton.gradient - exact.gradient).norm() < 1e-5);
    assert!(efficiency(&problem, &x, &y, &Preconditioned::jacobi()).expect("root") < 1e-9);

    let single = Separable::<f32>::new();
    let y = SVector::from([0.2_f32, -0.3]);
    let x = solve(&single, &SVector::zeros(), &y, &Newton::new()).expect("converges").x;
    let found = hypergradient(&single, &x, &y, &Ift::new()).expect("regular").gradient;
    assert!((found.cast::<f64>() - exact.gradient).norm() < 1e-5);
}

#[test]
fn comparison_is_a_table() {
    let problem = Cubic::<Convex>::random(4, 3, 71);
    let y = problem.start().1;
    let x = root(&problem, &y);
    let table = compare(&problem, &x, &y).expect("root");
    assert_eq!(table.rows.len(), 14);
    let text = table.to_string();
    assert!(text.contains("tangent") && text.contains("F_1 symmetric"), "{text}");
    assert!(compare(&problem, &x.add_scalar(1.0), &y).is_err());
}

#[test]
fn errors_are_typed() {
    let mut problem = Cubic::<General>::random(3, 2, 81);
    let (x, y) = problem.start();
    let bad = |x: &DVector<f64>, y: &DVector<f64>, problem: &Cubic<General>| {
        hypergradient(problem, x, y, &Ift::new()).expect_err("must fail").to_string()
    };
    assert_eq!(bad(&DVector::zeros(2), &y, &problem), "`x.len()` is 2, `data.a.nrows()` is 3: they must agree");
    assert_eq!(bad(&x, &DVector::from_vec(vec![1.0, f64::NAN]), &problem), "entry 1 of `y` is not finite");
    let big = DVector::repeat(3, 1e200);
    assert!(bad(&big, &y, &problem).contains("not finite"));
    problem.a.fill(0.0);
    problem.w.fill(0.0);
    let error = hypergradient(&problem, &x, &y, &Preconditioned::newton()).expect_err("singular");
    assert!(matches!(error, EstimatorError::Linear(_)), "{error}");
    assert!(error.to_string().contains("`F_1` is singular: pivot 0"), "{error}");
    let error = hypergradient(&problem, &x, &y, &Preconditioned::jacobi()).expect_err("singular");
    assert!(error.to_string().contains("diag(F_1)"), "{error}");
}

/// Spaces of dimension 0 are no special case.
#[test]
fn empty_spaces() {
    for (n, m) in [(0, 2), (3, 0), (0, 0)] {
        let problem = Cubic::<General>::random(n, m, 91);
        let (x, y) = problem.start();
        let x = solve(&problem, &x, &y, &Newton::new()).expect("converges").x;
        for found in [
            hypergradient(&problem, &x, &y, &Ift::new()).expect("regular"),
            hypergradient(&problem, &x, &y, &Preconditioned::newton()).expect("regular"),
            hypergradient(&problem, &x, &y, &Tangent::new()).expect("regular"),
        ] {
            assert_eq!(found.gradient.len(), m);
        }
        for row in compare(&problem, &x, &y).expect("root").rows {
            let nothing = |size: f64| size < 1e-300;
            let exact = row.efficiency.is_ok_and(nothing) || row.bias.is_some_and(nothing);
            assert!(exact, "{} {n} {m}", row.name);
        }
        let mut work = point::start(&problem, &x, &y).expect("shapes");
        assert_eq!(point::psi(&problem, &mut work).expect("regular").shape(), (m, n));
        let psi_1 = point::psi_1::<_, DMatrix<f64>, DMatrix<f64>, DMatrix<f64>>(&problem, &mut work);
        assert_eq!(psi_1.expect("regular").dims(), (m, n, n));
    }
}
