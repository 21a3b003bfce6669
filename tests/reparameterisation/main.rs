//! Preconditioning and reparameterisation on annotated modules: reference values, identities,
//! corrections of the printed formulas, slopes.
#![allow(missing_docs, reason = "test problems")]

#[path = "../golden/mod.rs"]
#[allow(dead_code, reason = "one of six tables is used here")]
mod golden;
mod nonsymmetric;
mod proofs;
