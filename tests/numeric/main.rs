//! Numeric tests: many modules written as users write them, each against differences of its own
//! functions, against dual numbers of third order, and against identities.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi, Psi, Omega")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::needless_range_loop, reason = "formulas are copied with their indices")]
#![allow(clippy::wildcard_imports, reason = "the preludes are meant for it")]

mod data;
mod edges;
mod golden;
#[path = "../golden/mod.rs"]
mod golden_values;
mod identities;
mod oracle;
mod problems;
#[macro_use]
mod verify;
