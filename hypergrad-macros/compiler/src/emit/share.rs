//! How modules share structs: beside each struct stands a macro of the same name, which every `use`
//! of the struct imports with it. Called with another annotated module, it has that module expanded
//! again, with the struct's fields.
//!
//! ```text
//! Data! { [::hypergrad::bilevel] [Renamed] [f = loss,] mod other { .. } }
//!   => #[::hypergrad::bilevel(f = loss, fields(Renamed = struct Data { .. }))] mod other { .. }
//! ```

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::fallback::compile_error;
use super::types;
use crate::diagnostics::{Diagnostic, Diagnostics, Wanted};
use crate::syntax::{Module, REFUSED, Storage, Type, cfg, refusal};

/// Which structs a pass shares. Those of known fields are shared by the first pass, whatever else it
/// waits for: modules may import from each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// This pass is the only one.
    Only,
    /// Another module is asked for fields.
    First,
    /// It has answered.
    Last,
}

/// The macros of the module's structs.
pub fn macros(module: &Module, crate_path: &TokenStream, pass: Pass) -> TokenStream {
    let shared = module
        .structures()
        .filter(|structure| !module.instances.iter().any(|instance| instance.name == structure.ident))
        .filter(|structure| !module.is_inner(&structure.ident.to_string()) && !has_macro(module, &structure.ident));
    let shared = shared.filter(|structure| match pass {
        Pass::Only => true,
        Pass::First => !Share::new(module, crate_path).read(structure).waits,
        Pass::Last => Share::new(&without_foreign(module), crate_path).read(structure).waits,
    });
    shared.map(|structure| definition(module, crate_path, structure)).collect()
}

