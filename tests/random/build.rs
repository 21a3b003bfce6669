//! Writes the modules of the first seeds that the compiler reads, in bundles, and modules with the optional roles.
#![allow(warnings, clippy::all, clippy::pedantic, reason = "the older generator is shared by path")]

#[path = "src/roles/program/mod.rs"]
mod program;
#[path = "src/roles/setting.rs"]
mod setting;

use std::fmt::Write as _;
use std::path::Path;

use program_generator::ast::Role;
use program_generator::spell::{self, values};
use program_generator::{Program, generate};

/// How many programs are compiled and run, in how many test binaries: `tests/bundle_*.rs`. With `HYPERGRAD_PROGRAMS` as many
/// as it says, as where they are not run.
const PROGRAMS: usize = 320;
const BUNDLES: usize = 8;

/// The first seed. The compiler's own tests interpret those from 0.
const FIRST: u64 = 500_000;

/// Modules with the optional roles, built from their own f and g: one in so many of the older generator.
const WITH_ROLES: usize = 20;
const MODULES: usize = 100;

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
    println!("cargo::rerun-if-changed=src/roles");
    println!("cargo::rerun-if-env-changed=HYPERGRAD_PROGRAMS");
    let count = std::env::var("HYPERGRAD_PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(PROGRAMS);
    let directory = std::env::var("OUT_DIR").expect("cargo sets it");
    let directory = Path::new(&directory);
    write(directory, "roles.rs", &roles());
    let half = |first| read(first).take(count / 2);
    let programs: Vec<(u64, Program)> = [FIRST, generate::FIRST_WITH_SEARCHES + FIRST].into_iter().flat_map(half).collect();
    let mut bundles = programs.chunks(count.div_ceil(BUNDLES));
    for k in 0..BUNDLES {
        write(directory, &format!("bundle_{k}.rs"), &bundle(bundles.next().unwrap_or_default()));
    }
}

/// The programs from this seed on that the compiler reads.
fn read(first: u64) -> impl Iterator<Item = (u64, Program)> {
    let programs = (first..).map(|seed| (seed, generate::program(seed)));
    programs.filter(|(_, program)| is_read(program))
}

fn write(directory: &Path, name: &str, text: &str) {
    std::fs::write(directory.join(name), text).expect("the build directory is writable");
}

/// Whether the compiler accepts a program: what it refuses is an error of the module.
fn is_read(program: &Program) -> bool {
    let module = spell::module(program, "random").parse().expect("the text is Rust");
    !hypergrad_compiler::expand(&proc_macro2::TokenStream::new(), module).to_string().contains("compile_error")
}

/// The modules, and a function that compares each.
fn bundle(programs: &[(u64, Program)]) -> String {
    let (mut text, mut calls) = (String::new(), String::new());
    for (seed, program) in programs {
        let _ = write!(text, "mod seed{seed} {{\n#[hypergrad::bilevel]\n{}", spell::module(program, "random"));
        text.push_str(
            "use random::*; use nalgebra::*; use nalgebra_sparse::CsrMatrix; use random_programs::{compare::*, inputs::*};\n",
        );
        let x = (values::value(program, Role::X), values::variable(program, Role::X));
        let y = (values::value(program, Role::Y), values::variable(program, Role::Y));
        let _ = write!(text, "pub fn run(report: &mut Report) {{\n");
        let data = values::value(program, Role::Data).unwrap_or_default();
        let _ = write!(text, "    let problem = |point: &program_generator::point::Point| random::Problem::new({data});\n");
        for (name, (value, ty)) in [("x", x), ("y", y)] {
            let value = value.expect("both are there");
            let _ = write!(text, "    let {name} = |point: &program_generator::point::Point| -> {ty} {{ {value} }};\n");
        }
        let _ = write!(text, "    compare(report, {seed}, &random::Problem::STRUCTURE, problem, x, y);\n}}\n}}\n");
        let _ = write!(calls, "    seed{seed}::run(&mut report);\n");
    }
    format!(
        "{text}fn run() -> random_programs::compare::Report {{\n    let mut report = Default::default();\n{calls}    report\n}}\n"
    )
}

fn roles() -> String {
    let (mut text, mut calls) = (String::new(), String::new());
    let seeds = (0..).filter(|seed| setting::is_comparable(&program::random_program(*seed), *seed)).take(MODULES);
    for seed in seeds.step_by(WITH_ROLES) {
        let mut module = program::random_module(seed);
        module.truncate(module.rfind('}').expect("a module ends"));
        let _ = write!(text, "mod seed{seed} {{\n#[hypergrad::bilevel]\n{module}{ROLES}}}\n");
        let _ = write!(calls, "    failures.extend(compare_roles!(seed{seed}, {seed}));\n");
        let _ = write!(calls, "    failures.extend(compare!(seed{seed}, {seed}));\n");
    }
    format!("{text}fn run() -> Vec<String> {{\n    let mut failures = Vec::new();\n{calls}    failures\n}}\n")
}
