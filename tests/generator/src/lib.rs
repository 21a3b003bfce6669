//! Random programs of the language: [`generate::program`] makes one from a seed, [`spell::module`] writes
//! the module that a user would have written, [`oracle`] has its values and exact derivatives by plain
//! Rust on dual numbers, and [`shrink`] makes a failing program small. Nothing here knows the compiler.

#![allow(missing_docs, clippy::pedantic, reason = "tests alone use it; what is not obvious has its line")]

pub mod ast;
pub mod claims;
pub mod evaluate;
pub mod generate;
pub mod oracle;
pub mod point;
pub mod random;
pub mod shrink;
pub mod spell;
pub mod types;
pub mod typing;

pub use ast::Program;
pub use random::Random;
