//! The emitted products beside the same by hand: medians of alternating runs.

use std::error::Error;
use std::hint::black_box;

use cpu_time::ThreadTime;
use nalgebra::{DMatrix, DVector};

use crate::by_hand::{self, ByHand};
use crate::problem::multinomial::{Data, Problem};
use crate::table::Table;

/// Runs of each.
const RUNS: usize = 15;

/// Milliseconds of processor time of one call: others may use the machine.
fn milliseconds<T>(call: impl FnOnce() -> T) -> f64 {
    let clock = ThreadTime::now();
    black_box(call());
    clock.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What a product gives.
type Values = Result<DMatrix<f64>, String>;

fn column(v: DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_column_slice(v.len(), 1, v.as_slice())
}

/// The largest difference, relative to the largest entry.
fn apart(found: DMatrix<f64>, expected: &DMatrix<f64>) -> f64 {
    (found - expected).amax() / expected.amax()
}

/// A table of medians, and how far the results are apart.
pub fn compare(problem: &Problem<&Data>, data: &Data, y: &DVector<f64>) -> Result<(), Box<dyn Error>> {
    let (p, c) = (data.a_tr.ncols(), data.labels_tr.ncols());
    let entries = |slope: f64| DMatrix::from_fn(p, c, |j, k| (slope * (j + 7 * k) as f64).sin());
    let (x, u) = (entries(0.3), entries(0.7));
    let held = problem.fix(y)?;
    let (at, hand) = (problem.at(&x, y)?, ByHand::at(data, &x, y));
    let weights = by_hand::weights(&x, y);
    let fresh = || held.at(&x).map_err(|error| error.to_string());
    let mut table = Table::new(["milliseconds, median of 15", "emitted", "by hand", "ratio", "apart"]);
    let mut row = |name: &str, emitted: &dyn Fn() -> Values, by_hand: &dyn Fn() -> Values| {
        let (ours, theirs): (Vec<f64>, Vec<f64>) = (0..RUNS).map(|_| (milliseconds(emitted), milliseconds(by_hand))).unzip();
        let (ours, theirs) = (median(ours), median(theirs));
        let apart = apart(emitted()?, &by_hand()?);
        let [a, b, c] = [ours, theirs, ours / theirs].map(|time| format!("{time:.2}"));
        table.row([name.to_owned(), a, b, c, format!("{apart:.0e}")]);
        Ok::<(), String>(())
    };
    row("F at a new x", &|| Ok(fresh()?.F()), &|| Ok(by_hand::residual(data, &x, &weights)))?;
    row("F_1 u", &|| Ok(at.F_1_mul(&u)), &|| Ok(hand.f_1_mul(&u)))?;
    row("F_2ᵀ s", &|| Ok(column(at.F_2_tr_mul(&u))), &|| Ok(column(hand.f_2_tr_mul(&u))))?;
    row("g_1 at a new x", &|| Ok(fresh()?.g_1()), &|| Ok(by_hand::g_1(data, &x)))?;
    println!("{table}");
    Ok(())
}

/// The most that this process has held, in megabytes, where the system says so.
pub fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1024.0)
}
