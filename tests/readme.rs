//! What the README and docs/estimators.md show is what programs print.

use std::collections::HashSet;
use std::error::Error;
use std::process::Command;

const README: &str = include_str!("../README.md");
const ESTIMATORS: &str = include_str!("../docs/estimators.md");
const FIRST: &str = include_str!("../examples/first.rs");
const REFUSED: &str = include_str!("ui/body/shape_clash_of_data.stderr");

/// The standard output of an example.
fn run(example: &str, argument: &str) -> Result<String, Box<dyn Error>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--example", example, "--", argument]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// The fenced blocks of a language.
fn blocks(text: &'static str, language: &str) -> Vec<&'static str> {
    let parts = text.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn shows_the_program() {
    let (_head, program) = FIRST.split_once("\n\n").unwrap();
    assert_eq!(blocks(README, "rust"), [program]);
}

#[test]
fn shows_what_is_printed() {
    let pictures = std::env::temp_dir().join("hypergrad-readme");
    let outputs = [run("first", "").unwrap(), run("ridge", &pictures.to_string_lossy()).unwrap(), REFUSED.to_owned()];
    let printed: HashSet<&str> = outputs.iter().flat_map(|output| output.lines()).map(str::trim_end).collect();
    // The first block is the equation.
    for line in blocks(README, "text").iter().skip(1).flat_map(|block| block.lines()) {
        assert!(printed.contains(line.trim_end()), "not printed by the examples: {line}");
    }
}

/// Equal words; numbers to the three digits shown, or both no more than rounding.
fn alike(shown: &str, printed: &str) -> bool {
    let number = |word: &str| word.trim_end_matches(',').parse::<f64>().ok();
    let word = |(a, b): (&str, &str)| match (number(a), number(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= 5e-3 * a.abs() || a.abs() < 1e-12 && b.abs() < 1e-12,
        _ => a == b,
    };
    shown.split_whitespace().count() == printed.split_whitespace().count()
        && shown.split_whitespace().zip(printed.split_whitespace()).all(word)
}

#[test]
fn describes_the_estimators_with_measured_numbers() {
    let printed = run("estimators", "").unwrap();
    let measured = ESTIMATORS.split_once("## Measured").unwrap().1;
    let lines: Vec<&str> = blocks(measured, "text").iter().flat_map(|block| block.lines()).collect();
    assert!(lines.len() > 50);
    for line in lines {
        assert!(printed.lines().any(|printed| alike(line, printed)), "not printed by the example: {line}");
    }
}
