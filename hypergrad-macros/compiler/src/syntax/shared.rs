//! Items that stand outside of the annotated modules which read them, with an attribute of their own.
//!
//! Such an item is read as if it stood in the module, so a name in it has to mean the same there: it is bound in the item
//! itself, known to Rust, or a whole path (`crate::RATE`, `nalgebra::DVector`).

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::visit::Visit;

use super::parse::PRIMITIVES;
use crate::diagnostics::{Diagnostic, Diagnostics};

/// The attribute of such an item.
pub const ITEM: &str = "bilevel_item";

/// Where whole paths begin.
const ROOTS: [&str; 6] = ["crate", "std", "core", "alloc", "nalgebra", "hypergrad"];

/// Names that Rust knows everywhere.
const PRELUDE: [&str; 29] = [
    "Self",
    "self",
    "Some",
    "None",
    "Option",
    "Ok",
    "Err",
    "Result",
    "Vec",
    "String",
    "Box",
    "Fn",
    "FnMut",
    "FnOnce",
    "Copy",
    "Clone",
    "Sized",
    "Default",
    "From",
    "Into",
    "AsRef",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "PartialEq",
    "PartialOrd",
    "Eq",
    "Ord",
];

/// The item and its name; every mistake is reported.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub fn read(source: TokenStream, diagnostics: &mut Diagnostics) -> Option<(syn::Item, Ident)> {
    let item = match syn::parse2::<syn::Item>(source.clone()) {
        Ok(item) => item,
        Err(error) => {
            diagnostics.error(error.span(), error);
            return None;
        }
    };
    let name = match &item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        _ => {
            diagnostics.error_with_help(
                &source,
                format!("`#[{ITEM}]` belongs on a function, a constant, a static, a type alias, an enum or a struct"),
                "methods and traits are read where they stand in the module itself",
            );
            return None;
        }
    };
    let name = name.clone();
    if let Some(dollar) = dollar(source) {
        diagnostics.error_with_help(
            dollar.span(),
            format!("`$` cannot be carried to the modules that read `{name}`"),
            "write the macro where it is used: in the module",
        );
        return None;
    }
    let mut names = Bound::default();
    names.0.insert(name.to_string());
    names.visit_item(&item);
    let mut free = Free { bound: names.0, name: name.to_string(), diagnostics };
    free.visit_item(&item);
    diagnostics.is_empty().then_some((item, name))
}

/// A struct by its fields, as modules that import it read it: without attributes and visibilities.
pub fn bare(structure: &syn::ItemStruct) -> TokenStream {
    let mut structure = structure.clone();
    structure.attrs.clear();
    structure.vis = syn::Visibility::Inherited;
    for field in &mut structure.fields {
        field.attrs.clear();
        field.vis = syn::Visibility::Inherited;
    }
    structure.into_token_stream()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn dollar(tokens: TokenStream) -> Option<TokenTree> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Punct(mark) if mark.as_char() == '$' => Some(TokenTree::Punct(mark)),
        TokenTree::Group(group) => dollar(group.stream()),
        _ => None,
    })
}

/// The names that patterns and generics of an item bind.
#[derive(Default)]
struct Bound(BTreeSet<String>);

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.0.insert(pattern.ident.to_string());
        syn::visit::visit_pat_ident(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'ast syn::TypeParam) {
        self.0.insert(parameter.ident.to_string());
    }

    fn visit_const_param(&mut self, parameter: &'ast syn::ConstParam) {
        self.0.insert(parameter.ident.to_string());
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.0.insert(function.sig.ident.to_string());
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_item_const(&mut self, constant: &'ast syn::ItemConst) {
        self.0.insert(constant.ident.to_string());
        syn::visit::visit_item_const(self, constant);
    }
}

/// Reports the names that are not bound.
struct Free<'d> {
    bound: BTreeSet<String>,
    name: String,
    diagnostics: &'d mut Diagnostics,
}

impl<'ast> Visit<'ast> for Free<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let known = [PRIMITIVES.as_slice(), &PRELUDE, &ROOTS].concat().contains(&first.as_str());
        if path.leading_colon.is_none() && !known && !self.bound.contains(&first) {
            let written = path.to_token_stream().to_string().replace(' ', "");
            self.diagnostics.push(
                Diagnostic::new(path, format!("`{written}` may mean something else in the modules that read `{}`", self.name))
                    .help("write its whole path: `crate::RATE`, `nalgebra::DVector`, `std::f64::consts::PI`"),
            );
        }
        syn::visit::visit_path(self, path);
    }

    /// What macros are given, as far as it is expressions; which macro is meant is as for every body.
    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let arguments = called.parse_body_with(Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated);
        arguments.iter().flatten().for_each(|argument| self.visit_expr(argument));
    }

    // Attributes name no item that is read.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}
