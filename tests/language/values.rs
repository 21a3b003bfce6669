//! `docs/language.md` held to the truth, as in `main.rs`: what the data may lack, and traits of own types.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "roles take their arguments alike")]
#![allow(
    clippy::needless_range_loop,
    clippy::suboptimal_flops,
    clippy::cast_precision_loss,
    clippy::default_trait_access,
    clippy::redundant_closure_for_method_calls,
    clippy::manual_map,
    clippy::useless_conversion,
    clippy::option_if_let_else,
    reason = "each way to write something is a case"
)]

mod instances;
mod missing;
mod own;
mod perhaps;
#[allow(dead_code, reason = "the other programs use all of it")]
mod shared;
mod variants;

use shared::{check, vector};
