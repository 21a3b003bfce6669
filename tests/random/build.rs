//! Writes the modules of the first seeds whose programs can be compared at the test's point.
#![allow(warnings, clippy::all, clippy::pedantic, reason = "the generator is shared by path")]

#[path = "../../hypergrad-macros/src/differentiate/tests/program/mod.rs"]
mod program;
#[path = "src/setting.rs"]
mod setting;

use std::fmt::Write as _;

/// How many modules are compiled and run.
const MODULES: usize = 100;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/setting.rs");
    println!("cargo::rerun-if-changed=../../hypergrad-macros/src/differentiate/tests/program");
    let seeds = (0..).filter(|seed| setting::is_comparable(&program::random_program(*seed), *seed)).take(MODULES);
    let mut text = String::new();
    let mut calls = String::new();
    for seed in seeds {
        let module = program::random_module(seed);
        let _ = write!(text, "mod seed{seed} {{\n#[hypergrad::bilevel]\n{module}}}\n");
        let _ = write!(calls, "    failures.extend(compare!(seed{seed}, {seed}));\n");
    }
    let _ = write!(text, "fn run() -> Vec<String> {{\n    let mut failures = Vec::new();\n{calls}    failures\n}}\n");
    let path = std::path::Path::new(&std::env::var("OUT_DIR").expect("cargo sets it")).join("modules.rs");
    std::fs::write(path, text).expect("the build directory is writable");
}
