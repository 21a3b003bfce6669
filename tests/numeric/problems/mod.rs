//! The modules, one idea a file.

mod kernel_ridge_struct;
mod logistic_plain;
mod nonsymmetric_root;
mod ridge_dynamic;
mod scalar_exponential;
