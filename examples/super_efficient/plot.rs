//! The picture: errors on the left, `C_y` over y on the right.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::measure::{Constants, Errors};
use super::style::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Smaller values are rounding, and are drawn here.
const FLOOR: f64 = 1e-14;

/// Draws both panels.
pub fn picture(path: &Path, y: f64, errors: &[Errors], constants: &[(f64, Constants)]) -> Drawn {
    let root = SVGBackend::new(path, (1100, 460)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(550);
    draw_errors(&left, y, errors)?;
    draw_constants(&right, constants)?;
    root.present()?;
    Ok(())
}

fn chart<'a, 'b>(area: &'a Area<'b>, caption: &str) -> ChartBuilder<'a, 'b, SVGBackend<'b>> {
    let mut builder = ChartBuilder::on(area);
    builder.caption(caption, text(20)).margin(16).x_label_area_size(48).y_label_area_size(70);
    builder
}

fn draw_errors(area: &Area, y: f64, errors: &[Errors]) -> Drawn {
    let inner = || errors.iter().map(|e| e.inner);
    let range = inner().fold(f64::INFINITY, f64::min)..inner().fold(0.0, f64::max);
    let mut chart = chart(area, &format!("Errors at y = {y}")).build_cartesian_2d(range.log_scale(), (FLOOR..1.0).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("inner error |x − x*|")
        .y_desc("hypergradient error")
        .label_style(text(14))
        .axis_desc_style(text(16))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .x_label_formatter(&power_of_ten)
        .y_label_formatter(&power_of_ten)
        .draw()?;
    let lines: [(fn(&Errors) -> f64, &str); 2] = [(|e| e.plain, "Ω"), (|e| e.changed, "Ω^φ")];
    for ((value, name), colour) in lines.into_iter().zip(PALETTE) {
        let points = errors.iter().map(|e| (e.inner, value(e).max(FLOOR)));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    legend(&mut chart, SeriesLabelPosition::UpperLeft)
}

fn draw_constants(area: &Area, constants: &[(f64, Constants)]) -> Drawn {
    let [first, .., last] = constants else { return Ok(()) };
    let mut chart = chart(area, "C_y over y").build_cartesian_2d(first.0..last.0, (FLOOR..1e2).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("y")
        .y_desc("C_y")
        .label_style(text(14))
        .axis_desc_style(text(16))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .x_label_formatter(&|y| format!("{:.1}", (10.0 * y).round() / 10.0 + 0.0))
        .y_label_formatter(&power_of_ten)
        .draw()?;
    let lines: [(fn(&Constants) -> f64, &str); 3] =
        [(|c| c.plain, "Ω"), (|c| c.changed, "Ω^φ, φ built for this problem"), (|c| c.exp, "Ω^φ, φ = exp")];
    for ((value, name), colour) in lines.into_iter().zip(PALETTE) {
        let points = constants.iter().map(|(y, c)| (*y, value(c).max(FLOOR)));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    legend(&mut chart, SeriesLabelPosition::MiddleRight)
}

fn legend<'a, 'b: 'a, C>(chart: &mut ChartContext<'a, SVGBackend<'b>, C>, position: SeriesLabelPosition) -> Drawn
where
    C: CoordTranslate,
{
    chart
        .configure_series_labels()
        .position(position)
        .label_font(text(14))
        .background_style(WHITE.mix(0.85))
        .border_style(PALE)
        .margin(8)
        .draw()?;
    Ok(())
}
