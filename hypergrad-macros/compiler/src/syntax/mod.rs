//! The annotated module as syntax: its items by kind, its types resolved.

mod apart;
mod associated;
mod block;
mod conditional;
mod constants;
mod foreign;
mod imports;
mod inner;
mod instances;
mod keyword;
mod library;
mod member;
mod nalgebra;
mod options;
mod parameters;
mod parse;
mod resolve;
mod scope;
mod shared;
mod traits;
mod types;
mod variants;

#[cfg(test)]
mod tests;

pub use associated::{Associated, Item as AssociatedItem, Receiver};
pub use block::Parameters;
pub use conditional::cfg;
pub use foreign::{Foreign, REFUSED, name_of, refusal};
pub use imports::Imports;
pub use inner::Inner;
pub use instances::Instance;
pub use keyword::Keyword;
pub use library::{methods as library_methods, outer_name};
pub use member::Member;
pub use options::{Options, is_first};
pub use parse::{parse, user_problem};
pub use resolve::strip_references;
pub use shared::{ITEM, bare, read as read_shared};
pub use traits::Leaf;
pub use types::{Dimension, Form, Scalar, Storage, Type};

/// The attribute of a function that is the derivative of another: `#[derivative(erf)]`.
pub const DERIVATIVE: &str = "derivative";

/// The annotated inline module. Items keep their order.
#[derive(Debug, Clone)]
pub struct Module {
    pub ident: syn::Ident,
    /// Every item, as the user wrote it: re-emitted untouched.
    pub items: Vec<syn::Item>,
    /// The types of nalgebra that are read as if they stood here.
    pub library: Vec<syn::Item>,
    /// Methods, functions and constants of these types and of the module's.
    pub associated: Vec<Associated>,
    /// What `use` declarations bring in.
    pub imports: Imports,
    /// Structs of other annotated modules.
    pub foreign: Vec<Foreign>,
    /// The paths of items that stand outside, which are among the items here, by their last names.
    pub adopted: Vec<syn::Path>,
    /// Structs with constant parameters that are read as one of them.
    pub instances: Vec<Instance>,
    /// What functions declare inside; its items are among those here.
    pub inner: Inner,
    /// The whole item as it came, to be emitted again.
    pub source: proc_macro2::TokenStream,
}

impl Module {
    /// The module's function of this name.
    pub fn function(&self, name: &str) -> Option<&syn::ItemFn> {
        self.items.iter().find_map(|item| {
            if let syn::Item::Fn(function) = item
                && function.sig.ident == name
            {
                Some(function)
            } else {
                None
            }
        })
    }

    pub fn constant(&self, name: &str) -> Option<&syn::ItemConst> {
        self.items.iter().find_map(|item| {
            if let syn::Item::Const(constant) = item
                && constant.ident == name
            {
                Some(constant)
            } else {
                None
            }
        })
    }

    /// The static of this name that nothing can change.
    pub fn unchanging(&self, name: &str) -> Option<&syn::ItemStatic> {
        self.items.iter().find_map(|item| {
            if let syn::Item::Static(item) = item
                && item.ident == name
                && matches!(item.mutability, syn::StaticMutability::None)
            {
                Some(item)
            } else {
                None
            }
        })
    }

    pub fn alias(&self, name: &str) -> Option<&syn::ItemType> {
        self.items.iter().find_map(|item| {
            if let syn::Item::Type(alias) = item
                && alias.ident == name
            {
                Some(alias)
            } else {
                None
            }
        })
    }

    /// The struct of this name, of this module or of another one whose fields are known.
    pub fn structure(&self, name: &str) -> Option<&syn::ItemStruct> {
        let library = self.library.iter().filter_map(as_structure);
        self.structures().chain(library).find(|structure| structure.ident == name).or_else(|| self.foreign_structure(name))
    }

    /// The module's own structs.
    pub fn structures(&self) -> impl Iterator<Item = &syn::ItemStruct> {
        self.items.iter().filter_map(as_structure)
    }

    /// Whether a struct of this module is certain not to be `Clone`: neither derived, nor implemented
    /// here, nor perhaps by an attribute of another crate.
    pub fn lacks_clone(&self, name: &str) -> bool {
        let Some(structure) = self.structures().find(|structure| structure.ident == name) else { return false };
        let implemented = self.items.iter().any(|item| {
            if let syn::Item::Impl(block) = item {
                let of_trait = block.trait_.as_ref().and_then(|(path, _)| path.segments.last());
                of_trait.is_some_and(|last| last.ident == "Clone")
            } else {
                false
            }
        });
        !implemented && structure.attrs.iter().all(gives_no_clone)
    }

    /// Whether a struct or enum of this module derives a trait.
    pub fn derives(&self, name: &str, of_trait: &str) -> bool {
        let structure = self.structure(name).map(|structure| &structure.attrs);
        let attributes = structure.or_else(|| self.enumeration(name).map(|enumeration| &enumeration.attrs));
        let mut found = false;
        for attribute in attributes.into_iter().flatten().filter(|attribute| attribute.path().is_ident("derive")) {
            let _ = attribute.parse_nested_meta(|meta| {
                found |= meta.path.segments.last().is_some_and(|last| last.ident == of_trait);
                Ok(())
            });
        }
        found
    }

