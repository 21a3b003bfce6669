//! Reports: what a check of derivatives, a solver, an estimator and the outer loop say of themselves.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi")]
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::trivially_copy_pass_by_ref, clippy::needless_pass_by_value, reason = "each way to take a parameter is a case")]

mod check;
mod minimiser;
mod outer;
