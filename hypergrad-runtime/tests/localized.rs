//! Localised changes of variables: consistency, Jacobians, the closed forms of docs/formulas.md 1.11 and 1.16.

mod common;

use common::{Convex, Cubic, General, Gradient, Kind, Quadratic, entries};
use hypergrad_runtime::error::EstimatorError;
use hypergrad_runtime::estimator::{Estimator, Ift, Localized, efficiency, hypergradient, jacobian};
use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::point;
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::solver::{Newton, solve};

fn root<K: Kind>(problem: &Cubic<K>, y: &DVector<f64>) -> DVector<f64> {
    solve(problem, &problem.start().0, y, &Newton::new().tolerance(1e-13)).expect("converges").x
}

fn gradient<K: Kind>(problem: &Cubic<K>, x: &DVector<f64>, y: &DVector<f64>, e: &impl Estimator<Cubic<K>>) -> DVector<f64> {
    hypergradient(problem, x, y, e).expect("regular").gradient
}

/// Central differences of fourth order in x.
fn differences<K: Kind>(problem: &Cubic<K>, x: &DVector<f64>, y: &DVector<f64>, e: &impl Estimator<Cubic<K>>) -> DMatrix<f64> {
    // Exp has terms in 1/x_i.
    let h = 1e-2 * x.amin().min(0.1);
    let columns: Vec<_> = (0..x.len())
        .map(|k| {
            let moved = |t: f64| {
                let mut x = x.clone();
                x[k] += t * h;
                gradient(problem, &x, y, e)
            };
            ((moved(1.0) - moved(-1.0)) * 8.0 - (moved(2.0) - moved(-2.0))) / (12.0 * h)
        })
        .collect();
    DMatrix::from_columns(&columns)
}

/// Calls a generic check with each built-in map.
macro_rules! each {
    ($check:ident($($argument:expr),*)) => {
        $check($($argument,)* &Localized::exp());
        $check($($argument,)* &Localized::diagonal());
        $check($($argument,)* &Localized::newton());
    };
}

fn at_a_root<K: Kind>(problem: &Cubic<K>, e: &impl Estimator<Cubic<K>>) {
    let y = problem.start().1;
    let x = root(problem, &y);
    let exact = gradient(problem, &x, &y, &Ift::new());
    assert!((gradient(problem, &x, &y, e) - &exact).norm() < 1e-10 * (1.0 + exact.norm()), "{:?}", e.kind());
    // Prop. 9: frozen or not, the derivative at a root is the same.
    let expected = differences(problem, &x, &y, e);
    let found = jacobian(problem, &x, &y, e).expect("regular");
    let error = (&found - &expected).norm() / (1.0 + expected.norm());
    // Truncation: (h / x_i)^4 = 1e-8, times a constant.
    assert!(error < 1e-6, "{:?}: {error}", e.kind());
    let norm = efficiency(problem, &x, &y, e).expect("a root");
    assert!((norm - found.singular_values().max()).abs() < 1e-8 * (1.0 + norm), "{:?}", e.kind());
    // The error estimate is of the size of the error.
    let near = x.add_scalar(1e-2 * x.amin().min(0.1));
    let found = hypergradient(problem, &near, &y, e).expect("regular");
    let (error, estimate) = ((found.gradient - exact).norm(), found.report.error_estimate.expect("wanted"));
    assert!(estimate > 0.5 * error && estimate < 2.0 * error, "{:?}: {estimate:e}, true {error:e}", e.kind());
    assert!(found.report.linear_residual < 1e-12, "{:?}", found.report);
}

#[test]
fn consistent_with_the_right_jacobian_at_a_root() {
    fn check<K: Kind>(n: usize, m: usize, seed: u64) {
        let problem = Cubic::<K>::random(n, m, seed);
        each!(at_a_root(&problem));
    }
    for (n, m) in [(4, 2), (3, 5)] {
        check::<General>(n, m, 11);
        check::<Gradient>(n, m, 14);
        check::<Convex>(n, m, 12);
        check::<Quadratic>(n, m, 13);
    }
}

