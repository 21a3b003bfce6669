//! The Auto MPG data as they are on file.

use std::error::Error;

use nalgebra::{DMatrix, DVector};

/// Part of the program: the examples run from any directory.
const CSV: &str = include_str!("../data/auto-mpg.csv");

/// One row per car.
pub struct Cars {
    /// The names of the features.
    pub features: Vec<String>,
    /// The features, one row per car.
    pub rows: DMatrix<f64>,
    /// Miles per gallon.
    pub mpg: DVector<f64>,
}

impl Cars {
    /// Reads the file; the last column is what is predicted.
    pub fn read() -> Result<Self, Box<dyn Error>> {
        let mut reader = csv::Reader::from_reader(CSV.as_bytes());
        let mut features: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        features.pop();
        let mut numbers = Vec::new();
        for record in reader.records() {
            for field in &record? {
                numbers.push(field.parse::<f64>()?);
            }
        }
        let n = features.len();
        let table = DMatrix::from_row_slice(numbers.len() / (n + 1), n + 1, &numbers);
        Ok(Self { features, rows: table.columns(0, n).into_owned(), mpg: table.column(n).into_owned() })
    }
}