/// The call that asks for what is wanted and comes back with the whole module.
pub fn ask(
    error: &Diagnostic,
    wanted: &Wanted,
    module: &Module,
    attribute: &TokenStream,
    crate_path: &TokenStream,
) -> TokenStream {
    let source = &module.source;
    let comma = (!attribute.is_empty()).then(|| quote! { , });
    match wanted {
        Wanted::Struct(name) => {
            let reason = reason(&unannotated(name), &module.imports.path(&name.to_string()).unwrap_or_default().join("::"));
            quote_spanned! { name.span()=>
                #reason
                #name! { [#crate_path::bilevel] [#name] [#attribute #comma] #source }
            }
        }
        Wanted::Item(path) => {
            let full = path.get_ident().and_then(|name| module.imports.path(&name.to_string()));
            let reason = reason(error, &full.map_or_else(|| spell(path), |full| full.join("::")));
            // What rustc says of a missing macro helps nobody: it is said of the attribute.
            let asked = at(quote!(#path), Span::call_site());
            quote! {
                #reason
                #asked! { [#crate_path::bilevel] [#path] [#attribute #comma] #source }
            }
        }
    }
}

fn spell(path: &syn::Path) -> String {
    quote!(#path).to_string().replace(' ', "")
}

fn unannotated(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is imported, and the module that defines it is not annotated with `#[bilevel]`"))
        .help(format!("define `{name}` in this module, or in an annotated one: only there can its fields be read"))
}

/// Says why there is no such macro, where there is none: a block may hide a macro of a block around
/// it, and where the import brings no macro to hide it, the outer one is called.
fn reason(missing: &Diagnostic, path: &str) -> TokenStream {
    let Ok(path) = syn::parse_str::<syn::Path>(path) else { return TokenStream::new() };
    let error = compile_error(missing);
    quote! {
        #[allow(unused_imports, unused_macros)]
        const _: () = {
            macro_rules! __fields { () => { #error }; }
            use __fields as __fields_of_the_import;
            const _: () = {
                use #path as __fields_of_the_import;
                __fields_of_the_import! {}
            };
        };
    }
}

/// An item that cannot be carried, with the errors.
pub fn refused_item(source: &TokenStream, diagnostics: Diagnostics) -> TokenStream {
    let errors = diagnostics.into_errors();
    let errors = errors.iter().map(compile_error);
    quote! { #source #(#errors)* }
}

/// An item as it came, and the macro of its name that carries it to the modules that read it.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub fn item(item: &syn::Item, name: &Ident, source: &TokenStream) -> TokenStream {
    let hidden = format_ident!("__item_{}", name, span = Span::call_site());
    // A struct has its fields read, whatever else it has.
    let (option, carried) = match item {
        syn::Item::Struct(structure) => (quote!(fields), crate::syntax::bare(structure)),
        item => (quote!(items), quote!(#item)),
    };
    quote! {
        #source
        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! #hidden {
            () => {};
            ([$($path:tt)*] [$($name:tt)*] [$($options:tt)*] $($module:tt)*) => {
                #[$($path)*($($options)* #option($($name)* = #carried))]
                $($module)*
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports, clippy::redundant_pub_crate)]
        pub(crate) use #hidden as #name;
    }
}

/// A macro of the user's has the name already.
fn has_macro(module: &Module, name: &Ident) -> bool {
    module.items.iter().any(|item| matches!(item, syn::Item::Macro(item) if item.ident.as_ref() == Some(name)))
}

fn without_foreign(module: &Module) -> Module {
    Module { foreign: Vec::new(), ..module.clone() }
}

fn definition(module: &Module, crate_path: &TokenStream, structure: &syn::ItemStruct) -> TokenStream {
    let share = Share::new(module, crate_path).read(structure);
    let (name, structures) = (&structure.ident, &share.structures);
    let conditions = structure.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let conditions = quote! { #(#conditions)* };
    // Where modules are nested, the inner macro must not hide the outer one.
    let hidden = format_ident!("__fields_of_{}_{}", module.ident, name, span = Span::call_site());
    quote! {
        #conditions
        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! #hidden {
            () => {};
            ([$($path:tt)*] [$name:ident] [$($options:tt)*] $($module:tt)*) => {
                #[$($path)*($($options)* fields($name = #(#structures)*))]
                $($module)*
            };
        }
        #conditions
        #[doc(hidden)]
        #[allow(unused_imports, clippy::redundant_pub_crate)]
        pub(crate) use #hidden as #name;
    }
}

/// A struct and those inside it, their fields' types written so that they mean the same everywhere.
struct Share<'m> {
    module: &'m Module,
    crate_path: &'m TokenStream,
    structures: Vec<TokenStream>,
    seen: Vec<String>,
    /// A field's type is imported, and not known yet.
    waits: bool,
}

impl<'m> Share<'m> {
    fn new(module: &'m Module, crate_path: &'m TokenStream) -> Self {
        Self { module, crate_path, structures: Vec::new(), seen: Vec::new(), waits: false }
    }

    fn read(mut self, structure: &syn::ItemStruct) -> Self {
        self.add(structure);
        self
    }

    fn add(&mut self, structure: &syn::ItemStruct) {
        self.seen.push(structure.ident.to_string());
        // Outer structs stand before those inside them.
        let place = self.structures.len();
        self.structures.push(TokenStream::new());
        let (name, generics) = (&structure.ident, &structure.generics);
        let conditions = structure.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let fields: Vec<TokenStream> = structure.fields.iter().map(|field| self.field(field)).collect();
        let body = match &structure.fields {
            syn::Fields::Named(_) => quote! { { #(#fields),* } },
            syn::Fields::Unnamed(unnamed) => quote_spanned! { unnamed.paren_token.span.open()=> ( #(#fields),* ); },
            syn::Fields::Unit => quote! { ; },
        };
        self.structures[place] = quote! { #(#conditions)* struct #name #generics #body };
    }

    fn field(&mut self, field: &syn::Field) -> TokenStream {
        let name = field.ident.as_ref().map(|ident| quote! { #ident: });
        let condition = cfg(&field.attrs);
        let ty = match self.canonical(field) {
            Ok(ty) => ty,
            Err(error) => {
                self.waits |= error.wanted.is_some();
                return refused(field, &error);
            }
        };
        quote! { #condition #name #ty }
    }

    fn canonical(&mut self, field: &syn::Field) -> Result<TokenStream, Diagnostic> {
        if let Some(refusal) = refusal(field) {
            return Err(refusal);
        }
        let mut errors = Diagnostics::default();
        let Some(resolved) = self.module.resolve_owned_type(&field.ty, &mut errors) else {
            return Err(errors.into_first().unwrap_or_else(|| unreadable(field)));
        };
        if let Type::Tuple(_) = resolved {
            return Err(unreadable(field));
        }
        let ty = self.spelled(&resolved, field.ty.span()).ok_or_else(|| unreadable(field))?;
        Ok(if let syn::Type::Reference(_) = field.ty {
            quote! { &'static #ty }
        } else {
            ty
        })
    }

    /// The type with the span of what the user wrote, so that errors point there.
    fn spelled(&mut self, resolved: &Type, span: Span) -> Option<TokenStream> {
        let tokens = match resolved {
            Type::Struct(name) => {
                let structure = self.module.structure(name)?;
                if !self.seen.contains(name) {
                    self.add(structure);
                }
                let name = &structure.ident;
                quote! { #name }
            }
            Type::List { item, storage: Storage::Array(length) } => {
                let (item, length) = (self.spelled(item, span)?, Literal::i64_unsuffixed(*length));
                quote! { [#item; #length] }
            }
            Type::List { item, storage: Storage::Vec } => {
                let item = self.spelled(item, span)?;
                quote! { ::std::vec::Vec<#item> }
            }
            Type::List { item, storage: Storage::Option } => {
                let item = self.spelled(item, span)?;
                quote! { ::core::option::Option<#item> }
            }
            Type::Tuple(items) => {
                let items: Vec<TokenStream> = items.iter().map(|item| self.spelled(item, span)).collect::<Option<_>>()?;
                quote! { (#(#items,)*) }
            }
            Type::Csr { scalar } => {
                let scalar = self.spelled(&Type::Scalar(*scalar), span)?;
                quote! { ::nalgebra_sparse::CsrMatrix<#scalar> }
            }
            other @ (Type::Scalar(_)
            | Type::Count
            | Type::Integer(_)
            | Type::Bool
            | Type::Tensor { .. }
            | Type::List { .. }
            | Type::Enum(_)) => types::spelled(other, self.crate_path)?,
        };
        Some(at(tokens, span))
    }
}

fn at(tokens: TokenStream, span: Span) -> TokenStream {
    let relocated = tokens.into_iter().map(|mut token| {
        if let proc_macro2::TokenTree::Group(group) = &token {
            let mut inner = proc_macro2::Group::new(group.delimiter(), at(group.stream(), span));
            inner.set_span(span);
            return inner.into();
        }
        token.set_span(span);
        token
    });
    relocated.collect()
}

fn refused(field: &syn::Field, error: &Diagnostic) -> TokenStream {
    let name = field.ident.as_ref().map(|ident| quote! { #ident: });
    let (message, help) = (&error.message, error.help.iter());
    let (attribute, ty) = (format_ident!("{REFUSED}"), quote_spanned! { field.ty.span()=> ! });
    quote! { #[#attribute(#message #(, #help)*)] #name #ty }
}

fn unreadable(field: &syn::Field) -> Diagnostic {
    Diagnostic::new(&field.ty, "this field is of no type that a role can read")
}
