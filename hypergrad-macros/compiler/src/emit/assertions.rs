//! Items that make rustc prove that what the front end recognised by the last segment of a path is
//! what it was taken for. They stand in the user's module itself, where its paths mean what they
//! mean in its functions, and add no name to it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeSet;
use syn::spanned::Spanned as _;

use super::types::spelled;
use crate::syntax::{Module, Type, strip_references};

/// Assertions in the order in which they were first made, each once.
#[derive(Debug, Default)]
pub struct Assertions {
    /// Where hypergrad is: `::hypergrad`.
    crate_path: TokenStream,
    seen: BTreeSet<String>,
    items: Vec<TokenStream>,
}

impl Assertions {
    pub fn new(crate_path: TokenStream) -> Self {
        Self { crate_path, ..Self::default() }
    }

    pub fn into_items(self) -> Vec<TokenStream> {
        self.items
    }

    /// `written` was read as `resolved`.
    pub fn type_is(&mut self, written: &syn::Type, resolved: &Type) {
        let written = strip_references(written);
        if let (syn::Type::Tuple(tuple), Type::Tuple(items)) = (written, resolved) {
            for (written, resolved) in tuple.elems.iter().zip(items) {
                self.type_is(written, resolved);
            }
            return;
        }
        // A struct is known by its name in the module: nothing else can bear it.
        let known = is_primitive(written) || matches!(resolved, Type::Struct(_));
        if known || !self.is_new(&format!("type {}", written.to_token_stream())) {
            return;
        }
        if let Some(meant) = spelled(resolved, &self.crate_path) {
            // The error, should there be one, points at the user's type.
            let span = written.span().resolved_at(Span::mixed_site());
            let crate_path = &self.crate_path;
            let proof = quote_spanned! { span=> meant };
            let item = quote! { const _: fn() = || #crate_path::__private::#proof::<#written, #meant>(); };
            let sparse = matches!(resolved, Type::Csr { .. });
            self.items.push(if sparse { quote!(#crate_path::__private::with_sparse! { #item }) } else { item });
        }
    }

    /// The field at `path` of `structure`, which another module defines, was read as `resolved`:
    /// `written` is what stands there, in the words of this crate.
    pub fn field_is(&mut self, structure: &str, path: &[Ident], written: &syn::Type, resolved: &Type) {
        let Some(meant) = spelled(resolved, &self.crate_path) else { return };
        let Ok(structure) = syn::parse_str::<syn::Path>(structure) else { return };
        // The error, should there be one, points at the field's type.
        let span = written.span().resolved_at(Span::mixed_site());
        let crate_path = &self.crate_path;
        let proof = quote_spanned! { span=> |data| #crate_path::__private::meant_field::<_, #meant>(&data.#(#path).*) };
        self.items.push(quote! { const _: fn(&#structure) = #proof; });
    }

    /// The path `written` was read as `meant`: below hypergrad (`math::softplus`,
    /// `nalgebra::DVector`), or below core (`core::f64::consts::PI`).
    pub fn path_is(&mut self, module: &Module, written: &syn::Path, meant: &str) {
        let Ok(meant) = syn::parse_str::<syn::Path>(meant) else { return };
        let Some(theirs) = from_child(module, written) else { return };
        if self.is_new(&format!("item {theirs}")) {
            let proof = self.same_item(&theirs, &meant, written.span());
            self.items.push(proof);
        }
    }

    /// Two glob imports of one name are an error only if they mean different items: nothing else
    /// has to be known of the item, which may be a function, a constant, a trait or a type. The
    /// error names what is ambiguous, so the name says what is wrong.
    fn same_item(&self, theirs: &TokenStream, meant: &syn::Path, span: Span) -> TokenStream {
        let is_core = meant.segments.first().is_some_and(|segment| segment.ident == "core");
        let root = if is_core { TokenStream::new() } else { self.crate_path.clone() };
        let owner = if is_core { "core" } else { "hypergrad" };
        let last = meant.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let item = Ident::new(&format!("not_the_{last}_of_{owner}"), span);
        quote_spanned! { span=>
            #[allow(unused_imports, nonstandard_style, clippy::all, clippy::pedantic)]
            const _: () = {
                mod written { pub(super) use #theirs as #item; }
                mod meant { pub(super) use #root::#meant as #item; }
                use written::*;
                use meant::*;
                use #item as proven;
            };
        }
    }

    fn is_new(&mut self, key: &str) -> bool {
        self.seen.insert(key.to_owned())
    }
}

/// A bare `f64` needs no proof.
fn is_primitive(written: &syn::Type) -> bool {
    match written {
        syn::Type::Path(path) => {
            path.path.get_ident().is_some_and(|name| ["f64", "f32", "usize", "bool"].iter().any(|primitive| name == primitive))
        }
        _ => false,
    }
}

/// A path of the user's module, as a module inside it has to write it. `None` for a name that only
/// a `use` inside a function can have brought in: nothing outside of the function can name it.
fn from_child(module: &Module, written: &syn::Path) -> Option<TokenStream> {
    let plain = without_arguments(written);
    let first = plain.segments.first()?.ident.to_string();
    let known = module.imports.path(&first).is_some() || module.defines(&first);
    match first.as_str() {
        _ if plain.leading_colon.is_some() => Some(plain.to_token_stream()),
        "crate" => Some(plain.to_token_stream()),
        "self" => {
            let rest = plain.segments.iter().skip(1);
            Some(quote! { super #(::#rest)* })
        }
        "super" => Some(quote! { super::#plain }),
        _ if known => Some(quote! { super::#plain }),
        _ if plain.segments.len() == 1 => (!module.imports.globs().is_empty()).then(|| quote! { super::#plain }),
        // The prefix of a longer path is the name of another crate, where the module knows no such name.
        _ => Some(quote! { ::#plain }),
    }
}

fn without_arguments(path: &syn::Path) -> syn::Path {
    let mut plain = path.clone();
    for segment in &mut plain.segments {
        segment.arguments = syn::PathArguments::None;
    }
    plain
}
