//! What is checked of every problem.

use hypergrad::check::{self, UserFunctions};
use hypergrad::estimator::{self, Ift, Preconditioned};
use hypergrad::point;
use hypergrad::problem::{Bilevel, Dense, Variable};
use hypergrad::scalar::Real;
use hypergrad::solver::{self, Newton};

use crate::oracle::Oracle;
use crate::oracle::agreement::{agree, expectations};

/// The flat entries of a variable.
pub fn flat<V: Variable>(variable: &V) -> Vec<f64> {
    let mut entries = vec![V::Scalar::ZERO; variable.flat_len()];
    variable.read(&mut entries);
    entries.into_iter().map(Real::wide).collect()
}

/// A variable shaped like another, with these entries.
pub fn shaped<V: Variable>(like: &V, entries: &[f64]) -> V {
    like.like(&entries.iter().map(|e| V::Scalar::lit(*e)).collect::<Vec<_>>())
}

/// Compares two lists relative to the largest reference entry.
#[track_caller]
pub fn close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: lengths");
    let scale = expected.iter().fold(1e-30_f64, |m, e| m.max(e.abs()));
    for (k, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "{what}[{k}]: found {a}, expected {b} (of {scale})");
    }
}

/// Derivatives at `(x, y)`; Omega and the Newton-corrected Omega at `x*(y)` against differences of
/// h. Gives `x*`.
#[track_caller]
pub fn verify<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) -> P::X {
    let report = check::derivatives(problem, x, y).unwrap();
    assert!(report.is_certain(), "{report}");
    let x_star = root(problem, x, y);
    let expected = differences(problem, &x_star, y);
    let ift = estimator::hypergradient(problem, &x_star, y, &Ift::new()).unwrap();
    close("Omega", &flat(&ift.gradient), &expected, 1e-6);
    let newton = estimator::hypergradient(problem, &x_star, y, &Preconditioned::newton()).unwrap();
    close("Omega^P", &flat(&newton.gradient), &expected, 1e-6);
    x_star
}

/// Every quantity at `(x, y)` against the copy of the module over dual numbers: 1e-9 of the largest
/// entry of each.
#[track_caller]
pub fn against_oracle<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y, oracle: &Oracle<'_>) {
    let derivatives = oracle.derivatives(&flat(x), &flat(y));
    let (u, c) = (direction(x.flat_len(), 1.1), direction(y.flat_len(), 0.9));
    let found = quantities(problem, x, y, &u, &c);
    let (f, found_f) = (derivatives.f, &found[0].1);
    assert!(agree(found_f, &f.into_iter().collect::<Vec<_>>(), 1e-9).is_ok(), "f is {found_f:?}, expected {f:?}");
    let mut wrong = String::new();
    for (name, expected) in expectations(&derivatives, &u, &c) {
        let Some((_, found)) = found.iter().find(|(known, _)| *known == name) else { continue };
        if let Err(message) = agree(found, &expected, 1e-9) {
            wrong += &format!("\n{name}: {message}");
        }
    }
    assert!(wrong.is_empty(), "against the oracle:{wrong}");
}

fn direction(length: usize, slope: f64) -> Vec<f64> {
    (0..length).map(|i| (slope * i as f64 + 0.7).sin()).collect()
}

