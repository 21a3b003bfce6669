//! Identities that hold for every smooth problem, checked on any module (docs/formulas.md):
//! Omega against differences of re-solved `h(y) = g(x*(y), y)`, `Psi` against those of `x*`,
//! `Omega_1 = (dv*/dy)ᵀ F_1` along the path of roots, orders of convergence, Jacobians of estimators.

use hypergrad::check::UserFunctions;
use hypergrad::error::EstimatorError;
use hypergrad::estimator::*;
use hypergrad::point;
use hypergrad::problem::{Bilevel, Dense, Variable};
use hypergrad::scalar::Real;
use hypergrad::solver::{self, Newton};
use hypergrad::structure::EstimatorKind;
use nalgebra::DMatrix;

use crate::data::{flat, scattered};
use crate::verify::{assert_agree, entries};

/// All of them, at the y that is given, starting the inner solver at x0. `F` must be smooth near
/// the root, in f64.
pub fn check<P: UserFunctions>(problem: &P, x0: &P::X, y: &P::Y) {
    let x = root(problem, x0, y);
    let at = shifted(&x, 1.0, 0.05);
    estimates(problem, &x, y);
    path(problem, &x, y);
    super_efficiency(problem, &x, y);
    orders(problem, &x, y);
    for (name, jacobian, estimate) in [
        ("Ift", jacobian_of(problem, &at, y, &Ift::new()), by_x(problem, &at, y, &Ift::new())),
        ("newton", jacobian_of(problem, &at, y, &Preconditioned::newton()), by_x(problem, &at, y, &Preconditioned::newton())),
    ] {
        assert_agree(&format!("Jacobian of {name}"), &jacobian, estimate.as_slice(), 1e-6);
    }
    jacobi(problem, &at, y);
}

/// The Jacobian of the Jacobi estimator, where it exists.
fn jacobi<P: UserFunctions>(problem: &P, at: &P::X, y: &P::Y) {
    match jacobian(problem, at, y, &Preconditioned::jacobi()) {
        Ok(jacobian) => {
            let expected = by_x(problem, at, y, &Preconditioned::jacobi());
            assert_agree("Jacobian of jacobi", &entries(jacobian.flat()), expected.as_slice(), 1e-6);
        }
        Err(EstimatorError::Linear(_)) => {}
        Err(other) => panic!("{other}"),
    }
}

/// The root at y.
pub fn root<P: Bilevel>(problem: &P, x0: &P::X, y: &P::Y) -> P::X {
    solver::solve(problem, x0, y, &Newton::new().tolerance(1e-12).max_steps(100)).unwrap_or_else(accept).x
}

/// Rounding may keep the residual above 1e-12: then 1e-10 will do.
fn accept<X>(error: hypergrad::error::SolveError<X>) -> solver::Solution<X> {
    match error {
        hypergrad::error::SolveError::NotConverged { solution, .. } if solution.residual < 1e-10 => solution,
        other => panic!("{other}"),
    }
}

/// x plus `length` times a direction without structure of about unit entries.
fn shifted<V: Variable>(x: &V, slope: f64, length: f64) -> V {
    let direction = flat(&scattered(x, slope));
    let entries: Vec<V::Scalar> = flat(x).iter().zip(direction).map(|(x, d)| V::Scalar::lit(x + length * d)).collect();
    x.like(&entries)
}

/// Differences of fourth order of a function of a variable: a Jacobian.
pub fn differences<V: Variable>(at: &V, mut f: impl FnMut(&V) -> Vec<f64>) -> DMatrix<f64> {
    let entries = flat(at);
    let mut columns = Vec::new();
    let mut rows = 0;
    for k in 0..entries.len() {
        let h = 5e-4 * entries[k].abs().max(0.5);
        let mut value = |factor: f64| {
            let mut moved = entries.clone();
            moved[k] += factor * h;
            f(&at.like(&moved.iter().map(|v| V::Scalar::lit(*v)).collect::<Vec<_>>()))
        };
        let [a, b, c, d] = [value(-2.0), value(-1.0), value(1.0), value(2.0)];
        rows = a.len();
        columns.extend((0..rows).map(|i| (8.0 * (c[i] - b[i]) - (d[i] - a[i])) / (12.0 * h)));
    }
    DMatrix::from_vec(rows, entries.len(), columns)
}

fn estimate<P: Bilevel, E: Estimator<P>>(problem: &P, x: &P::X, y: &P::Y, estimator: &E) -> Vec<f64> {
    flat(&hypergradient(problem, x, y, estimator).unwrap().gradient)
}

