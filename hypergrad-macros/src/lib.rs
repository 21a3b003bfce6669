//! The `#[bilevel]` attribute.
#![allow(dead_code, unused_imports)]

mod analysis;
mod diagnostics;
mod differentiate;
mod emit;
mod ir;
mod lower;
mod model;
mod print;
mod shape;
mod simplify;
mod syntax;
