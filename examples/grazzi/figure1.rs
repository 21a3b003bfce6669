//! Fig. 1: the error of hypergradient approximations against the number t of inner steps, on four problems.
//! Iterative differentiation of the t steps (ITD); approximate implicit differentiation with k = t and with k = 10
//! steps for the adjoint, by conjugate gradients (CG; at most n steps, after which it is done) and by the fixed-point
//! iteration (FP).

use std::error::Error;

use hypergrad::bounds::{constants, fixed_point, rates};
use hypergrad::estimator::{self, Estimator, Ift, Unrolled};
use hypergrad::linear::{ConjugateGradient, FixedPoint};
use hypergrad::problem::{Bilevel, Variable};
use hypergrad::solver::{self, GradientDescent, Newton};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::{DMatrix, DVector};

use crate::data::{generator, normal, normal_matrix, normal_vector};
use crate::options::Options;
use crate::plot::{self, Line, Panel};
use crate::problem::{biased, kernel_ridge, logistic, representation};
use crate::table::{Table, short};

/// The curves.
const NAMES: [&str; 5] = ["ITD", "CG, k = t", "CG, k = 10", "FP, k = t", "FP, k = 10"];
type PerMethod = [f64; NAMES.len()];

/// Errors after t inner steps, and the residual rate of the steps.
struct Curves {
    steps: Vec<usize>,
    errors: Vec<PerMethod>,
}

/// A problem with values of its outer variable.
struct Case<P: Bilevel> {
    problem: P,
    start: P::X,
    points: Vec<P::Y>,
}

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    println!("\nGrazzi et al., Fig. 1: error of the hypergradient after t inner steps, medians over values of y");
    let draws = if options.quick { 3 } else { 20 };
    let bar = ProgressBar::new(4 * draws).with_style(ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  {msg}")?);
    let random = &mut generator(options.seed);
    let (rows, columns) = if options.quick { (40, 12) } else { (100, 50) };
    let a = normal_matrix(random, 2 * rows, columns) / (columns as f64).sqrt();
    let truth = normal_vector(random, columns);
    let targets = (&a * truth).map(|t| t + 0.1 * normal(random));
    let parts = |m: &DMatrix<f64>| (m.rows(0, rows).into_owned(), m.rows(rows, rows).into_owned());
    let ((a_tr, a_val), sides) = (parts(&a), (targets.rows(0, rows).into_owned(), targets.rows(rows, rows).into_owned()));
    let signs = |a: &DMatrix<f64>, b: &DVector<f64>| DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] * b[i].signum());
    let y = |random: &mut _, length| (0..draws).map(|_| normal_vector(random, length)).collect::<Vec<_>>();

    let (training, validation) = (signs(&a_tr, &sides.0), signs(&a_val, &sides.1));
    let data = logistic::Data { training: training.clone(), validation: validation.clone() };
    let lr = Case { problem: logistic::Problem::new(data)?, start: DVector::zeros(columns), points: y(random, columns) };
    let few = 8;
    let data = kernel_ridge::Data {
        inputs: a_tr.columns(0, few).into_owned(),
        targets: sides.0.clone(),
        inputs_val: a_val.columns(0, few).into_owned(),
        targets_val: sides.1.clone(),
    };
    let hyper = |gamma: DVector<f64>| kernel_ridge::Hyper { beta: 0.5 * gamma[0], gamma: gamma.add_scalar(1.0) };
    let krr = Case {
        problem: kernel_ridge::Problem::new(data)?,
        start: DVector::zeros(rows),
        points: y(random, few).into_iter().map(hyper).collect(),
    };
    let data = biased::Data { a: a_tr.clone(), b: sides.0.clone(), a_val: a_val.clone(), b_val: sides.1.clone(), beta: 0.1 };
    let br = Case { problem: biased::Problem::new(data)?, start: DVector::zeros(columns), points: y(random, columns) };
    let data = representation::Data { a: a_tr, b: sides.0, a_val, b_val: sides.1, beta: 0.1 };
    let latent = columns / 3;
    let matrices = (0..draws).map(|_| normal_matrix(random, columns, latent) / (columns as f64).sqrt()).collect();
    let hr = Case { problem: representation::Problem::new(data)?, start: DVector::zeros(latent), points: matrices };

    let longest = if options.quick { 60 } else { 250 };
    let tick = |name: &'static str| {
        bar.set_message(name);
        bar.inc(1);
    };
    let all = [
        ("LR: logistic regression", measure(&lr, longest, || tick("LR"))?),
        ("KRR: kernel ridge regression", measure(&krr, longest, || tick("KRR"))?),
        ("BR: biased regularisation", measure(&br, longest, || tick("BR"))?),
        ("HR: hyper-representation", measure(&hr, longest, || tick("HR"))?),
    ];
    bar.finish_and_clear();
    for (name, curves) in &all {
        report(name, curves);
    }
    certificate(&lr, &training, &validation)?;
    let panels: Vec<Panel> = all.iter().map(|(name, curves)| panel(name, curves)).collect();
    plot::draw(&options.pictures.join("figure1.svg"), &panels)
}

