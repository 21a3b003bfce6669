//! Claims about every combination of some F, g and phi of one number, against the definition: at
//! roots found by Newton's method, `p* = phi_1⁻¹ v*` must not change where it is said not to.

use super::facts::{Estimator, Fact};
use super::stationary::{Change, diagonal, exponential, prove};
use super::structure;
use crate::differentiate::derive;
use crate::differentiate::tests::programs::read;

type Formula = (&'static str, fn(f64, f64) -> f64);

macro_rules! formulas {
    ($first:ident, $second:ident: $($formula:expr),+ $(,)?) => {
        &[$((stringify!($formula), |$first: f64, $second: f64| -> f64 { let _ = ($first, $second); $formula })),+]
    };
}

const ROOTS: &[Formula] = formulas![x, y:
    x - y,
    x * y.exp() - 2.0,
    x * (1.0 + y * y) - y.sin() - 1.0,
    x * x * x + x - y,
    x * x - y,
    (x - 1.0) * (x.exp() - y - 2.0),
    x.ln() + y,
    x.exp() * y - 3.0,
    y / x - 0.5,
];

const OUTER: &[Formula] = formulas![x, y:
    3.0 * x,
    0.5 * x * x,
    x * y,
    x.ln(),
    0.25 * x.powi(4) - y,
    x.exp(),
    x.powf(1.5) + y * y,
];

const CHANGES: &[Formula] = formulas![z, y:
    z.exp(),
    z / (1.0 + y * y),
    z * (-y).exp() + y,
    1.0 + z.sinh(),
    (-2.0 * z).sqrt(),
    z.ln(),
    2.0 * (0.5 * z).exp() * y,
    z.powi(3),
];

/// A derivative by central differences of fourth order.
fn slope(f: impl Fn(f64) -> f64, at: f64) -> f64 {
    let h = 1e-3;
    ((f(at + h) - f(at - h)) * 8.0 - (f(at + 2.0 * h) - f(at - 2.0 * h))) / (12.0 * h)
}

fn newton(f: impl Fn(f64) -> f64, start: f64) -> Option<f64> {
    let mut x = start;
    for _ in 0..60 {
        x -= f(x) / slope(&f, x);
    }
    (f(x).abs() < 1e-12 && x.is_finite()).then_some(x)
}

/// `phi_1⁻¹ v` at the root near `start`, with z near 1 or -1.
fn adjoint([f, g]: [&Formula; 2], phi: Option<&Formula>, y: f64, start: f64) -> Option<f64> {
    let x = newton(|x| f.1(x, y), start)?;
    let v = slope(|x| g.1(x, y), x) / slope(|x| f.1(x, y), x);
    let Some(phi) = phi else { return Some(v) };
    let z = [0.9, -0.9].into_iter().find_map(|z| newton(|z| phi.1(z, y) - x, z))?;
    Some(v / slope(|z| phi.1(z, y), z))
}

/// Relative change of the adjoint along the path; `None` where there is no path.
fn change(pair: [&Formula; 2], phi: Option<&Formula>, start: f64) -> Option<f64> {
    let at = |y: f64| adjoint(pair, phi, y, start);
    let (y, h) = (1.3, 1e-2);
    let moved = (at(y + h)? - at(y - h)?) / (2.0 * h);
    let change = moved.abs() / at(y)?.abs();
    change.is_finite().then_some(change)
}

/// What is claimed of Omega and of phi.
fn claims(f: &Formula, g: &Formula, phi: &Formula) -> [bool; 2] {
    let text = format!(
        "mod m {{ pub fn F(x: f64, y: f64) -> f64 {{ {} }} pub fn g(x: f64, y: f64) -> f64 {{ {} }}
         pub fn phi(z: f64, y: f64) -> f64 {{ {} }} }}",
        f.0, g.0, phi.0
    );
    let mut model = read(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let quantities = derive(&mut model);
    let facts = structure(&mut model.graph, &quantities);
    let proved: Vec<Estimator> = facts.super_efficient().collect();
    [Estimator::Ift, Estimator::Reparameterized].map(|kind| proved.contains(&kind))
}

/// One combination of three: as it is claimed, and where nothing is missed but what is no such path.
fn check(f: &Formula, g: &Formula, phi: &Formula) -> usize {
    let [omega, map] = claims(f, g, phi);
    let mut claimed = 0;
    // Both branches of a root, where there are two.
    for start in [1.0, 0.6, 2.0] {
        for (claim, phi) in [(omega, None), (map, Some(phi))] {
            let Some(change) = change([f, g], phi, start) else { continue };
            let what = format!("F = {}, g = {}, phi = {:?}", f.0, g.0, phi.map(|phi| phi.0));
            assert!(!claim || change < 1e-5, "claimed: {what}, but p* changes by {change:e}");
            assert!(claim || change > 1e-9, "not proved: {what}");
            claimed += usize::from(claim);
        }
    }
    claimed
}

#[test]
fn what_is_claimed_is_so_and_nothing_is_missed() {
    let mut claimed = 0;
    for (i, f) in ROOTS.iter().enumerate() {
        for (j, g) in OUTER.iter().enumerate() {
            // A quarter of all: every pair of F and g, of F and phi, of g and phi.
            for (_, phi) in CHANGES.iter().enumerate().filter(|(k, _)| (i + j + k) % 4 == 0) {
                claimed += check(f, g, phi);
            }
        }
    }
    assert!(claimed > 30, "{claimed}");
}

/// Proofs that are tried where they have no chance end without a panic.
#[test]
fn hopeless_proofs_end() {
    for seed in 200..204 {
        let mut model = read(&crate::differentiate::tests::program::random_module(seed)).unwrap_or_else(|e| panic!("{e}"));
        let quantities = derive(&mut model);
        let mut facts = structure(&mut model.graph, &quantities);
        (facts.f1_diagonal, facts.g_constant_slope) = (Fact::proved(""), Fact::proved(""));
        let graph = &mut model.graph;
        for change in [Change::None, exponential(graph, &quantities), diagonal(graph, &quantities), Change::Slope] {
            let _ = prove(graph, &quantities, &facts, &change);
        }
    }
}
