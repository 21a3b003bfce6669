//! Preconditioning and reparameterisation on annotated modules: reference values, identities,
//! corrections of the printed formulas, slopes.
#![allow(missing_docs, reason = "test problems")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi, Psi, Omega")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::wildcard_imports, reason = "the preludes are meant for it")]

mod bounds;
mod case;
mod changes;
mod closed_forms;
mod consistency;
mod dense;
#[path = "../golden/mod.rs"]
mod golden;
mod newton_map;
mod nonsymmetric;
mod one_dimension;
mod preconditioning;
mod problems;
mod proofs;
mod reference;
mod separable;
mod shapes;
mod slopes;
mod super_efficient;
