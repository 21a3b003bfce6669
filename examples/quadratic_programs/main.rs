//! Derivatives of quadratic programs (Bolte, Pauwels, Vaiter 2023, section 4, Fig. 4): what they cost beside
//! solving, and how exact they are, against the size and against the accuracy of the interior-point method.
//!
//! ```text
//! cargo run --release --example quadratic_programs -- [--quick] [--seed K]
//! ```
//!
//! Random programs with n unknowns, n/5 equalities and 2n inequalities of which n/3 bind at the solution, which is
//! drawn first. `docs/experiments.md` has the numbers.

#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::time::Instant;

use hypergrad::quadratic::{InteriorPoint, PrimalDual, Program, ProgramError};
use indicatif::{ProgressBar, ProgressStyle};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::table::{Table, short};

fn main() -> Result<(), Box<dyn Error>> {
    let (quick, seed) = arguments()?;
    let sizes: &[usize] = if quick { &[10, 30, 60] } else { &[10, 30, 100, 200, 400] };
    println!(" Random programs, seed {seed}: n unknowns, n/5 equalities, 2n inequalities, n/3 of them binding\n");
    costs(sizes, seed)?;
    accuracy(if quick { 30 } else { 100 }, seed)
}

fn arguments() -> Result<(bool, u64), Box<dyn Error>> {
    let (mut quick, mut seed) = (false, 0);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => quick = true,
            "--seed" => seed = words.next().ok_or("`--seed` needs a number")?.parse()?,
            _ => return Err(format!("`{word}` is not known; usage: quadratic_programs [--quick] [--seed K]").into()),
        }
    }
    Ok((quick, seed))
}

/// A program, its solution, and a direction in all of the data.
struct Drawn {
    program: Program,
    x: DVector<f64>,
    direction: Program,
}

/// From the solution and its multipliers, by the optimality conditions.
fn draw(n: usize, seed: u64) -> Drawn {
    let (p, m, binding) = (n / 5, 2 * n, n / 3);
    let random = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut next = || 2.0 * random.random::<f64>() - 1.0;
    let root = DMatrix::from_fn(n, n, |_, _| next() / (n as f64).sqrt());
    let hessian = root.tr_mul(&root) + 0.1 * DMatrix::<f64>::identity(n, n);
    let (equal, unequal) = (DMatrix::from_fn(p, n, |_, _| next()), DMatrix::from_fn(m, n, |_, _| next()));
    let (x, nu) = (DVector::from_fn(n, |_, _| next()), DVector::from_fn(p, |_, _| next()));
    let lambda = DVector::from_fn(m, |i, _| if i < binding { 0.2 + next().abs() } else { 0.0 });
    let slack = DVector::from_fn(m, |i, _| if i < binding { 0.0 } else { 0.2 + next().abs() });
    let q = -(&hessian * &x + equal.tr_mul(&nu) + unequal.tr_mul(&lambda));
    let (b, h) = (&equal * &x, &unequal * &x + slack);
    let square = DMatrix::from_fn(n, n, |_, _| next());
    let direction = Program::new(&square + square.transpose(), DVector::from_fn(n, |_, _| next()))
        .equalities(DMatrix::from_fn(p, n, |_, _| next()), DVector::from_fn(p, |_, _| next()))
        .inequalities(DMatrix::from_fn(m, n, |_, _| next()), DVector::from_fn(m, |_, _| next()));
    Drawn { program: Program::new(hessian, q).equalities(equal, b).inequalities(unequal, h), x, direction }
}

/// The result of a call and its milliseconds.
fn timed<T>(call: impl FnOnce() -> Result<T, ProgramError>) -> Result<(T, f64), ProgramError> {
    let clock = Instant::now();
    let found = call()?;
    Ok((found, 1e3 * clock.elapsed().as_secs_f64()))
}

/// The relative difference of two tangents.
fn apart(found: &PrimalDual, exact: &PrimalDual) -> f64 {
    (&found.x - &exact.x).norm() / exact.x.norm()
}

