//! A service that answers from a stale root: a curve of interest rates, calibrated to quotes that move.
//!
//! ```text
//! cargo run --release --example curve_service [directory of the pictures]
//! ```
//!
//! A desk holds a portfolio and is asked for its risk, the derivative of its value by each quote, at every tick. Zero
//! rates x solve `F(x, y) = 0` for quotes y, and the risk is the hypergradient. To calibrate at every tick is exact;
//! between calibrations x is stale, `Ω` is wrong by about `C_y |x − x*|`, and the error estimate knows by how much
//! without calibrating: the desk calibrates where that is more than it accepts.

mod desk;
mod market;
#[path = "../shared/pictures.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod pictures;
mod plot;
mod problem;
#[path = "../shared/style.rs"]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::time::Duration;

use hypergrad::estimator::{Estimator, Ift, Tangent};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::desk::{Desk, Policy, exact};
use crate::market::{MATURITIES, Quotes};
use crate::problem::{Curve, curve};
use crate::table::{Table, percent};

/// Draws the portfolio and the quotes.
const SEED: u64 = 7;
/// Of a day.
const TICKS: usize = 2000;
/// The error of the risk that is accepted, as a share of the risk.
const LIMIT: f64 = 1e-3;

/// What came of a policy.
struct Day {
    ticks: Vec<plot::Tick>,
    calibrations: usize,
    took: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = market::data(&mut ChaCha8Rng::seed_from_u64(SEED));
    let bar = ProgressBar::new(4 * TICKS as u64);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} ticks")?);
    let never = Policy::Above(f64::INFINITY);
    let days = [
        ("calibrate at every tick", run(&data, Ift::new(), Policy::Always, &bar)?),
        ("once a day, Ω", run(&data, Ift::new(), never, &bar)?),
        ("once a day, Tangent", run(&data, Tangent::new(), never, &bar)?),
        ("where the estimate of Ω says so", run(&data, Ift::new(), Policy::Above(LIMIT), &bar)?),
    ];
    bar.finish_and_clear();
    report(&data, &days)?;
    let folder = pictures::folder("curve-service");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("risk.svg");
    plot::picture(&path, &days[3].1.ticks, LIMIT)?;
    println!(" {}", path.display());
    Ok(())
}

/// One day under a policy.
fn run<'d, E>(data: &'d curve::Data, estimator: E, policy: Policy, bar: &ProgressBar) -> Result<Day, Box<dyn Error>>
where
    E: Estimator<Curve<'d>>,
{
    let truth = Curve::new(data)?;
    let mut quotes = Quotes::new(SEED);
    let mut desk = Desk::open(Curve::new(data)?, quotes.now(), estimator, policy)?;
    let mut day = Day { ticks: Vec::with_capacity(TICKS), calibrations: 0, took: Duration::ZERO };
    for _ in 0..TICKS {
        let now = quotes.tick();
        let answer = desk.answer(now)?;
        let risk = exact(&truth, now)?;
        day.ticks.push(((answer.risk - &risk).norm() / risk.norm(), answer.doubt));
        day.took += answer.took;
        bar.inc(1);
    }
    day.calibrations = desk.calibrations;
    Ok(day)
}

fn report(data: &curve::Data, days: &[(&str, Day)]) -> Result<(), Box<dyn Error>> {
    let problem = Curve::new(data)?;
    let quotes = Quotes::new(SEED);
    let risk: DVector<f64> = exact(&problem, quotes.now())?;
    println!(" {} swaps, {} cash flows. Value per basis point of each quote:\n", MATURITIES.len(), data.cash.len());
    for (years, risk) in MATURITIES.iter().zip(&risk) {
        println!(" {years:>6} years {:>12.2}", risk * market::BASIS_POINT);
    }
    println!();
    let header = ["the curve is calibrated", "calibrations", "mean time", "mean error", "greatest error", "estimate / error"];
    let mut table = Table::new(header);
    for (name, day) in days {
        let errors = || day.ticks.iter().map(|tick| tick.0);
        let mean = errors().sum::<f64>() / TICKS as f64;
        let greatest = errors().fold(0.0, f64::max);
        table.row([
            (*name).to_owned(),
            day.calibrations.to_string(),
            format!("{:.1} µs", 1e6 * day.took.as_secs_f64() / TICKS as f64),
            share(mean),
            share(greatest),
            ratio(&day.ticks),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// An error as a share of the risk.
fn share(error: f64) -> String {
    if error < 1e-9 { "rounding".to_owned() } else { percent_of(error) }
}

fn percent_of(error: f64) -> String {
    if error < 1e-3 { format!("{:.4} %", 100.0 * error) } else { percent(error) }
}

/// Between which factors the estimate was right, where there was an error.
fn ratio(ticks: &[plot::Tick]) -> String {
    let ratios = || ticks.iter().filter(|tick| tick.0 > 1e-6).map(|tick| tick.1 / tick.0);
    let (least, greatest) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
    if greatest == 0.0 { "-".to_owned() } else { format!("{least:.2} to {greatest:.2}") }
}
