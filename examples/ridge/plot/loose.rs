//! A descent whose inner problem is hardly solved: h, and what the error estimate allows.

use std::path::Path;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};
use crate::loose::{Step, promised};

/// What is drawn of a step, its colour and its name.
type Series = (fn(&Step) -> f64, RGBColor, &'static str);
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws both panels.
pub fn loose(path: &Path, plain: &[Step], corrected: &[Step]) -> Drawn {
    let root = SVGBackend::new(path, (900, 860)).into_drawing_area();
    root.fill(&WHITE)?;
    let (upper, lower) = root.split_vertically(480);
    objective(&upper, plain, corrected)?;
    gradient_error(&lower, plain)?;
    root.present()?;
    Ok(())
}

/// h at every step, and where Ω of the step before said that it would be.
fn objective(area: &Area, plain: &[Step], corrected: &[Step]) -> Drawn {
    let band = promised(plain);
    let low = band.iter().map(|b| b.1 - b.2).fold(corrected.last().map_or(0.0, |s| s.h), f64::min);
    let high = band.iter().map(|b| b.1 + b.2).fold(plain[0].h, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption("Three inner steps an outer step: what plain Ω promises", text(22))
        .margin(18)
        .x_label_area_size(50)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..plain.len() as f64 - 1.0, low - 20.0..high + 20.0)?;
    chart
        .configure_mesh()
        .x_desc("outer step")
        .y_desc("validation loss h, mpg²")
        .label_style(text(15))
        .axis_desc_style(text(17))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .x_label_formatter(&|k| format!("{k:.0}"))
        .y_label_formatter(&|h| format!("{h:.0}"))
        .draw()?;
    let edge = |sign: f64| band.iter().map(move |b| (b.0, b.1 + sign * b.2));
    let outline: Vec<(f64, f64)> = edge(1.0).chain(edge(-1.0).collect::<Vec<_>>().into_iter().rev()).collect();
    chart
        .draw_series([Polygon::new(outline, PALETTE[1].mix(0.18))])?
        .label("error estimate of Ω, times the length of the step")
        .legend(|(x, y)| Rectangle::new([(x, y - 6), (x + 18, y + 6)], PALETTE[1].mix(0.25).filled()));
    let middle = band.iter().map(|b| (b.0, b.1));
    chart
        .draw_series(DashedLineSeries::new(middle, 6, 5, PALETTE[1].stroke_width(2)))?
        .label("promised by Ω one step before")
        .legend(|(x, y)| DashedPathElement::new([(x, y), (x + 18, y)], 6, 5, PALETTE[1].stroke_width(2)));
    for (steps, colour, name) in
        [(plain, PALETTE[0], "h with plain Ω"), (corrected, PALETTE[2], "h with Preconditioned::newton()")]
    {
        let line: Vec<(f64, f64)> = steps.iter().enumerate().map(|(k, s)| (k as f64, s.h)).collect();
        chart
            .draw_series(LineSeries::new(line.clone(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
        chart.draw_series(line.into_iter().map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    legend(&mut chart, SeriesLabelPosition::UpperRight)
}

/// The error of Ω as it is, and as it is estimated.
fn gradient_error(area: &Area, plain: &[Step]) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(18)
        .x_label_area_size(50)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..plain.len() as f64 - 1.0, (3.0..3e2).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("outer step")
        .y_desc("|Ω − ∇h|, mpg²")
        .label_style(text(15))
        .axis_desc_style(text(17))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .x_label_formatter(&|k| format!("{k:.0}"))
        .y_label_formatter(&power_of_ten)
        .draw()?;
    let series: [Series; 3] = [
        (|s| s.estimated, PALETTE[1], "error, as estimated"),
        (|s| s.error, PALETTE[0], "error, as it is"),
        (|s| s.omega.norm(), INK, "|Ω| itself"),
    ];
    for (value, colour, name) in series {
        let line = plain.iter().enumerate().map(|(k, s)| (k as f64, value(s)));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    legend(&mut chart, SeriesLabelPosition::LowerLeft)
}

fn legend<'a, 'b: 'a, C>(chart: &mut ChartContext<'a, SVGBackend<'b>, C>, position: SeriesLabelPosition) -> Drawn
where
    C: CoordTranslate,
{
    chart
        .configure_series_labels()
        .position(position)
        .label_font(text(15))
        .background_style(WHITE.mix(0.9))
        .border_style(PALE)
        .margin(10)
        .draw()?;
    Ok(())
}
