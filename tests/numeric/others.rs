//! More modules as users write them, held against differences and dual numbers as in `main.rs`: one program of all of
//! them took more than two gigabytes of rustc.
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
mod identities;
#[path = "../oracle/mod.rs"]
#[allow(dead_code, reason = "main.rs uses all of it")]
mod oracle;
mod verify;

/// The modules, one idea a file.
mod problems {
    mod fixed_point;
    mod generalised_linear;
    mod helpers_and_closures;
    mod iterators;
    mod kernel_ridge_static;
    mod kinks;
    mod labels;
    mod leading_block;
    mod linear_systems;
    mod matrix_chains;
    mod matrix_variables;
    mod mixture;
    mod nested_structs;
    mod networks;
    mod norms;
    mod outer_reductions;
    mod patterns;
    mod powers;
    mod products_over_ranges;
    mod renamed_roles;
    mod ridge_single_precision;
    mod ridge_sums;
    mod robotics;
    mod row_major;
    mod row_vectors;
    mod select;
    mod softmax;
    mod softplus_spellings;
    mod surplus_entries;
    mod triangular_sums;
    mod trigonometry;
    mod two_layers;
    mod views;
}
