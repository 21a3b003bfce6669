//! Table 1: logistic regression with one penalty per feature on the Parkinsons data. The penalties are chosen by
//! gradient descent on the validation loss, with hypergradients of several methods.

use std::error::Error;
use std::ops::ControlFlow;

use hypergrad::estimator::{Estimator, Ift};
use hypergrad::linear::ConjugateGradient;
use hypergrad::outer::{self, Descent, Observation};
use hypergrad::solver::{self, InnerSolver, Newton};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::{DMatrix, DVector};

use crate::data::{self, Rows, generator, shuffled};
use crate::methods::{Descending, Neumann};
use crate::options::Options;
use crate::problem::logistic::{Data, Problem};
use crate::table::Table;

/// Rows to fit, to choose the penalties by, to judge.
struct Parts {
    problem: Problem<Data>,
    test: DMatrix<f64>,
    training: DMatrix<f64>,
    rows: [usize; 3],
}

/// What a method reaches.
struct Reached {
    validation_loss: f64,
    test_accuracy: f64,
}

/// The step of the outer descent, on means over the validation rows.
const OUTER_STEP: f64 = 0.5;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let random = &mut generator(options.seed);
    let (rows, origin) = match &options.data {
        Some(directory) => (data::parkinsons(directory)?, "parkinsons.data"),
        None => (data::like_parkinsons(random), "generated rows (--data DIR reads parkinsons.data)"),
    };
    let parts = split(&rows, &shuffled(random, rows.labels.len()))?;
    let outer = if options.quick { 50 } else { 1000 };
    println!(
        "\nGrazzi et al., Table 1: {origin}; {:?} rows x {} features; {outer} outer steps",
        parts.rows,
        parts.training.ncols()
    );
    let mut table =
        Table::new(["", "validation loss", "test accuracy", "(t = 100)", "validation loss", "test accuracy", "(t = 150)"]);
    let bar = ProgressBar::new(8).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    for name in ["CG, k = t", "CG, k = 10", "FP, k = t", "FP, k = 10"] {
        let mut cells = vec![name.to_owned()];
        for t in [100, 150] {
            bar.set_message(format!("{name}, t = {t}"));
            let reached = tune(&parts, name, t, outer)?;
            cells.extend([
                format!("{:.4}", reached.validation_loss),
                format!("{:.1} %", 100.0 * reached.test_accuracy),
                String::new(),
            ]);
            bar.inc(1);
        }
        table.row::<7>(cells.try_into().map_err(|_| "seven cells")?);
    }
    bar.finish_and_clear();
    print!("\n{table}");
    Ok(())
}

/// Thirds; features to mean 0 and deviation 1 over the rows to fit.
fn split(rows: &Rows, order: &[usize]) -> Result<Parts, Box<dyn Error>> {
    let third = order.len() / 3;
    let of = |places: &[usize]| rows.features.select_rows(places);
    let fitted = of(&order[..third]);
    let scales: Vec<(f64, f64)> =
        fitted.column_iter().map(|c| (c.mean(), c.variance().sqrt())).map(|(m, d)| (m, if d > 0.0 { d } else { 1.0 })).collect();
    let part = |places: &[usize]| {
        let features = of(places);
        DMatrix::from_fn(features.nrows(), features.ncols() + 1, |i, j| {
            // The last column is the constant 1.
            let value = scales.get(j).map_or(1.0, |(mean, deviation)| (features[(i, j)] - mean) / deviation);
            rows.labels[places[i]] * value
        })
    };
    let (training, validation, test) = (part(&order[..third]), part(&order[third..2 * third]), part(&order[2 * third..]));
    let rows = [training.nrows(), validation.nrows(), test.nrows()];
    Ok(Parts { problem: Problem::new(Data { training: training.clone(), validation })?, test, training, rows })
}

/// Chooses y from 0 with one method.
fn tune(parts: &Parts, method: &str, t: usize, outer: usize) -> Result<Reached, Box<dyn Error>> {
    let squared = parts.training.tr_mul(&parts.training).symmetric_eigenvalues().max();
    // 1/L: the Hessian is at most XᵀX/4 and the penalties.
    let length = move |y: &[f64]| 1.0 / (0.25 * squared + y.iter().copied().fold(f64::NEG_INFINITY, f64::max).exp());
    let solver = Descending { length, steps: t, from_zero: true };
    let y = match method {
        "CG, k = t" => descend(parts, outer, &solver, &Ift::with(ConjugateGradient::new().steps(t)).error_estimate(false))?,
        "CG, k = 10" => descend(parts, outer, &solver, &Ift::with(ConjugateGradient::new().steps(10)).error_estimate(false))?,
        "FP, k = t" => descend(parts, outer, &solver, &Ift::with(Neumann { length, steps: t }).error_estimate(false))?,
        _ => descend(parts, outer, &solver, &Ift::with(Neumann { length, steps: 10 }).error_estimate(false))?,
    };
    // Judged at the exact minimiser.
    let x = solver::solve(&parts.problem, &DVector::zeros(y.len()), &y, &Newton::new())?.x;
    let validation_loss = parts.problem.at(&x, &y)?.g() / parts.rows[1] as f64;
    let right = (&parts.test * &x).iter().filter(|margin| **margin > 0.0).count();
    Ok(Reached { validation_loss, test_accuracy: right as f64 / parts.test.nrows() as f64 })
}

fn descend(
    parts: &Parts,
    outer: usize,
    solver: &impl InnerSolver<Problem<Data>>,
    estimator: &impl Estimator<Problem<Data>>,
) -> Result<DVector<f64>, Box<dyn Error>> {
    let zero = DVector::<f64>::zeros(parts.training.ncols());
    let descent = Descent::gradient(OUTER_STEP / parts.rows[1] as f64).steps(outer);
    let go_on = |_: &Observation<'_, f64>| ControlFlow::Continue(());
    Ok(outer::minimize(&parts.problem, &zero, &zero, &descent, solver, estimator, go_on)?.last.y)
}
