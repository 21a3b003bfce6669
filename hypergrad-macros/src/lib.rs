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

// Its page is written where the facade re-exports it: examples need the runtime.
#[expect(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_attribute]
pub fn bilevel(attribute: TokenStream, item: TokenStream) -> TokenStream {
    compile::expand(&attribute.into(), item.into()).into()
}
