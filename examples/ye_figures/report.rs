//! The tables of the terminal.

use super::figure::{Against, Figure, Numbers, Setting};
use super::method::Method;
use super::table::{Table, number};

/// Median `C_y` that the paper's script gives for ten seeds, in the order of [`Method::ALL`] without
/// the last; Fig. 3 with the liver-disorders data.
pub fn of_the_script(figure: &Figure) -> &'static [f64] {
    match figure.name {
        "2a" => &[],
        "1a" | "4a" => &[1.60, 0.151, 0.255, 0.151, 1e-16],
        "3a" => &[37.4, 9.41, 50.0, 9.63, 1e-16],
        "3b" => &[35.8, 0.291, 13.0, 12.8, 1e-16],
        _ => &[25.3, 2.27, 16.5, 15.7, 1e-15],
    }
}

/// The title of a section.
pub fn heading(title: &str) {
    println!("\n{title}\n{}", "=".repeat(title.chars().count()));
}

/// One figure. `known`: the script's numbers belong to this setting and these data.
pub fn figure(figure: &Figure, setting: Setting, known: bool, numbers: &Numbers) {
    let (low, high) = figure.range;
    let range = match figure.against {
        Against::Penalty => format!("[c - {0}, c + {0}]", 0.5 * (high - low)),
        Against::InnerError | Against::Iterations => format!("[{low}, {high}]"),
    };
    println!("\n Fig. {}: {}; y uniform in {range}\n", figure.name, figure.title);
    let known = known && setting == Setting::Script;
    match figure.against {
        Against::Penalty => over_y(numbers),
        Against::InnerError => over_x(figure, known, numbers),
        Against::Iterations => over_steps(numbers),
    }
}

/// `C_y` beside the script's, and errors.
fn over_x(figure: &Figure, known: bool, numbers: &Numbers) {
    let header = ["", "C_y", "quartiles", "script", "at 10⁻¹", "at 10⁻²", "at 10⁻³", "slope"];
    let mut table = Table::new(header);
    let script = of_the_script(figure);
    for (k, method) in Method::ALL.into_iter().enumerate() {
        let [low, median, high] = numbers.efficiency[k];
        let script = if known { script.get(k).map(|value| number(*value)) } else { None };
        let error = |exponent| number(numbers.median_at(k, 10.0_f64.powi(exponent)));
        table.row([
            method.name().to_owned(),
            number(median),
            format!("{} to {}", number(low), number(high)),
            script.unwrap_or_else(|| "-".to_owned()),
            error(-1),
            error(-2),
            error(-3),
            slope(numbers, k).map_or_else(|| "rounding".to_owned(), |slope| format!("{slope:.2}")),
        ]);
    }
    print!("{table}");
}

/// The slope of the median error over two decades of the inner error; `None` where all is rounding,
/// ten digits below plain Ω.
pub fn slope(numbers: &Numbers, method: usize) -> Option<f64> {
    let ends = [-1.5, -3.5].map(|exponent: f64| 10.0_f64.powf(exponent));
    let [far, near] = ends.map(|distance| numbers.median_at(method, distance));
    (far > 1e-10 * numbers.median_at(0, ends[0])).then(|| (far / near).log10() / 2.0)
}

/// `C_y` and errors after powers of ten of gradient steps.
fn over_steps(numbers: &Numbers) {
    let mut table = Table::new(["", "C_y", "quartiles", "1 step", "10", "100", "1000", "10000"]);
    for (k, method) in Method::ALL.into_iter().enumerate() {
        let [low, median, high] = numbers.efficiency[k];
        let error = |steps| number(numbers.median_at(k, steps));
        let quartiles = format!("{} to {}", number(low), number(high));
        let errors = [1.0, 10.0, 100.0, 1e3, 1e4].map(error);
        let [a, b, c, d, e] = errors;
        table.row([method.name().to_owned(), number(median), quartiles, a, b, c, d, e]);
    }
    print!("{table}");
}

/// Medians for some of the ranges of y.
fn over_y(numbers: &Numbers) {
    const CENTRES: [f64; 7] = [-3.0, -1.0, 1.0, 3.0, 4.5, 7.0, 9.0];
    let mut table = Table::new(["C_y, c =", "-3", "-1", "1", "3", "4.5", "7", "9"]);
    for (k, method) in Method::ALL.into_iter().enumerate() {
        let [a, b, c, d, e, f, g] = CENTRES.map(|centre| number(numbers.median_at(k, centre)));
        table.row([method.name().to_owned(), a, b, c, d, e, f, g]);
    }
    print!("{table}");
}
