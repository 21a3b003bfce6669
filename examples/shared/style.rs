//! The pictures: colours, text and the labels of logarithmic axes.

use plotters::prelude::*;

/// What a drawing can fail with.
pub type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Colours that everyone can tell apart (Okabe and Ito).
pub const PALETTE: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(170, 85, 150),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
    RGBColor(0, 0, 0),
];
/// Text and axes.
pub const INK: RGBColor = RGBColor(40, 40, 40);
/// The grid.
pub const PALE: RGBColor = RGBColor(225, 225, 225);
/// The grid between its lines.
pub const FAINT: RGBColor = RGBColor(243, 243, 243);

/// Text of this size.
pub fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// `10⁻³` for 0.001.
pub fn power_of_ten(value: &f64) -> String {
    let exponent = value.log10().round() as i32;
    let digits = exponent.to_string();
    let raised = digits.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => char::from_u32(0x2070 + c.to_digit(10).unwrap_or(0)).unwrap_or(c),
    });
    format!("10{}", raised.collect::<String>())
}
