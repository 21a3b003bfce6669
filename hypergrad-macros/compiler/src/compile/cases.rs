//! Every message of the front end is shown by a case in `tests/ui`.
//!
//! A message is any text in the front end's sources that reads as one. Its longest part between
//! `{..}` has to occur in some expected output.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::fs;
use std::path::{Path, PathBuf};

/// Where messages are made.
const SOURCES: [&str; 5] = ["src/syntax", "src/model", "src/compile.rs", "src/emit/share.rs", "src/emit/fallback.rs"];

/// Shorter texts are parts of messages: a form's name, an operand's kind.
const SHORTEST: usize = 15;

/// Messages that no case can show, by their beginnings, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("impl Default for", "what a derive writes, to be read"),
    ("a row of a sparse matrix", "what a value is called inside other messages"),
    ("`#[bilevel]` failed on this module", "no module is known for which it does"),
    ("what is derived of this has more than", "no module is known that is not refused before, or takes long"),
    ("write sums and loops over vectors in place of", "the same"),
    ("please report it with the module", "the same"),
    ("a role is a free function, without `self`", "rustc refuses it when it reads the module"),
    ("take x, y and perhaps the data", "the same"),
    ("this pattern takes a tuple or an array apart", "no well-typed pattern takes anything else apart"),
    ("{} cannot be called", "ill typed"),
    ("`{}` is a constant, which cannot be called", "ill typed"),
    ("`{name}` is {}, which cannot be called", "ill typed"),
    ("expected a closure or a function", "ill typed"),
    ("an array or a vector", "ill typed"),
    ("`{}` does not take these arguments", "ill typed"),
    ("`{name}` of {receiver} does not take these arguments", "ill typed"),
    ("expected an integer", "ill typed"),
    ("this exponent is too large", "rustc refuses such a number, and a cast wraps it"),
    ("`from` of an integer type takes", "ill typed"),
    ("expected an index `(row, column)`", "ill typed"),
    ("a scalar cannot be indexed", "ill typed"),
    ("a scalar is no index", "ill typed"),
    ("the items of `{}` differ in size", "arrays hold one type, and what differs by the data is checked when it runs"),
    ("expected an iterator", "ill typed"),
    ("`zip` takes two iterators", "ill typed"),
    ("`concat` takes slices, found", "ill typed"),
    ("there are fewer elements than this pattern takes", "such a pattern does not match, which is found first"),
    ("`{name}` takes a number, found", "ill typed"),
    ("the closure of `filter` gives", "ill typed"),
    ("expected a condition", "ill typed"),
    ("`.{member}` is no field of {}", "ill typed"),
    ("the rows of this matrix have different lengths", "nalgebra's macro refuses it"),
    ("divide entry by entry", "nalgebra has no such operator"),
    ("this pattern is a variant, and found", "ill typed"),
    ("use a name, `_`, a number", "no other pattern is stable"),
    ("`if` without `else` has no value", "ill typed"),
    ("add `else { .. }`", "the same"),
    ("related methods that are read: {}", "where several words are alike"),
    ("nothing: it returns", "what a value is called inside other messages"),
    ("the pattern `{}` compares integers, scalars or conditions", "ill typed, but for text"),
    ("`let` in a condition that is no condition of an `if`", "`while let` is refused as a loop"),
    ("write `if let .. = ..", "the same"),
    ("`?` of {}: it is read of an `Option`", "ill typed, but for a `Result`, which is refused where it is made"),
    ("`{}` takes a square matrix that was bound", "nalgebra panics"),
    ("how `{name}` is changed in this loop", "no way to write it is known"),
    ("change it by its name in the body of the loop", "the same"),
    ("`for` runs over ranges, iterators", "ill typed"),
    ("a `&mut` reference", "what a value is called inside other messages"),
    ("a value that the loop changes", "the same"),
    ("a list that the loop makes longer", "the same"),
    ("the state of this `try_fold`", "what it begins with is carried"),
    ("the state of this `scan`", "the name of what has none, inside other messages"),
    ("an item of `successors`", "the same"),
    ("the place of an item", "the same"),
    ("the list of items", "the same"),
    ("what this loop returns", "the same"),
    ("what this loop gives", "the same"),
    ("an infinite constant", "the same"),
    ("{} has no such part that can be changed", "ill typed"),
    ("{} has no entries that can be changed", "ill typed"),
    ("the largest or smallest of {}", "ill typed"),
    ("a scalar, vector or matrix", "ill typed"),
    ("a temporary value", "the name of what has none, inside other messages"),
    ("`await` is not accepted", "it stands in an `async` block, which is refused whole"),
    ("`yield` is not accepted", "not stable"),
    ("this expression is not of the language", "every expression that is stable has its own message"),
    ("`{structure}` contains itself", "rustc refuses it"),
    ("`{inner}` contains itself", "rustc refuses it"),
    ("this type is defined by itself", "rustc refuses it"),
    ("this constant has no value", "rustc refuses it"),
    ("`{name}` is a dimension, not a type of values", "ill typed"),
    ("expected a dimension", "ill typed"),
    ("`{name}` cannot be read", "only for what rustc refuses, too"),
    ("mend what rustc reports in it", "the same"),
];

