//! Where pictures go.

use std::path::PathBuf;

/// The folder of an example's pictures: the first argument, or one in cargo's target directory.
pub fn folder(example: &str) -> PathBuf {
    std::env::args().nth(1).map_or_else(|| default(example), PathBuf::from)
}

/// In the directory that cargo builds in.
pub fn default(example: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    target.join(format!("hypergrad-{example}"))
}
