//! Fig. 2: an equilibrium model on MNIST, `w = tanh(A w + B u + c)` for every image, with a softmax readout. The
//! matrix A is kept a contraction by a projection on its spectral norm.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use cpu_time::ProcessTime;
use hypergrad::estimator::{self, Estimator, Ift, Unrolled};
use hypergrad::linear;
use hypergrad::outer::{self, Block, Descent, Projection, Spectral};
use hypergrad::problem::Variable;
use hypergrad::solver::{self, FixedPoint};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::{DMatrix, DVector};

use crate::data::{self, Images, generator, normal_matrix};
use crate::options::Options;
use crate::plot::{self, Line, Panel};
use crate::problem::equilibrium::{Data, Problem, Weights};
use crate::table::{Table, short};

/// The spectral norm that A may have.
const RADIUS: f64 = 0.9;
/// The step of the outer descent.
const OUTER_STEP: f64 = 0.5;

/// Numbers of an experiment.
struct Sizes {
    states: usize,
    images: usize,
    test: usize,
    outer: u64,
}

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let random = &mut generator(options.seed);
    let sizes = if options.quick {
        Sizes { states: 20, images: 100, test: 300, outer: 10 }
    } else {
        Sizes { states: 100, images: 2000, test: 2000, outer: 60 }
    };
    let (training, test, origin) = match &options.data {
        Some(directory) => {
            let directory = directory.join("mnist");
            let read = |part, count| data::images(&directory, part, count);
            (read("train", sizes.images)?, read("t10k", sizes.test)?, "MNIST")
        }
        None => (
            data::like_images(random, sizes.images),
            data::like_images(random, sizes.test),
            "generated images (--data DIR reads MNIST)",
        ),
    };
    let data = Data { inputs: training.pixels.transpose(), labels: training.one_hot().transpose() };
    let problem = Problem::new(data)?;
    let start = weights(random, sizes.states);
    println!(
        "\nGrazzi et al., Fig. 2: {origin}, {} images, {} states each: n = {}, m = {}",
        sizes.images,
        sizes.states,
        sizes.states * sizes.images,
        start.flat_len()
    );
    errors(&problem, &start, &sizes)?;
    resources(&problem, &start, &sizes)?;
    let bar = ProgressBar::new(3 * sizes.outer).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    let mut table = Table::new(["", "training loss", "test accuracy", "|A|", "seconds per outer step"]);
    let mut lines = Vec::new();
    let t = 20;
    for name in ["FP, k = t", "normal equations, k = t", "GMRES, k = t"] {
        bar.set_message(name);
        let clock = Instant::now();
        let trained = match name {
            "FP, k = t" => {
                train(&problem, &start, &Ift::with(linear::FixedPoint::new().steps(t)).error_estimate(false), t, &sizes, || {
                    bar.inc(1);
                })?
            }
            "GMRES, k = t" => {
                train(&problem, &start, &Ift::with(linear::Gmres::new().steps(t)).error_estimate(false), t, &sizes, || {
                    bar.inc(1);
                })?
            }
            _ => train(
                &problem,
                &start,
                &Ift::with(linear::NormalEquations::new().steps(t)).error_estimate(false),
                t,
                &sizes,
                || bar.inc(1),
            )?,
        };
        table.row([
            name.to_owned(),
            format!("{:.4}", trained.losses.last().copied().unwrap_or(f64::NAN)),
            format!("{:.1} %", 100.0 * accuracy(&trained.y, &test)?),
            format!("{:.3}", trained.y.a.singular_values().max()),
            format!("{:.3}", clock.elapsed().as_secs_f64() / sizes.outer as f64),
        ]);
        let points = trained.losses.iter().enumerate().map(|(k, &loss)| (k as f64, loss)).collect();
        lines.push(Line { name: name.to_owned(), points });
    }
    bar.finish_and_clear();
    print!("\n t = {t} inner steps, from the states of the step before\n\n{table}");
    let panel = Panel { title: "Equilibrium model".to_owned(), axes: ["outer steps", "training loss"], lines };
    plot::draw(&options.pictures.join("figure2.svg"), &[panel])
}

