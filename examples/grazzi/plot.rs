//! Lines on axes of which the upright one is logarithmic.

use std::path::Path;

use plotters::prelude::*;

use super::style::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};

/// A line with its name.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// A panel of a picture.
pub struct Panel {
    pub title: String,
    pub axes: [&'static str; 2],
    pub lines: Vec<Line>,
}

/// Smaller values are rounding, and are drawn here.
const FLOOR: f64 = 1e-15;

/// Panels side by side, two in a row.
pub fn draw(path: &Path, panels: &[Panel]) -> Drawn {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let rows = panels.len().div_ceil(2);
    let root = SVGBackend::new(path, (1200, 440 * rows as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, panel) in root.split_evenly((rows, panels.len().min(2))).iter().zip(panels) {
        draw_panel(area, panel)?;
    }
    root.present()?;
    println!(" {}", path.display());
    Ok(())
}

fn draw_panel(area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>, panel: &Panel) -> Drawn {
    let points = || panel.lines.iter().flat_map(|line| &line.points).copied();
    let last = points().map(|(x, _)| x).fold(1.0, f64::max);
    let low = points().map(|(_, y)| y.max(FLOOR)).fold(f64::INFINITY, f64::min) / 2.0;
    let high = points().map(|(_, y)| y.max(FLOOR)).fold(FLOOR, f64::max) * 2.0;
    let mut chart = ChartBuilder::on(area)
        .caption(&panel.title, text(19))
        .margin(14)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..last, (low..high).log_scale())?;
    chart
        .configure_mesh()
        .x_desc(panel.axes[0])
        .y_desc(panel.axes[1])
        .label_style(text(14))
        .axis_desc_style(text(15))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .y_label_formatter(&power_of_ten)
        .draw()?;
    for (k, line) in panel.lines.iter().enumerate() {
        let colour = PALETTE[k % PALETTE.len()];
        chart
            .draw_series(LineSeries::new(line.points.iter().map(|&(x, y)| (x, y.max(FLOOR))), colour.stroke_width(2)))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(text(13))
        .background_style(WHITE.mix(0.85))
        .border_style(PALE)
        .margin(8)
        .draw()?;
    Ok(())
}
