//! Structs of other annotated modules, given by the hidden option
//! `fields(Data = struct Data { pub a: ::hypergrad::nalgebra::DVector<f64> } ..)`.
//!
//! The first struct is the one that this module imports, `Data` being its name here; those after it
//! are the structs inside it. They get reserved names, for a struct of this module may have theirs.

use proc_macro2::Ident;
use quote::format_ident;
use syn::parse::{Parse, ParseStream};

use crate::diagnostics::Diagnostic;

/// What one `fields(..)` says.
#[derive(Debug, Clone)]
pub struct Foreign {
    pub structures: Vec<syn::ItemStruct>,
}

/// What one `items(crate::rate = fn rate(..) { .. })` says: an item with an attribute of its own, by the path that means it in
/// this module. It is read as if it stood here.
#[derive(Debug, Clone)]
pub struct Adopted {
    pub path: syn::Path,
    pub item: syn::Item,
}

impl Parse for Adopted {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path = input.call(syn::Path::parse_mod_style)?;
        input.parse::<syn::Token![=]>()?;
        let mut item: syn::Item = input.parse()?;
        if let (Some(name), Some(last)) = (name_of(&mut item), path.segments.last()) {
            *name = last.ident.clone();
        }
        Ok(Self { path, item })
    }
}

/// The name of an item that can be adopted.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub fn name_of(item: &mut syn::Item) -> Option<&mut Ident> {
    match item {
        syn::Item::Const(item) => Some(&mut item.ident),
        syn::Item::Static(item) => Some(&mut item.ident),
        syn::Item::Enum(item) => Some(&mut item.ident),
        syn::Item::Fn(item) => Some(&mut item.sig.ident),
        syn::Item::Type(item) => Some(&mut item.ident),
        _ => None,
    }
}

impl Parse for Foreign {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: Ident = input.parse()?;
        input.parse::<syn::Token![=]>()?;
        let mut structures: Vec<syn::ItemStruct> = Vec::new();
        while !input.is_empty() {
            structures.push(input.parse()?);
        }
        rename(&name, &mut structures);
        Ok(Self { structures })
    }
}

/// The first struct is called `name`; those inside it get reserved names.
fn rename(name: &Ident, structures: &mut [syn::ItemStruct]) {
    let inner: Vec<Ident> = structures.iter().skip(1).map(|structure| structure.ident.clone()).collect();
    for structure in &mut *structures {
        for field in &mut structure.fields {
            if let syn::Type::Path(written) = &mut field.ty
                && let Some(ident) = written.path.get_ident().filter(|ident| inner.contains(ident))
            {
                let reserved = reserved(name, ident);
                written.path = reserved.into();
            }
        }
    }
    for (k, structure) in structures.iter_mut().enumerate() {
        structure.ident = if k == 0 { name.clone() } else { reserved(name, &structure.ident) };
    }
}

fn reserved(outer: &Ident, inner: &Ident) -> Ident {
    format_ident!("__{outer}_{inner}", span = inner.span())
}

/// What its own module says of a field that no role can read: `#[refused("message", "help")]`.
pub fn refusal(field: &syn::Field) -> Option<Diagnostic> {
    let attribute = field.attrs.iter().find(|attribute| attribute.path().is_ident(REFUSED))?;
    let texts = attribute.parse_args_with(syn::punctuated::Punctuated::<syn::LitStr, syn::Token![,]>::parse_terminated);
    let mut texts = texts.ok()?.into_iter().map(|text| text.value());
    let diagnostic = Diagnostic::new(&field.ty, texts.next()?);
    Some(match texts.next() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}

/// The attribute of such a field.
pub const REFUSED: &str = "refused";
