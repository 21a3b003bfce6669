//! What was recognised by its name, for rustc to prove: types as nalgebra's, paths as hypergrad's or core's.

use proc_macro2::{Ident, Span};
use quote::ToTokens as _;
use std::collections::BTreeSet;
use std::rc::Rc;
use syn::spanned::Spanned as _;

use crate::syntax::{
    Associated, AssociatedItem, Leaf, Member, Module, Parameters, Receiver, Storage, Type, outer_name, strip_references,
};

/// One thing to prove, in the user's words and in ours.
#[derive(Clone, Debug)]
pub enum Claim {
    /// `written` is the type `meant`.
    Type { written: syn::Type, meant: Type },
    /// The field at `path` of `structure`, which another module defines, has the type `meant`; `written` is what stands there, in the words
    /// of this crate.
    Field { structure: String, path: Vec<Member>, written: syn::Type, meant: Type },
    /// `written` is the item `meant`, a path below hypergrad (`math::softplus`, `nalgebra::DVector`) or below core
    /// (`core::f64::consts::PI`); the error, should there be one, points at `span`.
    Item { written: Seen, meant: syn::Path, span: Span },
    /// `Some` and `None` are those of core.
    Option,
    /// `Ok` and `Err` are.
    Result,
    /// rustc finds this item of one of the module's types, too.
    Associated(AssociatedClaim),
    /// No trait in scope, by these imports inside of functions neither, has a method that comes before the one that is read.
    Method { name: Ident, of: Type, taken: Taken, inside: Vec<Leaf> },
}

/// How the method that is read takes its receiver: then another can come before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Taken {
    /// As `&self`: of values, another that takes `self` comes first.
    Borrowed,
    /// As `self`: of references, another that takes `&self` comes first.
    Owned,
    /// As `&self` of nalgebra, where the value may also be a list of the standard library, which has no such method: a trait's
    /// would be taken there.
    OfTensorsAlone,
    /// As an inherent method, if it is one; a trait that is imported by another's glob cannot be told from others.
    Named,
}

/// An item of one of the module's types.
#[derive(Clone, Debug)]
pub struct AssociatedClaim {
    /// The type's name, and the number of its lifetimes.
    pub owner: Ident,
    pub lifetimes: usize,
    /// Where its block declares what is no lifetime.
    pub parameters: Option<Rc<Parameters>>,
    /// The item's name, where it was read.
    pub name: Ident,
    pub is_constant: bool,
    /// How a method takes `self`; `None` for one of what the type derefs to.
    pub receiver: Option<Receiver>,
    pub of_trait: bool,
    /// Whether it was found by `value.name()`, and not by its path.
    pub is_method_call: bool,
}

/// A path of the user's module, as a module inside it has to write it.
#[derive(Clone, Debug)]
pub enum Seen {
    AsWritten(syn::Path),
    /// After `super::`; nothing for the module itself.
    FromParent(Vec<syn::PathSegment>),
    /// After `::`: the name of another crate.
    FromRoot(syn::Path),
}

/// Claims in the order in which they were first made, each once.
#[derive(Debug, Default)]
pub struct Claims {
    seen: BTreeSet<String>,
    claims: Vec<Claim>,
}

impl Claims {
    pub fn into_claims(self) -> Vec<Claim> {
        self.claims
    }

    /// `written` was read as `meant`.
    pub fn type_is(&mut self, written: &syn::Type, meant: &Type) {
        let written = strip_references(written);
        if let (syn::Type::Tuple(tuple), Type::Tuple(items)) = (written, meant) {
            for (written, meant) in tuple.elems.iter().zip(items) {
                self.type_is(written, meant);
            }
            return;
        }
        if let (syn::Type::Slice(slice), Type::List { item, storage: Storage::Slice }) = (written, meant) {
            return self.type_is(&slice.elem, item);
        }
        // A struct is known by its name in the module: nothing else can bear it.
        let known = is_primitive(written) || matches!(meant, Type::Struct(_));
        if !known && self.is_new(format!("type {}", written.to_token_stream())) {
            self.claims.push(Claim::Type { written: written.clone(), meant: meant.clone() });
        }
    }

    /// The field at `path` of a struct of another module was read as `meant`.
    pub fn field_is(&mut self, structure: &str, path: &[Member], written: &syn::Type, meant: &Type) {
        let (structure, path) = (structure.to_owned(), path.to_vec());
        self.claims.push(Claim::Field { structure, path, written: written.clone(), meant: meant.clone() });
    }

    /// The path `written` was read as `meant`.
    pub fn path_is(&mut self, module: &Module, written: &syn::Path, meant: &str) {
        let Ok(meant) = syn::parse_str::<syn::Path>(meant) else { return };
        let Some(written) = &module.outside_of_functions(written) else { return };
        let Some(seen) = from_child(module, written) else { return };
        if self.is_new(format!("item {}", seen.key())) {
            self.claims.push(Claim::Item { written: seen, meant, span: written.span() });
        }
    }

