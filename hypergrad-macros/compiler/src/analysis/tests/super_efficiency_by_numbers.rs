//! Claims about every combination of some F, g and phi of one number, against the definition: at
//! roots found by Newton's method, `phi_1⁻¹ v` must not change where it is said not to.

use crate::analysis::facts::{Estimator, Fact};
use crate::analysis::stationary::{Change, diagonal, exponential, prove};
use crate::analysis::structure;
use crate::differentiate::derive;
use crate::differentiate::tests::read;

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

/// F, g and phi.
type Formulas<'f> = [&'f Formula; 3];

/// Those that are proved by what is constant along the path.
const KINDS: [Estimator; 5] = [
    Estimator::Ift,
    Estimator::Reparameterized,
    Estimator::LocalizedExp,
    Estimator::LocalizedDiagonal,
    Estimator::LocalizedNewton,
];

/// What must not change for `C_y` = 0, at the root x of y: `phi_1⁻¹ v`, and `g_1` for the optimal map.
fn constant(kind: Estimator, [f, g, phi]: Formulas, (x, y): (f64, f64), x_bar: f64) -> Option<f64> {
    let (f_1, g_1) = (slope(|x| f.1(x, y), x), slope(|x| g.1(x, y), x));
    let v = g_1 / f_1;
    Some(match kind {
        Estimator::Reparameterized => {
            // z near 1 or -1.
            let z = [0.9, -0.9].into_iter().find_map(|z| newton(|z| phi.1(z, y) - x, z))?;
            v / slope(|z| phi.1(z, y), z)
        }
        Estimator::LocalizedExp => v / x,
        Estimator::LocalizedDiagonal => v * slope(|x| f.1(x, y), x_bar),
        Estimator::LocalizedNewton => g_1,
        _ => v,
    })
}

/// Its relative change along the path from the root near `start`; `None` where there is no path.
fn change(kind: Estimator, formulas: Formulas, start: f64) -> Option<f64> {
    let root = |y: f64| newton(|x| formulas[0].1(x, y), start);
    let (y, h) = (1.3, 1e-2);
    let x_bar = root(y)?;
    let at = |y: f64| constant(kind, formulas, (root(y)?, y), x_bar);
    let moved = (at(y + h)? - at(y - h)?) / (2.0 * h);
    let change = moved.abs() / at(y)?.abs();
    change.is_finite().then_some(change)
}

/// The estimators that are claimed.
fn claims([f, g, phi]: Formulas) -> Vec<Estimator> {
    let text = format!(
        "mod m {{ pub fn F(x: f64, y: f64) -> f64 {{ {} }} pub fn g(x: f64, y: f64) -> f64 {{ {} }}
         pub fn phi(z: f64, y: f64) -> f64 {{ {} }} }}",
        f.0, g.0, phi.0
    );
    let mut model = read(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let quantities = derive(&mut model);
    structure(&mut model.graph, &model.sizes, &quantities).super_efficient().collect()
}

/// One combination: claimed where it is so, and not elsewhere. How often it is.
fn check(formulas: Formulas) -> usize {
    let proved = claims(formulas);
    let mut claimed = 0;
    for kind in KINDS {
        let claim = proved.contains(&kind);
        let what = format!("{kind:?}, F = {}, g = {}, phi = {}", formulas[0].0, formulas[1].0, formulas[2].0);
        // Every branch of the root: a claim is for all of them.
        let changes = [1.0, 0.6, 2.0].into_iter().filter_map(|start| change(kind, formulas, start));
        let Some(largest) = changes.reduce(f64::max) else { continue };
        assert!(!claim || largest < 1e-5, "claimed: {what}, but it changes by {largest:e}");
        assert!(claim || largest > 1e-9, "not proved: {what}");
        claimed += usize::from(claim);
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
                claimed += check([f, g, phi]);
            }
        }
    }
    assert!(claimed > 50, "{claimed}");
}

/// Proofs that are tried where they have no chance end without a panic.
#[test]
fn hopeless_proofs_end() {
    for seed in 200..204 {
        let mut model = read(&crate::differentiate::tests::random_module(seed)).unwrap_or_else(|e| panic!("{e}"));
        let quantities = derive(&mut model);
        let mut facts = structure(&mut model.graph, &model.sizes, &quantities);
        (facts.f1_diagonal, facts.g_constant_slope) = (Fact::proved(""), Fact::proved(""));
        let graph = &mut model.graph;
        for change in [Change::None, exponential(graph, &quantities), diagonal(graph, &quantities), Change::Slope] {
            let _ = prove(graph, &quantities, &facts, &change);
        }
    }
}