fn weights(random: &mut rand_chacha::ChaCha8Rng, states: usize) -> Weights {
    let scaled = |m: DMatrix<f64>, size: f64| m * size;
    let drawn = Weights {
        a: scaled(normal_matrix(random, states, states), 0.5 / (states as f64).sqrt()),
        b: scaled(normal_matrix(random, states, 784), 1.0 / 28.0),
        c: DVector::zeros(states),
        slope: scaled(normal_matrix(random, 10, states), 1.0 / (states as f64).sqrt()),
        offset: DVector::zeros(10),
    };
    // 0.5/√n times a normal matrix has a norm of about 1.
    let mut y = flat(&drawn);
    if let Some(a) = drawn.block("a") {
        Spectral::new(states, states, RADIUS).project(&mut y.as_mut_slice()[a]);
    }
    drawn.like(y.as_slice())
}

fn flat(y: &Weights) -> DVector<f64> {
    let mut flat = DVector::zeros(y.flat_len());
    y.read(flat.as_mut_slice());
    flat
}

/// Errors and processor times at the start against t = k.
fn errors(problem: &Problem<Data>, y: &Weights, sizes: &Sizes) -> Result<(), Box<dyn Error>> {
    let zero = DMatrix::zeros(sizes.states, sizes.images);
    let root = solver::solve(problem, &zero, y, &FixedPoint::new().tolerance(1e-10))?.x;
    let exact = linear::FixedPoint::new().tolerance(1e-12).max_steps(2000);
    let truth = flat(&estimator::hypergradient(problem, &root, y, &Ift::with(exact).error_estimate(false))?.gradient);
    let mut table = Table::new(["t = k", "FP", "normal equations", "GMRES", "ms, FP", "normal equations", "GMRES"]);
    for t in [5, 10, 20, 40] {
        let x = solver::solve(problem, &zero, y, &FixedPoint::new().steps(t))?.x;
        let of =
            |estimator: &dyn Fn() -> Result<Weights, hypergrad::EstimatorError>| -> Result<(String, String), Box<dyn Error>> {
                let clock = ProcessTime::now();
                let found = flat(&estimator()?);
                Ok((short((found - &truth).norm() / truth.norm()), format!("{:.2}", 1e3 * clock.elapsed().as_secs_f64())))
            };
        let (fixed, normal, gmres) = (
            Ift::with(linear::FixedPoint::new().steps(t)).error_estimate(false),
            Ift::with(linear::NormalEquations::new().steps(t)).error_estimate(false),
            Ift::with(linear::Gmres::new().steps(t)).error_estimate(false),
        );
        let fixed = of(&|| Ok(estimator::hypergradient(problem, &x, y, &fixed)?.gradient))?;
        let normal = of(&|| Ok(estimator::hypergradient(problem, &x, y, &normal)?.gradient))?;
        let gmres = of(&|| Ok(estimator::hypergradient(problem, &x, y, &gmres)?.gradient))?;
        table.row([t.to_string(), fixed.0, normal.0, gmres.0, fixed.1, normal.1, gmres.1]);
    }
    println!(" Relative errors of the first hypergradient, from states 0:\n\n{table}");
    Ok(())
}

