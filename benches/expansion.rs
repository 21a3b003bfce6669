//! What a module costs to compile: `cargo bench --bench expansion`.
//!
//! - The time of one expansion, in a debug build, as it is when a user builds for development.
//! - The time by which a release build of a crate grows when its module is annotated and used:
//!   the modules of `tests/expand`, each in a package of its own, whose dependencies are built
//!   before anything is timed.
//!
//! Both in processor time where the system tells it, since the machine may be shared: a build uses
//! several threads, so that on a quiet machine it takes less than that on the clock.
#![allow(missing_docs, reason = "a benchmark")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const MODULES: [&str; 6] = ["ridge_constant", "ridge_dynamic", "logistic", "root", "fixed_point", "chain"];
/// Builds of each package, interleaved; an odd number.
const ROUNDS: usize = 5;

/// How much of a module's code a crate asks for.
#[derive(Clone, Copy)]
enum Use {
    /// The functions alone, without the attribute.
    Plain,
    /// The attribute; nothing of it is called.
    Annotated,
    /// A solve by Newton's method, a hypergradient, its efficiency.
    Called,
}

fn main() {
    expansions();
    builds();
}

/// Inside of the macros' crate, whose entry only runs in a compiler.
fn expansions() {
    let arguments = ["test", "--quiet", "--package", "hypergrad-compiler", "expansion_times", "--", "--ignored", "--nocapture"];
    let output = Command::new(env!("CARGO")).args(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    println!("expansion in a debug build, median");
    String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains(" ms")).for_each(|line| println!("  {line}"));
}

fn builds() {
    println!("\nrelease build of a crate of one module, medians of {ROUNDS}: plain functions, then what the attribute adds");
    for name in MODULES {
        let cases = [Use::Plain, Use::Annotated, Use::Called].map(|usage| package(name, usage));
        cases.iter().for_each(|case| _ = build(case));
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for (case, times) in cases.iter().zip(&mut times) {
                times.push(build(case));
            }
        }
        let [plain, annotated, called] = times.map(median);
        let (annotated, called) = (annotated - plain, called - plain);
        println!("  {name:<16} {plain:>6.2} s   annotated {annotated:>+6.2} s   and called {called:>+6.2} s");
    }
}

/// Writes a package.
fn package(name: &str, usage: Use) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let label = match usage {
        Use::Plain => "plain",
        Use::Annotated => "annotated",
        Use::Called => "called",
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("expansion").join(format!("{name}-{label}"));
    fs::create_dir_all(folder.join("src")).expect("a folder for the package");
    let manifest = format!(
        "[package]\nname = \"case\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         hypergrad = {{ path = \"{}\" }}\nnalgebra = {{ version = \"0.35\", default-features = false, features = [\"std\"] }}\n\n[workspace]\n",
        root.display()
    );
    let module = fs::read_to_string(root.join("tests/expand").join(name).with_extension("rs")).expect("the module");
    let source = match usage {
        Use::Plain => module.replace("#[bilevel]", "").replace("use hypergrad::bilevel;", ""),
        Use::Annotated => module,
        Use::Called => module + &call(name),
    };
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the versions of the workspace");
    fs::write(folder.join("src/lib.rs"), source).expect("a source file");
    folder
}

/// A function that is compiled, not only checked: it has no parameter of a type left open.
fn call(name: &str) -> String {
    format!(
        "
type X<'d> = <{name}::Problem<&'d {name}::Data> as hypergrad::problem::Bilevel>::X;
type Y<'d> = <{name}::Problem<&'d {name}::Data> as hypergrad::problem::Bilevel>::Y;

pub fn call(data: &{name}::Data, x: &X<'_>, y: &Y<'_>) -> Option<(Y<'static>, f64)> {{
    use hypergrad::{{estimator::Ift, solver::Newton}};
    let problem = {name}::Problem::new(data).ok()?;
    let inner = problem.solve(x, y, &Newton::new()).ok()?;
    let constant = problem.efficiency(&inner.x, y, &Ift::new()).ok()?;
    Some((problem.hypergradient(&inner.x, y, &Ift::new()).ok()?.gradient, constant))
}}
"
    )
}

/// Seconds of the package itself.
fn build(folder: &Path) -> f64 {
    let source = folder.join("src/lib.rs");
    let text = fs::read(&source).expect("the source file");
    fs::write(&source, text).expect("a newer source file");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("expansion/target");
    let start = Stamp::now();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .env("RUSTFLAGS", "-Awarnings")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "{} does not build", folder.display());
    start.elapsed()
}

/// A time: of the processors, in child processes, or else of the clock.
struct Stamp {
    processors: Option<f64>,
    clock: Instant,
}

impl Stamp {
    fn now() -> Self {
        Self { processors: children(), clock: Instant::now() }
    }

    fn elapsed(&self) -> f64 {
        match (self.processors, children()) {
            (Some(start), Some(end)) => end - start,
            _ => self.clock.elapsed().as_secs_f64(),
        }
    }
}

/// Processor time of the child processes that have ended, in seconds (Linux).
fn children() -> Option<f64> {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // After the name, which stands in parentheses, `cutime` and `cstime` are fields 13 and 14.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS_A_SECOND)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
