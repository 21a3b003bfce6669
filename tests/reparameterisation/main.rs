//! Preconditioning and reparameterisation on annotated modules: reference values, identities,
//! corrections of the printed formulas, slopes.
#![allow(missing_docs, reason = "test problems")]

mod nonsymmetric;
