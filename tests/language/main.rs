//! The page `docs/language.md` held to the truth: what it lists is written down here or in the test
//! that it names, and every module agrees with differences of its own functions, to third order.
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
    clippy::suboptimal_flops,
    reason = "each way to write something is a case"
)]

mod bindings;
mod bystander;
mod choices;
mod collections;
mod constructors;
mod declared;
mod functions;
mod geometry;
mod idioms;
mod indices;
mod iterators;
mod kinks;
mod loops;
mod masks;
mod methods;
#[path = "../oracle/mod.rs"]
#[allow(dead_code, reason = "shared with the numeric tests, which use all of it")]
mod oracle;
mod page;
mod parts;
mod solves;
mod stable;
mod styles;
mod types;

use hypergrad::check::{self, UserFunctions};
use nalgebra::{DMatrix, DVector};

/// Every derivative at `(x, y)` against differences of the module's own functions.
#[track_caller]
fn check<P: UserFunctions>(problem: &P, x: &P::X, y: &P::Y) {
    let report = check::derivatives(problem, x, y).unwrap();
    assert!(report.is_certain(), "{report}");
}

/// `v[i] = cos(slope i + 0.3)`.
fn vector(length: usize, slope: f64) -> DVector<f64> {
    DVector::from_fn(length, |i, _| (slope * i as f64 + 0.3).cos())
}

/// Entries without structure.
fn matrix(rows: usize, columns: usize, shift: f64) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64 + shift).sin())
}
