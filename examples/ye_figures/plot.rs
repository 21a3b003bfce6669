//! The pictures: both panels of a figure side by side; lines are medians, bands are quartiles.

use std::ops::Range;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;

use super::figure::{Against, Figure, Numbers};
use super::method::Method;
use super::style::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};

/// Smaller values are rounding, and are drawn here.
const FLOOR: f64 = 1e-16;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws both panels.
pub fn figure(path: &Path, panels: [(&Figure, &Numbers); 2]) -> Drawn {
    let root = SVGBackend::new(path, (1200, 480)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(600);
    for (area, (figure, numbers)) in [left, right].iter().zip(panels) {
        panel(area, figure, numbers)?;
    }
    root.present()?;
    Ok(())
}

fn panel(area: &Area, figure: &Figure, numbers: &Numbers) -> Drawn {
    let (first, last) = (numbers.abscissae.first(), numbers.abscissae.last());
    let (Some(&first), Some(&last)) = (first, last) else { return Ok(()) };
    let logarithmic =
        |range: Range<f64>| chart(area, figure).build_cartesian_2d(range.log_scale(), heights(figure, numbers).log_scale());
    match figure.against {
        Against::Penalty => {
            let chart = chart(area, figure).build_cartesian_2d(first..last, heights(figure, numbers).log_scale())?;
            fill(chart, figure, numbers, ["middle of the range of y", "C_y"], |y| format!("{y:.0}"))
        }
        Against::InnerError => {
            fill(logarithmic(last..first)?, figure, numbers, ["inner error |x − x*|", "hypergradient error"], power_of_ten)
        }
        Against::Iterations => {
            fill(logarithmic(first..last)?, figure, numbers, ["gradient steps on x", "hypergradient error"], power_of_ten)
        }
    }
}

fn chart<'a, 'b>(area: &'a Area<'b>, figure: &Figure) -> ChartBuilder<'a, 'b, SVGBackend<'b>> {
    let mut builder = ChartBuilder::on(area);
    let caption = format!("{}  {}", figure.name, figure.title);
    builder.caption(caption, text(20)).margin(16).x_label_area_size(48).y_label_area_size(70);
    builder
}

/// From the least to the largest quartile that is drawn.
fn heights(figure: &Figure, numbers: &Numbers) -> Range<f64> {
    let values = || shown(figure).flat_map(|k| numbers.bands[k].iter().flatten()).map(|value| value.max(FLOOR));
    values().fold(f64::INFINITY, f64::min) / 2.0..values().fold(FLOOR, f64::max) * 2.0
}

/// Places in [`Method::ALL`].
fn shown(figure: &Figure) -> impl Iterator<Item = usize> {
    (0..Method::ALL.len()).filter(|k| figure.shown.contains(&Method::ALL[*k]))
}

fn fill<'a, 'b: 'a, X>(
    mut chart: ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, plotters::coord::combinators::LogCoord<f64>>>,
    figure: &Figure,
    numbers: &Numbers,
    [x_name, y_name]: [&str; 2],
    label: impl Fn(&f64) -> String,
) -> Drawn
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .x_desc(x_name)
        .y_desc(y_name)
        .label_style(text(14))
        .axis_desc_style(text(16))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .x_label_formatter(&label)
        .y_label_formatter(&power_of_ten)
        .draw()?;
    // Where no line is: below the bend of those over y, between those at rounding and the others, or below all that rise.
    let position = match (figure.against, heights(figure, numbers).start) {
        (Against::Iterations, _) => SeriesLabelPosition::LowerLeft,
        (_, ..1e-12) => SeriesLabelPosition::MiddleRight,
        (Against::Penalty, _) => SeriesLabelPosition::LowerMiddle,
        (Against::InnerError, _) => SeriesLabelPosition::LowerRight,
    };
    for k in shown(figure) {
        let colour = PALETTE[k];
        let side = |q: usize| numbers.abscissae.iter().copied().zip(numbers.bands[k].iter().map(move |band| band[q].max(FLOOR)));
        let outline: Vec<(f64, f64)> = side(0).chain(side(2).collect::<Vec<_>>().into_iter().rev()).collect();
        chart.draw_series([Polygon::new(outline, colour.mix(0.15))])?;
        chart
            .draw_series(LineSeries::new(side(1), colour.stroke_width(2)))?
            .label(Method::ALL[k].name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(position)
        .label_font(text(13))
        .background_style(WHITE.mix(0.85))
        .border_style(PALE)
        .margin(8)
        .draw()?;
    Ok(())
}
