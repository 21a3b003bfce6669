//! Where hypergrad is, seen from the user's crate.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The attribute's `crate = path`, or the name of the dependency.
pub fn crate_path(given: Option<&syn::Path>) -> TokenStream {
    if let Some(path) = given {
        return quote! { #path };
    }
    let name = match crate_name("hypergrad") {
        Ok(FoundCrate::Name(name)) if syn::parse_str::<Ident>(&name).is_ok() => Ident::new(&name, Span::call_site()),
        // hypergrad's own tests and examples; or it is reached in a way that Cargo.toml does not show.
        _ => Ident::new("hypergrad", Span::call_site()),
    };
    quote! { ::#name }
}
