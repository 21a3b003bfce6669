//! The runtime's name of every elementwise function, and its calls.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::numbers;
use crate::ir::Func;
use crate::model::Scalar;

/// A call of an elementwise function of the runtime.
pub fn call(func: Func, a: &[TokenStream], scalar: Scalar) -> TokenStream {
    let named = |name: &str| {
        let name = format_ident!("{name}");
        quote!(hg::kernel::#name(#(#a),*))
    };
    match func {
        Func::Powi(-1) => {
            let one = numbers::number(1.0, scalar);
            let t = &a[0];
            quote!((#one / #t))
        }
        Func::Powi(n) => {
            let t = &a[0];
            let n = proc_macro2::Literal::i32_suffixed(n);
            quote!(hg::kernel::powi(#t, #n))
        }
        Func::Powf(p) => {
            let (t, p) = (&a[0], numbers::number(p.get(), scalar));
            quote!(hg::kernel::powf(#t, #p))
        }
        Func::NormPow(p) => {
            let (t, p) = (&a[0], numbers::number(p.get(), Scalar::F64));
            quote!(hg::kernel::norm_pow(#t, #p))
        }
        Func::PowLn(k) => {
            let (x, y, k) = (&a[0], &a[1], proc_macro2::Literal::i32_suffixed(i32::from(k)));
            quote!(hg::kernel::pow_ln(#x, #y, #k))
        }
        _ => named(name(func)),
    }
}

fn name(func: Func) -> &'static str {
    match func {
        Func::Exp => "exp",
        Func::Ln => "ln",
        Func::Sqrt => "sqrt",
        Func::Cbrt => "cbrt",
        Func::Sin => "sin",
        Func::Cos => "cos",
        Func::Tan => "tan",
        Func::Tanh => "tanh",
        Func::Sech2 => "sech2",
        Func::Sinh => "sinh",
        Func::Cosh => "cosh",
        Func::Asin => "asin",
        Func::Acos => "acos",
        Func::Atan => "atan",
        Func::Asinh => "asinh",
        Func::Acosh => "acosh",
        Func::Atanh => "atanh",
        Func::Ln1p => "ln_1p",
        Func::ExpM1 => "exp_m1",
        Func::Powi(_) => "powi",
        Func::Powf(_) => "powf",
        Func::NormPow(_) => "norm_pow",
        Func::PowLn(_) => "pow_ln",
        Func::Logistic(0) => "softplus",
        Func::Logistic(1) => "sigmoid",
        Func::Logistic(2) => "logistic_2",
        Func::Logistic(3) => "logistic_3",
        Func::Logistic(_) => "logistic_4",
        Func::Sqrt1pM1 => "sqrt1pm1",
        Func::Abs => "abs",
        Func::Signum => "signum",
        Func::Sign0 => "sign0",
        Func::Huber => "huber",
        Func::Pow => "pow",
        Func::Atan2 => "atan2",
        Func::Hypot => "hypot",
        Func::Max => "max",
        Func::Min => "min",
        Func::TieGt => "tie_gt",
        Func::Lt => "lt",
        Func::Le => "le",
        Func::Gt => "gt",
        Func::Ge => "ge",
        Func::Eq => "eq",
        Func::Ne => "ne",
        Func::Select => "select",
        Func::Clamp => "clamp",
        Func::Inside => "inside",
    }
}
