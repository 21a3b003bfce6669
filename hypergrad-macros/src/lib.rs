//! The `#[bilevel]` attribute: the compiler, as a procedural macro.

use proc_macro::TokenStream;

// Its page is written where the facade re-exports it: examples need the runtime.
#[expect(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_attribute]
pub fn bilevel_item(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    hypergrad_compiler::expand_item(item.into()).into()
}

#[expect(missing_docs, reason = "documented where it is re-exported")]
#[proc_macro_attribute]
pub fn bilevel(attribute: TokenStream, item: TokenStream) -> TokenStream {
    hypergrad_compiler::expand(&attribute.into(), item.into()).into()
}
