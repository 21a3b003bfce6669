//! Hypergradient error against inner error, one line per estimator.

use std::path::Path;

use plotters::prelude::*;

use super::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};
use crate::estimators::Measured;

/// The left end of the picture.
const LEFT: f64 = 1e-8;
/// Its lower end.
const LOWEST: f64 = 1e-14;

/// Draws the picture.
pub fn errors(path: &Path, measured: &[Measured]) -> Drawn {
    let root = SVGBackend::new(path, (900, 600)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("How the error of the hypergradient follows that of x", text(22))
        .margin(18)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d((LEFT..2e1).log_scale(), (LOWEST..1e4).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("inner error |x − x*|, mpg per standard deviation")
        .y_desc("hypergradient error |Ω̃ − ∇h|, mpg²")
        .label_style(text(15))
        .axis_desc_style(text(17))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .x_label_formatter(&power_of_ten)
        .y_label_formatter(&power_of_ten)
        .draw()?;
    for (k, m) in measured.iter().enumerate() {
        let colour = PALETTE[k % PALETTE.len()];
        // Rings of different sizes: some estimators agree. Zeros have no place on a log axis.
        let size = 2 + (measured.len() - k) as u32 / 2;
        let seen = m.points.iter().filter(|(x, e)| *x > LEFT && *e > LOWEST);
        chart
            .draw_series(seen.map(|&point| Circle::new(point, size, colour.stroke_width(2))))?
            .label(label(m))
            .legend(move |(x, y)| Circle::new((x + 8, y), 5, colour.filled()));
        chart.draw_series(LineSeries::new(line(m), colour.stroke_width(1)))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(text(16))
        .background_style(WHITE.mix(0.9))
        .border_style(PALE)
        .margin(12)
        .draw()?;
    root.present()?;
    Ok(())
}

/// The fitted line, where the picture shows it.
fn line(m: &Measured) -> Vec<(f64, f64)> {
    let Some(line) = m.line else { return Vec::new() };
    let left = LEFT.max((LOWEST / line.constant).powf(line.slope.recip()));
    [left, 1.0].map(|x| (x, line.at(x))).to_vec()
}

fn label(m: &Measured) -> String {
    match m.line {
        Some(line) => format!("{}: slope {:.2}", m.name, line.slope),
        None => format!("{}: exact to rounding", m.name),
    }
}
