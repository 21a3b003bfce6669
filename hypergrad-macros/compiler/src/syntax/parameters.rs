//! Names that stand for types: the parameters of functions, blocks, structs and traits.

use syn::visit::{self, Visit};

use super::Module;
use super::nalgebra::matrix_name;

impl Module {
    /// Whether something in the module has a parameter of this name that is a type.
    pub fn has_parameter(&self, name: &str) -> bool {
        let mut search = Search { name, found: false };
        self.items.iter().for_each(|item| search.visit_item(item));
        search.found
    }

    /// Whether a path leads to a type of nalgebra, as far as names tell.
    pub fn is_of_nalgebra(&self, path: &syn::Path) -> bool {
        let full = self.imports.expand(path);
        full.first().is_some_and(|root| root == "nalgebra") || full.last().is_some_and(|name| matrix_name(name).is_some())
    }
}

struct Search<'a> {
    name: &'a str,
    found: bool,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_type_param(&mut self, parameter: &'ast syn::TypeParam) {
        self.found |= parameter.ident == self.name;
        visit::visit_type_param(self, parameter);
    }
}
