//! What modules expand to: derivations and kernels beside those in `tests/expand`, and equal in every process.
//!
//! `HYPERGRAD_UPDATE=1 cargo test -p hypergrad-compiler snapshots` writes them anew: read the difference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cpu_time::ThreadTime;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, File, ImplItem, ImplItemFn, Item, ItemImpl, ItemMod, Lit};

use super::expand;

const MODULES: [&str; 6] = ["ridge_dynamic", "ridge_constant", "logistic", "root", "fixed_point", "chain"];

/// Functions that are alike in every module.
const COMMON: [&str; 13] = [
    "data",
    "work",
    "dims",
    "set_x",
    "move_x",
    "set_y",
    "x",
    "y",
    "set_adjoint",
    "f_1_solve",
    "f_1_tr_solve",
    "square",
    "fill_tables",
];

/// Where a child process writes its expansions.
const OUTPUT: &str = "HYPERGRAD_EXPANSIONS";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/expand")
}

fn expanded(name: &str) -> String {
    expand(&TokenStream::new(), module(name)).to_string()
}

/// The annotated module in `tests/expand`, without the attribute.
fn module(name: &str) -> TokenStream {
    let source = fs::read_to_string(folder().join(name).with_extension("rs")).unwrap();
    let file: File = syn::parse_str(&source).unwrap();
    let is_ours = |attribute: &Attribute| attribute.path().is_ident("bilevel");
    let mut module = file
        .items
        .into_iter()
        .find_map(|item| match item {
            Item::Mod(module) if module.attrs.iter().any(is_ours) => Some(module),
            _ => None,
        })
        .unwrap();
    module.attrs.retain(|attribute| !is_ours(attribute));
    module.to_token_stream()
}

/// The hidden module of an expansion.
fn hidden(expansion: &str) -> ItemMod {
    let module: ItemMod = syn::parse_str(expansion).unwrap();
    let (_, items) = module.content.unwrap();
    items
        .into_iter()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == "__bilevel" => Some(module),
            _ => None,
        })
        .unwrap()
}

/// What differs between modules: tables, cached nodes and kernels, without what every module has.
fn kernels(expansion: &str) -> String {
    let (_, items) = hidden(expansion).content.unwrap();
    let functions = items.into_iter().filter_map(|item| match item {
        Item::Impl(item) if has_kernels(&item) => Some(item.items),
        _ => None,
    });
    let own = functions.flatten().filter_map(|item| match item {
        ImplItem::Fn(function) if !COMMON.contains(&function.sig.ident.to_string().as_str()) => Some(plain(&function)),
        _ => None,
    });
    prettyplease::unparse(&File { shebang: None, frontmatter: None, attrs: Vec::new(), items: own.collect() })
}

/// A method as a function, without attributes.
fn plain(method: &ImplItemFn) -> Item {
    let (signature, block) = (&method.sig, &method.block);
    syn::parse2(quote!(#signature #block)).unwrap()
}

/// The implementation of `Bilevel`, and the private functions of `Problem`.
fn has_kernels(item: &ItemImpl) -> bool {
    match &item.trait_ {
        Some((path, _)) => path.segments.last().is_some_and(|last| last.ident == "Bilevel"),
        None => item.items.iter().any(|item| matches!(item, ImplItem::Fn(function) if function.sig.ident == "fill_tables")),
    }
}

/// The text of `Problem::DERIVATION`.
fn derivation(expansion: &str) -> String {
    let (_, items) = hidden(expansion).content.unwrap();
    let constants = items.into_iter().filter_map(|item| if let Item::Impl(item) = item { Some(item.items) } else { None });
    constants
        .flatten()
        .find_map(|item| match item {
            ImplItem::Const(constant) if constant.ident == "DERIVATION" => Some(text(&constant.expr)),
            _ => None,
        })
        .unwrap()
}

fn text(literal: &Expr) -> String {
    match literal {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        _ => panic!("a text is expected"),
    }
}

/// Compares with a file, or writes it.
fn compare(file: &str, found: &str) -> Option<String> {
    let path = folder().join(file);
    if std::env::var_os("HYPERGRAD_UPDATE").is_some() {
        fs::write(path, found).unwrap();
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let line = first_difference(&expected, found)?;
    Some(format!("tests/expand/{file}, line {line}"))
}

fn first_difference(expected: &str, found: &str) -> Option<usize> {
    if expected == found {
        return None;
    }
    let equal = expected.lines().zip(found.lines()).take_while(|(expected, found)| expected == found).count();
    Some(equal + 1)
}

#[test]
fn expansions_are_those_on_file() {
    let mut differences = Vec::new();
    for name in MODULES {
        let expansion = expanded(name);
        differences.extend(compare(&format!("{name}.derivation.txt"), &derivation(&expansion)));
        differences.extend(compare(&format!("{name}.kernels.rs"), &kernels(&expansion)));
    }
    assert!(
        differences.is_empty(),
        "write them by `HYPERGRAD_UPDATE=1 cargo test -p hypergrad-compiler snapshots` and read the difference:\n{}",
        differences.join("\n")
    );
}

/// Nothing depends on addresses, on seeds of hash maps, or on what was expanded before.
#[test]
fn expansions_are_equal_in_every_process() {
    let here: String = MODULES.iter().map(|name| expanded(name)).collect();
    let there = std::env::temp_dir().join(format!("hypergrad-expansions-{}", std::process::id()));
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "compile::snapshots::expansions_of_a_child_process"])
        .env(OUTPUT, &there)
        .output()
        .unwrap();
    assert!(run.status.success());
    let elsewhere = fs::read_to_string(&there).unwrap();
    fs::remove_file(&there).unwrap();
    assert!(here == elsewhere, "two processes expand differently");
}

/// No test by itself: the child of the test above, in the opposite order.
#[test]
fn expansions_of_a_child_process() {
    let Some(path) = std::env::var_os(OUTPUT) else { return };
    let mut expansions: Vec<String> = MODULES.iter().rev().map(|name| expanded(name)).collect();
    expansions.reverse();
    fs::write(path, expansions.concat()).unwrap();
}

/// Prints the processor time of each expansion: `cargo bench --bench expansion` reads it.
#[test]
#[ignore = "a measurement, not a test"]
fn expansion_times() {
    for name in MODULES {
        let source = module(name);
        let mut times: Vec<f64> = (0..9).map(|_| seconds(|| expand(&TokenStream::new(), source.clone()))).collect();
        times.sort_by(f64::total_cmp);
        println!("{name:<16} {:>7.1} ms", times[times.len() / 2] * 1e3);
    }
}

fn seconds<R>(run: impl FnOnce() -> R) -> f64 {
    let start = ThreadTime::now();
    std::hint::black_box(run());
    start.elapsed().as_secs_f64()
}
