//! The experiments of Grazzi, Franceschi, Pontil and Salzo, "On the iteration complexity of hypergradient
//! computation" (2020): Fig. 1, Table 1 (Parkinsons), Table 2 (distilled images), Fig. 2 (equilibrium models).
//!
//! ```text
//! cargo run --release --example grazzi -- [figure1|parkinsons|distillation|equilibrium] [--data DIR] [--seed K] [--quick] [--pictures DIR]
//! ```
//!
//! `docs/experiments.md` says what the paper reports and what was found here. `--data` names a directory with
//! `parkinsons.data` and the folders `fashion-mnist` and `mnist`; without it data of the same form are
//! generated. `--quick` takes smaller sizes and fewer steps.

mod data;
mod distillation;
mod equilibrium;
mod figure1;
mod methods;
mod options;
mod parkinsons;
mod plot;
mod problem;
#[path = "../shared/style.rs"]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::time::Instant;

use crate::options::{Experiment, Options};

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    for experiment in &options.experiments {
        let clock = Instant::now();
        match experiment {
            Experiment::Figure1 => figure1::run(&options)?,
            Experiment::Parkinsons => parkinsons::run(&options)?,
            Experiment::Distillation => distillation::run(&options)?,
            Experiment::Equilibrium => equilibrium::run(&options)?,
        }
        println!(" {:.1} s", clock.elapsed().as_secs_f64());
    }
    Ok(())
}
