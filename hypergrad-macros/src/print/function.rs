//! Elementwise functions as they are written in mathematics.

use super::text::{Level, Text, inverse, power};
use crate::ir::Func;

/// `func(args)`.
pub fn apply(func: Func, args: &[Text]) -> Text {
    match func {
        Func::Exp => exponential(&args[0]),
        Func::Powi(n) => signed_power(&args[0], f64::from(n)),
        Func::Powf(p) | Func::NormPow(p) => signed_power(&args[0], p.get()),
        Func::Pow => Text::new(format!("{}^{}", args[0].within(Level::Atom), args[1].within(Level::Atom)), Level::Power),
        Func::Abs => Text::atom(format!("|{}|", args[0].string)),
        Func::PowLn(k) => {
            let base = apply(Func::Pow, args);
            let logarithm = power(&Text::call("ln", &args[..1]), f64::from(k));
            Text::new(format!("{}∘{}", base.string, logarithm.string), Level::Elementwise)
        }
        Func::Sech2 => Text::new(format!("1/cosh²({})", args[0].string), Level::Quotient),
        Func::Sqrt1pM1 => Text::new(format!("√(1 + {}) - 1", args[0].within(Level::Elementwise)), Level::Sum),
        Func::Sqrt => Text::new(format!("√{}", args[0].within(Level::Atom)), Level::Power),
        Func::Cbrt => Text::new(format!("∛{}", args[0].within(Level::Atom)), Level::Power),
        Func::TieGt | Func::Gt => relation(">", args),
        Func::Lt => relation("<", args),
        Func::Le => relation("≤", args),
        Func::Ge => relation("≥", args),
        Func::Eq => relation("=", args),
        Func::Ne => relation("≠", args),
        Func::Inside => Text::atom(format!("[{} ≤ {} ≤ {}]", args[1].string, args[0].string, args[2].string)),
        Func::Select => Text::atom(format!("(if {} then {} else {})", args[0].string, args[1].string, args[2].string)),
        _ => Text::call(name(func), args),
    }
}

fn exponential(argument: &Text) -> Text {
    if argument.level == Level::Atom {
        Text::new(format!("e^{}", argument.string), Level::Power)
    } else {
        Text::call("exp", std::slice::from_ref(argument))
    }
}

/// Negative powers as fractions.
fn signed_power(base: &Text, exponent: f64) -> Text {
    if exponent < 0.0 { inverse(&power(base, -exponent)) } else { power(base, exponent) }
}

/// An indicator.
fn relation(sign: &str, args: &[Text]) -> Text {
    Text::atom(format!("[{} {sign} {}]", args[0].string, args[1].string))
}

/// `‖t‖` to a power, from `(‖t‖²)^p`.
pub fn norm_power(inside: &str, p: f64) -> Text {
    signed_power(&Text::atom(format!("‖{inside}‖")), 2.0 * p)
}

fn name(func: Func) -> &'static str {
    match func {
        Func::Ln => "ln",
        Func::Sin => "sin",
        Func::Cos => "cos",
        Func::Tan => "tan",
        Func::Tanh => "tanh",
        Func::Sinh => "sinh",
        Func::Cosh => "cosh",
        Func::Asin => "asin",
        Func::Acos => "acos",
        Func::Atan => "atan",
        Func::Asinh => "asinh",
        Func::Acosh => "acosh",
        Func::Atanh => "atanh",
        Func::Ln1p => "ln1p",
        Func::ExpM1 => "expm1",
        Func::Logistic(0) => "softplus",
        Func::Logistic(1) => "σ",
        Func::Logistic(2) => "σ′",
        Func::Logistic(3) => "σ″",
        Func::Logistic(_) => "σ‴",
        Func::Signum | Func::Sign0 => "sign",
        Func::Huber => "huber",
        Func::Atan2 => "atan2",
        Func::Hypot => "hypot",
        Func::Max => "max",
        Func::Min => "min",
        Func::Clamp => "clamp",
        _ => "function",
    }
}
