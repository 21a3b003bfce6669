//! One-step differentiation (Bolte, Pauwels, Vaiter 2023, sections 3 and 4): how exact it is beside iterative and
//! implicit differentiation (Fig. 2, weighted ridge regression by gradient descent), what it costs (Fig. 3, logistic
//! regression by Newton's method; the table of costs).
//!
//! ```text
//! cargo run --release --example one_step -- [--data DIR] [--seed K] [--quick] [--pictures DIR]
//! ```
//!
//! `--data` names a directory with `cpusmall_scale.libsvm.txt`; without it rows of the same form are generated.
//! `docs/experiments.md` has the numbers. Fig. 4, interior-point methods, is the example `quadratic_programs`.

mod costs;
mod data;
mod newton;
#[path = "../grazzi/plot.rs"]
mod plot;
mod problem;
mod ridge;
#[path = "../shared/style.rs"]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

/// What the command line asks for.
pub struct Options {
    data: Option<PathBuf>,
    seed: u64,
    quick: bool,
    pictures: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    for run in [ridge::run, costs::run, newton::run] {
        let clock = Instant::now();
        run(&options)?;
        println!(" {:.1} s", clock.elapsed().as_secs_f64());
    }
    Ok(())
}

fn options() -> Result<Options, Box<dyn Error>> {
    let usage = "usage: one_step [--data DIR] [--seed K] [--quick] [--pictures DIR]";
    let pictures = PathBuf::from("target/hypergrad-one-step");
    let (mut options, mut words) = (Options { data: None, seed: 0, quick: false, pictures }, std::env::args().skip(1));
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(usage);
        match word.as_str() {
            "--data" => options.data = Some(value()?.into()),
            "--seed" => options.seed = value()?.parse()?,
            "--pictures" => options.pictures = value()?.into(),
            "--quick" => options.quick = true,
            _ => return Err(usage.into()),
        }
    }
    Ok(options)
}
