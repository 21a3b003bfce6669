//! One in eight of the random programs that are compiled: a compiler run each, of moderate memory.
#![allow(warnings, clippy::all, clippy::pedantic, reason = "generated programs")]
#![allow(arithmetic_overflow, unconditional_panic, reason = "in loops that do not run")]

include!(concat!(env!("OUT_DIR"), "/bundle_7.rs"));

#[test]
fn compiled_programs_agree_with_rust() {
    run().assert();
}
