//! Stable forms, however they are written: right at margins and logits of ±800, to third order, and
//! in relative terms in their tails.

use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector, SVector, Vector3};

use crate::oracle::{Derivatives, agreement::agree};

/// How often each function is written below.
const SOFTPLUS: usize = 10;
const SIGMOID: usize = 8;

/// Spellings of `ln(1 + e^t)`, one per coordinate.
#[bilevel]
pub mod softplus_spelled {
    use hypergrad::math::{sigmoid, softplus};
    use nalgebra::SVector;

    fn spelled(t: &SVector<f64, 10>) -> f64 {
        (1.0 + t[0].exp()).ln()
            + t[1].exp().ln_1p()
            + (t[2].exp() + 1.0).ln()
            + (t[3].max(0.0) + (-t[3].abs()).exp().ln_1p())
            + (t[4] + (1.0 + (-t[4]).exp()).ln())
            + softplus(t[5])
            - (1.0 / (1.0 + t[6].exp())).ln()
            - sigmoid(-t[7]).ln()
            + (((-t[8]).exp() + 1.0).ln() + t[8])
            + if t[9] > 0.0 { t[9] + (-t[9]).exp().ln_1p() } else { t[9].exp().ln_1p() }
    }

    pub fn f(x: &SVector<f64, 10>, y: &SVector<f64, 10>) -> f64 {
        spelled(&x.component_mul(y)) + 0.5 * x.norm_squared()
    }

    pub fn g(x: &SVector<f64, 10>, y: &SVector<f64, 10>) -> f64 {
        spelled(&x.component_mul(y))
    }
}

/// Spellings of `1 / (1 + e^{-t})`, one per coordinate.
#[bilevel]
pub mod sigmoid_spelled {
    use hypergrad::math::sigmoid;
    use nalgebra::SVector;

    fn spelled(t: &SVector<f64, 8>) -> f64 {
        let (a, b) = (3.0 * t[4], 2.0 * t[4]);
        1.0 / (1.0 + (-t[0]).exp())
            + t[1].exp() / (1.0 + t[1].exp())
            + (1.0 + (-t[2]).exp()).recip()
            + sigmoid(t[3])
            + a.exp() / (a.exp() + b.exp())
            + 0.5 * (1.0 + (0.5 * t[5]).tanh())
            + (1.0 - 1.0 / (1.0 + t[6].exp()))
            + if t[7] >= 0.0 { 1.0 / (1.0 + (-t[7]).exp()) } else { t[7].exp() / (1.0 + t[7].exp()) }
    }

    pub fn f(x: &SVector<f64, 8>, y: &SVector<f64, 8>) -> f64 {
        spelled(&x.component_mul(y)) + 0.5 * x.norm_squared()
    }

    pub fn g(x: &SVector<f64, 8>, y: &SVector<f64, 8>) -> f64 {
        spelled(&x.component_mul(y))
    }
}

/// Spellings of `ln Σ e^t` and of its gradient, all at the same logits.
#[bilevel]
pub mod softmax_spelled {
    use hypergrad::math::log_sum_exp;
    use nalgebra::Vector3;

    fn log_partition(t: &Vector3<f64>) -> f64 {
        let top = t.max();
        let nested = t[0].max(t[1]).max(t[2]);
        let e = t.map(f64::exp);
        let p = e / e.sum();
        log_sum_exp(t)
            + t.map(f64::exp).sum().ln()
            + (0..3).map(|k| t[k].exp()).sum::<f64>().ln()
            + (t[0].exp() + t[1].exp() + t[2].exp()).ln()
            + (top + t.map(|s| (s - top).exp()).sum().ln())
            + (top + (0..3).map(|k| (t[k] - top).exp()).sum::<f64>().ln())
            + (nested + ((t[0] - nested).exp() + (t[1] - nested).exp() + (t[2] - nested).exp()).ln())
            + (t[1] - p[1].ln())
    }

    /// `Σ c_k p_k`, p the softmax of t.
    fn expected(t: &Vector3<f64>, c: &Vector3<f64>) -> f64 {
        let top = t.max();
        let (e, shifted) = (t.map(f64::exp), t.map(|s| (s - top).exp()));
        let normalised = log_sum_exp(t);
        c.dot(&(e / e.sum()))
            + (shifted / shifted.sum()).dot(c)
            + (0..3).map(|k| c[k] * (t[k] - normalised).exp()).sum::<f64>()
            + (0..3).map(|k| c[k] * t[k].exp() / (0..3).map(|j| t[j].exp()).sum::<f64>()).sum::<f64>()
            + (0..3).map(|k| c[k] / (0..3).map(|j| (t[j] - t[k]).exp()).sum::<f64>()).sum::<f64>()
    }

    pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        log_partition(&(x + y)) + 0.5 * x.norm_squared()
    }

    pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {
        expected(&(x + y), &Vector3::new(0.7, -0.4, 1.1))
    }
}

/// A function with its first three derivatives at t.
type Jet = fn(f64) -> [f64; 4];

/// `σ(t)` and `σ(-t)`.
fn sides(t: f64) -> (f64, f64) {
    let e = (-t.abs()).exp();
    let (large, small) = (1.0 / (1.0 + e), e / (1.0 + e));
    if t >= 0.0 { (large, small) } else { (small, large) }
}

fn softplus(t: f64) -> [f64; 4] {
    let (s, r) = sides(t);
    [t.max(0.0) + (-t.abs()).exp().ln_1p(), s, s * r, -s * r * (0.5 * t).tanh()]
}

fn sigmoid(t: f64) -> [f64; 4] {
    let [_, value, first, second] = softplus(t);
    [value, first, second, first * (1.0 - 6.0 * first)]
}

/// `f = φ(x y) + x²/2`, `g = φ(x y)` in each coordinate.
fn separable(jet: Jet, x: &[f64], y: &[f64]) -> Derivatives {
    let n = x.len();
    let entry = |i: usize| (x[i], y[i], jet(x[i] * y[i]));
    let vector = |value: &dyn Fn(f64, f64, [f64; 4]) -> f64| {
        DVector::from_fn(n, |i, _| {
            let (x, y, jet) = entry(i);
            value(x, y, jet)
        })
    };
    let diagonal = |value: &dyn Fn(f64, f64, [f64; 4]) -> f64| DMatrix::from_diagonal(&vector(value));
    let slices = |value: &dyn Fn(f64, f64, [f64; 4]) -> f64| {
        let entries = vector(value);
        (0..n).map(|k| DMatrix::from_fn(n, n, |i, j| if i == k && j == k { entries[k] } else { 0.0 })).collect()
    };
    Derivatives {
        f: Some(vector(&|x, _, d| d[0] + 0.5 * x * x).sum()),
        F: vector(&|x, y, d| y * d[1] + x),
        F_1: diagonal(&|_, y, d| y * y * d[2] + 1.0),
        F_2: diagonal(&|x, y, d| d[1] + x * y * d[2]),
        F_11: slices(&|_, y, d| y * y * y * d[3]),
        F_21: slices(&|x, y, d| 2.0 * y * d[2] + x * y * y * d[3]),
        g: vector(&|_, _, d| d[0]).sum(),
        g_1: vector(&|_, y, d| y * d[1]),
        g_2: vector(&|x, _, d| x * d[1]),
        g_11: diagonal(&|_, y, d| y * y * d[2]),
        g_21: diagonal(&|x, y, d| d[1] + x * y * d[2]),
    }
}

/// Every entry relative to itself.
#[track_caller]
fn tight(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (k, (a, b)) in found.iter().zip(expected).enumerate() {
        // A few roundings of the function and of the products with x and y.
        assert!((a - b).abs() <= 1e-13 * b.abs(), "{what}[{k}]: found {a:e}, expected {b:e}");
    }
}

fn list(slices: &[DMatrix<f64>]) -> Vec<f64> {
    slices.iter().flat_map(|slice| slice.iter().copied()).collect()
}

/// One point of a problem against its reference; relative entry by entry where `tails` says so.
macro_rules! compare {
    ($problem:expr, $x:expr, $y:expr, $reference:expr, $check:expr) => {{
        let (at, reference) = ($problem.at(&$x, &$y).unwrap(), $reference);
        let implicit = reference.implicit().unwrap();
        $check("f", &[at.f()], &[reference.f.unwrap()]);
        $check("F", at.F().as_slice(), reference.F.as_slice());
        $check("F_1", at.F_1().as_slice(), reference.F_1.as_slice());
        $check("F_2", at.F_2().as_slice(), reference.F_2.as_slice());
        $check("g_1", at.g_1().as_slice(), reference.g_1.as_slice());
        $check("g_2", at.g_2().as_slice(), reference.g_2.as_slice());
        $check("g_11", at.g_11().as_slice(), reference.g_11.as_slice());
        $check("g_21", at.g_21().as_slice(), reference.g_21.as_slice());
        $check("F_11", at.F_11().flat(), &list(&reference.F_11));
        $check("F_21", at.F_21().flat(), &list(&reference.F_21));
        let omega_1 = at.Omega_1().unwrap();
        assert!(agree(at.Omega().unwrap().as_slice(), implicit.Omega.as_slice(), 1e-12).is_ok());
        assert!(agree(omega_1.as_slice(), implicit.Omega_1.as_slice(), 1e-12).is_ok(), "{omega_1} {}", implicit.Omega_1);
    }};
}

