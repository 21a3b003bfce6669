//! Every word that is accepted stands on the page of the language.

use super::super::{constructor, csr, iterate, methods, path, scalar};

#[test]
fn every_accepted_word_is_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/language.md")).unwrap();
    let names: Vec<&str> = page.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let accepted = [methods::names(), scalar::names(), iterate::names(), csr::names(), csr::row_names()].concat();
    let accepted = accepted.into_iter().chain(constructor::NAMES.iter()).chain(path::MATH.iter());
    let missing: Vec<&str> = accepted.filter(|word| !names.contains(word)).collect();
    assert!(missing.is_empty(), "docs/language.md lacks {missing:?}");
}
