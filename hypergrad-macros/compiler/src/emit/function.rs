//! The runtime's kernel of every elementwise function, and its calls.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::numbers;
use crate::ir::{Func, Parameter};
use crate::model::Scalar;

/// A call of an elementwise function of the runtime.
pub fn call(func: Func, a: &[TokenStream], scalar: Scalar) -> TokenStream {
    if func == Func::Powi(-1) {
        let (one, t) = (numbers::number(1.0, scalar), &a[0]);
        return quote!((#one / #t));
    }
    if let Func::Declared(name) = func {
        let name = format_ident!("{}", name.0);
        return quote!(super::#name(#(#a),*));
    }
    let kernel = func.definition().kernel;
    let parameter = match kernel.parameter {
        Parameter::None => None,
        Parameter::Integer(n) => {
            let n = Literal::i32_suffixed(n);
            Some(quote!(#n))
        }
        Parameter::Number(p) => Some(numbers::number(p, scalar)),
        Parameter::Exponent(p) => Some(numbers::number(p, Scalar::F64)),
    };
    let (name, arguments) = (format_ident!("{}", kernel.name), a.iter().chain(&parameter));
    quote!(hg::kernel::#name(#(#arguments),*))
}
