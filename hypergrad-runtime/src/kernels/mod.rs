//! Loops over slices that generated code calls. Matrices are column-major; every kernel adds to
//! `out`, but for those that copy. Lengths must fit; surplus is ignored only where it says so.

mod descent;
mod differences;
mod khatri_rao;
mod matrix;
mod reduce;
mod samples;
mod sparse;
mod strips;
mod symmetric;
#[cfg(feature = "std")]
mod tiles;
mod vector;
mod wide;

pub use crate::lanes::{cos, exp, exp_m1, ln, ln_1p, logistic_2, logistic_3, sech2, sigmoid, sin, softplus, tanh};
pub use crate::lanes::{
    cos_into, exp_into, exp_m1_into, ln_1p_into, ln_into, logistic_2_into, logistic_2_with, logistic_3_into, sech2_into,
    sigmoid_into, sigmoid_with, sin_into, softplus_into, softplus_sum, softplus_sum_with, softplus_with, tanh_into,
};
pub(crate) use descent::Aligned;
pub use descent::Descent;
pub(crate) use descent::MOST as MOST_DESCENT;
pub use differences::{Differences, squared_differences, squared_distances};
pub use khatri_rao::{khatri_rao, khatri_rao_scratch};
#[cfg(feature = "std")]
pub(crate) use matrix::blocked::gemm_into;
pub use matrix::{Gemv, affine_square, gemm, gemm_nt, gemm_tn, gemm_tt, gemv, gemv_both, gemv_into, gemv_small, gemv_t, ger};
pub use reduce::{
    copy, copy_scaled, exclusive_product, max_weights, min_weights, reduce_log_sum_exp, reduce_max, reduce_min, softmax, sum_by,
    sum_windows, widely,
};
pub use samples::{longer, over_blocks};
pub use sparse::{csr_mul, csr_position, csr_tr_mul};
pub use strips::{Rows, gemv_both_rows, gemv_rows, gemv_rows_into, gemv_t_rows, is_in_strips, over_strips};
pub use symmetric::{gram, mirror, weighted_gram, weighted_gram_scratch};
pub use vector::{all_finite, axpy, dot, first_non_finite, norm, scale, scatter, sum};
pub use wide::Wide;
#[cfg(feature = "std")]
pub(crate) use wide::run;

#[cfg(test)]
mod tests;
#[cfg(all(test, feature = "threads"))]
mod threads_tests;
