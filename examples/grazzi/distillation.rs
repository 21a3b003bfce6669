//! Table 2, training images: ten images, one per class, such that a softmax classifier trained on them alone
//! does well on Fashion-MNIST. x has 7,840 entries: nothing of size n x n is formed.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use cpu_time::ProcessTime;
use hypergrad::estimator::{Estimator, Ift};
use hypergrad::linear::ConjugateGradient;
use hypergrad::outer::{self, Descent};
use hypergrad::problem::Bilevel;
use hypergrad::solver::{self, GradientDescent};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::DMatrix;

use crate::data::{self, Images, generator};
use crate::methods::Descending;
use crate::options::Options;
use crate::problem::images::{Data, Problem};
use crate::table::{Table, short};

/// The penalty of the classifier.
const BETA: f64 = 0.05;
/// The step of Adam on the images.
const OUTER_STEP: f64 = 0.02;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let random = &mut generator(options.seed);
    let (count, test_count) = if options.quick { (500, 500) } else { (6000, 10_000) };
    let (training, test, origin) = match &options.data {
        Some(directory) => {
            let directory = directory.join("fashion-mnist");
            let read = |part, count| data::images(&directory, part, count);
            (read("train", count)?, read("t10k", test_count)?, "Fashion-MNIST")
        }
        None => (data::like_images(random, count), data::like_images(random, test_count), "generated images (--data DIR)"),
    };
    let problem = Problem::new(Data { images: training.pixels.clone(), labels: training.one_hot(), beta: BETA })?;
    println!("\nGrazzi et al., Table 2, training images: {origin}, {count} images to choose by, {} to judge", test.classes.len());
    cost(&problem, &training)?;

    let outer = if options.quick { 10 } else { 150 };
    let mut table = Table::new(["", "validation loss", "test accuracy", "|F|", "steps of CG per Ω", "seconds per outer step"]);
    let bar = ProgressBar::new(4 * outer).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    let by = |linear| Ift::with(linear).error_estimate(false);
    let tolerance = ConjugateGradient::new().gradient_tolerance(1e-4);
    for (name, estimator) in [
        ("CG, k = 10", by(ConjugateGradient::new().steps(10))),
        ("CG, k = 100", by(ConjugateGradient::new().steps(100))),
        ("CG, error of Ω below 1e-4", by(tolerance)),
        ("the same, v from the step before", by(tolerance).warm_start(true)),
    ] {
        bar.set_message(name);
        let clock = Instant::now();
        let found = distil(&problem, &training, &estimator, outer, || bar.inc(1))?;
        let seconds = clock.elapsed().as_secs_f64() / outer as f64;
        table.row([
            name.to_owned(),
            format!("{:.4}", found.loss),
            format!("{:.1} %", 100.0 * accuracy(&found.x, &test)),
            short(found.residual),
            format!("{:.0}", found.iterations as f64 / outer as f64),
            format!("{seconds:.3}"),
        ]);
    }
    bar.finish_and_clear();
    print!("\n{table}");
    Ok(())
}

/// The first image of every class.
fn first_of_each(images: &Images) -> DMatrix<f64> {
    let place = |class: usize| images.classes.iter().position(|&c| c == class).unwrap_or(class);
    DMatrix::from_fn(10, images.pixels.ncols(), |k, j| images.pixels[(place(k), j)])
}

/// `1/L` for gradient descent: the Hessian of the softmax loss is at most `½ YᵀY / 10`.
fn step(y: &DMatrix<f64>) -> f64 {
    let squared = (y * y.transpose()).symmetric_eigenvalues().max();
    1.0 / (0.05 * squared + BETA)
}

/// What Ω costs, in evaluations of F: by steps of CG, counted and timed, with kept storage.
fn cost(problem: &Problem<Data>, training: &Images) -> Result<(), Box<dyn Error>> {
    let y = first_of_each(training);
    let start = DMatrix::zeros(training.pixels.ncols(), 10);
    let x = solver::solve(problem, &start, &y, &GradientDescent::new(step(&y)).steps(100))?.x;
    let mut work = problem.work(&x, &y)?;
    let mut out = vec![0.0; x.len()];
    let evaluation = seconds(|| {
        problem.set_x(&mut work, x.as_slice());
        problem.residual(&mut work, &mut out);
        Ok(())
    })?;
    let outer = seconds(|| {
        problem.set_x(&mut work, x.as_slice());
        problem.g_1(&mut work, &mut out);
        Ok(())
    })?;
    println!(
        " n = {}: F takes {:.3} ms of the processor, g_1 {:.2} ms. One Ω without g_1:",
        x.len(),
        1e3 * evaluation,
        1e3 * outer
    );
    let mut table = Table::new(["residual of v", "steps of CG", "ms", "evaluations of F"]);
    for tolerance in [1e-4, 1e-6, 1e-8] {
        let estimator = Ift::with(ConjugateGradient::new().tolerance(tolerance)).error_estimate(false);
        let mut kept = estimator.workspace(problem, &work)?;
        let (mut gradient, mut steps) = (vec![0.0; y.len()], 0);
        let whole = seconds(|| {
            problem.set_x(&mut work, x.as_slice());
            steps = estimator.estimate(problem, &mut work, &mut kept, &mut gradient)?.linear_iterations;
            Ok(())
        })?;
        let alone = whole - outer;
        let evaluations = format!("{:.0}", alone / evaluation);
        table.row([format!("{tolerance:.0e}"), steps.to_string(), format!("{:.2}", 1e3 * alone), evaluations]);
    }
    println!("\n{table}");
    Ok(())
}

/// The median processor time of some runs.
fn seconds(mut run: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..15 {
        let clock = ProcessTime::now();
        run()?;
        times.push(clock.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// Where the outer descent ends.
struct Distilled {
    x: DMatrix<f64>,
    loss: f64,
    residual: f64,
    iterations: usize,
}

/// Adam on the images; x starts from that of the step before.
fn distil(
    problem: &Problem<Data>,
    training: &Images,
    estimator: &Ift<ConjugateGradient>,
    outer: u64,
    tick: impl Fn(),
) -> Result<Distilled, Box<dyn Error>> {
    let y = first_of_each(training);
    let (classes, pixels) = y.shape();
    let length = |y: &[f64]| step(&DMatrix::from_column_slice(classes, pixels, y));
    let solver = Descending { length, steps: 50, from_zero: false };
    let descent = Descent::adam(OUTER_STEP).steps(outer as usize);
    let mut iterations = 0;
    let found = outer::minimize(problem, &DMatrix::zeros(pixels, 10), &y, &descent, &solver, estimator, |seen| {
        if seen.step > 0 {
            iterations += seen.report.linear_iterations;
            tick();
        }
        ControlFlow::Continue(())
    })?;
    let last = found.last;
    Ok(Distilled { x: last.x, loss: last.value, residual: last.inner.residual, iterations })
}

/// How often the largest logit is that of the class.
fn accuracy(x: &DMatrix<f64>, images: &Images) -> f64 {
    let logits = &images.pixels * x;
    let right = logits.row_iter().zip(&images.classes).filter(|(row, class)| row.transpose().imax() == **class).count();
    right as f64 / images.classes.len() as f64
}
