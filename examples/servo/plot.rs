//! The picture: what the servo believes of its motor, and how long it remembers.

use std::path::Path;

use plotters::prelude::*;

use crate::motor::{Motor, SAMPLES};
use crate::style::{Drawn, FAINT, INK, PALE, PALETTE, text};

/// The fitted a, and the memory in samples, at a time.
pub type Moment = (usize, f32, f32);

/// Above a over time, below the memory.
pub fn picture(path: &Path, moments: &[Moment]) -> Drawn {
    let root = SVGBackend::new(path, (900, 620)).into_drawing_area();
    root.fill(&WHITE)?;
    let (above, below) = root.split_vertically(330);
    let mut chart = ChartBuilder::on(&above)
        .caption("A servo identifies its motor while the load changes", text(20))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0..SAMPLES, 0.86_f32..1.0)?;
    mesh(&mut chart, "a: the speed that is left after a sample")?;
    let truth = (0..SAMPLES).map(|time| (time, Motor::truth(time)[0]));
    let key = |colour: RGBColor| move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3));
    chart.draw_series(LineSeries::new(truth, PALETTE[6].stroke_width(2)))?.label("true").legend(key(PALETTE[6]));
    let fitted = moments.iter().map(|moment| (moment.0, moment.1));
    chart.draw_series(LineSeries::new(fitted, PALETTE[0].stroke_width(2)))?.label("identified").legend(key(PALETTE[0]));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .label_font(text(15))
        .background_style(WHITE.mix(0.85))
        .border_style(PALE)
        .draw()?;
    let most = moments.iter().map(|moment| moment.2).fold(1.0, f32::max);
    let mut chart = ChartBuilder::on(&below)
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0..SAMPLES, (1.0_f32..1.2 * most).log_scale())?;
    mesh(&mut chart, "memory, in samples")?;
    chart.draw_series(LineSeries::new(moments.iter().map(|moment| (moment.0, moment.2)), PALETTE[1].stroke_width(2)))?;
    root.present()?;
    Ok(())
}

/// Axes in the style of the other pictures.
fn mesh<Y: plotters::coord::ranged1d::Ranged<ValueType = f32> + plotters::coord::ranged1d::ValueFormatter<f32>>(
    chart: &mut ChartContext<SVGBackend, Cartesian2d<plotters::coord::types::RangedCoordusize, Y>>,
    y: &str,
) -> Drawn {
    chart
        .configure_mesh()
        .x_desc("sample")
        .y_desc(y)
        .label_style(text(14))
        .axis_desc_style(text(16))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .y_max_light_lines(1)
        .draw()?;
    Ok(())
}
