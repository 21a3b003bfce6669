//! Every rule of the elementwise functions to third order: against hyper-dual numbers at ordinary
//! points, against closed forms at the ends of the range, and at kinks by the language page's table.

use num_dual::{Dual3, DualNum};

use crate::differentiate::gradient;
use crate::ir::interpret::{Point, Tensor};
use crate::ir::{Func, Graph, Id, InputInfo, Number, Role, View};

type Number3 = Dual3<f64>;
type Reference = fn(Number3) -> Number3;

/// A function of one argument: value and three derivatives as nodes.
struct Orders {
    graph: Graph,
    x: Id,
    nodes: [Id; 4],
}

impl Orders {
    /// `func(x, parameters..)` if position is 0, else the argument at that position varies.
    fn new(func: Func, position: usize, parameters: &[f64]) -> Self {
        let mut graph = Graph::new();
        let x = graph.input(InputInfo { role: Role::X, block: 0, name: "x".to_owned() }, Vec::new());
        let mut args: Vec<Id> = parameters.iter().map(|p| graph.constant(*p)).collect();
        args.insert(position, x);
        let views = args.iter().map(|node| View { node: *node, axes: Vec::new() }).collect();
        let value = graph.map(func, views, Vec::new());
        let mut nodes = [value; 4];
        for k in 1..4 {
            nodes[k] = gradient(&mut graph, nodes[k - 1], &[x])[0];
        }
        Self { graph, x, nodes }
    }

    fn at(&self, x: f64) -> [f64; 4] {
        let mut point = Point::default();
        point.inputs.insert(self.x, Tensor::scalar(x));
        let values = point.values(&self.graph, &self.nodes);
        [0, 1, 2, 3].map(|k| values[k].data[0])
    }
}

fn unary(func: Func) -> Orders {
    Orders::new(func, 0, &[])
}

fn dual(x: f64, f: impl Fn(Number3) -> Number3) -> [f64; 4] {
    let value = f(Number3::from_re(x).derivative());
    [value.re, value.v1, value.v2, value.v3]
}

fn assert_orders(what: &str, x: f64, found: [f64; 4], expected: [f64; 4], tolerance: f64) {
    for k in 0..4 {
        let (a, b) = (found[k], expected[k]);
        let close = (a - b).abs() <= tolerance * (1.0 + b.abs()) || a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        assert!(close, "{what}: derivative {k} at {x}: found {found:?}, expected {expected:?}");
    }
}

const REAL: &[f64] = &[-2.3, -0.7, -0.1, 0.0, 1e-300, 0.2, 0.9, 1.7, 3.1];
const POSITIVE: &[f64] = &[0.05, 0.4, 1.0, 2.5, 40.0];
const INSIDE_ONE: &[f64] = &[-0.9, -0.3, 0.0, 1e-300, 0.5, 0.95];
const ABOVE_ONE: &[f64] = &[1.1, 2.0, 7.0];

/// `constant + sign·erf`: num-dual has no erf, so by the closed forms of its derivatives.
fn error_function(t: Number3, constant: f64, sign: f64) -> Number3 {
    let slope = std::f64::consts::FRAC_2_SQRT_PI * (-t.re * t.re).exp();
    let value = if constant == 0.0 { libm::erf(t.re) } else { libm::erfc(t.re) };
    // Of t as a multiple of the variable.
    let [first, second, third] = [sign * slope, -2.0 * sign * t.re * slope, sign * (4.0 * t.re * t.re - 2.0) * slope];
    Number3::new(value, first * t.v1, second * t.v1 * t.v1, third * t.v1.powi(3))
}

/// `ln Γ` by Stirling's series from `t + 20` on.
fn stirling(t: Number3) -> Number3 {
    let s = t + 20.0;
    let tail = s.recip() / 12.0 - s.powi(-3) / 360.0 + s.powi(-5) / 1260.0 - s.powi(-7) / 1680.0;
    let far = (s - 0.5) * s.ln() - s + 0.5 * std::f64::consts::TAU.ln() + tail;
    (0..20).fold(far, |sum, n| sum - (t + f64::from(n)).ln())
}

/// The derivative of that.
fn digamma(t: Number3) -> Number3 {
    let s = t + 20.0;
    let far = s.ln() - s.recip() * 0.5 - s.powi(-2) / 12.0 + s.powi(-4) / 120.0 - s.powi(-6) / 252.0 + s.powi(-8) / 240.0;
    (0..20).fold(far, |sum, n| sum - (t + f64::from(n)).recip())
}

