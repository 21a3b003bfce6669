//! Numeric tests: many modules written as users write them, each against differences of its own
//! functions, against dual numbers of third order, against identities and reference values.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi, Psi, Omega")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::needless_range_loop, reason = "formulas are copied with their indices")]
#![allow(
    clippy::redundant_closure,
    clippy::redundant_closure_for_method_calls,
    clippy::comparison_chain,
    reason = "each way to write a function is a case"
)]
#![allow(clippy::assertions_on_constants, reason = "what was proved is a constant")]
#![allow(clippy::needless_borrows_for_generic_args, reason = "each way to hand over data is a case")]
#![allow(clippy::large_stack_arrays, reason = "data of constant sizes")]
#![allow(clippy::wildcard_imports, reason = "the preludes are meant for it")]
#![allow(clippy::trivially_copy_pass_by_ref, clippy::needless_pass_by_value, reason = "each way to take a parameter is a case")]
#![allow(clippy::float_cmp, reason = "where equality is meant")]

mod data;
mod edges;
mod exactness;
mod golden;
#[path = "../golden/mod.rs"]
mod golden_values;
mod identities;
#[path = "../oracle/mod.rs"]
mod oracle;
mod problems;
mod verify;
