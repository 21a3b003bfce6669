//! The Auto MPG data: one ridge weight per feature, tuned by hypergradient descent.
//!
//! ```text
//! cargo run --release --example ridge [directory of the pictures]
//! ```
//!
//! What is printed, in this order: the problem, its derived formulas, what was proved; losses beside
//! two baselines; the weights; the hypergradient beside differences; every estimator, predicted
//! and measured; a run whose inner problem is hardly solved; a failure. `problem.rs` is the part
//! that a user writes.

mod agreement;
#[path = "../shared/cars.rs"]
mod cars;
mod data;
mod estimators;
mod failure;
mod loose;
#[path = "../shared/pictures.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod pictures;
mod plot;
mod problem;
mod report;
#[path = "../shared/style.rs"]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;
mod tune;

use std::error::Error;
use std::time::Instant;

use hypergrad::estimator::{Ift, Preconditioned};
use nalgebra::DVector;

use crate::cars::Cars;
use crate::problem::Ridge;

/// The split that is shown.
const SEED: u64 = 0;
/// Splits that are only counted.
const OTHER_SPLITS: u64 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let cars = Cars::read()?;
    let (split, n) = (cars.split(SEED), cars.features.len());
    let data = split.data();
    let problem = Ridge::new(&data)?;
    let y0 = DVector::zeros(n);

    report::problem(&cars);
    report::derivation();

    let bar = tune::progress(tune::STEPS)?;
    let choices = tune::choices(&problem, n, &bar)?;
    bar.finish();
    report::losses(&split, &choices);
    report::other_splits(&cars, OTHER_SPLITS)?;
    report::weights(&cars.features, &choices);

    report::agreement(&cars.features, &agreement::entries(&problem, &y0)?);
    let measured = estimators::measure(&problem, &y0)?;
    report::estimators(&measured);

    let plain = loose::run(&problem, n, &Ift::new())?;
    let corrected = loose::run(&problem, n, &Preconditioned::newton())?;
    report::loose(&plain, &corrected);
    report::heading("A forced failure: the first column twice, and no penalty");
    failure::show(&split)?;

    let folder = pictures::folder("ridge");
    std::fs::create_dir_all(&folder)?;
    plot::errors(&folder.join("errors.svg"), &measured)?;
    plot::loose(&folder.join("loose.svg"), &plain, &corrected)?;
    plot::weights(&folder.join("weights.svg"), &cars.features, &choices.tuned.y, choices.common.y[0].exp())?;
    report::heading("Pictures");
    println!(" {}: errors.svg, loose.svg, weights.svg", folder.display());
    println!(" everything above took {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}
