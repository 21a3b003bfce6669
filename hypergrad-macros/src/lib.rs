//! The `#[bilevel]` attribute.
#![cfg_attr(test, allow(dead_code, reason = "fixtures that not every test uses"))]

mod analysis;
mod compile;
mod diagnostics;
mod differentiate;
mod emit;
mod ir;
mod lower;
mod model;
mod print;
mod shape;
mod simplify;
mod syntax;

use proc_macro::TokenStream;

/// Reads the functions of an inline module, differentiates them and adds `Problem` to it.
#[proc_macro_attribute]
pub fn bilevel(attribute: TokenStream, item: TokenStream) -> TokenStream {
    compile::expand(&attribute.into(), item.into()).into()
}
