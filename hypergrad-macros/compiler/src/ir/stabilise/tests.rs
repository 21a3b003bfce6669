//! Stable forms in every spelling: right at ±800, to third order.

use crate::differentiate::derive;
use crate::differentiate::tests::fixture::random_point;
use crate::differentiate::tests::programs::read;
use crate::differentiate::tests::random::Random;
use crate::exploit::untranspose;
use crate::ir::interpret::{Point, Tensor};
use crate::ir::{Graph, Id, Role, Size, Symbol};
use crate::print::formula;

/// Value and three derivatives of `f(x)` at points, `body` being an expression in `x: f64`.
fn orders(body: &str, points: &[f64]) -> Vec<[f64; 4]> {
    let text = format!("mod m {{ pub fn f(x: f64, y: f64) -> f64 {{ {body} }} pub fn g(x: f64, y: f64) -> f64 {{ x + y }} }}");
    let mut model = read(&text).unwrap_or_else(|e| panic!("{body}: {e}"));
    let q = derive(&mut model);
    let roots = [q.f.unwrap(), q.residual[0], q.f_1.as_ref().unwrap()[0][0], q.f_11.as_ref().unwrap()[0][0][0]];
    points.iter().map(|x| at(&model.graph, &roots, *x)).collect()
}

fn at(graph: &Graph, roots: &[Id; 4], x: f64) -> [f64; 4] {
    let mut point = Point::default();
    for (_, info, id) in graph.inputs() {
        let value = if info.role == Role::X { x } else { 0.5 };
        point.inputs.insert(id, Tensor::scalar(value));
    }
    let values = point.values(graph, roots);
    [0, 1, 2, 3].map(|k| values[k].data[0])
}

const POINTS: [f64; 13] = [0.0, -0.0, 1e-300, -1e-300, 0.3, -0.3, 2.0, -2.0, 20.0, 40.0, -40.0, 800.0, -800.0];

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 4e-15 * expected.abs() + f64::MIN_POSITIVE
}

/// Compares with four reference functions, `scale` times them.
fn same(body: &str, reference: impl Fn(f64) -> [f64; 4]) {
    for (x, found) in POINTS.iter().zip(orders(body, &POINTS)) {
        let expected = reference(*x);
        for k in 0..4 {
            assert!(
                close(found[k], expected[k]),
                "{body}: derivative {k} at {x}: found {:e}, expected {:e}",
                found[k],
                expected[k]
            );
        }
    }
}

/// `ln(1 + e^t)` and its derivatives, from `e = e^{-|t|}`.
fn softplus(t: f64) -> [f64; 4] {
    let e = (-t.abs()).exp();
    let sum = 1.0 + e;
    let curvature = e / (sum * sum);
    // σσ₋(1 - 2σ) = -σσ₋ tanh(t/2)
    let third = -curvature * (0.5 * t).tanh();
    [t.max(0.0) + e.ln_1p(), if t >= 0.0 { 1.0 / sum } else { e / sum }, curvature, third]
}

/// σ and its derivatives.
fn sigmoid(t: f64) -> [f64; 4] {
    let [_, first, second, third] = softplus(t);
    let e = (-t.abs()).exp();
    let sum = 1.0 + e;
    // σ‴ = σσ₋(1 - 6σσ₋), without cancellation: e(1 - 4e + e²)/(1 + e)⁴
    let fourth = e * (1.0 - 4.0 * e + e * e) / (sum * sum * sum * sum);
    [first, second, third, fourth]
}

fn scaled(scale: f64, inner: f64, values: [f64; 4]) -> [f64; 4] {
    [scale * values[0], scale * inner * values[1], scale * inner * inner * values[2], scale * inner * inner * inner * values[3]]
}

