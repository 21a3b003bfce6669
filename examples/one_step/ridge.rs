//! Fig. 2: errors of the iterates of gradient descent and of three derivatives of them, against the number of steps,
//! for two conditions and two lengths of steps.

use std::error::Error;

use hypergrad::estimator::{self, Estimator, Ift, OneStep, Unrolled};
use hypergrad::solver::{self, GradientDescent, Newton};
use nalgebra::{DMatrix, DVector};

use crate::Options;
use crate::data::{ROWS, generator, rows};
use crate::plot::{self, Line, Panel};
use crate::problem::ridge::{Data, Problem};
use crate::table::{Table, short};

/// The curves.
const NAMES: [&str; 4] = ["iterates", "iterative", "implicit", "one step"];

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let count = if options.quick { 500 } else { ROWS };
    let (a, b) = rows(options.data.as_deref(), &mut generator(options.seed), count)?;
    let origin = if options.data.is_some() { "cpusmall" } else { "generated rows (--data DIR reads cpusmall)" };
    println!("\nBolte et al., Fig. 2: weighted ridge regression, {origin}, {} rows x {} features", a.nrows(), a.ncols());
    let mut panels = Vec::new();
    let mut cases = [100.0, 1000.0].map(|condition| penalty(&a, condition)).to_vec();
    // Where no penalty is needed for either, they are one.
    cases.dedup();
    for (penalty, condition) in cases {
        let data = Data { a: a.clone(), b: b.clone(), penalty, c: DVector::zeros(a.ncols()) };
        for (name, wide) in [("1/L", false), ("2/(L + μ)", true)] {
            let steps: Vec<usize> = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
                .into_iter()
                .filter(|&k| !options.quick || k <= 200)
                .collect();
            let errors = measure(&data, wide, &steps)?;
            println!("\n condition {condition:.0}, step {name}: relative errors\n");
            let header: Vec<String> = steps.iter().map(|k| format!("k = {k}")).collect();
            let places = [0, steps.len() / 3, 2 * steps.len() / 3, steps.len() - 1];
            let [h0, h1, h2, h3] = places.map(|place| header[place].as_str());
            let mut table = Table::new(["", h0, h1, h2, h3]);
            for (m, name) in NAMES.iter().enumerate() {
                let [e0, e1, e2, e3] = places.map(|place| short(errors[place][m]));
                table.row([(*name).to_owned(), e0, e1, e2, e3]);
            }
            print!("{table}");
            let line = |m: usize| {
                let points = steps.iter().map(|&k| (k as f64).log10()).zip(errors.iter().map(|errors| errors[m])).collect();
                Line { name: NAMES[m].to_owned(), points }
            };
            let lines = (0..NAMES.len()).map(line).collect();
            panels.push(Panel {
                title: format!("κ = {condition:.0}, step {name}"),
                axes: ["log10 of steps", "relative error"],
                lines,
            });
        }
    }
    plot::draw(&options.pictures.join("figure2.svg"), &panels)
}

/// The λ with which `AᵀA/N + λ` has this condition, and the condition; λ = 0 where it is less without.
fn penalty(a: &DMatrix<f64>, condition: f64) -> (f64, f64) {
    let values = (a.tr_mul(a) / a.nrows() as f64).symmetric_eigenvalues();
    let penalty = f64::max((values.max() - condition * values.min()) / (condition - 1.0), 0.0);
    (penalty, (values.max() + penalty) / (values.min() + penalty))
}

/// Errors of the iterates and of `dx/dy`, Frobenius, after so many steps from 0, at equal weights 1/N.
fn measure(data: &Data, wide: bool, steps: &[usize]) -> Result<Vec<[f64; NAMES.len()]>, Box<dyn Error>> {
    let (rows, n) = data.a.shape();
    let y = DVector::from_element(rows, 1.0 / rows as f64);
    // One problem for each entry of x: Ω is a column of (dx*/dy)ᵀ.
    let unit = |i: usize| Data { c: DVector::from_fn(n, |j, _| if i == j { 1.0 } else { 0.0 }), ..data.clone() };
    let problems = (0..n).map(|i| Problem::new(unit(i))).collect::<Result<Vec<_>, _>>()?;
    let zero = DVector::zeros(n);
    let root = solver::solve(&problems[0], &zero, &y, &Newton::new().tolerance(1e-13))?.x;
    let values = problems[0].at(&root, &y)?.F_1().symmetric_eigenvalues();
    let step = if wide { 2.0 / (values.max() + values.min()) } else { 1.0 / values.max() };
    let map = GradientDescent::new(step);
    let exact = jacobian(&problems, &root, &y, &Ift::new().error_estimate(false))?;
    let error = |found: DMatrix<f64>| (found - &exact).norm() / exact.norm();
    let mut out = Vec::new();
    for &k in steps {
        let before = solver::solve(&problems[0], &zero, &y, &map.steps(k - 1))?.x;
        let last = solver::solve(&problems[0], &before, &y, &map.steps(1))?.x;
        out.push([
            (&last - &root).norm() / root.norm(),
            error(jacobian(&problems, &zero, &y, &Unrolled::reverse(map, k))?),
            error(jacobian(&problems, &last, &y, &Ift::new().error_estimate(false))?),
            error(jacobian(&problems, &before, &y, &OneStep::new(map))?),
        ]);
    }
    Ok(out)
}

/// A column per problem.
fn jacobian(
    problems: &[Problem<Data>],
    x: &DVector<f64>,
    y: &DVector<f64>,
    estimator: &impl Estimator<Problem<Data>>,
) -> Result<DMatrix<f64>, Box<dyn Error>> {
    let columns = problems.iter().map(|problem| Ok(estimator::hypergradient(problem, x, y, estimator)?.gradient));
    Ok(DMatrix::from_columns(&columns.collect::<Result<Vec<_>, hypergrad::EstimatorError>>()?))
}