fn jacobian_of<P: Bilevel, E: Estimator<P>>(problem: &P, x: &P::X, y: &P::Y, estimator: &E) -> Vec<f64> {
    entries(jacobian(problem, x, y, estimator).unwrap().flat())
}

fn by_x<P: Bilevel, E: Estimator<P>>(problem: &P, x: &P::X, y: &P::Y, estimator: &E) -> DMatrix<f64> {
    differences(x, |x| estimate(problem, x, y, estimator))
}

/// Every estimator at the root is the gradient of the re-solved h.
fn estimates<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) {
    let h = differences(y, |y| vec![problem.user_g(&root(problem, x, y), y).wide()]);
    assert_agree("Ift against h", &estimate(problem, x, y, &Ift::new()), h.as_slice(), 1e-7);
    assert_agree("newton against h", &estimate(problem, x, y, &Preconditioned::newton()), h.as_slice(), 1e-7);
    assert_agree("tangent against h", &estimate(problem, x, y, &Tangent::new()), h.as_slice(), 1e-7);
}

/// `Psi = (dx*/dy)ᵀ` and `Omega_1 = (dv*/dy)ᵀ F_1`.
fn path<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y) {
    let mut work = point::start(problem, x, y).unwrap();
    let (n, m) = problem.dims(&work);
    let psi = point::psi(problem, &mut work).unwrap();
    let x_by_y = differences(y, |y| flat(&root(problem, x, y)));
    assert_agree("Psi against x*", &entries(psi.flat()), x_by_y.transpose().as_slice(), 1e-7);

    let v_by_y = differences(y, |y| {
        let x = root(problem, x, y);
        let mut work = point::start(problem, &x, y).unwrap();
        let mut v = vec![P::Scalar::ZERO; n];
        point::adjoint_into(problem, &mut work, &mut v).unwrap();
        entries(&v)
    });
    let mut f_1 = vec![P::Scalar::ZERO; n * n];
    problem.f_1(&mut work, &mut f_1);
    let expected = v_by_y.transpose() * DMatrix::from_vec(n, n, entries(&f_1));
    let omega_1 = point::omega_1(problem, &mut work).unwrap();
    assert_eq!(omega_1.flat().len(), m * n);
    assert_agree("Omega_1 against v*", &entries(omega_1.flat()), expected.as_slice(), 1e-6);
}

/// `C_y = 0` for the Newton and the tangent estimator, and wherever it was proved.
fn super_efficiency<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y) {
    let table = compare(problem, x, y).unwrap();
    let plain = table.rows[0].efficiency.unwrap();
    for row in &table.rows {
        let always = matches!(row.kind, EstimatorKind::Newton | EstimatorKind::Tangent);
        if row.proved || always {
            match &row.efficiency {
                Ok(found) => assert!(*found <= 1e-8 * plain.max(1.0), "{}: C_y = {found:e}", row.kind),
                Err(EstimatorError::NotAvailable { .. }) => {}
                Err(other) => panic!("{}: {other}", row.kind),
            }
        }
    }
}

/// Off the root the error of Omega is `|Omega_1 (x - x*)|`, that of a super-efficient estimator of
/// second order.
fn orders<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) {
    let exact = estimate(problem, x, y, &Ift::new());
    let scale = exact.iter().fold(1.0_f64, |scale, v| scale.max(v.abs()));
    let error = |length: f64, which: usize| {
        let at = shifted(x, 1.9, length);
        let found = match which {
            0 => estimate(problem, &at, y, &Ift::new()),
            1 => estimate(problem, &at, y, &Preconditioned::newton()),
            _ => estimate(problem, &at, y, &Tangent::new()),
        };
        found.iter().zip(&exact).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    let efficiency = efficiency(problem, x, y, &Ift::new()).unwrap();
    let direction = flat(&shifted(x, 1.9, 1.0)).iter().zip(flat(x)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let length = 1e-4;
    let bound = efficiency * direction * length;
    assert!(error(length, 0) <= 1.05 * bound + 1e-7 * scale, "Omega errs by {:e}, bound {bound:e}", error(length, 0));
    for (which, name) in [(1, "newton"), (2, "tangent")] {
        // Second order: a tenth of the distance, a hundredth of the error, down to rounding.
        let (far, near) = (error(1e-2, which), error(1e-3, which));
        assert!(near <= far / 50.0 + 1e-10 * scale, "{name}: errors {far:e} at 1e-2, {near:e} at 1e-3");
    }
}
