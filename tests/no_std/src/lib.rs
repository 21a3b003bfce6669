//! A problem of constant size with solvers and estimators, called from C.
#![no_std]
#![allow(missing_docs, reason = "a test")]

mod problem;
mod value;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// A number in which every solver and estimator has a part, or NaN.
#[unsafe(no_mangle)]
pub extern "C" fn value(y_0: f64, y_1: f64) -> f64 {
    value::value(y_0, y_1).unwrap_or(f64::NAN)
}
