//! The weights by feature.

use std::path::Path;

use nalgebra::DVector;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::{Drawn, FAINT, INK, PALE, PALETTE, power_of_ten, text};

/// Draws the tuned weights as bars, from the weight 1 at which they started, beside the common one.
pub fn weights(path: &Path, features: &[String], tuned: &DVector<f64>, common: f64) -> Drawn {
    let root = SVGBackend::new(path, (900, 440)).into_drawing_area();
    root.fill(&WHITE)?;
    let n = features.len();
    let mut chart = ChartBuilder::on(&root)
        .caption("One ridge weight per feature", text(22))
        .margin(18)
        .x_label_area_size(50)
        .y_label_area_size(130)
        .build_cartesian_2d((1e-3..1e4).log_scale(), (0..n - 1).into_segmented())?;
    chart
        .configure_mesh()
        .x_desc("weight e^y  (small: trusted, large: kept near zero)")
        .label_style(text(15))
        .axis_desc_style(text(17))
        .axis_style(INK)
        .bold_line_style(PALE)
        .light_line_style(FAINT)
        .x_max_light_lines(1)
        .disable_y_mesh()
        .x_label_formatter(&power_of_ten)
        .y_label_formatter(&|place| match place {
            SegmentValue::CenterOf(i) => features.get(n - 1 - i).cloned().unwrap_or_default(),
            _ => String::new(),
        })
        .draw()?;
    let bars = (0..n).map(|i| {
        let corners = [(1.0, SegmentValue::Exact(n - 1 - i)), (tuned[i].exp(), SegmentValue::Exact(n - i))];
        let mut bar = Rectangle::new(corners, PALETTE[0].mix(0.8).filled());
        bar.set_margin(7, 7, 0, 0);
        bar
    });
    chart
        .draw_series(bars)?
        .label("tuned, from 1 at the start")
        .legend(|(x, y)| Rectangle::new([(x, y - 6), (x + 18, y + 6)], PALETTE[0].mix(0.8).filled()));
    let ends = [(common, SegmentValue::Exact(0)), (common, SegmentValue::Exact(n))];
    chart
        .draw_series(DashedLineSeries::new(ends, 6, 5, PALETTE[1].stroke_width(2)))?
        .label("one common weight, by grid")
        .legend(|(x, y)| DashedPathElement::new([(x, y), (x + 18, y)], 6, 5, PALETTE[1].stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(text(15))
        .background_style(WHITE.mix(0.9))
        .border_style(PALE)
        .margin(10)
        .draw()?;
    root.present()?;
    Ok(())
}