#[test]
fn softplus_in_every_spelling() {
    for body in [
        "(1.0 + x.exp()).ln()",
        "(x.exp() + 1.0).ln()",
        "x.exp().ln_1p()",
        "(1.0 + (-(-x)).exp()).ln()",
        "-(1.0 / (1.0 + x.exp())).ln()",
        "-(1.0 - 1.0 / (1.0 + (-x).exp())).ln()",
        "(0.0_f64.exp() + x.exp()).ln()",
        "((0.5 * x).exp().powi(2) + 1.0).ln()",
        "x + (1.0 + (-x).exp()).ln()",
        "x.max(0.0) + (-x.abs()).exp().ln_1p()",
        "(1.0 + (-x.abs()).exp()).ln() + y + 0.0_f64.max(x) - y",
        "(1.0 + (-x).exp()).ln() - y + x + y",
    ] {
        same(body, softplus);
    }
    for body in [
        "(1.0 + (-x).exp()).ln()",
        "-(1.0 / (1.0 + (-x).exp())).ln()",
        "(-x).exp().ln_1p()",
        "(1.0 + x.exp().recip()).ln()",
        "(1.0 + 1.0 / x.exp()).ln()",
        "(1.0 + x.exp()).ln() - x",
        "x.max(0.0) - x + (-x.abs()).exp().ln_1p()",
        "(-x).max(0.0) + (-x.abs()).exp().ln_1p()",
        "0.5 * ((1.0 + x.exp()).ln() - x - y) + 0.5 * ((1.0 + x.exp()).ln() - x + y)",
    ] {
        same(body, |t| scaled(1.0, -1.0, softplus(-t)));
    }
}

#[test]
fn roots_of_sums_of_squares_in_every_spelling() {
    let reference = |c: f64| {
        move |t: f64| {
            let s = t.hypot(c.sqrt());
            [s, t / s, c / s / s / s, -3.0 * c / s / s / s * (t / s) / s]
        }
    };
    for body in
        ["(x * x + 1e-8).sqrt()", "(1e-8 + x.powi(2)).sqrt()", "(x * x + 1e-8).powf(0.5)", "x.hypot(1e-4)", "1e-4_f64.hypot(-x)"]
    {
        same(body, reference(1e-8));
    }
    same("(x * x + y * y).sqrt()", reference(0.25));
    same("y * (1.0 + (x / y).powi(2)).sqrt()", reference(0.25));
    same("pseudo_huber(x, y) / y + y", reference(0.25));
}

#[test]
fn logarithm_of_cosh_in_every_spelling() {
    let reference = |t: f64| {
        let a = t.abs();
        let value = if a < 0.5 {
            (2.0 * (0.5 * a).sinh().powi(2)).ln_1p()
        } else {
            a + (-2.0 * a).exp().ln_1p() - std::f64::consts::LN_2
        };
        let e = (-2.0 * a).exp();
        let sech2 = 4.0 * e / (1.0 + e) / (1.0 + e);
        [value, t.tanh(), sech2, -2.0 * t.tanh() * sech2]
    };
    for body in [
        "x.cosh().ln()",
        "-(1.0 / x.cosh()).ln()",
        "2.0 * x.cosh().sqrt().ln()",
        "(-x).cosh().ln()",
        "(2.0 * x.cosh()).ln() - 2.0_f64.ln()",
    ] {
        same(body, reference);
    }
}

#[test]
fn sigmoid_in_every_spelling() {
    for body in [
        "1.0 / (1.0 + (-x).exp())",
        "((-x).exp() + 1.0).recip()",
        "(1.0 + (-x).exp()).powi(-1)",
        "x.exp() / (1.0 + x.exp())",
        "x.exp() / (x.exp() + 1.0)",
        "1.0 - 1.0 / (1.0 + x.exp())",
        "1.0 / (1.0 + 1.0 / x.exp())",
        "(-(1.0 + (-x).exp()).ln()).exp()",
        "1.0 - (-x).exp() / (1.0 + (-x).exp())",
        "(2.0 * x).exp() / ((2.0 * x).exp() + x.exp())",
        "(x + 3.0).exp() / ((x + 3.0).exp() + 3.0_f64.exp())",
        "{ let (a, b) = (0.5 * x, -0.5 * x); a.exp() / (a.exp() + b.exp()) }",
        "{ let (a, b) = (0.5 * x, -0.5 * x); 1.0 / (1.0 + (b - a).exp()) }",
    ] {
        same(body, sigmoid);
    }
    same("1.0 - 1.0 / (1.0 + (-x).exp())", |t| scaled(1.0, -1.0, sigmoid(-t)));
    same("3.0 / (1.0 + (2.0 * x).exp())", |t| scaled(3.0, -2.0, sigmoid(-2.0 * t)));
    same("2.0 / (2.0 + 2.0 * (-x).exp())", sigmoid);
}

