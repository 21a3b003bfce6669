//! A change of variables that makes Ω super-efficient, built for a problem in one dimension.
//!
//! ```text
//! cargo run --release --example super_efficient [directory of the picture]
//! ```
//!
//! `map.rs` has the equation: `phi'(z*(y)) = c v*(y)` along the roots. phi is a table (a Chebyshev
//! series) in the data of the module; the macro differentiates it like any other function. Printed:
//! errors and their slopes, `C_y` over y, and Proposition 8 of Ye et al. (2024), where phi is `e^z`.

mod map;
mod measure;
mod one_dimension;
#[path = "../shared/pictures.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod pictures;
mod plot;
mod series;
#[path = "../shared/style.rs"]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;

use crate::measure::{Constants, Errors};
use crate::one_dimension::{curve, line};
use crate::table::{Table, number};

/// The roots for which phi is built.
const ROOTS: (f64, f64) = (0.35, 1.3);
/// Where errors are measured.
const Y: f64 = 0.3;

fn main() -> Result<(), Box<dyn Error>> {
    println!(" F = e^y x + ½ x³ + sin(y) / 5 - 3/2,  g = ½ (x + 1)² + 3/10 x sin(y) + y² / 10");
    let (data, tail) = map::super_efficient(ROOTS.0, ROOTS.1)?;
    println!(" phi for x* in [{}, {}]: {} terms, which leave out {}\n", ROOTS.0, ROOTS.1, data.series.len(), number(tail));
    let problem = curve::Problem::new(&data)?;

    let inner: Vec<f64> = (2..=14).map(|k| 10.0_f64.powf(-0.5 * f64::from(k))).collect();
    let errors = measure::errors(&problem, Y, &inner)?;
    show_errors(&errors);
    let ys = (0..=60).map(|k| -0.5 + 0.025 * f64::from(k));
    let constants: Vec<_> = ys.map(|y| Ok((y, measure::constants(&problem, y)?))).collect::<Result<_, Box<dyn Error>>>()?;
    show_constants(&constants);
    proposition_8()?;

    let folder = pictures::folder("super-efficient");
    std::fs::create_dir_all(&folder)?;
    plot::picture(&folder.join("super_efficient.svg"), Y, &errors, &constants)?;
    println!("\n {}: super_efficient.svg", folder.display());
    Ok(())
}

fn show_errors(errors: &[Errors]) {
    println!(" At y = {Y}: errors of the hypergradient, and slopes from one row to the next\n");
    let mut table = Table::new(["|x - x*|", "error of Ω", "slope", "error of Ω^φ", "slope"]);
    let slope =
        |pair: Option<(f64, f64)>, inner: f64| pair.map_or(String::new(), |(a, b)| format!("{:.2}", (a / b).ln() / inner.ln()));
    for (k, now) in errors.iter().enumerate() {
        let before = k.checked_sub(1).map(|k| &errors[k]);
        let ratio = before.map_or(1.0, |before| before.inner / now.inner);
        let plain = slope(before.map(|before| (before.plain, now.plain)), ratio);
        let changed = slope(before.map(|before| (before.changed, now.changed)), ratio);
        table.row([number(now.inner), number(now.plain), plain, number(now.changed), changed]);
    }
    print!("{table}");
}

fn show_constants(constants: &[(f64, Constants)]) {
    println!("\n C_y\n");
    let mut table = Table::new(["y", "Ω", "Ω^φ, built", "Ω^φ, φ = exp"]);
    for (y, c) in constants.iter().step_by(10) {
        table.row([format!("{y:.2}"), number(c.plain), number(c.changed), number(c.exp)]);
    }
    print!("{table}");
}

/// The case in which phi is known: `e^z`.
fn proposition_8() -> Result<(), Box<dyn Error>> {
    println!("\n Proposition 8: F = e^y x + b, g = 2 x + y², y = 0.6\n");
    let mut table = Table::new(["", "C_y of Ω", "C_y of Ω^φ, φ = e^z"]);
    for (name, shift) in [("b = -1.3", 0.0), ("b = -1.3 + y / 2", 0.5)] {
        let problem = line::Problem::new(line::Data { shift })?;
        let found = measure::constants(&problem, 0.6)?;
        table.row([name.to_owned(), number(found.plain), number(found.changed)]);
    }
    print!("{table}");
    Ok(())
}
