//! The modules, one idea a file; the others stand in `../others.rs`.

mod attention;
mod biased_regularisation;
mod by_value;
mod chain_by_index;
mod constants_and_aliases;
mod counts_and_arrays;
mod data_weights;
mod degenerate;
mod digits;
pub mod equilibrium_batch;
mod factorisation;
pub mod kernel_ridge_struct;
pub mod logistic_plain;
pub mod nonsymmetric_root;
pub mod ridge_dynamic;
mod sample_weights;
pub mod scalar_exponential;