/// Value and three derivatives of `f(x)`, x of length 3, the derivatives flat.
fn vector_orders(body: &str, x: [f64; 3]) -> Vec<Vec<f64>> {
    let text = format!(
        "mod m {{ use nalgebra::*; pub fn f(x: &Vector3<f64>, y: f64) -> f64 {{ {body} }} pub fn g(x: &Vector3<f64>, y: f64) -> f64 {{ x.sum() + y }} }}"
    );
    let mut model = read(&text).unwrap_or_else(|e| panic!("{body}: {e}"));
    let q = derive(&mut model);
    let roots = [q.f.unwrap(), q.residual[0], q.f_1.as_ref().unwrap()[0][0], q.f_11.as_ref().unwrap()[0][0][0]];
    let mut point = Point::default();
    for (_, info, id) in model.graph.inputs() {
        let value = if info.role == Role::X { Tensor::vector(&x) } else { Tensor::scalar(0.5) };
        point.inputs.insert(id, if info.role == Role::X || info.role == Role::Y { value } else { Tensor::vector(&[0.0; 3]) });
    }
    point.values(&model.graph, &roots).into_iter().map(|t| t.data).collect()
}

/// log-sum-exp and its derivatives: cumulants of the softmax weights.
fn log_sum_exp(z: [f64; 3]) -> Vec<Vec<f64>> {
    let most = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = z.iter().map(|t| (t - most).exp()).sum();
    let p = z.map(|t| (t - most).exp() / total);
    let unit = |i: usize, a: usize| f64::from(u8::from(i == a)) - p[i];
    let cumulant = |axes: &[usize]| (0..3).map(|a| p[a] * axes.iter().map(|i| unit(*i, a)).product::<f64>()).sum();
    let second = (0..9).map(|k| cumulant(&[k / 3, k % 3])).collect();
    let third = (0..27).map(|k| cumulant(&[k / 9, k / 3 % 3, k % 3])).collect();
    vec![vec![most + total.ln()], p.to_vec(), second, third]
}

const VECTORS: [[f64; 3]; 8] = [
    [0.3, -0.2, 1.0],
    [0.0, 0.0, 0.0],
    [800.0, -800.0, 0.0],
    [-800.0, -800.0, -800.0],
    [800.0, 800.0, 799.0],
    [40.0, 0.0, -40.0],
    [1e-300, -1e-300, 0.0],
    [-800.0, 0.5, 0.25],
];

fn same_vector(body: &str, reference: impl Fn([f64; 3]) -> Vec<Vec<f64>>) {
    for x in VECTORS {
        for (order, (found, expected)) in vector_orders(body, x).iter().zip(reference(x)).enumerate() {
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(&expected) {
                // Weights near 1 leave p(1 - p) to absolute accuracy.
                let tolerance = 1e-14 * b.abs() + if order > 1 { 1e-15 } else { 1e-300 };
                assert!(
                    (a - b).abs() <= tolerance,
                    "{body}: derivative {order} at {x:?}: found {found:?}, expected {expected:?}"
                );
            }
        }
    }
}

#[test]
fn log_sum_exp_in_every_spelling() {
    for body in [
        "x.map(f64::exp).sum().ln()",
        "x.map(|t| t.exp()).sum().ln()",
        "x.iter().map(|t| t.exp()).sum::<f64>().ln()",
        "(0..3).map(|i| x[i].exp()).sum::<f64>().ln()",
        "{ let m = x.max(); m + x.add_scalar(-m).map(f64::exp).sum().ln() }",
        "{ let m = x.max(); m + x.map(|t| (t - m).exp()).sum().ln() }",
        "(x[0].exp() + x[1].exp() + x[2].exp()).ln()",
        "(x.x.exp() + (x.y.exp() + x.z.exp())).ln()",
        "-(1.0 / x.map(f64::exp).sum()).ln()",
        "x[1] - (x[1].exp() / (x[0].exp() + x[1].exp() + x[2].exp())).ln()",
        "x[1] - (x.map(f64::exp) / x.map(f64::exp).sum())[1].ln()",
        "{ let p = x.map(f64::exp); x[1] - (p[1] / p.sum()).ln() }",
        "{ let p = x.map(f64::exp); let p = &p / p.sum(); x[2] - p.map(f64::ln)[2] }",
        "{ let p = x.map(|t| (t - x.max()).exp()); let p = p.unscale(p.sum()); x[2] - p.map(f64::ln)[2] }",
        "(2.0 * x.map(f64::exp).sum()).ln() - 2.0_f64.ln()",
        "(0.5 * x.map(f64::exp).mean()).ln() - (0.5_f64 / 3.0).ln()",
        "hypergrad::math::log_sum_exp(x)",
    ] {
        same_vector(body, log_sum_exp);
    }
}

