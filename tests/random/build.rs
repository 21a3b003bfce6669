//! Writes the modules of the first seeds whose programs can be compared at the test's point.
#![allow(warnings, clippy::all, clippy::pedantic, reason = "the generator is shared by path")]

#[path = "src/program/mod.rs"]
mod program;
#[path = "src/setting.rs"]
mod setting;

use std::fmt::Write as _;

/// How many modules are compiled and run.
const MODULES: usize = 100;
/// One in so many has the optional roles too, built from its own f and g.
const WITH_ROLES: usize = 20;

const ROLES: &str = "
    pub fn phi(z: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        z.map(|t| 1.5 * t + 0.1 * t.tanh()) + &data.w * (0.1 * g(z, y, data)) + 0.05 * z.component_mul(z) * y[1]
    }
    pub fn psi(z: &DVector<f64>, y: &DVector<f64>, x_bar: &DVector<f64>, y_bar: &DVector<f64>, data: &Data) -> DVector<f64> {
        let shift = (&data.c * y).component_mul(x_bar) * (0.1 * g(x_bar, y_bar, data));
        z * (1.2 + 0.1 * y[0]) + &data.w * (0.1 * f(z, y, data)) + shift
    }
    pub fn P(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DMatrix<f64> {
        let p = DMatrix::from_fn(x.len(), x.len(), |i, j| if i == j { 4.0 + x[i] * y[0] } else { 0.1 * data.w[i] * x[j] });
        p * (1.0 + 0.1 * g(x, y, data).tanh())
    }
}
";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/setting.rs");
    println!("cargo::rerun-if-changed=src/program");
    let seeds = (0..).filter(|seed| setting::is_comparable(&program::random_program(*seed), *seed)).take(MODULES);
    let mut text = String::new();
    let mut calls = String::new();
    for (position, seed) in seeds.enumerate() {
        let mut module = program::random_module(seed);
        if position % WITH_ROLES == 0 {
            module.truncate(module.rfind('}').expect("a module ends"));
            module.push_str(ROLES);
            let _ = write!(calls, "    failures.extend(compare_roles!(seed{seed}, {seed}));\n");
        }
        let _ = write!(text, "mod seed{seed} {{\n#[hypergrad::bilevel]\n{module}}}\n");
        let _ = write!(calls, "    failures.extend(compare!(seed{seed}, {seed}));\n");
    }
    let _ = write!(text, "fn run() -> Vec<String> {{\n    let mut failures = Vec::new();\n{calls}    failures\n}}\n");
    let path = std::path::Path::new(&std::env::var("OUT_DIR").expect("cargo sets it")).join("modules.rs");
    std::fs::write(path, text).expect("the build directory is writable");
}
