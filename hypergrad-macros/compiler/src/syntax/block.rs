//! The parameters of `impl` blocks: `impl<K: Kernel, const N: usize> Grid<K, N>`.
//!
//! A block is read where each parameter of its type is one of its own, so that it is the block of all values of the type.
//! In its items the parameters have the names that the type gives them.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;

/// Traits of the prelude, as paths from anywhere.
const PRELUDE: [(&str, &str); 14] = [
    ("Sized", "marker"),
    ("Copy", "marker"),
    ("Send", "marker"),
    ("Sync", "marker"),
    ("Clone", "clone"),
    ("Default", "default"),
    ("PartialEq", "cmp"),
    ("PartialOrd", "cmp"),
    ("Fn", "ops"),
    ("FnMut", "ops"),
    ("FnOnce", "ops"),
    ("From", "convert"),
    ("Into", "convert"),
    ("Iterator", "iter"),
];

/// What a block declares that is no lifetime, with what it says of its type.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// In the module's words.
    pub generics: syn::Generics,
    /// In those of a module inside of it in which no trait is in scope.
    pub outside: syn::Generics,
    /// `<'_, K, N>` behind the name of the type.
    pub arguments: syn::AngleBracketedGenericArguments,
}

/// The parameters of a type, but for lifetimes.
pub fn own_parameters(generics: &syn::Generics) -> Vec<&Ident> {
    let name = |parameter| match parameter {
        &syn::GenericParam::Type(syn::TypeParam { ref ident, .. })
        | &syn::GenericParam::Const(syn::ConstParam { ref ident, .. }) => Some(ident),
        syn::GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(name).collect()
}

/// The block with the parameters' names of its type, and these; `None` where it is not of all values of the type.
pub fn with_names_of(block: &syn::ItemImpl, path: &syn::Path, declared: &syn::Generics) -> Option<(syn::ItemImpl, Parameters)> {
    let names = own_parameters(declared);
    let arguments = path.segments.last().map(|segment| &segment.arguments)?;
    let syn::PathArguments::AngleBracketed(arguments) = arguments else { return None };
    let written = arguments.args.iter().filter(|argument| !matches!(argument, syn::GenericArgument::Lifetime(_)));
    let own = own_parameters(&block.generics);
    let mut renamed: Vec<(&Ident, &Ident)> = Vec::new();
    for (argument, name) in written.zip(&names) {
        let syn::GenericArgument::Type(syn::Type::Path(argument)) = argument else { return None };
        let argument = argument.path.get_ident().and_then(|argument| own.iter().find(|own| **own == argument))?;
        if renamed.iter().any(|(known, _)| known == argument) {
            return None;
        }
        renamed.push((argument, name));
    }
    if renamed.len() < names.len() || renamed.len() < own.len() {
        return None;
    }
    let block: syn::ItemImpl = syn::parse2(with_names(block.to_token_stream(), &renamed)).ok()?;
    let syn::Type::Path(own_type) = super::strip_references(&block.self_ty) else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = own_type.path.segments.last()?.arguments.clone() else { return None };
    let generics = block.generics.clone();
    let parameters = Parameters { outside: seen_from_inside(&generics)?, generics, arguments };
    Some((block, parameters))
}

fn with_names(tokens: TokenStream, renamed: &[(&Ident, &Ident)]) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) => match renamed.iter().find(|(from, _)| **from == ident) {
            Some((_, to)) => Ident::new(&to.to_string(), ident.span()).into(),
            None => ident.into(),
        },
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), with_names(group.stream(), renamed));
            inner.set_span(group.span());
            inner.into()
        }
        other @ (TokenTree::Punct(_) | TokenTree::Literal(_)) => other,
    });
    replaced.collect()
}

/// The same parameters with bounds whose paths mean the same in a module inside; `None` where that is not known.
fn seen_from_inside(generics: &syn::Generics) -> Option<syn::Generics> {
    let mut seen = generics.clone();
    for parameter in &mut seen.params {
        if let syn::GenericParam::Type(parameter) = parameter {
            bounds_from_inside(&mut parameter.bounds)?;
        }
    }
    for predicate in seen.where_clause.iter_mut().flat_map(|clause| &mut clause.predicates) {
        if let syn::WherePredicate::Type(of) = predicate {
            let syn::Type::Path(bounded) = &of.bounded_ty else { return None };
            bounded.path.get_ident()?;
            bounds_from_inside(&mut of.bounds)?;
        }
    }
    Some(seen)
}

fn bounds_from_inside(bounds: &mut Punctuated<syn::TypeParamBound, syn::Token![+]>) -> Option<()> {
    for bound in bounds {
        if let syn::TypeParamBound::Trait(bound) = bound {
            bound.path = from_inside(&bound.path)?;
        }
    }
    Some(())
}

fn from_inside(path: &syn::Path) -> Option<syn::Path> {
    let first = path.segments.first()?.ident.to_string();
    let is_whole = path.leading_colon.is_some() || first == "crate";
    let before: Vec<&str> = match (first.as_str(), path.segments.len()) {
        _ if is_whole => return Some(path.clone()),
        (name, 1) => match PRELUDE.iter().find(|(known, _)| *known == name) {
            Some((_, module)) => vec!["core", module],
            None => vec!["super"],
        },
        ("std" | "core", _) => Vec::new(),
        ("super", _) => vec!["super"],
        _ => return None,
    };
    if path.segments.iter().any(|segment| matches!(segment.arguments, syn::PathArguments::AngleBracketed(_))) {
        return None;
    }
    let mut seen = path.clone();
    let named = |name: &str| syn::PathSegment::from(Ident::new(name, path.span()));
    seen.segments = before.iter().map(|name| named(name)).chain(path.segments.iter().cloned()).collect();
    let from_root = seen.segments.first().is_some_and(|first| first.ident != "super");
    seen.leading_colon = from_root.then(|| syn::Token![::](path.span()));
    Some(seen)
}