#[test]
fn logarithms_of_two_exponentials() {
    // ln(e^a + e^b) of two entries: the third only shifts.
    let reference = |x: [f64; 3]| {
        let values = log_sum_exp([x[0], x[1], f64::NEG_INFINITY]);
        values.into_iter().collect::<Vec<_>>()
    };
    for body in
        ["(x[0].exp() + x[1].exp()).ln()", "x[0] + (1.0 + (x[1] - x[0]).exp()).ln()", "x[1] + (x[0] - x[1]).exp().ln_1p()"]
    {
        same_vector(body, reference);
    }
}

/// `p₀` and its derivatives at saturation: finite, and right to absolute accuracy.
#[test]
fn softmax_in_every_spelling() {
    for body in [
        "{ let e = x.map(f64::exp); e[0] / e.sum() }",
        "{ let e = x.map(f64::exp); (&e / e.sum())[0] }",
        "{ let m = x.max(); let e = x.map(|t| (t - m).exp()); e[0] / e.sum() }",
        "x[0].exp() / (x[0].exp() + x[1].exp() + x[2].exp())",
        "1.0 / (1.0 + (x[1] - x[0]).exp() + (x[2] - x[0]).exp())",
        "(x[0] - x.map(f64::exp).sum().ln()).exp()",
    ] {
        for x in VECTORS {
            let reference = log_sum_exp(x);
            let found = vector_orders(body, x);
            for i in 0..3 {
                assert!((found[0][0] - reference[1][0]).abs() <= 1e-14 * reference[1][0] + 1e-300, "{body} at {x:?}");
                assert!((found[1][i] - reference[2][i]).abs() <= 1e-15, "{body} at {x:?}: {found:?}, {reference:?}");
            }
            for k in 0..9 {
                assert!((found[2][k] - reference[3][k]).abs() <= 2e-15, "{body} at {x:?}: {found:?}, {reference:?}");
            }
            assert!(found[3].iter().all(|t| t.is_finite()), "{body} at {x:?}");
        }
    }
}

#[test]
fn cross_entropy_with_labels() {
    // Two classes: -(y ln σ + (1 - y) ln(1 - σ)) = softplus(x) - y x at y = 0.5.
    for body in
        ["{ let s = 1.0 / (1.0 + (-x).exp()); -(y * s.ln() + (1.0 - y) * (1.0 - s).ln()) }", "(1.0 + x.exp()).ln() - y * x"]
    {
        same_within(body, 1e-12, |t| {
            let [value, first, second, third] = softplus(t);
            [value - 0.5 * t, first - 0.5, second, third]
        });
    }
}

/// `f` and its slope at x = 1, `body` being an expression in x, b times x and w.
fn of_vectors(body: &str, b: &[f64], w: &[f64]) -> [f64; 2] {
    let text = format!(
        "mod m {{ use nalgebra::DVector; pub struct D {{ pub b: DVector<f64>, pub w: DVector<f64> }}
            pub fn f(x: f64, y: f64, d: &D) -> f64 {{ let (b, w) = (&d.b * x, &d.w); {body} }}
            pub fn g(x: f64, y: f64) -> f64 {{ x + y }} }}"
    );
    let mut model = read(&text).unwrap_or_else(|e| panic!("{body}: {e}"));
    let q = derive(&mut model);
    let roots = [q.f.unwrap(), q.residual[0]];
    let mut point = Point { symbols: vec![0; 2], ..Point::default() };
    for (_, info, id) in model.graph.inputs() {
        let vector = if info.block == 0 { b } else { w };
        if let (Role::Data, [extent]) = (info.role, model.graph.shape(id)) {
            let symbol = (0..2).find(|symbol| *extent == Size::symbol(Symbol(*symbol))).unwrap();
            point.symbols[symbol as usize] = vector.len() as i64;
            point.inputs.insert(id, Tensor::vector(vector));
        } else {
            point.inputs.insert(id, Tensor::scalar(1.0));
        }
    }
    let values = point.values(&model.graph, &roots);
    [0, 1].map(|k| values[k].data[0])
}

