//! What the README and docs/estimators.md show is what programs print.

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

/// How far a number may be from the one shown. It depends on the machine: sums are made in lanes, and an iteration that is
/// broken off keeps their rounding. Counts are exact; a fraction may differ by a unit of its last digit, as may a percentage;
/// a number with an exponent by the third digit.
fn tolerance(shown: &str, percent: bool) -> f64 {
    match (shown.contains('e'), shown.split_once('.')) {
        (true, _) => 5e-3 * shown.parse::<f64>().map_or(0.0, f64::abs),
        (false, Some((_, digits))) => 1.01 * 0.1_f64.powi(digits.len() as i32),
        (false, None) => f64::from(u8::from(percent)),
    }
}

/// Equal words; numbers to their tolerance, or both no more than rounding.
fn alike(shown: &str, printed: &str) -> bool {
    let (shown, printed): (Vec<&str>, Vec<&str>) = (shown.split_whitespace().collect(), printed.split_whitespace().collect());
    shown.len() == printed.len()
        && (0..shown.len()).all(|i| {
            let percent = shown.get(i + 1) == Some(&"%");
            same_word(shown[i], printed[i], percent)
        })
}

/// A word, or a number between the same brackets and commas.
fn same_word(shown: &str, printed: &str, percent: bool) -> bool {
    let bare = |word: &str| word.trim_matches(['[', ']', ',']).to_owned();
    let around = |word: &str| word.replacen(&bare(word), "", 1);
    match (bare(shown).parse::<f64>(), bare(printed).parse::<f64>()) {
        (Ok(a), Ok(b)) if around(shown) == around(printed) => {
            (a - b).abs() <= tolerance(&bare(shown), percent) || a.abs() < 1e-12 && b.abs() < 1e-12
        }
        _ => shown == printed,
    }
}

#[test]
fn numbers_are_held_to_their_digits() {
    assert!(alike("a  [1.52, 5.16]  166 %", "a [1.51, 5.16] 167 %"));
    for (shown, printed) in
        [("1.52", "1.54"), ("[1.52,", "1.52,"), ("90 of", "91 of"), ("166 %", "168 %"), ("2e-3", "2.1e-3"), ("a", "b")]
    {
        assert!(!alike(shown, printed), "{shown} {printed}");
    }
}

#[test]
fn shows_what_is_printed() {
    let pictures = std::env::temp_dir().join("hypergrad-readme");
    let outputs = [run("first", "").unwrap(), run("ridge", &pictures.to_string_lossy()).unwrap(), REFUSED.to_owned()];
    let printed: Vec<&str> = outputs.iter().flat_map(|output| output.lines()).collect();
    // The first block is the equation.
    for line in blocks(README, "text").iter().skip(1).flat_map(|block| block.lines()) {
        assert!(printed.iter().any(|printed| alike(line, printed)), "not printed by the examples: {line}");
    }
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
