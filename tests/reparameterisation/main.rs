//! Preconditioning and reparameterisation on annotated modules: reference values, identities,
//! corrections of the printed formulas, slopes.
#![allow(missing_docs, reason = "test problems")]
#![allow(non_snake_case, reason = "the letters of the literature: F, Phi, Psi, Omega")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::wildcard_imports, reason = "the preludes are meant for it")]

mod case;
mod consistency;
mod dense;
#[path = "../golden/mod.rs"]
mod golden;
mod nonsymmetric;
mod problems;
mod proofs;
mod reference;
mod slopes;
mod super_efficient;
