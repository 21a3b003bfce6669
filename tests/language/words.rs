//! `docs/language.md` held to the truth, as in `main.rs`: constructors, functions of numbers, rotations, indices, and idioms.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::cast_lossless, clippy::unnecessary_cast, clippy::manual_clamp, reason = "every spelling is meant")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "roles take their arguments alike")]
#![allow(
    clippy::needless_range_loop,
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
    clippy::map_flatten,
    clippy::double_ended_iterator_last,
    clippy::filter_map_bool_then,
    clippy::obfuscated_if_else,
    clippy::suboptimal_flops,
    clippy::useless_vec,
    clippy::manual_is_multiple_of,
    clippy::stable_sort_primitive,
    reason = "each way to write something is a case"
)]

mod bystander;
mod constructors;
mod decided;
mod functions;
mod geometry;
mod idioms;
mod indices;
mod inner;
mod library;
mod searches;
mod shared;
mod sorted;

use shared::{check, matrix, vector};