/// `ln Σ e^c = ln n + c`, where all terms are alike.
#[test]
fn exponentials_that_are_alike() {
    for (body, count) in [
        ("DVector::from_fn(b.len(), |_, _| 900.0 * x).map(f64::exp).sum().ln()", 3.0_f64),
        ("DVector::from_fn(b.len() - 1, |_, _| 900.0 * x).map(f64::exp).sum().ln()", 2.0),
        ("DMatrix::from_fn(b.len(), w.len(), |_, _| 900.0 * x).map(f64::exp).sum().ln()", 6.0),
        ("nalgebra::SMatrix::<f64, 5, 7>::from_fn(|_, _| 900.0 * x).map(f64::exp).sum().ln()", 35.0),
        ("hypergrad::math::log_sum_exp(&nalgebra::SVector::<f64, 4>::from_fn(|_, _| 900.0 * x))", 4.0),
    ] {
        let found = of_vectors(body, &[0.1, 0.2, 0.3], &[0.5, 0.7]);
        assert!((found[0] - 900.0 - count.ln()).abs() < 1e-12 && (found[1] - 900.0).abs() < 1e-12, "{body}: {found:?}");
    }
    let found = of_vectors("DVector::from_fn(b.len() - 1, |_, _| b.dot(b)).map(f64::exp).sum().ln()", &[20.0, 30.0, 40.0], &[]);
    assert!((found[0] - 2900.0 - 2_f64.ln()).abs() < 1e-11 && (found[1] - 5800.0).abs() < 1e-10, "{found:?}");
    let of_none = of_vectors("DVector::from_fn(b.len(), |_, _| x).map(f64::exp).sum().ln()", &[], &[]);
    assert_eq!(of_none[0], f64::NEG_INFINITY);
}

/// What is alike cancels: no derivative of it keeps the rounding of its terms.
#[test]
fn exponentials_that_are_alike_are_one() {
    for body in [
        "nalgebra::SMatrix::<f64, 5, 7>::from_fn(|_, _| nalgebra::SMatrix::<f64, 3, 7>::repeat(7.5 * x).norm_squared()).map(f64::exp).sum().ln()",
        "nalgebra::SVector::<f64, 3>::from_fn(|i, _| i as f64).map(|t| (1181.25 * x * x).exp() * (t - t).exp()).sum().ln()",
        // One exponential alone overflows.
        "(nalgebra::SVector::<f64, 1>::repeat(1181.25 * x * x) * nalgebra::RowSVector::<f64, 1>::repeat(1.0)).map(f64::exp).sum().ln()",
    ] {
        for (x, found) in [0.5, 3.0, -20.0].into_iter().zip(orders(body, &[0.5, 3.0, -20.0])) {
            let off = [found[1] - 2362.5 * x, found[2] - 2362.5, found[3]];
            assert!(off.iter().all(|t| t.abs() < 1e-10), "{body} at {x}: {found:?}");
        }
    }
}

/// A sum of no exponentials is 0, also where others are written by their logarithms.
#[test]
fn sums_of_no_exponentials() {
    let softmax = "{ let e = b.map(f64::exp); (&e / e.sum()).sum() }";
    assert_eq!(of_vectors(&format!("1.0 / (1.5 + {softmax}.powi(2))"), &[], &[]), [1.0 / 1.5, 0.0]);
    assert!((of_vectors(&format!("1.0 / (1.5 + {softmax}.powi(2))"), &[0.3, 0.4], &[])[0] - 0.4).abs() < 1e-15);
    assert_eq!(of_vectors(&format!("{softmax}.ln()"), &[], &[])[0], f64::NEG_INFINITY);
    // `min` would leave out what is no number.
    let squares = "{ let e = b.map(f64::exp); (&e / e.sum()).norm_squared() }";
    let body = format!("1.0_f64.min(0.5 / (1.5 + {squares}.powi(2)))");
    assert_eq!(of_vectors(&body, &[], &[]), [0.5 / 1.5, 0.0]);
    assert!((of_vectors(&body, &[0.3, 0.3], &[])[0] - 0.5 / 1.75).abs() < 1e-15);
    let (b, w): ([f64; 2], [f64; 2]) = ([0.2, -0.7], [0.4, 1.1]);
    let total = |b: &[f64], w: &[f64]| b.iter().chain(w).map(|t| t.exp()).sum::<f64>();
    let slope = |b: &[f64]| b.iter().map(|t| t * t.exp()).sum::<f64>();
    for (b, w) in [(&b[..], &w[..]), (&b, &[]), (&[], &w)] {
        let (t, s) = (total(b, w), slope(b));
        for sum in ["b.map(f64::exp).sum() + w.map(f64::exp).sum()", "w.map(f64::exp).sum() + b.map(f64::exp).sum()"] {
            for (body, [value, derivative]) in
                [(format!("({sum}).ln()"), [t.ln(), s / t]), (format!("1.0 / ({sum})"), [1.0 / t, -s / (t * t)])]
            {
                let found = of_vectors(&body, b, w);
                assert!((found[0] - value).abs() + (found[1] - derivative).abs() < 1e-14, "{body} of {b:?}, {w:?}: {found:?}");
            }
        }
        let found = of_vectors("(b.map(f64::exp).sum() + x.exp()).ln()", b, w);
        let t = total(b, &[1.0]);
        assert!((found[0] - t.ln()).abs() < 1e-14 && (found[1] - (slope(b) + 1f64.exp()) / t).abs() < 1e-14, "{found:?}");
    }
    assert_eq!(of_vectors("(b.map(f64::exp).sum() + w.map(f64::exp).sum()).ln()", &[], &[])[0], f64::NEG_INFINITY);
}

