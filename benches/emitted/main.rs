//! Emitted code beside hand-written Rust for the same problems: `cargo bench --bench emitted`.
//!
//! Every contender gives the same numbers to 1e-10 before anything is timed. Rounds are
//! interleaved, and a ratio is the median of the ratios of its rounds, so that a slow spell of the
//! machine meets all of them. `cargo bench --bench emitted -- --json FILE` writes the times as well.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

mod data;
mod descent;
mod equilibrium;
mod harness;
mod kernel;
mod large;
mod logistic;
mod ridge;
mod sparse;
mod wide;

fn main() {
    println!("medians and best times per call; ratios to the emitted code, above 1 where that is faster");
    ridge::run();
    logistic::run();
    large::run();
    descent::run();
    kernel::run();
    sparse::run();
    equilibrium::run();
    wide::run();
    harness::write_json();
}
