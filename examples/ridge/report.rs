//! What the terminal shows, one function a section.

use std::error::Error;

use indicatif::ProgressBar;

use crate::agreement::Entry;
use crate::cars::Cars;
use crate::data::{Split, TRAINING, VALIDATION};
use crate::estimators::Measured;
use crate::loose::{INNER, Step};
use crate::problem::{Problem, Ridge};
use crate::table::{Table, percent, short};
use crate::tune::{self, Choices};

/// The title of a section.
pub fn heading(title: &str) {
    println!("\n{title}\n{}", "=".repeat(title.chars().count()));
}

/// What is minimised over what.
pub fn problem(cars: &Cars) {
    heading("The problem");
    println!(" minimise  h(y)  = |A_val x*(y) - b_val|²                         over y, one log-weight per feature");
    println!(" where     x*(y) = argmin |A_tr x - b_tr|² + ½ Σ e^(y_i) x_i²      over x, one coefficient per feature");
    println!();
    println!(" Auto MPG: {} cars x {} features, standardised; miles per gallon, centred", cars.len(), cars.features.len());
    let test = cars.len() - TRAINING - VALIDATION;
    println!(" split by a fixed seed: {TRAINING} for training (few on purpose), {VALIDATION} for validation, {test} for test");
}

/// The derived formulas, then what was proved.
pub fn derivation() {
    let (formulas, facts) = Problem::DERIVATION.split_once("\n\nproved:\n").unwrap_or((Problem::DERIVATION, ""));
    heading("Derived when this program was compiled");
    println!("{}", indented(formulas));
    heading("Proved");
    println!("{}", indented(facts.trim_end()).replace("\n not proved:", "\n\n not proved:"));
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!(" {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Losses of all choices on all parts.
pub fn losses(split: &Split, choices: &Choices) {
    heading("Losses: mean square error in mpg²");
    let mut table = Table::new(["", "training", "validation", "test", "inner solves"]);
    for choice in choices.all() {
        let loss = |part: &crate::data::Part| format!("{:.2}", part.mean_square(&choice.x));
        let parts = [&split.training, &split.validation, &split.test].map(loss);
        let [training, validation, test] = parts;
        table.row([choice.name.to_owned(), training, validation, test, choice.solves.to_string()]);
    }
    print!("{table}");
}

/// The same on other splits: one split could be luck.
pub fn other_splits(cars: &Cars, count: u64) -> Result<(), Box<dyn Error>> {
    let mut sums = [0.0; 3];
    let mut wins = 0;
    for seed in 1..=count {
        let split = cars.split(seed);
        let data = split.data();
        let choices = tune::choices(&Ridge::new(&data)?, cars.features.len(), &ProgressBar::hidden())?;
        let test = [&choices.none, &choices.common, &choices.tuned].map(|c| split.test.mean_square(&c.x));
        for (sum, loss) in sums.iter_mut().zip(test) {
            *sum += loss / count as f64;
        }
        wins += u64::from(test[2] < test[1]);
    }
    println!(
        "\n On {count} other splits the test loss is on average {:.2} without penalty, {:.2} with one weight,\n {:.2} with tuned weights, which beat one weight on {wins} of them.",
        sums[0], sums[1], sums[2]
    );
    Ok(())
}

/// Weights and coefficients by feature.
pub fn weights(features: &[String], choices: &Choices) {
    heading("Weights by feature");
    let mut table = Table::new(["", "weight e^y", "coefficient x", "x without penalty"]);
    for (i, name) in features.iter().enumerate() {
        let (y, x, free) = (choices.tuned.y[i], choices.tuned.x[i], choices.none.x[i]);
        table.row([name.clone(), format!("{:.3}", y.exp()), format!("{x:.3}"), format!("{free:.3}")]);
    }
    print!("{table}");
    println!("\n Coefficients in mpg per standard deviation. A large weight keeps a coefficient near zero.");
}

/// The hypergradient beside differences.
pub fn agreement(features: &[String], entries: &[Entry]) {
    heading("The hypergradient at y = 0 beside differences of the re-solved h");
    let mut table = Table::new(["", "hypergradient", "differences", "digits that agree"]);
    for (name, entry) in features.iter().zip(entries) {
        let Entry { gradient, difference, digits } = entry;
        table.row([name.clone(), format!("{gradient:.8}"), format!("{difference:.8}"), format!("{digits:.1}")]);
    }
    print!("{table}");
}

/// Every estimator: predicted and measured.
pub fn estimators(measured: &[Measured]) {
    heading("Estimators at y = 0, along gradient descent on x");
    let mut table = Table::new(["", "C_y", "in this direction", "measured", "slope"]);
    for m in measured {
        let line =
            m.line.map_or(["rounding".to_owned(), "-".to_owned()], |l| [format!("{:.2}", l.constant), format!("{:.3}", l.slope)]);
        let [constant, slope] = line;
        table.row([m.name.to_owned(), format!("{:.2}", m.predicted), format!("{:.2}", m.along), constant, slope]);
    }
    print!("{table}");
    println!(
        "
 Predicted: |error| <= C_y |x - x*| to first order, in the worst direction; the next column is for
 the direction in which this run reaches x*. Measured: a line through log |error| against
 log |x - x*|, its slope and e^intercept. A slope of 2 where C_y = 0: the error is of second order."
    );
}

/// Plain Ω at a loose x, and what mends it.
pub fn loose(plain: &[Step], corrected: &[Step]) {
    heading(&format!("A loose inner solution: {INNER} gradient steps on x for each step on y"));
    let mut table =
        Table::new(["step", "h(y)", "g(x, y)", "|Ω|", "|Ω - ∇h|", "estimated", "of |Ω|", "the estimate says"]).remarks();
    for (k, step) in plain.iter().enumerate() {
        table.row([
            k.to_string(),
            format!("{:.1}", step.h),
            format!("{:.1}", step.seen),
            format!("{:.1}", step.omega.norm()),
            format!("{:.1}", step.error),
            format!("{:.1}", step.estimated),
            percent(step.relative_estimate()),
            step.verdict().to_owned(),
        ]);
    }
    print!("{table}");
    after_loose(plain, corrected);
}

fn after_loose(plain: &[Step], corrected: &[Step]) {
    let ratios = || plain.iter().map(|s| s.estimated / s.error);
    let (least, most) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
    let worst = corrected.iter().map(Step::relative).fold(0.0, f64::max);
    let (Some(first), Some(last), Some(mended)) = (plain.first(), plain.last(), corrected.last()) else { return };
    println!(
        "
 Plain Ω believes that it reached {:.0}; the truth is {:.0}, from {:.0} at the start.
 The error estimate needs no x*: it was {least:.2} to {most:.2} times the true error.
 The same run with Preconditioned::newton() reaches {:.0}, for one linear solve more a step.
 The relative error of its hypergradients is at most {}.",
        last.seen,
        last.h,
        first.h,
        mended.h,
        short(worst)
    );
}