fn same_within(body: &str, tolerance: f64, reference: impl Fn(f64) -> [f64; 4]) {
    for (x, found) in POINTS.iter().zip(orders(body, &POINTS)) {
        let expected = reference(*x);
        for k in 0..4 {
            let error = (found[k] - expected[k]).abs();
            assert!(error <= tolerance * (1.0 + expected[k].abs()), "{body}: derivative {k} at {x}: {found:?}, {expected:?}");
        }
    }
}

/// `e^t` itself overflows; what does not need it does not.
#[test]
fn exponentials_that_cancel() {
    for body in ["x.exp() * (-x).exp() + x", "(x + 1.0).exp() / (x + 1.0).exp() + x", "(x.exp() * 2.0) / (x.exp() * 2.0) + x"] {
        same(body, |t| [1.0 + t, 1.0, 0.0, 0.0]);
    }
    same("(x.exp() * (-0.5 * x).exp()).ln()", |t| [0.5 * t, 0.5, 0.0, 0.0]);
    same("x.exp().sqrt().ln()", |t| [0.5 * t, 0.5, 0.0, 0.0]);
}

/// `f = ½ xᵀ K x` with `K_ij` the given function of `d = p_i - p_j` (p is y): all quantities before
/// and after symmetric matrices are read in one order, and F after: `K x`, or `0.5 K x + 0.5 Kᵀ x`.
fn kernel(entry: &str) -> String {
    let text = format!(
        "mod m {{ use nalgebra::*;
            pub fn f(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {{
                let k = Matrix3::from_fn(|i, j| {{ let d = y[i] - y[j]; {entry} }});
                0.5 * x.dot(&(k * x))
            }}
            pub fn g(x: &Vector3<f64>, y: &Vector3<f64>) -> f64 {{ x.dot(y) }} }}"
    );
    let mut model = read(&text).unwrap_or_else(|e| panic!("{entry}: {e}"));
    let mut q = derive(&mut model);
    let before: Vec<Id> = q.roots().iter().map(|id| **id).collect();
    untranspose(&mut model.graph, &mut q);
    let after: Vec<Id> = q.roots().iter().map(|id| **id).collect();
    let point = random_point(&model.graph, &[], &mut Random::new(7));
    for (one, other) in point.values(&model.graph, &before).iter().zip(point.values(&model.graph, &after)) {
        for (a, b) in one.data.iter().zip(&other.data) {
            assert!((a - b).abs() <= 1e-14 * (1.0 + a.abs()), "{entry}: {a} {b}");
        }
    }
    formula(&model.graph, &model.sizes, "F", q.residual[0]).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn kernels_of_differences_are_read_in_one_order() {
    for even in [
        "(-d * d).exp()",
        "(-d.abs()).exp()",
        "d.cos()",
        "1.0 / (1.0 + d.powi(2))",
        "y[i] * y[j] * d.cosh()",
        "(1.0 + d.abs()).sqrt()",
    ] {
        assert!(!kernel(even).contains("0.5"), "{even}: {}", kernel(even));
    }
    // Odd: xᵀ K x = 0.
    for odd in ["d.sin()", "d", "d * d.abs()"] {
        assert_eq!(kernel(odd), "F = 0", "{odd}");
    }
    for neither in ["d.exp()", "(d + 1.0).cos()", "y[i] * d.cos()"] {
        assert!(kernel(neither).contains("0.5"), "{neither}: {}", kernel(neither));
    }
}
