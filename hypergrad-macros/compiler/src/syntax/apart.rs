//! Types inside of functions that have one name, told apart: those of a block get a name that nothing else in the module
//! has, in all of their block. What is emitted is the module as it was written.

use std::collections::BTreeSet;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::inner::{declared, names_in};

/// Renames the types that blocks declare by a name which something else in the module has.
pub fn told_apart(items: &mut [syn::Item]) {
    let declared: Vec<String> = blocks_of(items).into_iter().flatten().collect();
    if declared.is_empty() {
        return;
    }
    let mut said = BTreeSet::new();
    items.iter().for_each(|item| names_in(item.to_token_stream(), &mut said));
    let mut apart = Apart { shared: BTreeSet::new(), kept: BTreeSet::new(), said };
    for name in declared {
        apart.note(name, items);
    }
    if !apart.shared.is_empty() {
        items.iter_mut().for_each(|item| apart.visit_item_mut(item));
    }
}

/// The names that each block declares.
fn blocks_of(items: &[syn::Item]) -> Vec<Vec<String>> {
    let mut blocks = Blocks(Vec::new());
    items.iter().for_each(|item| blocks.visit_item(item));
    blocks.0
}

struct Blocks(Vec<Vec<String>>);

impl<'a> Visit<'a> for Blocks {
    fn visit_block(&mut self, block: &'a syn::Block) {
        self.0.push(declared_in(block));
        visit::visit_block(self, block);
    }
}

fn declared_in(block: &syn::Block) -> Vec<String> {
    let items = block.stmts.iter().filter_map(|statement| if let syn::Stmt::Item(item) = statement { Some(item) } else { None });
    items.filter_map(declared).collect()
}

struct Apart {
    /// Names that several things have.
    shared: BTreeSet<String>,
    /// Those of them that the first block keeps: nothing but blocks that declare it says it.
    kept: BTreeSet<String>,
    /// All names in the module.
    said: BTreeSet<String>,
}

impl Apart {
    fn note(&mut self, name: String, items: &[syn::Item]) {
        let declares =
            |item: &syn::Item| blocks_of(std::slice::from_ref(item)).into_iter().flatten().filter(|n| *n == name).count();
        let says = |item: &syn::Item| {
            let mut names = BTreeSet::new();
            names_in(item.to_token_stream(), &mut names);
            names.contains(&name)
        };
        let is_said_besides = items.iter().any(|item| declares(item) == 0 && says(item));
        if !is_said_besides && items.iter().map(declares).sum::<usize>() > 1 {
            self.kept.insert(name.clone());
        }
        if is_said_besides || self.kept.contains(&name) {
            self.shared.insert(name);
        }
    }

    fn fresh(&mut self, name: &str) -> String {
        let mut names = (2..).map(|k| format!("{name}{k}"));
        let fresh = names.find(|fresh| !self.said.contains(fresh)).unwrap_or_default();
        self.said.insert(fresh.clone());
        fresh
    }
}

impl VisitMut for Apart {
    // Blocks inside have names of their own already.
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        visit_mut::visit_block_mut(self, block);
        for name in declared_in(block) {
            if !self.shared.contains(&name) || self.kept.remove(&name) {
                continue;
            }
            let fresh = self.fresh(&name);
            if let Ok(renamed) = syn::parse2(renamed(block.to_token_stream(), &name, &fresh)) {
                *block = renamed;
            }
        }
    }

    // A module has a scope of its own.
    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// All uses of a name but those behind `::` or `.`, which are names of something else.
fn renamed(tokens: TokenStream, name: &str, fresh: &str) -> TokenStream {
    let mut before: [Option<char>; 2] = [None, None];
    let replaced = tokens.into_iter().map(|token| {
        let is_member = matches!(before, [Some(':'), Some(':')]) || before[1] == Some('.') && before[0] != Some('.');
        before = [before[1], if let TokenTree::Punct(punct) = &token { Some(punct.as_char()) } else { None }];
        match token {
            TokenTree::Ident(ident) if !is_member && ident == name => Ident::new(fresh, ident.span()).into(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), renamed(group.stream(), name, fresh));
                inner.set_span(group.span());
                inner.into()
            }
            other @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => other,
        }
    });
    replaced.collect()
}
