//! The picture: the error of the risk over a day, and what the service knew of it.

use std::path::Path;

use plotters::element::DashedPathElement;
use plotters::prelude::*;

use crate::style::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};

/// A tick: the true error and the estimated one, as shares of the risk.
pub type Tick = (f64, f64);

/// Smaller errors are rounding, and are drawn here.
const FLOOR: f64 = 1e-9;

/// One line for the truth and one for the estimate; a horizontal one at the limit.
pub fn picture(path: &Path, ticks: &[Tick], limit: f64) -> Drawn {
    let root = SVGBackend::new(path, (900, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Risk from a curve that is calibrated when the error estimate says so", text(20))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..ticks.len() as f64, (1e-7..1e-1).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("tick")
        .y_desc("error of the risk, as a share of it")
        .label_style(text(14))
        .axis_desc_style(text(16))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .y_label_formatter(&power_of_ten)
        .draw()?;
    let line = |value: fn(&Tick) -> f64| ticks.iter().enumerate().map(move |(k, tick)| (k as f64, value(tick).max(FLOOR)));
    let key = |colour: RGBColor| move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3));
    chart.draw_series(LineSeries::new(line(|t| t.0), PALETTE[0].stroke_width(1)))?.label("true").legend(key(PALETTE[0]));
    chart.draw_series(LineSeries::new(line(|t| t.1), PALETTE[1].stroke_width(1)))?.label("estimated").legend(key(PALETTE[1]));
    let ends = [(0.0, limit), (ticks.len() as f64, limit)];
    chart
        .draw_series(DashedLineSeries::new(ends, 6, 5, PALETTE[6].stroke_width(2)))?
        .label("calibrate again")
        .legend(|(x, y)| DashedPathElement::new([(x, y), (x + 18, y)], 6, 5, PALETTE[6].stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(text(15))
        .background_style(WHITE.mix(0.85))
        .border_style(PALE)
        .draw()?;
    root.present()?;
    Ok(())
}