    /// An item of one of the module's types was read: by a method call, or by its path.
    pub fn associated_is(&mut self, module: &Module, item: &Associated, is_method_call: bool, span: Span) {
        if outer_name(&item.owner).is_some() || module.is_inner(&item.owner) {
            return;
        }
        let key = format!("associated {} {:?} {is_method_call}", item.title(), item.of_trait);
        let Ok(owner) = syn::parse_str::<Ident>(&item.owner) else { return };
        if self.is_new(key) {
            let mut name = item.name().clone();
            name.set_span(span.resolved_at(Span::mixed_site()));
            let lifetimes = module.structure(&item.owner).map_or(0, |structure| structure.generics.lifetimes().count());
            self.claims.push(Claim::Associated(AssociatedClaim {
                owner,
                lifetimes,
                parameters: item.parameters.clone(),
                name,
                is_constant: matches!(item.item, AssociatedItem::Constant(_)),
                receiver: item.receiver(),
                of_trait: item.of_trait.is_some(),
                is_method_call,
            }));
        }
    }

    /// The method was read as the one that takes values of this type so.
    pub fn method_is(&mut self, module: &Module, name: &str, span: Span, of: &Type, taken: Taken) {
        if self.is_new(format!("method {name} {of:?} {taken:?}"))
            && let Ok(mut name) = syn::parse_str::<Ident>(name)
        {
            name.set_span(span);
            self.claims.push(Claim::Method { name, of: of.clone(), taken, inside: module.imports_inside() });
        }
    }

    /// A method was read as one of what values of a type of the module deref to.
    pub fn dereferenced(&mut self, module: &Module, owner: &str, name: &str, span: Span) {
        let names = (syn::parse_str::<Ident>(owner), syn::parse_str::<Ident>(name));
        let (Ok(ident), Ok(mut name)) = names else { return };
        if outer_name(owner).is_none() && self.is_new(format!("behind {owner} {name}")) {
            name.set_span(span.resolved_at(Span::mixed_site()));
            let lifetimes = module.structure(owner).map_or(0, |structure| structure.generics.lifetimes().count());
            let claim = AssociatedClaim {
                owner: ident,
                lifetimes,
                parameters: None,
                name,
                is_constant: false,
                receiver: None,
                of_trait: false,
                is_method_call: true,
            };
            self.claims.push(Claim::Associated(claim));
        }
    }

    /// `Some` and `None` were read by these names.
    pub fn option(&mut self) {
        if self.is_new("option".to_owned()) {
            self.claims.push(Claim::Option);
        }
    }

    /// `Ok` and `Err` were.
    pub fn result(&mut self) {
        if self.is_new("result".to_owned()) {
            self.claims.push(Claim::Result);
        }
    }

    fn is_new(&mut self, key: String) -> bool {
        self.seen.insert(key)
    }
}

impl Seen {
    fn key(&self) -> String {
        match self {
            Seen::AsWritten(path) => path.to_token_stream().to_string(),
            Seen::FromParent(segments) => {
                segments.iter().fold("super".to_owned(), |key, segment| format!("{key}::{}", segment.ident))
            }
            Seen::FromRoot(path) => format!("::{}", path.to_token_stream()),
        }
    }
}

/// A bare `f64` needs no proof.
fn is_primitive(written: &syn::Type) -> bool {
    if let syn::Type::Path(path) = written {
        path.path.get_ident().is_some_and(|name| ["f64", "f32", "usize", "bool"].iter().any(|primitive| name == primitive))
    } else {
        false
    }
}

/// `None` for a name that only a `use` inside a function can have brought in: nothing outside of the function can name it.
fn from_child(module: &Module, written: &syn::Path) -> Option<Seen> {
    let plain = without_arguments(written);
    let first = plain.segments.first()?.ident.to_string();
    let known = module.imports.path(&first).is_some() || module.defines(&first);
    let from_parent = |skipped| Seen::FromParent(plain.segments.iter().skip(skipped).cloned().collect());
    match first.as_str() {
        _ if plain.leading_colon.is_some() => Some(Seen::AsWritten(plain)),
        "crate" => Some(Seen::AsWritten(plain)),
        "self" => Some(from_parent(1)),
        "super" => Some(from_parent(0)),
        _ if known => Some(from_parent(0)),
        _ if plain.segments.len() == 1 => (!module.imports.globs().is_empty()).then(|| from_parent(0)),
        // The prefix of a longer path is the name of another crate, where the module knows no such name.
        _ => Some(Seen::FromRoot(plain)),
    }
}

fn without_arguments(path: &syn::Path) -> syn::Path {
    let mut plain = path.clone();
    for segment in &mut plain.segments {
        segment.arguments = syn::PathArguments::None;
    }
    plain
}