/// Times and errors against the size.
fn costs(sizes: &[usize], seed: u64) -> Result<(), Box<dyn Error>> {
    let style = ProgressStyle::with_template(" [{bar:40}] {pos}/{len}  n = {msg}")?;
    let bar = ProgressBar::new(sizes.len() as u64).with_style(style);
    let header = [
        "n",
        "solve, ms",
        "steps",
        "|x - x*|",
        "derivative, ms",
        "one gradient, ms",
        "one-step, ms",
        "one-step error",
        "by differences",
    ];
    let mut table = Table::new(header);
    for &n in sizes {
        bar.set_message(n.to_string());
        let Drawn { program, x, direction } = draw(n, seed);
        let (found, solve) = timed(|| program.solve(&InteriorPoint::new()))?;
        let (derivative, factor) = timed(|| program.derivative(&found))?;
        let cotangent = DVector::repeat(n, 1.0);
        let (gradient, product) = timed(|| derivative.reverse(&cotangent))?;
        let (one_step, step) = timed(|| program.one_step(&found))?;
        let exact = derivative.forward(&direction)?;
        let error = apart(&one_step.forward(&direction)?, &exact);
        // The gradient of Σ x_i along the direction, by central differences of two programs solved.
        let t = 1e-5;
        let sum =
            |t: f64| -> Result<f64, ProgramError> { Ok(moved(&program, t, &direction).solve(&InteriorPoint::new())?.x.sum()) };
        let difference = (sum(t)? - sum(-t)?) / (2.0 * t);
        table.row([
            n.to_string(),
            format!("{solve:.2}"),
            found.report.steps.to_string(),
            short((&found.x - x).norm()),
            format!("{factor:.2}"),
            format!("{product:.2}"),
            format!("{step:.2}"),
            short(error),
            short((gradient.dot(&direction) - difference).abs() / difference.abs()),
        ]);
        bar.inc(1);
    }
    bar.finish_and_clear();
    println!("{table}");
    Ok(())
}

/// `program + t direction`.
fn moved(program: &Program, t: f64, direction: &Program) -> Program {
    Program {
        Q: &program.Q + t * &direction.Q,
        q: &program.q + t * &direction.q,
        A: &program.A + t * &direction.A,
        b: &program.b + t * &direction.b,
        G: &program.G + t * &direction.G,
        h: &program.h + t * &direction.h,
    }
}

/// Errors against the tolerance of the interior-point method, which is not polished.
fn accuracy(n: usize, seed: u64) -> Result<(), Box<dyn Error>> {
    let Drawn { program, x, direction } = draw(n, seed);
    let exact = program.derivative(&program.solve(&InteriorPoint::new())?)?.forward(&direction)?;
    println!(" n = {n}: interior point stopped early; errors of the derivative along one direction in all data\n");
    let mut table =
        Table::new(["tolerance", "steps", "|x - x*|", "s·λ", "one step", "binding constraints", "one step, t = 0.99"]);
    for exponent in [-2, -4, -6, -8, -10] {
        let found = program.solve(&InteriorPoint::new().tolerance(10.0_f64.powi(exponent)).polish(false))?;
        let estimate = |derivative: Result<hypergrad::quadratic::Derivative, ProgramError>| match derivative {
            Ok(derivative) => Ok::<_, ProgramError>(Some(derivative.forward(&direction)?)),
            // Too early to say which rows bind.
            Err(ProgramError::WeaklyActive { .. } | ProgramError::DependentConstraints { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        let (one_step, active) = (estimate(program.one_step(&found))?, estimate(program.derivative(&found))?);
        let shown = |tangent: &Option<PrimalDual>, t: f64| {
            tangent
                .as_ref()
                .map_or_else(|| "undecided".to_owned(), |found| short((t * &found.x - &exact.x).norm() / exact.x.norm()))
        };
        table.row([
            format!("1e{exponent}"),
            found.report.steps.to_string(),
            short((&found.x - &x).norm()),
            short(found.slack.dot(&found.lambda)),
            shown(&one_step, 1.0),
            shown(&active, 1.0),
            shown(&one_step, 0.99),
        ]);
    }
    println!("{table}");
    Ok(())
}
