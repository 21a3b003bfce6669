//! `#[cfg]` below a role: an attribute macro sees what rustc will drop, so nothing that is read may
//! depend on it. Roles and fields are checked where they are read; here the functions, constants
//! and aliases that roles mention, at any depth, and what stands inside the functions.

use std::collections::BTreeSet;
use syn::visit::{self, Visit};

use super::roles::Roles;
use crate::diagnostics::Diagnostics;
use crate::syntax::{AssociatedItem, Module, cfg};

/// Visits what the roles reach by name.
pub fn check(module: &Module, roles: &Roles<'_>, diagnostics: &mut Diagnostics) {
    let mut reached = Reached { module, diagnostics, seen: BTreeSet::new(), pending: Vec::new() };
    for function in roles.all() {
        reached.seen.insert(function.sig.ident.to_string());
        reached.visit_signature(&function.sig);
        reached.visit_block(&function.block);
    }
    while let Some(name) = reached.pending.pop() {
        reached.item(&name);
    }
}

struct Reached<'a> {
    module: &'a Module,
    diagnostics: &'a mut Diagnostics,
    seen: BTreeSet<String>,
    pending: Vec<String>,
}

impl<'a> Reached<'a> {
    fn item(&mut self, name: &str) {
        let module: &'a Module = self.module;
        if let Some(function) = module.function(name) {
            self.conditional_item(&function.attrs, name);
            self.visit_signature(&function.sig);
            self.visit_block(&function.block);
        } else if let Some(constant) = module.constant(name) {
            self.conditional_item(&constant.attrs, name);
            self.visit_expr(&constant.expr);
        } else if let Some(alias) = module.alias(name) {
            self.conditional_item(&alias.attrs, name);
            self.visit_type(&alias.ty);
        } else if let Some(structure) = module.structure(name) {
            self.conditional_item(&structure.attrs, name);
        }
    }

    /// The methods and associated items of this name, whatever type they are of.
    fn associated(&mut self, name: &str) {
        let module: &'a Module = self.module;
        for item in module.associated.iter().filter(|item| item.name() == name) {
            if self.seen.insert(item.title()) {
                self.conditional_item(item.attributes(), &item.title());
                match &item.item {
                    AssociatedItem::Function(function) => {
                        self.visit_signature(&function.sig);
                        self.visit_block(&function.block);
                    }
                    AssociatedItem::Constant(constant) => self.visit_expr(&constant.expr),
                }
            }
        }
    }

    fn conditional_item(&mut self, attributes: &[syn::Attribute], name: &str) {
        if let Some(attribute) = cfg(attributes) {
            self.diagnostics.error_with_help(
                attribute,
                format!("`{name}` is read by a role and cannot depend on `#[cfg]`"),
                "put the `#[cfg]` on the whole module, or choose by a value in the data",
            );
        }
    }
}

impl<'ast> Visit<'ast> for Reached<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(name) = self.module.own_name(path) {
            let name = name.to_string();
            if self.seen.insert(name.clone()) {
                self.pending.push(name);
            }
        }
        if let Some(last) = path.segments.last().filter(|_| path.segments.len() > 1) {
            self.associated(&last.ident.to_string());
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.associated(&call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("cfg") {
            self.diagnostics.error_with_help(
                attribute,
                "what is read to be differentiated cannot depend on `#[cfg]`",
                "remove it, or put the `#[cfg]` on the whole module",
            );
        }
    }
}
