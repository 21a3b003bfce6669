//! Every claim of every row, on numbers: values of the function itself at many arguments.

use super::*;
use crate::ir::Number;

/// The functions one after another: rustc asks for the arm of a new one.
fn after(func: Func) -> Option<Func> {
    let number = Number::new;
    Some(match func {
        Func::Exp => Func::Ln,
        Func::Ln => Func::Sqrt,
        Func::Sqrt => Func::Cbrt,
        Func::Cbrt => Func::Sin,
        Func::Sin => Func::Cos,
        Func::Cos => Func::Tan,
        Func::Tan => Func::Tanh,
        Func::Tanh => Func::Sech2,
        Func::Sech2 => Func::Sinh,
        Func::Sinh => Func::Cosh,
        Func::Cosh => Func::LnCosh,
        Func::LnCosh => Func::Asin,
        Func::Asin => Func::Acos,
        Func::Acos => Func::Atan,
        Func::Atan => Func::Asinh,
        Func::Asinh => Func::Acosh,
        Func::Acosh => Func::Atanh,
        Func::Atanh => Func::Ln1p,
        Func::Ln1p => Func::ExpM1,
        Func::ExpM1 => Func::Powi(-3),
        Func::Powi(n) if n < 6 => Func::Powi(n + 1),
        Func::Powi(_) => Func::Powf(number(-2.0)),
        Func::Powf(p) if p.get() < 3.0 => Func::Powf(number(p.get() + 0.5)),
        Func::Powf(_) => Func::NormPow(number(-1.5)),
        Func::NormPow(p) if p.get() < 2.0 => Func::NormPow(number(p.get() + 0.5)),
        Func::NormPow(_) => Func::Logistic(0),
        Func::Logistic(order) if order < 4 => Func::Logistic(order + 1),
        Func::Logistic(_) => Func::Erf,
        Func::Erf => Func::Erfc,
        Func::Erfc => Func::Bell,
        Func::Bell => Func::LnGamma,
        Func::LnGamma => Func::Polygamma(0),
        Func::Polygamma(order) if order < 4 => Func::Polygamma(order + 1),
        Func::Polygamma(_) => Func::NormalCdf,
        Func::NormalCdf => Func::NormalDensity,
        Func::NormalDensity => Func::LogNormalCdf(0),
        Func::LogNormalCdf(order) if order < 4 => Func::LogNormalCdf(order + 1),
        Func::LogNormalCdf(_) => Func::LambertW,
        Func::LambertW => Func::Log1mExp,
        Func::Log1mExp => Func::Bose,
        Func::Bose => Func::Sqrt1pM1,
        Func::Sqrt1pM1 => Func::Abs,
        Func::Abs => Func::Signum,
        Func::Signum => Func::Floor,
        Func::Floor => Func::Ceil,
        Func::Ceil => Func::Round,
        Func::Round => Func::Trunc,
        Func::Trunc => Func::Sign0,
        Func::Sign0 => Func::Huber,
        Func::Huber => Func::Pow,
        Func::Pow => Func::PowLn(1),
        Func::PowLn(k) if k < 3 => Func::PowLn(k + 1),
        Func::PowLn(_) => Func::Atan2,
        Func::Atan2 => Func::Hypot,
        Func::Hypot => Func::Max,
        Func::Max => Func::Min,
        Func::Min => Func::TieGt,
        Func::TieGt => Func::Lt,
        Func::Lt => Func::Le,
        Func::Le => Func::Gt,
        Func::Gt => Func::Ge,
        Func::Ge => Func::Eq,
        Func::Eq => Func::Ne,
        Func::Ne => Func::Select,
        Func::Select => Func::Clamp,
        Func::Clamp => Func::Inside,
        Func::Inside | Func::Declared(_) => return None,
    })
}

fn every() -> impl Iterator<Item = Func> {
    std::iter::successors(Some(Func::Exp), |func| after(*func))
}

/// Dyadic, so that midpoints and opposites are exact.
const ARGUMENTS: [f64; 17] = [-6.0, -3.0, -2.0, -1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 6.0];

/// All arguments of a function at which it is finite, with its values.
fn points(func: Func) -> Vec<(Vec<f64>, f64)> {
    let mut lists: Vec<Vec<f64>> = vec![Vec::new()];
    for _ in 0..func.arity() {
        lists = lists.iter().flat_map(|list| ARGUMENTS.map(|t| [list.as_slice(), &[t]].concat())).collect();
    }
    let ordered = |list: &Vec<f64>| !matches!(func, Func::Clamp | Func::Inside) || list[1] <= list[2];
    let valued = lists.into_iter().filter(ordered).map(|list| (list.clone(), func.evaluate(&list)));
    valued.filter(|(_, value)| value.is_finite()).collect()
}

#[test]
fn parity() {
    for func in every().filter(|func| func.arity() == 1) {
        for (list, value) in points(func) {
            let opposite = func.evaluate(&[-list[0]]);
            let expected = match func.definition().parity {
                Parity::Even => value,
                Parity::Odd => -value,
                Parity::Neither => continue,
            };
            // Libraries round the two sides apart.
            let close = (opposite - expected).abs() <= 4.0 * f64::EPSILON * expected.abs();
            assert!(close, "{func:?} at {list:?}: {value}, {opposite}");
        }
    }
}

