//! The table of costs: time and memory of one derivative of k steps of gradient descent, beside the steps alone.

use std::error::Error;

use cpu_time::ProcessTime;
use hypergrad::EstimatorError;
use hypergrad::estimator::{Estimator, Ift, OneStep, Unrolled, hypergradient};
use hypergrad::solver::{GradientDescent, solve};
use nalgebra::DVector;

use crate::Options;
use crate::data::{generator, rows};
use crate::problem::ridge::{Data, Problem};
use crate::table::Table;

type Vector = DVector<f64>;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let (count, k) = if options.quick { (500, 100) } else { (8192, 1000) };
    let (a, b) = rows(options.data.as_deref(), &mut generator(options.seed), count)?;
    let (count, n) = a.shape();
    let largest = (a.tr_mul(&a) / count as f64).symmetric_eigenvalues().max();
    let problem = Problem::new(Data { a, b, penalty: 0.01, c: DVector::from_element(n, 1.0) })?;
    let (zero, y) = (DVector::zeros(n), DVector::from_element(count, 1.0 / count as f64));
    let map = GradientDescent::new(1.0 / (largest + 0.01));
    println!("\nBolte et al., costs: {k} steps of gradient descent, n = {n}, m = {count}; one hypergradient\n");
    let mut table = Table::new(["", "processor, ms", "times the run", "kB at most"]);
    let (run, alone) = measured(|| solve(&problem, &zero, &y, &map.steps(k)).map(|_| ()).map_err(Into::into))?;
    table.row(["no derivative".to_owned(), format!("{run:.2}"), "1.00".to_owned(), kilobytes(alone)]);
    let x = solve(&problem, &zero, &y, &map.steps(k))?.x;
    let mut add =
        |name: &str, derivative: &dyn Fn() -> Result<(), Box<dyn Error>>, with_run: bool| -> Result<(), Box<dyn Error>> {
            let (time, memory) = measured(derivative)?;
            let time = if with_run { time } else { time + run };
            table.row([name.to_owned(), format!("{time:.2}"), format!("{:.2}", time / run), kilobytes(memory)]);
            Ok(())
        };
    add("iterative, reverse", &|| estimate(&problem, &zero, &y, &Unrolled::reverse(map, k)), true)?;
    add("iterative, √k checkpoints", &|| estimate(&problem, &zero, &y, &Unrolled::reverse(map, k).few_checkpoints()), true)?;
    add("implicit, by a factorisation", &|| estimate(&problem, &x, &y, &Ift::new().error_estimate(false)), false)?;
    add("one step", &|| estimate(&problem, &x, &y, &OneStep::new(map)), false)?;
    print!("{table}");
    // Forward: a column of dx/dy for every weight.
    let few = if options.quick { 5 } else { 10 };
    let (time, memory) = measured(|| estimate(&problem, &zero, &y, &Unrolled::forward(map, few)))?;
    println!(" forward, {few} steps alone: {time:.1} ms, {} kB", kilobytes(memory));
    Ok(())
}

fn estimate<E: Estimator<Problem<Data>>>(
    problem: &Problem<Data>,
    x: &Vector,
    y: &Vector,
    estimator: &E,
) -> Result<(), Box<dyn Error>> {
    hypergradient(problem, x, y, estimator).map(|_| ()).map_err(|error: EstimatorError| error.into())
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e3)
}

/// The median milliseconds of five runs, and the most memory that one holds at a time.
fn measured(run: impl Fn() -> Result<(), Box<dyn Error>>) -> Result<(f64, u64), Box<dyn Error>> {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..5 {
        let clock = ProcessTime::now();
        let mut result = Ok(());
        bytes = allocation_counter::measure(|| result = run()).bytes_max;
        result?;
        times.push(1e3 * clock.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((times[times.len() / 2], bytes))
}
