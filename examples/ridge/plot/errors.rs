//! Hypergradient error against inner error, one line per estimator.

use std::path::Path;

use plotters::prelude::*;

use super::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};
use crate::estimators::Measured;

/// Draws the picture.
pub fn errors(path: &Path, measured: &[Measured]) -> Drawn {
    let root = SVGBackend::new(path, (900, 600)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("How the error of the hypergradient follows that of x", text(22))
        .margin(18)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d((1e-8..2e1).log_scale(), (1e-14..1e4).log_scale())?;
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
    for (m, colour) in measured.iter().zip(PALETTE) {
        // Zeros have no place on a log axis: the first iterate can be exact.
        let seen = m.points.iter().filter(|(x, e)| *x > 1e-8 && *e > 1e-14);
        chart.draw_series(seen.map(|&point| Circle::new(point, 3, colour.filled())))?;
        let line = m.line.map(|line| [1e-8, 1e1].map(|x: f64| (x, line.at(x))).into_iter().filter(|(_, e)| *e > 1e-14));
        let line: Vec<(f64, f64)> = line.into_iter().flatten().collect();
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(label(m))
            .legend(move |(x, y)| Circle::new((x + 8, y), 5, colour.filled()));
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

fn label(m: &Measured) -> String {
    match m.line {
        Some(line) => format!("{}: slope {:.2}", m.name, line.slope),
        None => format!("{}: exact to rounding", m.name),
    }
}
