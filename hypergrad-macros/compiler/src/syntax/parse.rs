//! Tokens of the attribute and of the module → options and [`Module`].

use proc_macro2::{Ident, TokenStream};

use super::apart::told_apart;
use super::foreign::Adopted;
use super::instances::instantiated;
use super::library::Library;
use super::{Imports, Inner, Module, Options, associated};
use crate::diagnostics::{Diagnostic, Diagnostics};

/// Reads what stands between the attribute's parentheses and the annotated item.
pub fn parse(attribute: TokenStream, item: TokenStream, diagnostics: &mut Diagnostics) -> Option<(Options, Module)> {
    let options = Options::parse(attribute, diagnostics);
    let parsed = syn::parse2::<syn::Item>(item.clone());
    match parsed {
        Ok(syn::Item::Mod(module)) => read_module(module, &options, item, diagnostics).map(|module| (options, module)),
        Ok(_) => {
            diagnostics.error_with_help(
                &item,
                "`#[bilevel]` belongs on an inline module that holds the functions `f` and `g`",
                "put the functions into `mod name { .. }` and the attribute on it",
            );
            None
        }
        Err(error) => {
            for error in error {
                diagnostics.error(error.span(), error);
            }
            None
        }
    }
}

fn read_module(module: syn::ItemMod, options: &Options, source: TokenStream, diagnostics: &mut Diagnostics) -> Option<Module> {
    let Some((_, mut items)) = module.content else {
        let name = &module.ident;
        let end = module.semi.map_or(name.span(), |semi| semi.spans[0]);
        diagnostics.error_with_help(
            (module.mod_token.span, end),
            format!("`#[bilevel]` reads the module's body, and `mod {name};` keeps it in another file"),
            format!("write it inline: `mod {name} {{ .. }}`"),
        );
        return None;
    };
    let adopted = adopt(&options.adopted, &mut items, diagnostics)?;
    let foreign = options.foreign.clone();
    let library = Library::of(&source);
    told_apart(&mut items);
    let instances = instantiated(&mut items);
    let inner = Inner::of(&items);
    let imports = Imports::read(&items).and_inside(&inner.imports);
    items.extend(inner.items.iter().cloned());
    let mut associated = associated::read(&items);
    associated.extend(library.associated);
    let module = Module {
        ident: module.ident,
        items,
        library: library.items,
        associated,
        imports,
        foreign,
        adopted,
        instances,
        inner,
        source,
    };
    if let Some(name) = user_problem(&module.items) {
        diagnostics.push(
            Diagnostic::new(&name, "`Problem` is the type that `#[bilevel]` adds to the module")
                .help("rename this item, or keep it outside of the module"),
        );
        return None;
    }
    if let Some(name) = type_of_name(&module.items, "hg") {
        diagnostics.push(
            Diagnostic::new(&name, "`hg` is a name that the code which `#[bilevel]` adds uses itself")
                .help("give this item another name"),
        );
        return None;
    }
    // `use std::f64;` brings in the module of constants: the type stays.
    let is_standard = |name: &Ident| {
        let path = module.imports.path(&name.to_string());
        path.and_then(<[String]>::first).is_some_and(|root| root == "std" || root == "core")
    };
    let shadowed = PRIMITIVES.iter().find_map(|primitive| type_of_name(&module.items, primitive));
    if let Some(name) = shadowed.filter(|name| !is_standard(name)) {
        diagnostics.push(
            Diagnostic::new(&name, format!("`{name}` is no longer Rust's own type here, by whose name numbers are read"))
                .help("give this item another name"),
        );
        return None;
    }
    Some(module)
}

/// Adds the items that stand outside to those of the module; their paths.
fn adopt(adopted: &[Adopted], items: &mut Vec<syn::Item>, diagnostics: &mut Diagnostics) -> Option<Vec<syn::Path>> {
    for Adopted { path, item } in adopted {
        let name = path.segments.last().map(|last| last.ident.clone());
        // Two paths may lead to one item, and what reads alike is alike.
        if adopted.iter().any(|other| other.path != *path && other.item == *item && items.contains(item)) {
            continue;
        }
        if items.iter_mut().any(|own| super::name_of(own).cloned() == name) {
            diagnostics.push(
                Diagnostic::new(path, "an item of this name is read in this module already")
                    .help("import one of the two by another name: `use crate::rate as other_rate;`"),
            );
            return None;
        }
        items.push(item.clone());
    }
    Some(adopted.iter().map(|adopted| adopted.path.clone()).collect())
}

/// Types that are read by their names.
pub const PRIMITIVES: [&str; 15] =
    ["f64", "f32", "usize", "isize", "bool", "i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"];

/// A type or import of the user's that is called `Problem`.
pub fn user_problem(items: &[syn::Item]) -> Option<Ident> {
    type_of_name(items, "Problem")
}

/// A type, trait, module or import of this name.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn type_of_name(items: &[syn::Item], wanted: &str) -> Option<Ident> {
    let defined = items.iter().find_map(|item| {
        let name = match item {
            syn::Item::Struct(item) => &item.ident,
            syn::Item::Enum(item) => &item.ident,
            syn::Item::Union(item) => &item.ident,
            syn::Item::Type(item) => &item.ident,
            syn::Item::Trait(item) => &item.ident,
            syn::Item::TraitAlias(item) => &item.ident,
            syn::Item::Mod(item) => &item.ident,
            _ => return None,
        };
        (name == wanted).then(|| name.clone())
    });
    defined.or_else(|| Imports::read(items).ident(wanted).cloned())
}
