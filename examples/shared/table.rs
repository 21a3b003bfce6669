//! Tables of the terminal: the first column to the left, numbers to the right.

use std::fmt;

use comfy_table::{CellAlignment, LineStyle, TableStyle};

/// A line below the header, nothing else.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Rows of text under a header.
pub struct Table(comfy_table::Table);

impl Table {
    /// Without rows.
    pub fn new<const N: usize>(header: [&str; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).set_header(header);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self(table)
    }

    /// The last column to the left too: words.
    pub fn remarks(mut self) -> Self {
        if let Some(column) = self.0.column_iter_mut().last() {
            column.set_cell_alignment(CellAlignment::Left);
        }
        self
    }

    /// One row more.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.0.add_row(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.lines().try_for_each(|line| writeln!(f, " {}", line.trim_end()))
    }
}

/// Three digits, such as `1.23e-4`.
pub fn short(value: f64) -> String {
    format!("{value:.2e}")
}

/// Three digits: `25.3`, `0.151`, and `1.60e-16` below a thousandth and from ten thousand on.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e4).contains(&size) {
        return short(value);
    }
    let decimals = 2 - size.log10().floor() as i32;
    format!("{value:.*}", decimals.max(0) as usize)
}

/// In percent; without decimals from ten on.
pub fn percent(value: f64) -> String {
    if value < 0.1 { format!("{:.1} %", 100.0 * value) } else { format!("{:.0} %", 100.0 * value) }
}
