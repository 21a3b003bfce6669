//! 20 newsgroups: multinomial logistic regression with one weight per word, 101,631 words and 20
//! classes. x has 2,032,620 entries: no matrix `F_1` is formed, everything runs over stored entries.
//!
//! ```text
//! cargo run --release --example sparse_multinomial -- [--data DIR] [--tune] [--quick] [--seed K]
//! ```
//!
//! The texts are generated, as many and as sparse as the data set's; with a directory they are read
//! from its `20news_tfidf_train.libsvm.gz`. What is printed: sizes, every product beside the same
//! written by hand with `nalgebra_sparse` (medians, alternating), a few steps of gradient descent,
//! a hypergradient by conjugate gradients, memory. With `--tune` the weights are chosen (Grazzi et al., Table 1), which
//! takes some minutes; `--quick` does three outer steps.

mod by_hand;
mod data;
mod problem;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;
mod timing;
mod tuning;

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use hypergrad::estimator::Ift;
use hypergrad::linear::ConjugateGradient;
use hypergrad::solver::{GradientDescent, Observed};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::{DMatrix, DVector};

use crate::data::{CLASSES, WORDS};
use crate::problem::multinomial;

/// Steps of gradient descent.
const STEPS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let Options { directory, tune, quick, seed } = options()?;
    let texts = match &directory {
        Some(directory) => data::read(directory)?,
        None => data::generate(seed),
    };
    let origin = directory.map_or_else(|| format!("generated, seed {seed}"), |d| format!("read from {}", d.display()));
    let data = data::split(&texts)?;
    println!(" {} texts ({origin}), {WORDS} words, {CLASSES} classes", texts.len());
    println!(" to fit: {} texts, {} stored entries; to choose by: {}", data.a_tr.nrows(), data.a_tr.nnz(), data.a_val.nrows());
    println!(" x has {} entries; a dense F_1 would take {:.0} TB\n", WORDS * CLASSES, (WORDS * CLASSES).pow(2) as f64 * 8e-12);

    let problem = multinomial::Problem::new(&data)?;
    if tune {
        return tuning::run(&problem, &data, if quick { 3 } else { 30 });
    }
    let y = DVector::from_element(WORDS, 0.0);
    let start = DMatrix::zeros(WORDS, CLASSES);
    timing::compare(&problem, &data, &y)?;

    let clock = Instant::now();
    let style = ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?;
    let bar = ProgressBar::new(STEPS as u64).with_style(style);
    let watched = Observed::new(GradientDescent::auto().steps(STEPS), |seen| {
        bar.set_position(seen.step as u64);
        bar.set_message(format!("|F| = {:.2e}", seen.residual));
        ControlFlow::Continue(())
    });
    let inner = problem.solve(&start, &y, &watched)?;
    bar.finish_and_clear();
    println!("\n {STEPS} steps of gradient descent: |F| = {:.2e}, {:.1} s", inner.residual, clock.elapsed().as_secs_f64());

    let clock = Instant::now();
    let at = problem.at(&inner.x, &y)?;
    println!(" training loss with its penalty {:.4}, validation loss {:.4}", at.f(), at.g());
    println!(" (x = 0 gives every class the same probability, and the loss ln {CLASSES} = {:.4})", (CLASSES as f64).ln());
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

/// The command line.
#[derive(Default)]
struct Options {
    directory: Option<PathBuf>,
    tune: bool,
    quick: bool,
    /// Of the generated texts.
    seed: u64,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let usage = "usage: sparse_multinomial [--data DIR] [--tune] [--quick] [--seed K]";
    let (mut options, mut words) = (Options::default(), std::env::args().skip(1));
    while let Some(word) = words.next() {
        match word.as_str() {
            "--data" => options.directory = Some(words.next().ok_or(usage)?.into()),
            "--seed" => options.seed = words.next().ok_or(usage)?.parse()?,
            "--tune" => options.tune = true,
            "--quick" => options.quick = true,
            _ => return Err(usage.into()),
        }
    }
    Ok(options)
}
