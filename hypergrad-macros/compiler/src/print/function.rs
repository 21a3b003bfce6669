//! Elementwise functions as they are written in mathematics.

use super::text::{Level, Text, inverse, power};
use crate::ir::{Func, Notation};

/// `func(args)`.
pub fn apply(func: Func, args: &[Text]) -> Text {
    match func.definition().notation {
        Notation::Call(name) => Text::call(name, args),
        Notation::Prefix(sign) => Text::new(format!("{sign}{}", args[0].within(Level::Atom)), Level::Power),
        Notation::Relation(sign) => relation(sign, args),
        Notation::Exponential => exponential(&args[0]),
        Notation::Power(p) => signed_power(&args[0], p),
        Notation::Raised => Text::new(format!("{}^{}", args[0].within(Level::Atom), args[1].within(Level::Atom)), Level::Power),
        Notation::RaisedLogarithm(k) => {
            let base = apply(Func::Pow, args);
            let logarithm = power(&Text::call("ln", &args[..1]), f64::from(k));
            Text::new(format!("{}∘{}", base.string, logarithm.string), Level::Elementwise)
        }
        Notation::Bars => Text::atom(format!("|{}|", args[0].string)),
        Notation::InverseSquare(name) => Text::new(format!("1/{name}²({})", args[0].string), Level::Quotient),
        Notation::RootLessOne => Text::new(format!("√(1 + {}) - 1", args[0].within(Level::Elementwise)), Level::Sum),
        Notation::Bell => Text::atom(format!("exp(-{}²)", args[0].within(Level::Atom))),
        Notation::Between => Text::atom(format!("[{} ≤ {} ≤ {}]", args[1].string, args[0].string, args[2].string)),
        Notation::Cases => Text::atom(format!("(if {} then {} else {})", args[0].string, args[1].string, args[2].string)),
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