/// Medians over the values of y.
fn measure<P: Bilevel<Scalar = f64>>(case: &Case<P>, longest: usize, tick: impl Fn()) -> Result<Curves, Box<dyn Error>>
where
    P::X: 'static,
{
    let steps: Vec<usize> = (0..=25).map(|k| (k * longest / 25).max(1)).collect();
    let mut seen: Vec<Vec<PerMethod>> = Vec::new();
    for y in &case.points {
        seen.push(along(&case.problem, &case.start, y, &steps)?);
        tick();
    }
    let median = |t: usize, k: usize| {
        let mut values: Vec<f64> = seen.iter().map(|errors| errors[t][k]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let errors = (0..steps.len()).map(|t| std::array::from_fn(|k| median(t, k))).collect();
    Ok(Curves { steps, errors })
}

/// Errors at one y.
fn along<P: Bilevel<Scalar = f64>>(problem: &P, start: &P::X, y: &P::Y, steps: &[usize]) -> Result<Vec<PerMethod>, Box<dyn Error>>
where
    P::X: 'static,
{
    let root = solver::solve(problem, start, y, &Newton::new().tolerance(1e-11))?.x;
    let truth = gradient(problem, &root, y, &Ift::new())?;
    let step = best_step(problem, &root, y)?;
    let mut x = start.like(&flat(start));
    let n = start.flat_len();
    let mut done = 0;
    let mut out = Vec::new();
    for &t in steps {
        x = solver::solve(problem, &x, y, &GradientDescent::new(step).steps(t - done))?.x;
        done = t;
        let error = |found: DVector<f64>| (found - &truth).norm() / truth.norm();
        out.push([
            error(gradient(problem, start, y, &Unrolled::reverse(GradientDescent::new(step), t))?),
            error(gradient(problem, &x, y, &Ift::with(ConjugateGradient::new().steps(t.min(n))).error_estimate(false))?),
            error(gradient(problem, &x, y, &Ift::with(ConjugateGradient::new().steps(10)).error_estimate(false))?),
            error(gradient(problem, &x, y, &Ift::with(FixedPoint::new().step(step).steps(t)).error_estimate(false))?),
            error(gradient(problem, &x, y, &Ift::with(FixedPoint::new().step(step).steps(10)).error_estimate(false))?),
        ]);
    }
    Ok(out)
}

fn flat<V: Variable<Scalar = f64>>(variable: &V) -> Vec<f64> {
    let mut flat = vec![0.0; variable.flat_len()];
    variable.read(&mut flat);
    flat
}

fn gradient<P: Bilevel<Scalar = f64>>(
    problem: &P,
    x: &P::X,
    y: &P::Y,
    estimator: &impl Estimator<P>,
) -> Result<DVector<f64>, Box<dyn Error>> {
    Ok(DVector::from_vec(flat(&estimator::hypergradient(problem, x, y, estimator)?.gradient)))
}

/// `2 / (L + μ)` at the solution.
fn best_step<P: Bilevel<Scalar = f64>>(problem: &P, root: &P::X, y: &P::Y) -> Result<f64, Box<dyn Error>>
where
    P::X: 'static,
{
    let mut work = problem.work(root, y)?;
    let n = root.flat_len();
    let mut hessian = DMatrix::zeros(n, n);
    problem.f_1(&mut work, hessian.as_mut_slice());
    let eigenvalues = hessian.symmetric_eigenvalues();
    Ok(2.0 / (eigenvalues.max() + eigenvalues.min()))
}

fn report(name: &str, curves: &Curves) {
    println!("\n {name}, relative errors\n");
    let last = curves.steps.len() - 1;
    let places = [1, last / 4, last / 2, last];
    let header = places.map(|place| format!("t = {}", curves.steps[place]));
    let mut table = Table::new(["", &header[0], &header[1], &header[2], &header[3], "rate"]);
    for (k, name) in NAMES.iter().enumerate() {
        let [a, b, c, d] = places.map(|place| short(curves.errors[place][k]));
        table.row([(*name).to_owned(), a, b, c, d, rate(curves, k)]);
    }
    print!("{table}");
}

/// The factor per step between a third and two thirds of the way, where it is not rounding.
fn rate(curves: &Curves, k: usize) -> String {
    let last = curves.steps.len() - 1;
    let (from, to) = (last / 3, 2 * last / 3);
    let (early, late) = (curves.errors[from][k], curves.errors[to][k]);
    if late < 1e-12 {
        return "rounding".to_owned();
    }
    format!("{:.3}", (late / early).powf(1.0 / (curves.steps[to] - curves.steps[from]) as f64))
}

fn panel(name: &str, curves: &Curves) -> Panel {
    let line = |k: usize| Line {
        name: NAMES[k].to_owned(),
        points: curves.steps.iter().map(|&t| t as f64).zip(curves.errors.iter().map(|errors| errors[k])).collect(),
    };
    Panel { title: name.to_owned(), axes: ["inner steps t", "relative error"], lines: (0..NAMES.len()).map(line).collect() }
}

/// The bound of Theorem 2.4 beside the error at the first y of LR.
fn certificate(
    case: &Case<logistic::Problem<logistic::Data>>,
    training: &DMatrix<f64>,
    validation: &DMatrix<f64>,
) -> Result<(), Box<dyn Error>> {
    let y = &case.points[0];
    let penalties = y.map(f64::exp);
    let ones = DVector::repeat(training.nrows(), 1.0);
    let inner = constants::logistic(training, &ones, &penalties).exponential(&penalties);
    let outer = constants::logistic_outer(validation);
    let map = inner.gradient_descent(inner.best_step())?;
    println!("\n LR, first y: condition {:.1}, q = {:.4}; FP with k = t beside its certificate", inner.condition(), map.factor);
    let root = solver::solve(&case.problem, &case.start, y, &Newton::new().tolerance(1e-11))?.x;
    let truth = gradient(&case.problem, &root, y, &Ift::new())?;
    for t in [10, 100, 300] {
        let step = inner.best_step();
        let x = solver::solve(&case.problem, &case.start, y, &GradientDescent::new(step).steps(t))?.x;
        let estimator = Ift::with(FixedPoint::new().step(step).steps(t)).error_estimate(false);
        let error = (gradient(&case.problem, &x, y, &estimator)? - &truth).norm();
        let bound = fixed_point(&map, &outer, rates::fixed_point(map.factor, t)?, t)?;
        println!("   t = {t:4}: {}", bound.beside(error));
    }
    Ok(())
}
