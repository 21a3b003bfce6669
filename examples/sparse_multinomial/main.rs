//! 20 newsgroups: multinomial logistic regression with one weight per word, 101,631 words and 20
//! classes. x has 2,032,620 entries: no matrix `F_1` is formed, everything runs over stored entries.
//!
//! ```text
//! cargo run --release --example sparse_multinomial [-- --data DIR]
//! ```
//!
//! The texts are generated, as many and as sparse as the data set's; with a directory they are read
//! from its `20news_tfidf_train.libsvm.gz`. What is printed: sizes, every product beside the same
//! written by hand with `nalgebra_sparse` (medians, alternating), a few steps of gradient descent,
//! a hypergradient by conjugate gradients, memory.

mod by_hand;
mod data;
mod problem;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;
mod timing;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use hypergrad::estimator::Ift;
use hypergrad::linear::ConjugateGradient;
use hypergrad::solver::GradientDescent;
use nalgebra::{DMatrix, DVector};

use crate::data::{CLASSES, WORDS};
use crate::problem::multinomial;

/// Seed of the generated texts.
const SEED: u64 = 0;
/// Steps of gradient descent.
const STEPS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = directory()?;
    let texts = match &directory {
        Some(directory) => data::read(directory)?,
        None => data::generate(SEED),
    };
    let origin = directory.map_or_else(|| format!("generated, seed {SEED}"), |d| format!("read from {}", d.display()));
    let data = data::split(&texts)?;
    println!(" {} texts ({origin}), {WORDS} words, {CLASSES} classes", texts.len());
    println!(" to fit: {} texts, {} stored entries; to choose by: {}", data.a_tr.nrows(), data.a_tr.nnz(), data.a_val.nrows());
    println!(" x has {} entries; a dense F_1 would take {:.0} TB\n", WORDS * CLASSES, (WORDS * CLASSES).pow(2) as f64 * 8e-12);

    let problem = multinomial::Problem::new(&data)?;
    let y = DVector::from_element(WORDS, 0.0);
    let start = DMatrix::zeros(WORDS, CLASSES);
    timing::compare(&problem, &data, &y)?;

    let clock = Instant::now();
    let inner = problem.solve(&start, &y, &GradientDescent::auto().steps(STEPS))?;
    println!("\n {STEPS} steps of gradient descent: |F| = {:.2e}, {:.1} s", inner.residual, clock.elapsed().as_secs_f64());

    let clock = Instant::now();
    let at = problem.at(&inner.x, &y)?;
    println!(" training loss {:.4}, validation loss {:.4}", at.f(), at.g());
    let estimator = Ift::with(ConjugateGradient::new().tolerance(1e-8)).error_estimate(false);
    let hypergradient = problem.hypergradient(&inner.x, &y, &estimator)?;
    println!(
        " hypergradient by {} products: |F_1 v - g_1| / |g_1| = {:.1e}, |Ω| = {:.3e}, {:.1} s",
        hypergradient.report.linear_iterations,
        hypergradient.report.linear_residual / at.g_1().norm(),
        hypergradient.gradient.norm(),
        clock.elapsed().as_secs_f64()
    );
    if let Some(peak) = timing::peak_memory() {
        println!(" peak memory {peak:.0} MB");
    }
    Ok(())
}

/// The directory after `--data`.
fn directory() -> Result<Option<PathBuf>, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        ["--data", directory] => Ok(Some(PathBuf::from(directory))),
        _ => Err("expected nothing, or `--data DIR`".into()),
    }
}
