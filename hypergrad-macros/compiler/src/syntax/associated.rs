//! Methods, associated functions and constants of the module's types, as functions and constants
//! whose `Self` is written out.

use std::rc::Rc;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;

use super::block::{Parameters, own_parameters, with_names_of};
use super::{Module, library};

/// An item of an `impl` block, of a type of this module.
#[derive(Debug, Clone)]
pub struct Associated {
    /// The type's name.
    pub owner: String,
    /// `None` in an inherent block.
    pub of_trait: Option<String>,
    /// Of a block for references to the type.
    pub by_reference: bool,
    /// Of a block that declares some.
    pub parameters: Option<Rc<Parameters>>,
    pub item: Item,
}

/// `Self` is replaced by the type's name.
#[derive(Debug, Clone)]
pub enum Item {
    Function(syn::ItemFn),
    Constant(syn::ItemConst),
}

/// How a method takes `self`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    Value,
    Reference,
    /// `&mut self`
    Mutable,
}

impl Associated {
    pub fn name(&self) -> &Ident {
        match &self.item {
            Item::Function(function) => &function.sig.ident,
            Item::Constant(constant) => &constant.ident,
        }
    }

    pub fn function(&self) -> Option<&syn::ItemFn> {
        match &self.item {
            Item::Function(function) => Some(function),
            Item::Constant(_) => None,
        }
    }

    pub fn attributes(&self) -> &[syn::Attribute] {
        match &self.item {
            Item::Function(function) => &function.attrs,
            Item::Constant(constant) => &constant.attrs,
        }
    }

    /// `Params::scale`: no two functions of the module are called alike.
    pub fn title(&self) -> String {
        match library::outer_name(&self.owner) {
            Some(owner) => format!("{OF_LIBRARY}{owner}::{}", self.name()),
            None => format!("{}::{}", self.owner, self.name()),
        }
    }

    /// Whether a function of this title is one of nalgebra's.
    pub fn is_of_library(title: &str) -> bool {
        title.starts_with(OF_LIBRARY)
    }

    /// How it takes `self`; `None` for what is no method.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub fn receiver(&self) -> Option<Receiver> {
        let receiver = self.function()?.sig.receiver()?;
        Some(match &receiver.kind {
            syn::ReceiverKind::Reference(_, _, Some(_)) => Receiver::Mutable,
            syn::ReceiverKind::Reference(..) => Receiver::Reference,
            syn::ReceiverKind::Typed(_, ty) if matches!(**ty, syn::Type::Reference(_)) => Receiver::Reference,
            _ if self.by_reference => Receiver::Reference,
            _ => Receiver::Value,
        })
    }
}

impl Module {
    /// The struct or enum of this module that a path of types means: by its name, or by an alias.
    pub fn own_type(&self, path: &syn::Path) -> Option<String> {
        // By the whole path of one that was adopted, too.
        let last = path.segments.last().filter(|_| self.is_adopted(path)).map(|segment| segment.ident.clone().into());
        own_type(&self.items, last.as_ref().unwrap_or(path), DEPTH).or_else(|| self.library_type(path))
    }

    /// A type of nalgebra that is read as if it stood in the module.
    pub fn library_type(&self, path: &syn::Path) -> Option<String> {
        if self.library.is_empty() {
            return None;
        }
        if let Some(name) = path.get_ident().filter(|name| library::outer_name(&name.to_string()).is_some()) {
            return Some(name.to_string());
        }
        let full = self.imports.expand(path);
        let name = full.last()?;
        // A single name that nothing brings in is of a glob import.
        let known = full.len() > 1 || !self.imports.globs().is_empty() && !self.defines(name);
        library::inner_name(name).filter(|_| known)
    }

    /// A function that is read as one of nalgebra's types.
    pub fn library_function(&self, owner: &str, name: &str) -> Option<&Associated> {
        self.associated_items(&library::owner_of(owner), name).find(|item| item.function().is_some())
    }

