//! The figures of Ye, Peyré, Cremers and Ablin, "Enhancing Hypergradients Estimation" (2024).
//!
//! ```text
//! cargo run --release --example ye_figures -- [--data DIR] [--setting paper|script] [--pictures DIR]
//! ```
//!
//! `docs/ye_figures.md` says what each of them shows. `--data` names a directory with LIBSVM's files
//! `liver-disorders` and `liver-disorders.t`; without it Fig. 3 is drawn from generated rows. Without
//! `--setting` both are shown.

#[path = "../shared/cars.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod cars;
mod data;
mod experiment;
mod figure;
mod method;
mod options;
#[path = "../shared/pictures.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod pictures;
mod plot;
mod problem;
mod quartiles;
mod random;
mod report;
#[path = "../shared/style.rs"]
mod style;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "shared with other examples")]
mod table;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::figure::{FIGURES, Numbers, Setting, Source};
use crate::method::Method;
use crate::options::Options;

/// Random draws: the seeds 0 to 9.
const DRAWS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let options = Options::read(std::env::args().skip(1))?;
    let cars = data::cars()?;
    let (liver, origin) = match &options.data {
        Some(directory) => (data::liver(directory)?, "liver-disorders"),
        None => (data::generated(), "generated rows (--data DIR reads liver-disorders)"),
    };
    println!(" Figs. 1 and 2: Auto MPG. Fig. 3: {origin}.");
    println!(" Medians and quartiles over {DRAWS} draws, seeds 0 to {}.", DRAWS - 1);
    let names: Vec<String> = Method::ALL.iter().map(|method| format!("{}: {}", method.name(), method.constructor())).collect();
    println!(" Errors of the hypergradient at |x - x*| = 10⁻¹, 10⁻², 10⁻³; slope: between 10^-1.5 and 10^-3.5.");
    println!(" {}", names.join("\n "));
    for &setting in &options.settings {
        let source = Source::new(setting, &cars, &liver);
        introduce(setting, &source);
        let all = compute(&source)?;
        for (figure, numbers) in FIGURES.iter().zip(&all) {
            let known = options.data.is_some() || !figure.name.starts_with('3');
            report::figure(figure, setting, known, numbers);
        }
        draw(&options.pictures.join(setting.name()), &all)?;
    }
    println!("\n Everything took {:.2} s.", start.elapsed().as_secs_f64());
    Ok(())
}

fn introduce(setting: Setting, source: &Source) {
    let [cars, training, test] = source.rows();
    match setting {
        Setting::Paper => report::heading("The paper's setting: sums over all rows"),
        Setting::Script => report::heading("The script's setting: means, rows with a zero left out, test rows unscaled"),
    }
    println!(" {cars} cars x 7 features; {training} rows x 5 features to fit the logistic model, {test} to judge it");
}

/// All figures, with a progress bar.
fn compute(source: &Source) -> Result<Vec<Numbers>, Box<dyn Error>> {
    let style = ProgressStyle::with_template(" draws [{bar:40}] {pos}/{len}  Fig. {msg}")?;
    let bar = ProgressBar::new(u64::from(DRAWS) * FIGURES.len() as u64).with_style(style);
    let numbers = |figure: &figure::Figure| {
        bar.set_message(figure.name);
        figure.numbers(source, DRAWS, || bar.inc(1))
    };
    let all = FIGURES.iter().map(numbers).collect();
    bar.finish_and_clear();
    all
}

/// One picture for a and b of each figure.
fn draw(folder: &Path, all: &[Numbers]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    for (figures, numbers) in FIGURES.chunks_exact(2).zip(all.chunks_exact(2)) {
        let name = format!("figure{}.svg", &figures[0].name[..1]);
        plot::figure(&folder.join(name), [(&figures[0], &numbers[0]), (&figures[1], &numbers[1])])?;
    }
    println!("\n {}: figure1.svg to figure4.svg", folder.display());
    Ok(())
}
