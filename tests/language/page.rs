//! The tables of `docs/language.md`: what a row lists stands in the tests that it names.

use std::collections::BTreeSet;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/language.md");

/// A row of three cells: what is written, what it means, where it is tested.
struct Row {
    written: String,
    tests: String,
}

fn rows(page: &str) -> Vec<Row> {
    let cells = |line: &str| -> Option<Row> {
        let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{line}");
        Some(Row { written: cells[0].to_owned(), tests: cells[2].to_owned() })
    };
    page.lines().filter_map(cells).filter(|row| row.tests != "tested in").collect()
}

/// The pieces between backticks.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Names of more than one letter, or the sign itself.
fn words(span: &str) -> Vec<String> {
    let names = span.split(|c: char| !c.is_alphanumeric() && c != '_');
    let names: Vec<String> = names.filter(|n| n.len() > 1 && !n.starts_with(char::is_numeric)).map(str::to_owned).collect();
    if names.is_empty() && !span.contains(char::is_alphanumeric) { vec![span.to_owned()] } else { names }
}

/// The program text of a file: without comments.
fn program(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

fn stands_in(word: &str, text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    if !word.contains(part) {
        return text.contains(word);
    }
    text.split(|c: char| !part(c)).any(|found| found == word)
}

/// The words of a row that none of its files has.
fn missing(row: &Row) -> Vec<String> {
    let text: String = code(&row.tests).into_iter().map(program).collect();
    let listed = code(&row.written).into_iter().flat_map(words);
    listed.filter(|word| !stands_in(word, &text)).collect()
}

#[test]
fn every_word_is_tested() {
    let rows = rows(PAGE);
    assert!(rows.len() > 50, "{} rows", rows.len());
    let wrong: Vec<String> =
        rows.iter().flat_map(|row| missing(row).into_iter().map(|w| format!("{w}: {}", row.tests))).collect();
    assert!(wrong.is_empty(), "words of docs/language.md that the named tests lack:\n{}", wrong.join("\n"));
}

#[test]
fn every_row_names_tests() {
    for row in rows(PAGE) {
        let files = code(&row.tests);
        assert!(!files.is_empty() && files.iter().all(|file| file.contains("tests/")), "{}", row.written);
    }
}

#[test]
fn a_word_that_is_not_tested_is_found() {
    let row = |written: &str| Row { written: written.to_owned(), tests: "`tests/language/methods.rs`".to_owned() };
    assert_eq!(missing(&row("`norm_squared`, `no_such_word` and `+`")), ["no_such_word"]);
    assert_eq!(missing(&row("`%%`")), ["%%"]);
    let listed: BTreeSet<String> = rows(PAGE).iter().flat_map(|r| code(&r.written)).flat_map(words).collect();
    assert!(listed.contains("norm_squared") && listed.contains("CsrMatrix") && listed.contains("&&"));
}
