//! Stages know the stages below them only: an import that runs back up fails here.

use proc_macro2::{TokenStream, TokenTree};
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. A stage may use what stands before it.
const STAGES: [&str; 12] = [
    "diagnostics",
    "ir",
    "shape",
    "syntax",
    "model",
    "differentiate",
    "analysis",
    "exploit",
    "lower",
    "print",
    "emit",
    "compile",
];

#[test]
fn imports_run_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (rank, stage) in STAGES.iter().enumerate() {
        let above = |name: &str| STAGES.iter().position(|other| *other == name).is_none_or(|other| other > rank);
        for file in sources(&root.join(stage)).into_iter().chain(sources(&root.join(stage).with_extension("rs"))) {
            let used = used(&["crate"], fs::read_to_string(&file).unwrap().parse().unwrap());
            wrong.extend(used.into_iter().filter(|name| above(name)).map(|name| format!("{} uses {name}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "imports that run back up:\n{}", wrong.join("\n"));
}

/// The files of lowering that use each other in a circle: each can be read with what stands below it alone.
#[test]
fn lowering_has_no_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower");
    let mut open: Vec<(String, Vec<String>)> = sources(&root)
        .into_iter()
        .filter(|file| !file.ends_with("mod.rs"))
        .map(|file| {
            let used = used(&["super"], fs::read_to_string(&file).unwrap().parse().unwrap());
            (file.file_stem().unwrap().to_string_lossy().into_owned(), used)
        })
        .collect();
    assert!(open.len() > 20, "the files of lowering are looked for in {}", root.display());
    loop {
        let names: Vec<String> = open.iter().map(|(name, _)| name.clone()).collect();
        let waits = |used: &[String]| used.iter().any(|other| names.contains(other));
        let before = open.len();
        open.retain(|(_, used)| waits(used));
        if open.len() == before {
            break;
        }
    }
    assert!(open.is_empty(), "files that use each other in a circle: {open:?}");
}

/// The files of a stage that are no tests.
fn sources(place: &Path) -> Vec<PathBuf> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with("tests") || place.parent().is_some_and(|folder| folder.ends_with("compile")) {
        return Vec::new();
    }
    if place.is_dir() {
        return fs::read_dir(place).unwrap().flat_map(|entry| sources(&entry.unwrap().path())).collect();
    }
    if place.is_file() { vec![place.to_owned()] } else { Vec::new() }
}

/// What follows `crate::`, or another of these words, in braces or not, outside of items of tests.
fn used(roots: &[&str], tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut found, mut in_test) = (Vec::new(), false);
    for (k, token) in tokens.iter().enumerate() {
        let text = |k: usize| tokens.get(k).map(ToString::to_string).unwrap_or_default();
        match token {
            TokenTree::Group(group) => {
                let inside = group.stream();
                let ends_item = in_test && group.delimiter() == proc_macro2::Delimiter::Brace;
                in_test |= inside.to_string().replace(' ', "") == "cfg(test)";
                if ends_item {
                    in_test = false;
                } else if !in_test {
                    found.extend(used(roots, inside));
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => in_test = false,
            TokenTree::Ident(word) if roots.iter().any(|root| word == root) && !in_test && text(k + 1) == ":" => {
                match tokens.get(k + 3) {
                    Some(TokenTree::Group(group)) => found.extend(firsts(group.stream())),
                    next => found.extend(next.map(ToString::to_string)),
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

/// The first words of the paths in `{analysis, ir::verify}`.
fn firsts(list: TokenStream) -> Vec<String> {
    let mut starts = true;
    let words = list.into_iter().filter(|token| {
        let first = starts && matches!(token, TokenTree::Ident(_));
        starts = matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        first
    });
    words.map(|word| word.to_string()).collect()
}

#[test]
fn uses_are_seen() {
    let text = "use crate::ir::Id; use crate::{emit, model::{self, Model}}; fn f() { crate::print::formula(); }
        #[cfg(test)] mod tests { use crate::lower; } #[cfg(test)] use crate::compile; use crate::shape::Size;";
    assert_eq!(used(&["crate"], text.parse().unwrap()), ["ir", "emit", "model", "print", "shape"]);
}
