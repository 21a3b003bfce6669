//! Every word that is accepted stands on the page of the language, in the section of its family.

use super::super::words::{FAMILIES, IDENTITIES};
use crate::syntax::library_methods;

/// The words in the first columns of a section's tables.
fn words_of_section<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading));
    let section = section.unwrap_or_else(|| panic!("docs/language.md has no section `{heading}`"));
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split(" |").next());
    cells.flat_map(|cell| cell.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}

#[test]
fn every_accepted_word_is_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/language.md")).unwrap();
    let identities: Vec<&str> = IDENTITIES.iter().collect();
    let library: Vec<&str> = library_methods().collect();
    let others: [(&str, &[&str]); 2] =
        [("Bindings, numbers, conditions", &identities), ("Methods of vectors and matrices", &library)];
    let mut missing = Vec::new();
    for (section, family) in FAMILIES.iter().chain(&others) {
        let written = words_of_section(&page, section);
        missing.extend(family.iter().filter(|word| !written.contains(word)).map(|word| format!("{section}: {word}")));
    }
    assert!(missing.is_empty(), "docs/language.md lacks {missing:#?}");
}