/// Newton's method on `w e^w = t`, in dual numbers: three steps more than the value needs.
fn lambert(t: Number3) -> Number3 {
    let start = Number3::from_re(if t.re < 0.0 { -0.5 } else { t.re.ln_1p() });
    (0..20).fold(start, |w, _| w - (w - t * (-w).exp()) / (w + 1.0))
}

#[test]
fn smooth_functions_of_one_argument() {
    let power = |p: f64| Func::Powf(Number::new(p));
    let table: Vec<(Func, &[f64], Reference)> = vec![
        (Func::Exp, REAL, |t| t.exp()),
        (Func::Ln, POSITIVE, |t| t.ln()),
        (Func::Sqrt, POSITIVE, |t| t.sqrt()),
        (Func::Cbrt, POSITIVE, |t| t.cbrt()),
        (Func::Cbrt, &[-0.4, -8.0], |t| -(-t).cbrt()),
        (Func::Sin, REAL, |t| t.sin()),
        (Func::Cos, REAL, |t| t.cos()),
        (Func::Tan, INSIDE_ONE, |t| t.tan()),
        (Func::Tanh, REAL, |t| t.tanh()),
        (Func::Sech2, REAL, |t| (t.cosh() * t.cosh()).recip()),
        (Func::Sinh, REAL, |t| t.sinh()),
        (Func::Cosh, REAL, |t| t.cosh()),
        (Func::Asin, INSIDE_ONE, |t| t.asin()),
        (Func::Acos, INSIDE_ONE, |t| t.acos()),
        (Func::Atan, REAL, |t| t.atan()),
        (Func::Asinh, REAL, |t| t.asinh()),
        (Func::Acosh, ABOVE_ONE, |t| t.acosh()),
        (Func::Atanh, INSIDE_ONE, |t| t.atanh()),
        (Func::Ln1p, &[-0.5, 0.0, 1e-300, 3.0], |t| t.ln_1p()),
        (Func::ExpM1, REAL, |t| t.exp_m1()),
        (Func::Powi(2), REAL, |t| t * t),
        (Func::Powi(3), REAL, |t| t * t * t),
        (Func::Powi(7), REAL, |t| t.powi(7)),
        (Func::Powi(-1), POSITIVE, |t| t.recip()),
        (Func::Powi(-1), &[-0.4, -3.0], |t| t.recip()),
        (Func::Powi(-3), POSITIVE, |t| t.powi(-3)),
        (power(0.3), POSITIVE, |t| t.powf(0.3)),
        (power(-1.7), POSITIVE, |t| t.powf(-1.7)),
        (power(2.5), POSITIVE, |t| t.powf(2.5)),
        (Func::NormPow(Number::new(0.5)), POSITIVE, |t| t.sqrt()),
        (Func::Logistic(0), REAL, |t| (t.exp() + 1.0).ln()),
        (Func::Logistic(1), REAL, |t| ((-t).exp() + 1.0).recip()),
        (Func::Logistic(2), REAL, |t| ((-t).exp() + 1.0).recip() * (t.exp() + 1.0).recip()),
        (Func::Sqrt1pM1, &[-0.5, 0.0, 1e-300, 3.0], |t| (t + 1.0).sqrt() - 1.0),
        (Func::Erf, REAL, |t| error_function(t, 0.0, 1.0)),
        (Func::Erfc, REAL, |t| error_function(t, 1.0, -1.0)),
        (Func::Bell, REAL, |t| (-t * t).exp()),
        (Func::LnGamma, POSITIVE, |t| stirling(t)),
        (Func::Polygamma(0), POSITIVE, |t| digamma(t)),
        (Func::NormalDensity, REAL, |t| (t * t * -0.5).exp() / std::f64::consts::TAU.sqrt()),
        (Func::NormalCdf, REAL, |t| error_function(t / std::f64::consts::SQRT_2, 0.0, 1.0) * 0.5 + 0.5),
        (Func::LogNormalCdf(0), REAL, |t| (error_function(t / std::f64::consts::SQRT_2, 0.0, 1.0) * 0.5 + 0.5).ln()),
        (Func::LambertW, &[-0.3, -0.1, 1e-300, 0.7, 20.0], |t| lambert(t)),
        (Func::Log1mExp, &[-0.05, -0.6, -0.8, -3.0], |t| (-t.exp() + 1.0).ln()),
        (Func::Bose, &[-0.05, -0.6, -0.8, -3.0], |t| ((-t).exp() - 1.0).recip()),
    ];
    for (func, points, reference) in table {
        let orders = unary(func);
        for x in points {
            assert_orders(&format!("{func:?}"), *x, orders.at(*x), dual(*x, reference), 1e-11);
        }
    }
}

