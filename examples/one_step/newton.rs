//! Fig. 3, left: the time of Newton's method for logistic regression with and without derivatives by the weights of
//! the samples. The right half, interior-point methods, is in the example `quadratic_programs`.

use std::error::Error;

use cpu_time::ProcessTime;
use hypergrad::estimator::{self, Estimator, Ift, OneStep, Unrolled};
use hypergrad::solver::{self, Newton};
use nalgebra::{DMatrix, DVector};

use crate::Options;
use crate::data::{generator, normal};
use crate::problem::logistic::{Data, Problem};
use crate::table::{Table, short};

/// Newton's method stops at this `|F|`.
const TOLERANCE: f64 = 1e-10;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let sizes: &[usize] = if options.quick { &[10, 50] } else { &[10, 50, 100, 200, 400] };
    println!(
        "\nBolte et al., Fig. 3: Newton's method for logistic regression, n features and 5n samples; processor time in milliseconds\n"
    );
    let mut table =
        Table::new(["n", "steps", "none", "one step", "implicit", "iterative", "error: one step", "implicit", "iterative"]);
    for &n in sizes {
        table.row(measure(n, options.seed)?);
    }
    print!("{table}");
    Ok(())
}

fn measure(n: usize, seed: u64) -> Result<[String; 9], Box<dyn Error>> {
    let (random, rows) = (&mut generator(seed), 5 * n);
    let direction = DVector::from_fn(n, |_, _| normal(random));
    let mut a = DMatrix::from_fn(rows, n, |_, _| normal(random) / (n as f64).sqrt());
    for mut row in a.row_iter_mut() {
        let label = if row.transpose().dot(&direction) + 0.5 * normal(random) > 0.0 { 1.0 } else { -1.0 };
        row *= label;
    }
    let problem = Problem::new(Data { a, penalty: 1.0 / rows as f64, c: direction })?;
    let (zero, y) = (DVector::zeros(n), DVector::from_element(rows, 1.0 / rows as f64));
    let newton = Newton::new().tolerance(TOLERANCE);
    let (found, none) = timed(|| Ok(solver::solve(&problem, &zero, &y, &newton)?))?;
    let steps = found.steps;
    // The iterate before the last: one more step of Newton's method is the last one, which is differentiated.
    let before = solver::solve(&problem, &zero, &y, &Newton::new().steps(steps - 1))?.x;
    let root = solver::solve(&problem, &zero, &y, &Newton::new().tolerance(1e-14).max_steps(60))?.x;
    let exact = gradient(&problem, &root, &y, &Ift::new())?;
    let error = |found: &DVector<f64>| short((found - &exact).norm() / exact.norm());
    let (one, one_time) = timed(|| gradient(&problem, &before, &y, &OneStep::new(Newton::new())))?;
    let (implicit, implicit_time) = timed(|| gradient(&problem, &found.x, &y, &Ift::new().error_estimate(false)))?;
    let (iterative, iterative_time) = timed(|| gradient(&problem, &zero, &y, &Unrolled::reverse(Newton::new(), steps)))?;
    let ms = |time: f64| format!("{time:.2}");
    Ok([
        n.to_string(),
        steps.to_string(),
        ms(none),
        // The run up to the last step, and its derivative.
        ms(none + one_time),
        ms(none + implicit_time),
        ms(iterative_time),
        error(&one),
        error(&implicit),
        error(&iterative),
    ])
}

fn gradient(
    problem: &Problem<Data>,
    x: &DVector<f64>,
    y: &DVector<f64>,
    estimator: &impl Estimator<Problem<Data>>,
) -> Result<DVector<f64>, Box<dyn Error>> {
    Ok(estimator::hypergradient(problem, x, y, estimator)?.gradient)
}

/// A result, and the median milliseconds of five runs.
fn timed<T>(run: impl Fn() -> Result<T, Box<dyn Error>>) -> Result<(T, f64), Box<dyn Error>> {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..5 {
        let clock = ProcessTime::now();
        last = Some(run()?);
        times.push(1e3 * clock.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((last.ok_or("no run")?, times[times.len() / 2]))
}
