//! Emitted code without `std` and without an allocator: a static library that C can call.
//!
//! `tests/no_std` is a package of its own. It only builds where nothing refers to an allocator, since
//! it has none. Where the tools are at hand, its symbols are looked at, and its number is computed
//! by a program in C and compared with the host's.

#[path = "no_std/src/problem.rs"]
mod problem;
#[path = "no_std/src/value.rs"]
mod value;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The host's functions come from its mathematics library, the static library's from `libm`: they
/// differ by roundings, which the inner solvers, stopping at 1e-8 or below, can carry to their result.
const TOLERANCE: f64 = 1e-7;

#[test]
fn static_library() {
    let library = build();
    no_allocator(&library);
    let host = value::value(0.3, -0.4).expect("the host solves it");
    let Some(found) = called_from_c(&library) else { return };
    assert!((found - host).abs() <= TOLERANCE * host.abs(), "from C {found}, on the host {host}");
}

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no_std")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("no_std")
}

fn build() -> PathBuf {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--manifest-path"])
        .arg(package().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the static library does not build");
    target().join("release").join("libno_std.a")
}

/// No symbol of an allocator is defined or asked for. Without `nm`, that it was built has to do.
fn no_allocator(library: &Path) {
    let Ok(output) = Command::new("nm").arg(library).output() else { return };
    let symbols = String::from_utf8_lossy(&output.stdout);
    assert!(symbols.contains("value"), "the symbols cannot be read");
    for name in ["__rust_alloc", "__rust_realloc", "__rg_alloc", "malloc"] {
        assert!(!symbols.contains(name), "`{name}` is referred to");
    }
}

/// The number that a program in C prints; none without a C compiler that takes GNU's options.
fn called_from_c(library: &Path) -> Option<f64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let program = target().join("main");
    // `core` comes compiled for unwinding, which is not here: what nothing calls is left out.
    let compiler = Command::new("cc")
        .arg(package().join("main.c"))
        .args([library.as_os_str(), "-Wl,--gc-sections".as_ref(), "-o".as_ref()])
        .arg(&program)
        .status();
    let compiled = compiler.ok()?;
    assert!(compiled.success(), "the program in C does not link");
    let output = Command::new(&program).output().expect("the program runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
