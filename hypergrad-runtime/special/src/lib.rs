//! Special functions of one variable, in families that are closed under differentiation.
//!
//! Plain functions on `f64` without `std`: the runtime calls them, and the compiler folds constants
//! by them. Each is written so that no digits cancel and nothing overflows before its value does;
//! outside of its domain it is not a number. The tests compare all of them with arithmetic of 50 digits.
#![no_std]

mod exponential;
mod gamma;
mod lambert;
mod normal;
#[cfg(test)]
mod tests;

pub use exponential::{bose, log1mexp};
pub use gamma::{ln_gamma, polygamma};
pub use lambert::lambert_w;
pub use normal::{log_normal_cdf, normal_cdf, normal_density};