#[test]
fn commutation() {
    for func in every().filter(|func| func.is_commutative()) {
        for (list, value) in points(func) {
            assert_eq!(value, func.evaluate(&[list[1], list[0]]), "{func:?} at {list:?}");
        }
    }
}

#[test]
fn signs() {
    for func in every() {
        for (list, value) in points(func) {
            let holds = match func.definition().range {
                Range::Unknown => true,
                Range::Nonnegative => value >= 0.0,
                Range::Nonpositive => value <= 0.0,
                Range::AsArgument => value == 0.0 || value.signum() == list[0].signum() && list[0] != 0.0,
                Range::AsReciprocal => value.signum() == list[0].signum() && list[0] != 0.0,
                Range::NonnegativeWith(position) => list[position] < 0.0 || value >= 0.0,
                Range::Larger => list.iter().all(|t| value >= *t) && list.contains(&value),
                Range::Smaller => list.iter().all(|t| value <= *t) && list.contains(&value),
                Range::Either => list[1..].contains(&value),
                Range::Between => list[1] <= value && value <= list[2],
            };
            assert!(holds, "{func:?} at {list:?} is {value}");
        }
    }
}

/// The value at the middle lies below the chord, on the part of the domain that is spoken of.
#[test]
fn bends() {
    for func in every() {
        let (sign, above_zero) = match func.definition().bend {
            Bend::Unknown => continue,
            Bend::Convex => (1.0, false),
            Bend::Concave => (-1.0, false),
            Bend::ConvexAboveZero => (1.0, true),
            Bend::ConcaveAboveZero => (-1.0, true),
        };
        // δ is held: curvature in it is not spoken of, and it is not negative.
        let held = func == Func::Huber;
        let all: Vec<(Vec<f64>, f64)> =
            points(func).into_iter().filter(|(list, _)| (!above_zero || list[0] >= 0.0) && (!held || list[1] >= 0.0)).collect();
        for (a, value_a) in &all {
            for (b, value_b) in all.iter().filter(|(b, _)| !held || a[1] == b[1]) {
                let middle: Vec<f64> = a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect();
                let (chord, value) = (0.5 * (value_a + value_b), func.evaluate(&middle));
                let holds = value.is_nan() || sign * (chord - value) >= -1e-12 * (1.0 + chord.abs());
                assert!(holds, "{func:?} between {a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn trends() {
    for func in every() {
        for position in 0..func.arity() {
            let trend = func.definition().trends[position];
            let all = points(func);
            for (a, value_a) in &all {
                let moved = |b: &[f64]| b[position] > a[position] && (0..b.len()).all(|k| k == position || a[k] == b[k]);
                for (b, value_b) in all.iter().filter(|(b, _)| moved(b)) {
                    let holds = match trend {
                        Trend::Unknown => true,
                        Trend::Increasing => value_b >= value_a,
                        Trend::Decreasing => value_b <= value_a,
                        Trend::Even if a[position] >= 0.0 => value_b >= value_a || func == Func::Huber && a[1] < 0.0,
                        Trend::Even if b[position] <= 0.0 => value_b <= value_a || func == Func::Huber && a[1] < 0.0,
                        Trend::Even => true,
                        Trend::DecreasingAboveZero => a[position] < 0.0 || value_b <= value_a,
                    };
                    assert!(holds, "{func:?} in argument {position} from {a:?} to {b:?}");
                }
            }
        }
    }
}

/// What stands in where an arm is not taken is finite to third order: three times differentiable.
#[test]
fn safe_points() {
    for func in every().filter(|func| func.arity() == 1) {
        let point = func.definition().safe.unwrap_or_default();
        let near = [-2e-3, -1e-3, 0.0, 1e-3, 2e-3].map(|h| func.evaluate(&[point + h]));
        assert!(near.iter().all(|value| value.is_finite()) || matches!(func, Func::NormPow(_)), "{func:?} at {point}");
    }
}

/// A step has no slope between its places; what is smooth has no jump of its slope anywhere.
#[test]
fn smoothness() {
    let (h, tolerance) = (2.0_f64.powi(-20), 0.05);
    for func in every().filter(|func| func.arity() == 1) {
        for (list, _) in points(func) {
            let t = list[0];
            let [far_left, left, here, right, far_right] = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| func.evaluate(&[t + k * h]));
            let slopes = [(left - far_left) / h, (far_right - right) / h];
            // Far from poles, where slopes change fast.
            let tame = slopes.iter().all(|slope| slope.abs() < 50.0) && [left, here, right].iter().all(|v| v.is_finite());
            match func.definition().smoothness {
                Smoothness::Steps => assert_eq!(slopes, [0.0; 2], "{func:?} at {t}"),
                Smoothness::Smooth if tame => {
                    let jump = (slopes[1] - slopes[0]).abs();
                    assert!(jump <= tolerance * (1.0 + slopes[0].abs()), "{func:?} at {t}: {slopes:?}");
                }
                Smoothness::Smooth | Smoothness::Kinked => {}
            }
        }
    }
}

/// No value is outside of what is said of all of them, up to rounding.
#[test]
fn ends() {
    for func in every() {
        let (low, high) = func.definition().within;
        for (list, value) in points(func) {
            assert!(low - 1e-15 <= value && value <= high + 1e-15, "{func:?} at {list:?} is {value}");
        }
    }
}