    /// The items of this name that a type has.
    pub fn associated_items<'m>(&'m self, owner: &str, name: &str) -> impl Iterator<Item = &'m Associated> {
        self.associated.iter().filter(move |item| item.owner == owner && item.name() == name)
    }

    /// The bodies of all functions, methods among them.
    pub fn bodies(&self) -> impl Iterator<Item = &syn::Block> {
        let methods = self.associated.iter().filter_map(|item| item.function());
        self.functions().chain(methods).map(|function| &*function.block)
    }

    /// The module's trait of this name.
    pub fn defines_trait(&self, name: &str) -> bool {
        self.items.iter().any(|item| matches!(item, syn::Item::Trait(found) if found.ident == name))
    }
}

/// In front of what is nalgebra's.
const OF_LIBRARY: &str = "nalgebra's ";

/// An alias of an alias: so deep.
const DEPTH: usize = 64;

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn own_type(items: &[syn::Item], path: &syn::Path, depth: usize) -> Option<String> {
    let name = super::own_name(path)?;
    let found = items.iter().find_map(|item| match item {
        syn::Item::Struct(structure) if structure.ident == *name => Some(Ok(name.to_string())),
        syn::Item::Enum(choice) if choice.ident == *name => Some(Ok(name.to_string())),
        syn::Item::Type(alias) if alias.ident == *name => Some(Err(&*alias.ty)),
        _ => None,
    });
    match found? {
        Ok(name) => Some(name),
        Err(syn::Type::Path(syn::TypePath { qself: None, path, .. })) if depth > 0 => own_type(items, path, depth - 1),
        Err(_) => None,
    }
}

/// Reads the `impl` blocks among the items.
pub fn read(items: &[syn::Item]) -> Vec<Associated> {
    let blocks = items.iter().filter_map(|item| if let syn::Item::Impl(block) = item { Some(block) } else { None });
    let derived: Vec<syn::ItemImpl> = items.iter().filter_map(derived_default).collect();
    blocks.chain(&derived).flat_map(|block| read_block(items, block)).collect()
}

/// What `#[derive(Default)]` writes, of a struct of numbers and of structs of the module.
fn derived_default(item: &syn::Item) -> Option<syn::ItemImpl> {
    let syn::Item::Struct(structure) = item else { return None };
    let mut derives = false;
    for attribute in structure.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        attribute
            .parse_nested_meta(|derived| {
                derives |= derived.path.is_ident("Default");
                Ok(())
            })
            .ok()?;
    }
    let name = derives.then_some(&structure.ident)?;
    let field = |(k, field): (usize, &syn::Field)| {
        let named = field.ident.as_ref().map_or_else(|| k.to_string(), ToString::to_string);
        Some(format!("{named}: {}", default_of(&field.ty)?))
    };
    let fields: Vec<String> = structure.fields.iter().enumerate().map(field).collect::<Option<_>>()?;
    let fields = fields.join(", ");
    syn::parse_str(&format!("impl Default for {name} {{ fn default() -> {name} {{ {name} {{ {fields} }} }} }}")).ok()
}

fn default_of(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?.to_string();
    Some(match name.as_str() {
        "f64" | "f32" => "0.0".to_owned(),
        "bool" => "false".to_owned(),
        _ if super::parse::PRIMITIVES.contains(&name.as_str()) => "0".to_owned(),
        _ => format!("{name}::default()"),
    })
}