/// Exp depends on the sign of x alone: its Jacobian holds off the root too.
#[test]
fn the_jacobian_of_exp_holds_everywhere() {
    let problem = Cubic::<General>::random(4, 3, 21);
    let y = problem.start().1;
    let mut next = entries(3);
    let x = DVector::from_fn(4, |_, _| 0.5 + 0.3 * next());
    let expected = differences(&problem, &x, &y, &Localized::exp());
    let found = jacobian(&problem, &x, &y, &Localized::exp()).expect("regular");
    assert!((&found - &expected).norm() < 1e-7 * (1.0 + expected.norm()), "{found} {expected}");
    let refused = jacobian(&problem, &x, &y, &Localized::newton());
    assert!(matches!(refused, Err(EstimatorError::NotAtRoot { .. })));
}

/// An entry 0 is held: the estimate is that of the problem without it, and its Jacobian an error.
#[test]
fn exp_holds_zeros() {
    let problem = Cubic::<General>::random(3, 2, 22);
    let y = problem.start().1;
    let x = DVector::from_vec(vec![0.4, 0.0, -0.3]);
    let found = gradient(&problem, &x, &y, &Localized::exp());
    let mut work = point::start(&problem, &x, &y).expect("shapes");
    let (mut f_1, mut f, mut g_1) = (DMatrix::zeros(3, 3), DVector::zeros(3), DVector::zeros(3));
    problem.f_1(&mut work, f_1.as_mut_slice());
    problem.residual(&mut work, f.as_mut_slice());
    problem.g_1(&mut work, g_1.as_mut_slice());
    let (mut g_2, mut f_2) = (DVector::zeros(2), DMatrix::zeros(3, 2));
    problem.g_2(&mut work, g_2.as_mut_slice());
    problem.f_2(&mut work, f_2.as_mut_slice());
    let kept = [0, 2];
    let a = DMatrix::from_fn(2, 2, |i, j| f_1[(kept[j], kept[i])] + if i == j { f[kept[i]] / x[kept[i]] } else { 0.0 });
    let v = a.lu().solve(&DVector::from_fn(2, |i, _| g_1[kept[i]])).expect("regular");
    let expected = g_2 - DMatrix::from_fn(2, 2, |b, i| f_2[(kept[i], b)]) * v;
    assert!((found - expected).norm() < 1e-13);
    let error = jacobian(&problem, &x, &y, &Localized::exp()).expect_err("not invertible");
    assert!(matches!(error, EstimatorError::NotInvertible { coordinate: 1, .. }), "{error}");
}

/// docs/formulas.md 1.16: at a root with symmetric `F_1` the Newton map leaves `D = g_21 + Psi g_11`; without
/// symmetry the printed claim `Psi_1 = 0` fails.
#[test]
fn the_newton_map_needs_symmetry() {
    fn distance<K: Kind>(seed: u64) -> f64 {
        let problem = Cubic::<K>::random(4, 3, seed);
        let y = problem.start().1;
        let x = root(&problem, &y);
        let mut work = point::start(&problem, &x, &y).expect("shapes");
        let (mut d, mut g_11) = (DMatrix::zeros(3, 4), DMatrix::zeros(4, 4));
        problem.g_21(&mut work, d.as_mut_slice());
        problem.g_11(&mut work, g_11.as_mut_slice());
        d += point::psi(&problem, &mut work).expect("regular") * g_11;
        let found = jacobian(&problem, &x, &y, &Localized::newton()).expect("regular");
        (&found - &d).norm() / d.norm()
    }
    assert!(distance::<Gradient>(31) < 1e-12);
    assert!(distance::<Convex>(32) < 1e-12);
    assert!(distance::<General>(33) > 0.01);
}
