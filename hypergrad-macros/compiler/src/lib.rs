//! The compiler behind `#[bilevel]`: tokens of a module in, what is added to it out. `docs/pipeline.md` walks through it.
//! It is no public interface: `hypergrad-macros` calls it, and so do tests, benchmarks and fuzzers.
#![cfg_attr(test, allow(dead_code, reason = "fixtures that not every test uses"))]
// A forgotten kind breaks the build.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

mod analysis;
mod compile;
mod diagnostics;
mod differentiate;
mod emit;
mod exploit;
mod ir;
mod lower;
mod model;
mod print;
mod shape;
mod syntax;

pub use compile::{expand, expand_item};