    /// Whether the struct of this name is one of another module.
    pub fn is_foreign(&self, name: &str) -> bool {
        !self.structures().any(|structure| structure.ident == name) && self.foreign_structure(name).is_some()
    }

    /// A struct of another annotated module, by its name in this one.
    fn foreign_structure(&self, name: &str) -> Option<&syn::ItemStruct> {
        self.foreign.iter().flat_map(|foreign| &foreign.structures).find(|structure| structure.ident == name)
    }

    pub fn constants(&self) -> impl Iterator<Item = &syn::ItemConst> {
        self.items.iter().filter_map(|item| if let syn::Item::Const(constant) = item { Some(constant) } else { None })
    }

    pub fn functions(&self) -> impl Iterator<Item = &syn::ItemFn> {
        self.items.iter().filter_map(|item| if let syn::Item::Fn(function) = item { Some(function) } else { None })
    }

    /// Functions that are the derivatives of others, each with the attribute that says so.
    pub fn derivatives(&self) -> impl Iterator<Item = (&syn::Attribute, &syn::ItemFn)> {
        self.functions().filter_map(|function| {
            let attribute = function.attrs.iter().find(|attribute| attribute.path().is_ident(DERIVATIVE))?;
            Some((attribute, function))
        })
    }

    /// Whether a function of this name is declared with its derivative.
    pub fn is_declared(&self, name: &syn::Ident) -> bool {
        self.derivatives().any(|(attribute, _)| attribute.parse_args::<syn::Ident>().is_ok_and(|of| of == *name))
    }

    /// The names of the module's structs and type aliases.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub fn type_names(&self) -> Vec<String> {
        let name = |item: &syn::Item| match item {
            syn::Item::Struct(structure) => Some(structure.ident.to_string()),
            syn::Item::Type(alias) => Some(alias.ident.to_string()),
            _ => None,
        };
        self.items.iter().filter_map(name).collect()
    }

    /// The name of an item of this module, if the path can mean one: `Data` or `self::Data`, or the path of an item that was
    /// adopted.
    pub fn own_name<'p>(&self, path: &'p syn::Path) -> Option<&'p syn::Ident> {
        let last = || path.segments.last().map(|segment| &segment.ident);
        own_name(path).or_else(|| if self.is_adopted(path) { last() } else { None })
    }

    /// Whether an item was adopted by this path, whatever is written behind its names: `crate::norm::<2>`.
    pub fn is_adopted(&self, path: &syn::Path) -> bool {
        self.adopted.contains(&without_arguments(path))
    }

    /// Whether the module has an item of this name.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub fn defines(&self, name: &str) -> bool {
        self.items.iter().any(|item| {
            let ident = match item {
                syn::Item::Const(item) => &item.ident,
                syn::Item::Enum(item) => &item.ident,
                syn::Item::Fn(item) => &item.sig.ident,
                syn::Item::Mod(item) => &item.ident,
                syn::Item::Static(item) => &item.ident,
                syn::Item::Struct(item) => &item.ident,
                syn::Item::Trait(item) => &item.ident,
                syn::Item::Type(item) => &item.ident,
                syn::Item::Union(item) => &item.ident,
                _ => return false,
            };
            ident == name
        })
    }
}

fn as_structure(item: &syn::Item) -> Option<&syn::ItemStruct> {
    if let syn::Item::Struct(structure) = item { Some(structure) } else { None }
}

/// A path without the types and constants that are written behind its names.
pub fn without_arguments(path: &syn::Path) -> syn::Path {
    let mut plain = path.clone();
    plain.segments.iter_mut().for_each(|segment| segment.arguments = syn::PathArguments::None);
    plain
}

/// The name of an item, if a path can mean one of the module in which it stands.
fn own_name(path: &syn::Path) -> Option<&syn::Ident> {
    let mut segments = path.segments.iter().map(|segment| &segment.ident);
    let first = segments.next()?;
    match (segments.next(), segments.next()) {
        (None, _) if path.leading_colon.is_none() => Some(first),
        (Some(second), None) if first == "self" => Some(second),
        _ => None,
    }
}

/// An attribute that is known not to implement `Clone`.
fn gives_no_clone(attribute: &syn::Attribute) -> bool {
    const SILENT: [&str; 9] = ["doc", "cfg", "allow", "warn", "expect", "deny", "repr", "must_use", "non_exhaustive"];
    const DERIVED: [&str; 7] = ["Debug", "Default", "PartialEq", "Eq", "Hash", "PartialOrd", "Ord"];
    if !attribute.path().is_ident("derive") {
        return SILENT.iter().any(|name| attribute.path().is_ident(name));
    }
    let mut known = true;
    let read = attribute.parse_nested_meta(|derived| {
        known &= DERIVED.iter().any(|name| derived.path.is_ident(name));
        Ok(())
    });
    read.is_ok() && known
}