/// Memory and processor time of one hypergradient from states 0 against t, inner steps included: iterative differentiation
/// keeps its iterates, implicit differentiation only the last one.
fn resources(problem: &Problem<Data>, y: &Weights, sizes: &Sizes) -> Result<(), Box<dyn Error>> {
    let zero = DMatrix::zeros(sizes.states, sizes.images);
    let names = ["ITD", "ITD, √t checkpoints", "FP, k = t", "GMRES, k = t"];
    let mut table = Table::new(["t", "MB, ITD", names[1], names[2], names[3], "ms, ITD", names[1], names[2], names[3]]);
    for t in [5, 10, 20, 40, 80] {
        let implicit = |found: Found| found.map(|_| ());
        let solve = || solver::solve(problem, &zero, y, &FixedPoint::new().steps(t)).map(|found| found.x);
        let run = |k: usize| -> Result<(), Box<dyn Error>> {
            let all = Unrolled::reverse(FixedPoint::new(), t);
            match k {
                0 => implicit(estimator::hypergradient(problem, &zero, y, &all))?,
                1 => implicit(estimator::hypergradient(problem, &zero, y, &all.few_checkpoints()))?,
                2 => implicit(estimator::hypergradient(problem, &solve()?, y, &fixed(t)))?,
                _ => implicit(estimator::hypergradient(problem, &solve()?, y, &gmres(t)))?,
            }
            Ok(())
        };
        let (mut memory, mut seconds) = (Vec::new(), Vec::new());
        for k in 0..names.len() {
            let clock = ProcessTime::now();
            let mut result = Ok(());
            let used = allocation_counter::measure(|| result = run(k));
            result?;
            memory.push(format!("{:.2}", used.bytes_max as f64 / 1e6));
            seconds.push(format!("{:.2}", 1e3 * clock.elapsed().as_secs_f64()));
        }
        let cells: Vec<String> = [t.to_string()].into_iter().chain(memory).chain(seconds).collect();
        table.row::<9>(cells.try_into().map_err(|_| "nine cells")?);
    }
    println!(" Largest memory and processor time of one hypergradient from states 0, the t inner steps included:\n\n{table}");
    Ok(())
}

type Found = Result<estimator::Hypergradient<Weights>, hypergrad::EstimatorError>;

fn fixed(k: usize) -> Ift<linear::FixedPoint> {
    Ift::with(linear::FixedPoint::new().steps(k)).error_estimate(false)
}

fn gmres(k: usize) -> Ift<linear::Gmres> {
    Ift::with(linear::Gmres::new().restart(k).steps(k)).error_estimate(false)
}

/// Where training ends.
struct Trained {
    y: Weights,
    losses: Vec<f64>,
}

/// Descent on y; states start from those of the step before, A is projected.
fn train(
    problem: &Problem<Data>,
    start: &Weights,
    estimator: &impl Estimator<Problem<Data>>,
    t: usize,
    sizes: &Sizes,
    tick: impl Fn(),
) -> Result<Trained, Box<dyn Error>> {
    let states = DMatrix::zeros(sizes.states, sizes.images);
    let a = start.block("a").ok_or("no field `a`")?;
    let set = Block::new(a, Spectral::new(sizes.states, sizes.states, RADIUS));
    let descent = Descent::gradient(OUTER_STEP).project(set).steps(sizes.outer as usize);
    let mut losses = Vec::new();
    let found = outer::minimize(problem, &states, start, &descent, &FixedPoint::new().steps(t), estimator, |seen| {
        losses.push(seen.value);
        if seen.step > 0 {
            tick();
        }
        ControlFlow::Continue(())
    })?;
    Ok(Trained { y: found.last.y, losses })
}

/// How often the largest logit is that of the class.
fn accuracy(y: &Weights, test: &Images) -> Result<f64, Box<dyn Error>> {
    let problem = Problem::new(Data { inputs: test.pixels.transpose(), labels: test.one_hot().transpose() })?;
    let zero = DMatrix::zeros(y.c.len(), test.classes.len());
    let states = solver::solve(&problem, &zero, y, &FixedPoint::new().tolerance(1e-6))?.x;
    let right = (0..test.classes.len()).filter(|&i| (&y.slope * states.column(i) + &y.offset).imax() == test.classes[i]).count();
    Ok(right as f64 / test.classes.len() as f64)
}