/// The higher members of the logistic family, from differences of the lower.
#[test]
fn the_logistic_family_is_closed() {
    for order in 0..6_u8 {
        let (here, next) = (unary(Func::Logistic(order.min(4))), unary(Func::Logistic((order + 1).min(4))));
        for x in REAL {
            if order < 4 {
                assert_eq!(here.at(*x)[1].to_bits(), next.at(*x)[0].to_bits(), "order {order} at {x}");
            } else {
                let h = 1e-5;
                let difference = (here.at(x + h)[usize::from(order) - 4] - here.at(x - h)[usize::from(order) - 4]) / (2.0 * h);
                assert!((here.at(*x)[usize::from(order) - 3] - difference).abs() < 1e-9, "order {order} at {x}");
            }
        }
    }
}

/// The same of the logarithm of the normal distribution, in the tail as well.
#[test]
fn the_normal_family_is_closed() {
    for order in 0..4_u8 {
        let (here, next) = (unary(Func::LogNormalCdf(order)), unary(Func::LogNormalCdf(order + 1)));
        for x in REAL {
            assert_eq!(here.at(*x)[1].to_bits(), next.at(*x)[0].to_bits(), "order {order} at {x}");
        }
    }
    let fourth = unary(Func::LogNormalCdf(4));
    for x in [-6.5, -2.3, -0.7, 0.2, 1.7] {
        let h = 1e-4;
        let difference = (fourth.at(x + h)[0] - fourth.at(x - h)[0]) / (2.0 * h);
        assert!((fourth.at(x)[1] - difference).abs() < 1e-7, "at {x}: {} {difference}", fourth.at(x)[1]);
    }
}

#[test]
fn functions_of_two_arguments() {
    for (a, b) in [(0.7, 1.3), (2.0, -0.4), (0.1, 3.0), (1.0, 1.0)] {
        let in_base = Orders::new(Func::Pow, 0, &[b]).at(a);
        assert_orders("x^y in x", a, in_base, dual(a, |t| t.powf(b)), 1e-10);
        let in_exponent = Orders::new(Func::Pow, 1, &[a]).at(b);
        assert_orders("x^y in y", b, in_exponent, dual(b, |t| (t * a.ln()).exp()), 1e-10);
        let logarithmic = Orders::new(Func::PowLn(1), 0, &[b]).at(a);
        assert_orders("x^y ln x in x", a, logarithmic, dual(a, |t| t.powf(b) * t.ln()), 1e-9);
    }
    for (a, b) in [(0.7, 1.3), (-2.0, 0.4), (0.1, -3.0), (-1.0, -1.0), (0.0, 2.0)] {
        let first = Orders::new(Func::Atan2, 0, &[b]).at(a);
        assert_orders("atan2(y, x) in y", a, first, dual(a, |t| t.atan2(Number3::from(b))), 1e-10);
        let second = Orders::new(Func::Atan2, 1, &[a]).at(b);
        assert_orders("atan2(y, x) in x", b, second, dual(b, |t| Number3::from(a).atan2(t)), 1e-10);
        let hypot = Orders::new(Func::Hypot, 0, &[b]).at(a);
        assert_orders("hypot", a, hypot, dual(a, |t| (t * t + b * b).sqrt()), 1e-10);
    }
}