/// A float, in what the module implements between it and a type of its own, `impl Mul<V> for f64`, and by a trait of its own.
fn scalar_owner(items: &[syn::Item], path: &syn::Path, of_trait: &str) -> Option<String> {
    let name = path.get_ident()?.to_string();
    let is_own = || items.iter().any(|item| matches!(item, syn::Item::Trait(found) if found.ident == of_trait));
    let known = matches!(of_trait, "Add" | "Sub" | "Mul" | "Div" | "From") || is_own();
    (matches!(name.as_str(), "f64" | "f32") && known).then_some(name)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn read_block(items: &[syn::Item], block: &syn::ItemImpl) -> Vec<Associated> {
    let syn::Type::Path(syn::TypePath { qself: None, path, .. }) = super::strip_references(&block.self_ty) else {
        return Vec::new();
    };
    let of_trait = block.trait_.as_ref().and_then(|(path, _)| path.segments.last()).map(|last| last.ident.to_string());
    let scalar = || of_trait.as_deref().and_then(|of_trait| scalar_owner(items, path, of_trait));
    let Some(owner) = own_type(items, path, DEPTH).or_else(scalar) else { return Vec::new() };
    let declared = items.iter().find_map(|item| match item {
        syn::Item::Struct(structure) if structure.ident == owner => Some(&structure.generics),
        syn::Item::Enum(choice) if choice.ident == owner => Some(&choice.generics),
        _ => None,
    });
    let is_generic = |generics: &syn::Generics| !own_parameters(generics).is_empty();
    let mut parameters = None;
    let renamed;
    let mut block = block;
    if is_generic(&block.generics) || declared.is_some_and(is_generic) {
        // What a block of some of its values means depends on where it is used.
        let is_alias = path.segments.last().is_none_or(|last| last.ident != owner);
        let read = declared.filter(|_| !is_alias).and_then(|declared| with_names_of(block, path, declared));
        let Some(read) = read else { return Vec::new() };
        renamed = read.0;
        block = &renamed;
        parameters = Some(Rc::new(read.1));
    }
    let by_reference = matches!(&*block.self_ty, syn::Type::Reference(_));
    let mut read: Vec<Associated> = Vec::new();
    let mut add = |item: Option<Item>| {
        let (owner, of_trait, parameters) = (owner.clone(), of_trait.clone(), parameters.clone());
        read.extend(item.map(|item| Associated { owner, of_trait, by_reference, parameters, item }));
    };
    let function = |tokens: &TokenStream| {
        let mut function: syn::ItemFn = as_item(tokens, &owner, &block.attrs)?;
        // Behind its own, which are those that a call may write.
        let declared = block.generics.params.iter().filter(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
        function.sig.generics.params.extend(declared.cloned());
        Some(Item::Function(function))
    };
    // What a constant of a generic block is depends on where it is used.
    let constant = |tokens: &TokenStream| {
        if parameters.is_some() { None } else { as_item(tokens, &owner, &block.attrs).map(Item::Constant) }
    };
    for item in &block.items {
        add(match item {
            syn::ImplItem::Fn(item) => function(&item.to_token_stream()),
            syn::ImplItem::Const(item) => constant(&item.to_token_stream()),
            _ => None,
        });
    }
    for item in defaults(items, block) {
        add(match item {
            syn::TraitItem::Fn(item) => function(&item.to_token_stream()),
            syn::TraitItem::Const(item) => constant(&item.to_token_stream()),
            _ => None,
        });
    }
    read
}

/// What a trait of the module gives to a block that does not write it.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn defaults<'m>(items: &'m [syn::Item], block: &syn::ItemImpl) -> Vec<&'m syn::TraitItem> {
    let Some(name) = block.trait_.as_ref().and_then(|(path, _)| super::own_name(path)) else { return Vec::new() };
    let found = items.iter().find_map(|item| {
        if let syn::Item::Trait(found) = item
            && found.ident == *name
        {
            Some(found)
        } else {
            None
        }
    });
    let written = |name: &Ident| {
        block.items.iter().any(|item| match item {
            syn::ImplItem::Fn(function) => function.sig.ident == *name,
            syn::ImplItem::Const(constant) => constant.ident == *name,
            _ => false,
        })
    };
    let given = |item: &&syn::TraitItem| match item {
        syn::TraitItem::Fn(function) => function.default.is_some() && !written(&function.sig.ident),
        syn::TraitItem::Const(constant) => constant.default.is_some() && !written(&constant.ident),
        _ => false,
    };
    found.into_iter().flat_map(|found| &found.items).filter(given).collect()
}

/// An item of a block as an item of a module, under the conditions of its block.
fn as_item<T: syn::parse::Parse>(item: &TokenStream, owner: &str, attributes: &[syn::Attribute]) -> Option<T> {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let conditions: TokenStream = conditions.map(ToTokens::to_token_stream).collect();
    syn::parse2([conditions, with_self(item.clone(), owner)].into_iter().collect()).ok()
}

/// `Self` replaced by the type's name, at its own span; and no `default` in front.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn with_self(tokens: TokenStream, owner: &str) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = syn::parse_str::<Ident>(owner).unwrap_or_else(|_| ident.clone());
            name.set_span(ident.span());
            name.into()
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), with_self(group.stream(), owner));
            inner.set_span(group.span());
            inner.into()
        }
        other => other,
    });
    replaced.collect()
}
