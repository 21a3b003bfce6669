//! Which traits of unknown methods a module may have in scope: its own, and what `use` brings in from
//! elsewhere than nalgebra and the standard library. Their methods can have the names of nalgebra's.

use syn::visit::Visit;

use super::Module;

/// Crates whose traits have no method that is taken for another.
const KNOWN: [&str; 6] = ["nalgebra", "nalgebra_sparse", "hypergrad", "std", "core", "alloc"];

/// One name, or all, of a `use` declaration.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// With `::` in front where the declaration has it.
    pub path: syn::Path,
    pub is_glob: bool,
    /// The name in scope; none behind `_` or `*`.
    pub name: Option<String>,
}

impl Module {
    /// Imports of the module itself that may bring a trait into scope.
    pub fn unknown_imports(&self) -> impl Iterator<Item = Leaf> {
        let own = self.items.iter().filter_map(|item| if let syn::Item::Use(item) = item { Some(leaves(item)) } else { None });
        own.flatten().filter(|leaf| self.is_unknown(leaf))
    }

    /// Imports inside of functions that may bring a trait into scope there.
    pub fn imports_inside(&self) -> Vec<Leaf> {
        let mut inside = Inside::default();
        for item in self.items.iter().filter(|item| !matches!(item, syn::Item::Use(_))) {
            inside.visit_item(item);
        }
        inside.leaves.retain(|leaf| self.is_unknown(leaf));
        inside.leaves
    }

    /// Whether a trait that is neither nalgebra's nor the standard library's may be in scope.
    pub fn may_have_traits(&self) -> bool {
        let declares = |item: &syn::Item| matches!(item, syn::Item::Trait(_) | syn::Item::TraitAlias(_) | syn::Item::Macro(_));
        self.items.iter().any(declares) || self.unknown_imports().next().is_some() || !self.imports_inside().is_empty()
    }

    /// The path by which the module imports nalgebra's trait of this name, should it be nalgebra's.
    pub fn imported_trait(&self, name: &str) -> Option<syn::Path> {
        let own = self.items.iter().filter_map(|item| if let syn::Item::Use(item) = item { Some(leaves(item)) } else { None });
        let is_meant = |leaf: &Leaf| !leaf.is_glob && leaf.path.segments.last().is_some_and(|last| last.ident == name);
        own.flatten().find(is_meant).map(|leaf| leaf.path)
    }

    /// The trait of this module that gives such a method to numbers, or else to vectors and matrices, by an
    /// `impl` in the module.
    pub fn own_trait_with(&self, method: &str, of_numbers: bool) -> Option<&syn::Ident> {
        let has = |item: &syn::TraitItem| matches!(item, syn::TraitItem::Fn(function) if function.sig.ident == method);
        let mut traits = self.items.iter().filter_map(|item| {
            if let syn::Item::Trait(found) = item
                && found.items.iter().any(has)
            {
                Some(&found.ident)
            } else {
                None
            }
        });
        traits.find(|name| self.items.iter().any(|item| self.implements(item, name, of_numbers)))
    }

    fn implements(&self, item: &syn::Item, name: &syn::Ident, of_numbers: bool) -> bool {
        let syn::Item::Impl(block) = item else { return false };
        let Some((.., path, _)) = &block.trait_ else { return false };
        if path.segments.last().is_none_or(|last| last.ident != *name) {
            return false;
        }
        let mut target = &*block.self_ty;
        while let syn::Type::Reference(reference) = target {
            target = &reference.elem;
        }
        // A slice or an array is read as a vector.
        if let syn::Type::Slice(_) | syn::Type::Array(_) = target {
            return !of_numbers;
        }
        let syn::Type::Path(target) = target else { return false };
        let Some(last) = target.path.segments.last() else { return false };
        let is_number = last.ident == "f64" || last.ident == "f32";
        let is_generic = block.generics.type_params().any(|parameter| target.path.is_ident(&parameter.ident));
        is_generic || (is_number == of_numbers && self.structure(&last.ident.to_string()).is_none())
    }

    fn is_unknown(&self, leaf: &Leaf) -> bool {
        let first = leaf.path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let of_a_known_crate = KNOWN.contains(&first.as_str()) && !self.defines(&first);
        let is_a_struct = leaf.name.as_deref().is_some_and(|name| self.structure(name).is_some());
        !of_a_known_crate && !is_a_struct
    }
}

#[derive(Default)]
struct Inside {
    leaves: Vec<Leaf>,
}

impl<'ast> Visit<'ast> for Inside {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.leaves.extend(leaves(item));
    }

    // A module has a scope of its own.
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {}
}

pub fn leaves(item: &syn::ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    let start = syn::Path { leading_colon: item.leading_colon, segments: syn::punctuated::Punctuated::new() };
    collect(&start, &item.tree, &mut found);
    found
}

fn collect(before: &syn::Path, tree: &syn::UseTree, found: &mut Vec<Leaf>) {
    let below = |ident: &syn::Ident| {
        let mut path = before.clone();
        // `use a::{self}` is `use a`.
        if ident != "self" || path.segments.is_empty() {
            path.segments.push(ident.clone().into());
        }
        path
    };
    match tree {
        syn::UseTree::Path(path) => collect(&below(&path.ident), &path.tree, found),
        syn::UseTree::Name(name) => {
            let path = below(&name.ident);
            let name = path.segments.last().map(|last| last.ident.to_string());
            found.push(Leaf { path, is_glob: false, name });
        }
        syn::UseTree::Rename(rename) => {
            let name = Some(rename.rename.to_string()).filter(|name| name != "_");
            found.push(Leaf { path: below(&rename.ident), is_glob: false, name });
        }
        syn::UseTree::Glob(_) => found.push(Leaf { path: before.clone(), is_glob: true, name: None }),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| collect(before, tree, found)),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::Diagnostics;
    use crate::syntax::{Module, parse};

    fn module(items: &str) -> Module {
        let text = format!("mod m {{ {items} }}");
        let parsed = parse(proc_macro2::TokenStream::new(), text.parse().unwrap(), &mut Diagnostics::default());
        parsed.unwrap().1
    }

    #[test]
    fn what_may_bring_traits() {
        for known in
            ["use nalgebra::{self as na, DVector, base::*};", "use ::std::f64::consts::*; struct Data; use super::Data;", ""]
        {
            assert!(!module(known).may_have_traits(), "{known}");
        }
        for unknown in [
            "use super::*;",
            "use crate::norms::Norm as _;",
            "use other::{Norm};",
            "trait Norm {}",
            "fn f() { use super::Norm; }",
            "mod nalgebra {} use nalgebra::Norm;",
            "norms!{}",
        ] {
            assert!(module(unknown).may_have_traits(), "{unknown}");
        }
    }

    #[test]
    fn traits_of_the_module() {
        let of = |implemented: &str| module(&format!("struct S; trait T {{ fn norm(&self); }} {implemented}"));
        let found = |implemented: &str, of_numbers| of(implemented).own_trait_with("norm", of_numbers).is_some();
        assert!(found("impl T for f64 {}", true) && !found("impl T for f64 {}", false));
        assert!(found("impl T for nalgebra::DVector<f64> {}", false) && found("impl T for &DVector<f64> {}", false));
        assert!(found("impl<A> T for A {}", true) && found("impl<A> T for A {}", false));
        assert!(!found("impl T for S {}", true) && !found("impl T for S {}", false) && !found("", true));
    }
}
