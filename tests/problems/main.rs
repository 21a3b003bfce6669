//! The bilevel problems of the papers, each a module as a user writes it: its derivatives against
//! dual numbers of third order and differences of its own functions, its hypergradient against
//! differences of the re-solved outer objective and, where there are any, against reference values.
#![allow(missing_docs, reason = "the modules under test are a user's code")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::assertions_on_constants, reason = "what was proved is a constant")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "roles take their arguments alike")]
#![allow(clippy::unreadable_literal, reason = "reference values are copied as they are")]

mod biased_regularization;
mod bilinear_game;
mod convolution;
mod copies;
mod data;
mod eigenvalue_bounds;
mod equilibrium;
mod feature_weights;
mod hyper_representation;
mod kernel_ridge;
mod mean_scaled;
mod multinomial;
mod nonsymmetric_root;
mod one_dimensional;
#[path = "../oracle/mod.rs"]
#[allow(dead_code, reason = "shared with the numeric tests, which use all of it")]
mod oracle;
mod quadratic_program;
mod ridge;
mod sample_weights;
mod samples;
mod separable;
mod sparse;
mod stencil;
mod training_images;
mod verify;
mod wide;
