//! Loops over slices that generated code calls. Matrices are column-major; every kernel adds to
//! `out`. Lengths must fit; surplus is ignored only where it says so.

mod matrix;
mod symmetric;
mod vector;

pub use matrix::{gemm, gemm_nt, gemm_tn, gemv, gemv_t, ger};
pub use symmetric::{gram, weighted_gram, weighted_gram_scratch};
pub use vector::{all_finite, axpy, dot, first_non_finite, norm, scale, sum};

#[cfg(test)]
mod tests;