/// What the emitted kernels give, by the names of [`expectations`]; f first.
fn quantities<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y, u: &[f64], c: &[f64]) -> Vec<(&'static str, Vec<f64>)> {
    let work = &mut point::start(problem, x, y).unwrap();
    let (n, m) = problem.dims(work);
    let cast = |list: &[f64]| list.iter().map(|e| P::Scalar::lit(*e)).collect::<Vec<_>>();
    let (u, c) = (&cast(u), &cast(c));
    let value = problem.objective(work).into_iter().map(Real::wide).collect();
    let mut list = vec![("f", value), ("g", vec![problem.g(work).wide()])];
    let mut ask = |name, length, kernel: &dyn Fn(&mut P::Work, &mut [P::Scalar])| {
        let mut out = vec![P::Scalar::ZERO; length];
        kernel(work, &mut out);
        list.push((name, out.into_iter().map(Real::wide).collect()));
    };
    ask("F", n, &|w, out| problem.residual(w, out));
    ask("g_1", n, &|w, out| problem.g_1(w, out));
    ask("g_2", m, &|w, out| problem.g_2(w, out));
    ask("F_1", n * n, &|w, out| problem.f_1(w, out));
    ask("F_2", n * m, &|w, out| problem.f_2(w, out));
    ask("g_11", n * n, &|w, out| problem.g_11(w, out));
    ask("g_21", m * n, &|w, out| problem.g_21(w, out));
    ask("F_1 u", n, &|w, out| problem.f_1_mul(w, u, out));
    ask("F_1ᵀ u", n, &|w, out| problem.f_1_tr_mul(w, u, out));
    ask("F_2 c", n, &|w, out| problem.f_2_mul(w, c, out));
    ask("F_2ᵀ u", m, &|w, out| problem.f_2_tr_mul(w, u, out));
    ask("F_11", n * n * n, &|w, out| problem.f_11(w, out));
    ask("F_21", n * m * n, &|w, out| problem.f_21(w, out));
    let wide = |flat: &[P::Scalar]| flat.iter().map(|e| e.wide()).collect::<Vec<_>>();
    list.push(("Psi", wide(point::psi(problem, work).unwrap().flat())));
    list.push(("Omega", wide(point::omega(problem, work).unwrap().flat())));
    list.push(("Omega_1", wide(point::omega_1(problem, work).unwrap().flat())));
    list
}

/// `x*(y)` by Newton's method.
#[track_caller]
pub fn root<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) -> P::X {
    solver::solve(problem, x, y, &Newton::new().tolerance(1e-12).max_steps(100).stationary()).unwrap().x
}

/// The gradient of `h(y) = g(x*(y), y)` by five-point differences.
fn differences<P: UserFunctions>(problem: &P, x_star: &P::X, y: &P::Y) -> Vec<f64> {
    let base = flat(y);
    let value = |k: usize, step: f64| {
        let mut entries = base.clone();
        entries[k] += step;
        let moved = shaped(y, &entries);
        problem.user_g(&root(problem, x_star, &moved), &moved).wide()
    };
    (0..base.len())
        .map(|k| {
            let step = 1e-3 * base[k].abs().max(1.0);
            (8.0 * (value(k, step) - value(k, -step)) - (value(k, 2.0 * step) - value(k, -2.0 * step))) / (12.0 * step)
        })
        .collect()
}

/// x*, Omega at a point off the root, and the gradient of h, as tabulated.
pub struct Reference<'a> {
    pub x_star: &'a [f64],
    pub x_hat: &'a [f64],
    pub omega_hat: &'a [f64],
    pub gradient: &'a [f64],
    /// `C_y` of Omega.
    pub efficiency: f64,
}

impl Reference<'_> {
    /// Compares to 1e-9; `reorder` brings flat outer entries into the table's order.
    #[track_caller]
    pub fn check<P: UserFunctions>(&self, problem: &P, x_star: &P::X, y: &P::Y, reorder: impl Fn(Vec<f64>) -> Vec<f64>) {
        close("x*", &flat(x_star), self.x_star, 1e-9);
        let omega = |x: &P::X| reorder(flat(&estimator::hypergradient(problem, x, y, &Ift::new()).unwrap().gradient));
        close("Omega at x^", &omega(&shaped(x_star, self.x_hat)), self.omega_hat, 1e-9);
        close("grad h", &omega(x_star), self.gradient, 1e-9);
        let c_y = estimator::efficiency(problem, x_star, y, &Ift::new()).unwrap();
        close("C_y", &[c_y], &[self.efficiency], 1e-6);
    }
}
