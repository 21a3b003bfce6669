//! The `use` declarations of the module: what each name stands for.

use std::collections::BTreeMap;

/// Names that `use` declarations bring into the module, with their full path.
#[derive(Debug, Clone, Default)]
pub struct Imports {
    names: BTreeMap<String, (syn::Ident, Vec<String>)>,
    /// Prefixes of `use path::*`.
    globs: Vec<Vec<String>>,
}

impl Imports {
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub fn read(items: &[syn::Item]) -> Self {
        let mut imports = Self::default();
        for item in items {
            match item {
                syn::Item::Use(item) => imports.tree(&mut Vec::new(), &item.tree),
                syn::Item::ExternCrate(item) => {
                    let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                    imports.names.insert(name.to_string(), (name.clone(), vec![item.ident.to_string()]));
                }
                _ => {}
            }
        }
        imports
    }

    /// With names that functions import inside.
    pub fn and_inside(mut self, inside: &BTreeMap<String, syn::Path>) -> Self {
        for (name, path) in inside {
            let full = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if let Some(last) = path.segments.last() {
                self.names.entry(name.clone()).or_insert_with(|| (last.ident.clone(), full));
            }
        }
        self
    }

    /// The path that this name was imported by: `["nalgebra", "DVector"]`.
    pub fn path(&self, name: &str) -> Option<&[String]> {
        self.names.get(name).map(|(_, path)| path.as_slice())
    }

    /// Where the name stands in its declaration.
    pub fn ident(&self, name: &str) -> Option<&syn::Ident> {
        self.names.get(name).map(|(ident, _)| ident)
    }

    /// The prefixes of glob imports.
    pub fn globs(&self) -> &[Vec<String>] {
        &self.globs
    }

    /// A path as written, its first segment replaced by what it was imported as.
    pub fn expand(&self, path: &syn::Path) -> Vec<String> {
        let written = path.segments.iter().map(|segment| segment.ident.to_string());
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        match self.path(&first) {
            Some(full) if path.leading_colon.is_none() => full.iter().cloned().chain(written.skip(1)).collect(),
            _ => written.collect(),
        }
    }

    fn tree(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.tree(prefix, &path.tree);
                prefix.pop();
            }
            syn::UseTree::Name(name) => self.name(prefix, &name.ident, &name.ident),
            syn::UseTree::Rename(rename) => self.name(prefix, &rename.ident, &rename.rename),
            syn::UseTree::Glob(_) => self.globs.push(prefix.clone()),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(prefix, tree);
                }
            }
        }
    }

    fn name(&mut self, prefix: &[String], item: &syn::Ident, ident: &syn::Ident) {
        let mut path = prefix.to_vec();
        let mut name = ident.to_string();
        // `use nalgebra::{self}` imports the prefix.
        if item != "self" {
            path.push(item.to_string());
        } else if ident == "self" {
            name = prefix.last().cloned().unwrap_or_default();
        }
        self.names.insert(name, (ident.clone(), path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_flattened() {
        let file: syn::File = syn::parse_str(
            "use nalgebra::{self as na, DVector, DMatrix as M, base::{self, dimension::*}}; extern crate nalgebra as old;",
        )
        .unwrap();
        let imports = Imports::read(&file.items);
        assert_eq!(imports.path("na").unwrap(), ["nalgebra"]);
        assert_eq!(imports.path("DVector").unwrap(), ["nalgebra", "DVector"]);
        assert_eq!(imports.path("M").unwrap(), ["nalgebra", "DMatrix"]);
        assert_eq!(imports.path("base").unwrap(), ["nalgebra", "base"]);
        assert_eq!(imports.path("old").unwrap(), ["nalgebra"]);
        assert_eq!(imports.globs(), [["nalgebra", "base", "dimension"]]);
        assert_eq!(imports.expand(&syn::parse_str("na::DVector").unwrap()), ["nalgebra", "DVector"]);
        assert_eq!(imports.expand(&syn::parse_str("M").unwrap()), ["nalgebra", "DMatrix"]);
    }
}
