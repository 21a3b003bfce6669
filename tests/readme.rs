//! What the README shows is what its programs print.

use std::collections::HashSet;
use std::error::Error;
use std::process::Command;

const README: &str = include_str!("../README.md");
const FIRST: &str = include_str!("../examples/first.rs");
const REFUSED: &str = include_str!("ui/body/sum_by_fold.stderr");

/// The standard output of an example.
fn run(example: &str, argument: &str) -> Result<String, Box<dyn Error>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--example", example, "--", argument]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let parts = README.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn shows_the_program() {
    let (_head, program) = FIRST.split_once("\n\n").unwrap();
    assert_eq!(blocks("rust"), [program]);
}

#[test]
fn shows_what_is_printed() {
    let pictures = std::env::temp_dir().join("hypergrad-readme");
    let outputs = [run("first", "").unwrap(), run("ridge", &pictures.to_string_lossy()).unwrap(), REFUSED.to_owned()];
    let printed: HashSet<&str> = outputs.iter().flat_map(|output| output.lines()).map(str::trim_end).collect();
    // The first block is the equation.
    for line in blocks("text").iter().skip(1).flat_map(|block| block.lines()) {
        assert!(printed.contains(line.trim_end()), "not printed by the examples: {line}");
    }
}
