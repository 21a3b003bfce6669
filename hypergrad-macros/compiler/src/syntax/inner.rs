//! Items inside of functions: structs, enums, traits, `impl` blocks, aliases and imports, read as if they stood in the module.
//!
//! A name is taken out of its function where nothing outside of that function says it, so that it means one thing in all
//! of the module. What is taken out can be named by nothing that is added to the module: of such types rustc is asked nothing.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

use super::Module;
use super::traits::leaves;

/// What functions declare inside.
#[derive(Debug, Clone, Default)]
pub struct Inner {
    /// Those that are read.
    pub items: Vec<syn::Item>,
    /// Their names.
    pub names: BTreeSet<String>,
    /// Names that are imported, with their paths.
    pub imports: BTreeMap<String, syn::Path>,
}

/// One function or `impl` block, with the items inside.
struct Function {
    inside: Vec<syn::Item>,
    /// All names that it says.
    said: BTreeSet<String>,
}

impl Inner {
    pub fn of(items: &[syn::Item]) -> Self {
        let functions: Vec<Function> = items.iter().map(Function::of).collect();
        let mut inner = Self::default();
        for (k, function) in functions.iter().enumerate() {
            let elsewhere = |name: &str| functions.iter().enumerate().any(|(other, f)| other != k && f.said.contains(name));
            for item in &function.inside {
                let Some(name) = declared(item) else { continue };
                let once = function.inside.iter().filter(|other| declared(other).as_ref() == Some(&name)).count() == 1;
                if once && !elsewhere(&name) {
                    inner.names.insert(name);
                    inner.items.push(item.clone());
                }
            }
            inner.items.extend(function.inside.iter().filter(|item| matches!(item, syn::Item::Impl(_))).cloned());
        }
        inner.imports = imported(&functions);
        inner
    }
}

impl Function {
    fn of(item: &syn::Item) -> Self {
        let mut inside = Inside(Vec::new());
        if matches!(item, syn::Item::Fn(_) | syn::Item::Impl(_)) {
            inside.visit_item(item);
        }
        let mut said = BTreeSet::new();
        names_in(item.to_token_stream(), &mut said);
        Self { inside: inside.0, said }
    }

    /// The paths of what it imports by this name.
    fn imports(&self, name: &str) -> Vec<syn::Path> {
        let uses = self.inside.iter().filter_map(|item| if let syn::Item::Use(item) = item { Some(item) } else { None });
        let of_name = |leaf: &super::Leaf| leaf.name.as_deref() == Some(name);
        uses.flat_map(leaves).filter(of_name).map(|leaf| leaf.path).collect()
    }
}

/// The names that every function which says them imports by the same path.
fn imported(functions: &[Function]) -> BTreeMap<String, syn::Path> {
    let uses = functions.iter().flat_map(|function| &function.inside);
    let uses = uses.filter_map(|item| if let syn::Item::Use(item) = item { Some(item) } else { None });
    let mut all = BTreeMap::new();
    for leaf in uses.flat_map(leaves) {
        let Some(name) = leaf.name else { continue };
        let agrees = |function: &Function| {
            !function.said.contains(&name) || matches!(function.imports(&name).as_slice(), [path] if *path == leaf.path)
        };
        if functions.iter().all(agrees) {
            all.insert(name, leaf.path);
        }
    }
    all
}

impl Module {
    /// Whether a name is that of an item inside of a function.
    pub fn is_inner(&self, name: &str) -> bool {
        self.inner.names.contains(name)
    }

    /// A path that begins with a name which a function imports or declares as an alias, with that written out; `None` where
    /// it begins with another item inside of a function.
    pub fn outside_of_functions(&self, path: &syn::Path) -> Option<syn::Path> {
        let Some(first) = path.segments.first().map(|segment| segment.ident.to_string()) else { return Some(path.clone()) };
        let begin = if let Some(import) = self.inner.imports.get(&first) {
            import.clone()
        } else if self.is_inner(&first) {
            match self.alias(&first).map(|alias| &*alias.ty) {
                Some(syn::Type::Path(of)) if of.qself.is_none() => self.outside_of_functions(&of.path)?,
                _ => return None,
            }
        } else {
            return Some(path.clone());
        };
        let mut whole = begin;
        whole.segments.extend(path.segments.iter().skip(1).cloned());
        Some(whole)
    }
}

/// Collects the items of blocks.
struct Inside(Vec<syn::Item>);

impl<'a> Visit<'a> for Inside {
    fn visit_stmt(&mut self, statement: &'a syn::Stmt) {
        if let syn::Stmt::Item(item) = statement {
            self.0.push(item.clone());
        }
        visit::visit_stmt(self, statement);
    }

    // A module has a scope of its own.
    fn visit_item_mod(&mut self, _: &'a syn::ItemMod) {}
}

/// The name that an item gives to a type or trait.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub(super) fn declared(item: &syn::Item) -> Option<String> {
    match item {
        syn::Item::Struct(item) => Some(item.ident.to_string()),
        syn::Item::Enum(item) => Some(item.ident.to_string()),
        syn::Item::Type(item) => Some(item.ident.to_string()),
        syn::Item::Trait(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

pub(super) fn names_in(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                names.insert(name.to_string());
            }
            TokenTree::Group(group) => names_in(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
