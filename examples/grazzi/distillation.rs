//! Table 2, training images: ten images, one per class, such that a softmax classifier trained on them alone
//! does well on Fashion-MNIST. x has 7,840 entries: nothing of size n x n is formed.

use std::error::Error;
use std::time::Instant;

use hypergrad::estimator::{self, Ift};
use hypergrad::linear::ConjugateGradient;
use hypergrad::solver::{self, GradientDescent};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::DMatrix;

use crate::data::{self, Images, generator};
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
    let bar = ProgressBar::new(3 * outer).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    for (name, solve) in [
        ("CG, k = 10", ConjugateGradient::new().steps(10)),
        ("CG, k = 100", ConjugateGradient::new().steps(100)),
        ("CG, error of Ω below 1e-4", ConjugateGradient::new().gradient_tolerance(1e-4)),
    ] {
        bar.set_message(name);
        let clock = Instant::now();
        let found = distil(&problem, &training, &solve, outer, || bar.inc(1))?;
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

/// What Ω costs, in evaluations of F.
fn cost(problem: &Problem<Data>, training: &Images) -> Result<(), Box<dyn Error>> {
    let y = first_of_each(training);
    let start = DMatrix::zeros(training.pixels.ncols(), 10);
    let x = solver::solve(problem, &start, &y, &GradientDescent::new(step(&y)).steps(100))?.x;
    let repeat = 20;
    let held = problem.fix(&y)?;
    let clock = Instant::now();
    for _ in 0..repeat {
        std::hint::black_box(held.at(&x)?.F());
    }
    let evaluation = clock.elapsed().as_secs_f64() / f64::from(repeat);
    let estimator = Ift::with(ConjugateGradient::new().tolerance(1e-8)).error_estimate(false);
    let clock = Instant::now();
    let found = estimator::hypergradient(problem, &x, &y, &estimator)?;
    let whole = clock.elapsed().as_secs_f64();
    let at = problem.at(&x, &y)?;
    let clock = Instant::now();
    std::hint::black_box(at.g_1());
    let outer = clock.elapsed().as_secs_f64();
    println!(
        " n = {}: F takes {:.2} ms; Ω to 1e-8 by {} steps of CG {:.1} ms, of which g_1 {:.1} ms: without it {:.0} evaluations of F",
        x.len(),
        1e3 * evaluation,
        found.report.linear_iterations,
        1e3 * whole,
        1e3 * outer,
        (whole - outer) / evaluation
    );
    Ok(())
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
    solve: &ConjugateGradient,
    outer: u64,
    tick: impl Fn(),
) -> Result<Distilled, Box<dyn Error>> {
    let mut y = first_of_each(training);
    let (mut p, mut q) = (0.0 * &y, 0.0 * &y);
    let mut reached = Distilled { x: DMatrix::zeros(y.ncols(), 10), loss: f64::NAN, residual: f64::NAN, iterations: 0 };
    for k in 1..=outer {
        let inner = solver::solve(problem, &reached.x, &y, &GradientDescent::new(step(&y)).steps(50))?;
        let found = estimator::hypergradient(problem, &inner.x, &y, &Ift::with(*solve).error_estimate(false))?;
        reached.x = inner.x;
        reached.loss = found.objective;
        reached.residual = found.report.inner_residual;
        reached.iterations += found.report.linear_iterations;
        p = 0.9 * p + 0.1 * &found.gradient;
        q = 0.999 * q + 0.001 * found.gradient.map(|g| g * g);
        let (p_part, q_part) = (1.0 - 0.9_f64.powi(k as i32), 1.0 - 0.999_f64.powi(k as i32));
        y -= OUTER_STEP * p.zip_map(&q, |p: f64, q: f64| (p / p_part) / ((q / q_part).sqrt() + 1e-8));
        tick();
    }
    Ok(reached)
}

/// How often the largest logit is that of the class.
fn accuracy(x: &DMatrix<f64>, images: &Images) -> f64 {
    let logits = &images.pixels * x;
    let right = logits.row_iter().zip(&images.classes).filter(|(row, class)| row.transpose().imax() == **class).count();
    right as f64 / images.classes.len() as f64
}
