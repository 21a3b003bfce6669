//! The annotated module as syntax: its items by kind, its types resolved.

mod types;

pub use types::{Dimension, Type};

/// The annotated inline module. Items keep their order.
#[derive(Debug, Clone)]
pub struct Module {
    pub ident: syn::Ident,
    pub visibility: syn::Visibility,
    pub attributes: Vec<syn::Attribute>,
    /// Every item, as the user wrote it: re-emitted untouched.
    pub items: Vec<syn::Item>,
}

impl Module {
    /// The module's function of this name.
    pub fn function(&self, name: &str) -> Option<&syn::ItemFn> {
        self.items.iter().find_map(|item| match item {
            syn::Item::Fn(function) if function.sig.ident == name => Some(function),
            _ => None,
        })
    }

    pub fn constant(&self, name: &str) -> Option<&syn::ItemConst> {
        self.items.iter().find_map(|item| match item {
            syn::Item::Const(constant) if constant.ident == name => Some(constant),
            _ => None,
        })
    }

    pub fn alias(&self, name: &str) -> Option<&syn::ItemType> {
        self.items.iter().find_map(|item| match item {
            syn::Item::Type(alias) if alias.ident == name => Some(alias),
            _ => None,
        })
    }

    pub fn structure(&self, name: &str) -> Option<&syn::ItemStruct> {
        self.items.iter().find_map(|item| match item {
            syn::Item::Struct(structure) if structure.ident == name => Some(structure),
            _ => None,
        })
    }
}