/// Huge arguments: nothing becomes NaN where the derivative has a limit.
#[test]
fn far_arguments() {
    for x in [40.0, 800.0, -40.0, -800.0] {
        let e = (-2.0 * f64::abs(x)).exp();
        let sign = f64::signum(x);
        // tanh' = 4e, tanh″ = -8e sign, tanh‴ = 16e to leading order.
        assert_orders("tanh", x, unary(Func::Tanh).at(x), [sign, 4.0 * e, -8.0 * e * sign, 16.0 * e], 1e-15);
        let t = unary(Func::Atan).at(x);
        assert!(t.iter().all(|v| v.is_finite()), "atan at {x}: {t:?}");
        let s = unary(Func::Asinh).at(x);
        assert!(s.iter().all(|v| v.is_finite()) && (s[1] * f64::abs(x) - 1.0).abs() < 1e-3, "asinh at {x}: {s:?}");
        let p = unary(Func::Sqrt1pM1).at(f64::abs(x));
        assert!(p.iter().all(|v| v.is_finite()), "√(1 + s) - 1 at {x}: {p:?}");
    }
    for order in 0..=4 {
        for x in [40.0, 800.0, -40.0, -800.0, 1e300, -1e300] {
            let values = unary(Func::Logistic(order)).at(x);
            assert!(values.iter().all(|v| v.is_finite()), "logistic {order} at {x}: {values:?}");
        }
    }
}

/// Integer powers are exact at 0, and end in 0.
#[test]
fn integer_powers_at_zero() {
    for x in [0.0, -0.0, 1e-300, -1e-300] {
        assert_orders("t²", x, unary(Func::Powi(2)).at(x), [x * x, 2.0 * x, 2.0, 0.0], 0.0);
        assert_orders("t³", x, unary(Func::Powi(3)).at(x), [0.0, 0.0, 6.0 * x, 6.0], 1e-300);
        assert_orders("t⁵", x, unary(Func::Powi(5)).at(x), [0.0; 4], 1e-300);
        assert_orders("t", x, unary(Func::Powi(1)).at(x), [x, 1.0, 0.0, 0.0], 0.0);
        assert_orders("1", x, unary(Func::Powi(0)).at(x), [1.0, 0.0, 0.0, 0.0], 0.0);
    }
}

/// One table for all kinks: docs/language.md.
#[test]
fn kinks() {
    let at = |func: Func, position: usize, parameters: &[f64], x: f64| Orders::new(func, position, parameters).at(x);
    for zero in [0.0, -0.0] {
        assert_eq!(unary(Func::Abs).at(zero), [0.0; 4], "abs'(0) = 0");
        assert_eq!(unary(Func::NormPow(Number::new(0.5))).at(zero), [0.0; 4], "the norm at 0 has derivative 0");
        assert_eq!(at(Func::Hypot, 0, &[0.0], zero), [0.0; 4], "hypot at 0");
    }
    assert_eq!(unary(Func::Abs).at(-2.0), [2.0, -1.0, 0.0, 0.0]);
    assert_eq!(unary(Func::Signum).at(0.0)[1..], [0.0; 3], "signum' = 0");
    // One half each at a tie.
    for func in [Func::Max, Func::Min] {
        for position in [0, 1] {
            assert_eq!(at(func, position, &[0.5], 0.5), [0.5, 0.5, 0.0, 0.0], "{func:?} at a tie");
        }
    }
    assert_eq!(at(Func::Max, 0, &[0.5], 0.6)[1], 1.0);
    assert_eq!(at(Func::Max, 1, &[0.5], 0.4)[1], 0.0);
    assert_eq!(at(Func::Min, 0, &[0.5], 0.6)[1], 0.0);
    // clamp' is 1 inside and at both ends.
    for (x, slope) in [(-1.0, 1.0), (1.0, 1.0), (0.3, 1.0), (1.1, 0.0), (-1.1, 0.0)] {
        assert_eq!(at(Func::Clamp, 0, &[-1.0, 1.0], x)[1..], [slope, 0.0, 0.0], "clamp' at {x}");
    }
    // huber″ is 1 for |t| <= δ.
    for (t, curvature) in [(0.3, 1.0), (0.5, 1.0), (-0.5, 1.0), (0.6, 0.0), (-0.6, 0.0)] {
        let values = at(Func::Huber, 0, &[0.5], t);
        assert_eq!(values[1..], [f64::clamp(t, -0.5, 0.5), curvature, 0.0], "huber at {t}");
    }
    assert_eq!(at(Func::Huber, 1, &[2.0], 0.5)[1], 1.5);
    // √ at 0 is not finite.
    assert!(!unary(Func::Sqrt).at(0.0)[1].is_finite());
    // x^y ln x is 0 at x = 0 with y > 0.
    assert_eq!(at(Func::Pow, 1, &[0.0], 2.0), [0.0; 4]);
}
