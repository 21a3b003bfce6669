//! Preconditioning and reparameterisation on annotated modules: reference values, identities,
//! corrections of the printed formulas, slopes.
//!
//! Which file holds which part of docs/formulas.md 1, its corrections among them:
//! `consistency` 1.1 to 1.5, 1.14 and the Jacobians off the root of 1.9; `slopes` 1.2, 1.8; `preconditioning` 1.6 to 1.8;
//! `changes` 1.9, 1.10; `closed_forms` 1.11; `one_dimension` 1.12, 1.13; `separable` 1.15; `newton_map` 1.16, 1.17;
//! `bounds` 1.18 to 1.20; `reference` the golden values. `super_efficient` and `proofs` hold what is proved at
//! compile time. `case` is a problem with flat vectors, `dense` the formulas with every inverse and tensor written out.
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
mod reports;
mod reuse;
mod separable;
mod shapes;
mod slopes;
mod super_efficient;