fn files(place: &Path, extension: &str) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(place).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests"))
}

/// The texts in some source, without those of attributes, of word lists and of tests.
fn texts(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let before = |k: usize, distance: usize| k.checked_sub(distance).map(|k| tokens[k].to_string()).unwrap_or_default();
    let mut inside_test = false;
    for (k, token) in tokens.iter().enumerate() {
        let is_attribute = before(k, 1) == "#" || (before(k, 1) == "!" && before(k, 2) == "#");
        match token {
            TokenTree::Group(group) if is_attribute && group.delimiter() == Delimiter::Bracket => {
                inside_test |= group.stream().to_string().replace(' ', "") == "cfg(test)";
            }
            TokenTree::Group(group) if inside_test => inside_test = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(end) if end.as_char() == ';' => inside_test = false,
            TokenTree::Group(_) if before(k, 1) == "Words" || (before(k, 1) == "!" && before(k, 2) == "words") => {}
            TokenTree::Group(group) => texts(group.stream(), found),
            TokenTree::Literal(literal) => {
                found.extend(syn::parse_str::<syn::LitStr>(&literal.to_string()).map(|text| text.value()));
            }
            _ => {}
        }
    }
}

/// The longest part of a text between the values that are put into it.
fn constant_part(text: &str) -> String {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' | '}' if characters.peek() == Some(&character) => {
                characters.next();
                part.push(character);
            }
            '{' => {
                characters.by_ref().find(|end| *end == '}');
                parts.push(std::mem::take(&mut part));
            }
            _ => part.push(character),
        }
    }
    parts.push(part);
    parts.iter().map(|part| part.trim()).max_by_key(|part| part.len()).unwrap_or_default().to_owned()
}

fn messages() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in SOURCES.iter().flat_map(|place| files(&root.join(place), "rs")).filter(|file| !is_test(file)) {
        let mut inside = Vec::new();
        texts(fs::read_to_string(&file).unwrap().parse().unwrap(), &mut inside);
        let name = file.strip_prefix(root).unwrap().display().to_string();
        found.extend(inside.into_iter().map(|text| (name.clone(), text)));
    }
    let reads_as_message = |text: &str| constant_part(text).len() >= SHORTEST && constant_part(text).contains(' ');
    found.retain(|(_, text)| reads_as_message(text));
    found
}

#[test]
fn every_message_has_a_case() {
    let cases = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ui"), "stderr");
    let shown: String = cases.iter().map(|case| fs::read_to_string(case).unwrap()).collect();
    let excepted = |text: &str| EXCEPTIONS.iter().any(|(beginning, _)| text.starts_with(beginning));
    let missing: Vec<String> = messages()
        .into_iter()
        .filter(|(_, text)| !shown.contains(&constant_part(text)) && !excepted(text))
        .map(|(file, text)| format!("{file}: {text}"))
        .collect();
    assert!(missing.is_empty(), "{} messages without a case:\n{}", missing.len(), missing.join("\n"));
}

/// An exception that a case shows, or that no source has, is none.
#[test]
fn exceptions_are_needed() {
    let messages = messages();
    for (beginning, reason) in EXCEPTIONS {
        assert!(messages.iter().any(|(_, text)| text.starts_with(beginning)), "{beginning}: {reason}");
    }
}

#[test]
fn constant_parts() {
    assert_eq!(constant_part("`{name}` is a {}, which {{ is }} none"), ", which { is } none");
    assert_eq!(constant_part("{a}"), "");
}
