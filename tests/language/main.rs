//! The page `docs/language.md` held to the truth: what it lists is written down here or in the test
//! that it names, and every module agrees with differences of its own functions, to third order.
//!
//! Several programs, for the memory of rustc: this one, `words`, `forms`, `ways`, `matrices` and `numbers`.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::cast_lossless, clippy::unnecessary_cast, clippy::manual_clamp, reason = "every spelling is meant")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "roles take their arguments alike")]
#![allow(
    clippy::needless_range_loop,
    clippy::manual_assert,
    clippy::op_ref,
    clippy::redundant_closure,
    clippy::redundant_closure_for_method_calls,
    clippy::map_clone,
    clippy::cloned_instead_of_copied,
    clippy::if_not_else,
    clippy::neg_cmp_op_on_partial_ord,
    clippy::manual_abs_diff,
    clippy::unnecessary_to_owned,
    clippy::clone_on_copy,
    clippy::useless_conversion,
    clippy::implicit_clone,
    clippy::suboptimal_flops,
    reason = "each way to write something is a case"
)]

mod bindings;
mod bystander;
mod choices;
mod collections;
mod declared;
mod lengths;
mod nested_lists;
mod page;
mod shared;

use shared::{check, matrix, vector};