const MARGINS: [f64; 9] = [-800.0, -300.0, -40.0, -3.0, 0.0, 0.5, 40.0, 300.0, 800.0];

#[test]
fn softplus_at_any_margin() {
    let problem = softplus_spelled::Problem::new().unwrap();
    for t in MARGINS {
        let (x, y) = (SVector::<f64, SOFTPLUS>::repeat(t / 0.8), SVector::<f64, SOFTPLUS>::repeat(0.8));
        compare!(problem, x, y, separable(softplus, x.as_slice(), y.as_slice()), tight);
    }
}

#[test]
fn sigmoid_at_any_margin() {
    let problem = sigmoid_spelled::Problem::new().unwrap();
    for t in MARGINS {
        let (x, y) = (SVector::<f64, SIGMOID>::repeat(t / 0.8), SVector::<f64, SIGMOID>::repeat(0.8));
        compare!(problem, x, y, separable(sigmoid, x.as_slice(), y.as_slice()), tight);
    }
}

/// `f = 8 lse(x + y) + |x|²/2`, `g = 5 ⟨c, softmax(x + y)⟩`.
fn coupled(x: &Vector3<f64>, y: &Vector3<f64>) -> Derivatives {
    let t = x + y;
    let shifted = t.map(|s| (s - t.max()).exp());
    let p = shifted / shifted.sum();
    let c: Vector3<f64> = 5.0 * Vector3::new(0.7, -0.4, 1.1);
    let same = |i: usize, j: usize| if i == j { p[i] } else { 0.0 };
    let second = DMatrix::from_fn(3, 3, |i, j| same(i, j) - p[i] * p[j]);
    let third = |i: usize, j: usize, k: usize| {
        let diagonal = if i == j && j == k { p[i] } else { 0.0 };
        diagonal - same(i, j) * p[k] - same(i, k) * p[j] - same(j, k) * p[i] + 2.0 * p[i] * p[j] * p[k]
    };
    let slices: Vec<_> = (0..3).map(|k| DMatrix::from_fn(3, 3, |i, j| 8.0 * third(i, j, k))).collect();
    let slope = &second * c;
    let curvature = DMatrix::from_fn(3, 3, |j, k| (0..3).map(|i| c[i] * third(i, j, k)).sum());
    Derivatives {
        f: Some(8.0 * (t.max() + shifted.sum().ln()) + 0.5 * x.norm_squared()),
        F: DVector::from_fn(3, |i, _| 8.0 * p[i] + x[i]),
        F_1: 8.0 * &second + DMatrix::identity(3, 3),
        F_2: 8.0 * second,
        F_11: slices.clone(),
        F_21: slices,
        g: p.dot(&c),
        g_1: DVector::from_column_slice(slope.as_slice()),
        g_2: DVector::from_column_slice(slope.as_slice()),
        g_11: curvature.clone(),
        g_21: curvature,
    }
}

#[test]
fn softmax_at_any_logits() {
    let problem = softmax_spelled::Problem::new().unwrap();
    let close = |what: &str, found: &[f64], expected: &[f64]| {
        if let Err(message) = agree(found, expected, 1e-12) {
            panic!("{what}: {message}");
        }
    };
    for x in [[800.0, -800.0, 0.0], [-800.0, 799.0, 800.0], [-800.0; 3], [800.0; 3], [0.3, -0.2, 1.0], [0.0, 40.0, 39.0]] {
        let (x, y) = (Vector3::from(x), Vector3::new(0.1, -0.3, 0.2));
        compare!(problem, x, y, coupled(&x, &y), close);
    }
}

/// The normal distribution, as it is written, in its left tail.
#[bilevel]
pub mod normal {
    use core::f64::consts::SQRT_2;
    use hypergrad::math::erf;

    pub fn f(x: f64, y: f64) -> f64 {
        0.5 * (x - y) * (x - y)
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        0.5 * (1.0 + erf(x / SQRT_2)) + 0.5 * (1.0 - erf(-x / SQRT_2))
    }
}

/// Rounding of `x/√2` is magnified by x².
#[test]
fn the_normal_distribution_in_its_tail() {
    let problem = normal::Problem::new().unwrap();
    for (x, probability) in [(-1.0, 0.158_655_253_931_457_05), (-30.0, 4.906_713_927_148_187e-198)] {
        let at = problem.at(&x, &0.0).unwrap();
        let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let tolerance = 4.0 * (1.0 + x * x) * f64::EPSILON;
        assert!((at.g() / (2.0 * probability) - 1.0).abs() <= tolerance, "{:e} at {x}", at.g());
        assert!((at.g_1() / (2.0 * density) - 1.0).abs() <= tolerance, "{:e} at {x}", at.g_1());
        assert!((at.g_11()[(0, 0)] / (-2.0 * x * density) - 1.0).abs() <= tolerance, "{x}");
    }
}
