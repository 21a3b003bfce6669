//! Fig. 2: an equilibrium model on MNIST, `w = tanh(A w + B u + c)` for every image, with a softmax readout. The
//! matrix A is kept a contraction by a projection on its spectral norm.

use std::error::Error;
use std::time::Instant;

use hypergrad::estimator::{self, Estimator, Ift};
use hypergrad::linear;
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
    let bar = ProgressBar::new(3 * sizes.outer).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    let mut table = Table::new(["", "training loss", "test accuracy", "|A|", "seconds per outer step"]);
    let mut lines = Vec::new();
    let t = 20;
    for name in ["FP, k = t", "normal equations, k = t", "GMRES, k = t"] {
        bar.set_message(name);
        let clock = Instant::now();
        let trained = match name {
            "FP, k = t" => train(&problem, &start, &Ift::with(linear::FixedPoint::new().steps(t)), t, &sizes, || bar.inc(1))?,
            "GMRES, k = t" => train(&problem, &start, &Ift::with(linear::Gmres::new().steps(t)), t, &sizes, || bar.inc(1))?,
            _ => train(&problem, &start, &Ift::with(linear::NormalEquations::new().steps(t)), t, &sizes, || bar.inc(1))?,
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
    let mut y = Weights {
        a: scaled(normal_matrix(random, states, states), 0.5 / (states as f64).sqrt()),
        b: scaled(normal_matrix(random, states, 784), 1.0 / 28.0),
        c: DVector::zeros(states),
        slope: scaled(normal_matrix(random, 10, states), 1.0 / (states as f64).sqrt()),
        offset: DVector::zeros(10),
    };
    project(&mut y);
    y
}

/// The nearest A with spectral norm at most [`RADIUS`].
fn project(y: &mut Weights) {
    let mut decomposed = y.a.clone().svd(true, true);
    decomposed.singular_values.apply(|s| *s = s.min(RADIUS));
    if let Ok(a) = decomposed.recompose() {
        y.a = a;
    }
}

fn flat(y: &Weights) -> DVector<f64> {
    let mut flat = DVector::zeros(y.flat_len());
    y.read(flat.as_mut_slice());
    flat
}

/// Errors and times at the start against t = k.
fn errors(problem: &Problem<Data>, y: &Weights, sizes: &Sizes) -> Result<(), Box<dyn Error>> {
    let zero = DMatrix::zeros(sizes.states, sizes.images);
    let root = solver::solve(problem, &zero, y, &FixedPoint::new().tolerance(1e-10))?.x;
    let exact = linear::FixedPoint::new().tolerance(1e-12).max_steps(2000);
    let truth = flat(&estimator::hypergradient(problem, &root, y, &Ift::with(exact).error_estimate(false))?.gradient);
    let mut table = Table::new(["t = k", "FP", "normal equations", "GMRES", "seconds, FP", "normal equations", "GMRES"]);
    for t in [5, 10, 20, 40] {
        let x = solver::solve(problem, &zero, y, &FixedPoint::new().steps(t))?.x;
        let of =
            |estimator: &dyn Fn() -> Result<Weights, hypergrad::EstimatorError>| -> Result<(String, String), Box<dyn Error>> {
                let clock = Instant::now();
                let found = flat(&estimator()?);
                Ok((short((found - &truth).norm() / truth.norm()), format!("{:.3}", clock.elapsed().as_secs_f64())))
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

/// Where training ends.
struct Trained {
    y: Weights,
    losses: Vec<f64>,
}

fn train<E: Estimator<Problem<Data>> + Clone>(
    problem: &Problem<Data>,
    start: &Weights,
    estimator: &E,
    t: usize,
    sizes: &Sizes,
    tick: impl Fn(),
) -> Result<Trained, Box<dyn Error>> {
    let mut y = start.like(flat(start).as_slice());
    let mut x = DMatrix::zeros(sizes.states, sizes.images);
    let mut losses = Vec::new();
    for _ in 0..sizes.outer {
        x = solver::solve(problem, &x, &y, &FixedPoint::new().steps(t))?.x;
        let found = estimator::hypergradient(problem, &x, &y, estimator)?;
        losses.push(found.objective);
        y = y.like((flat(&y) - OUTER_STEP * flat(&found.gradient)).as_slice());
        project(&mut y);
        tick();
    }
    Ok(Trained { y, losses })
}

/// How often the largest logit is that of the class.
fn accuracy(y: &Weights, test: &Images) -> Result<f64, Box<dyn Error>> {
    let problem = Problem::new(Data { inputs: test.pixels.transpose(), labels: test.one_hot().transpose() })?;
    let zero = DMatrix::zeros(y.c.len(), test.classes.len());
    let states = solver::solve(&problem, &zero, y, &FixedPoint::new().tolerance(1e-6))?.x;
    let right = (0..test.classes.len()).filter(|&i| (&y.slope * states.column(i) + &y.offset).imax() == test.classes[i]).count();
    Ok(right as f64 / test.classes.len() as f64)
}
