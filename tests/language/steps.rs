//! `docs/language.md` held to the truth, as in `main.rs`: loops whose steps need each other, and lists that grow.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "roles take their arguments alike")]
#![allow(
    clippy::needless_range_loop,
    clippy::suboptimal_flops,
    clippy::vec_init_then_push,
    clippy::redundant_closure_for_method_calls,
    reason = "each way to write something is a case"
)]

mod arranged;
mod columns;
mod counts;
mod lists;
mod mutable;
mod queues;
mod recursions;
mod shared;

use shared::{check, matrix, vector};
