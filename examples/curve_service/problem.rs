//! The curve as a root: the zero rates at which every swap on the screen is worth nothing.

use hypergrad::bilevel;

pub use curve::Problem;

/// A problem that borrows its data.
pub type Curve<'d> = Problem<&'d curve::Data>;

/// `F(x, y) = 0` for zero rates x at the knots and quoted par rates y; `g` is the value of a portfolio.
#[bilevel]
#[allow(non_snake_case)]
pub mod curve {
    use nalgebra::{DMatrix, DVector};

    /// Cash flows, and how rates at their dates hang on the knots.
    pub struct Data {
        /// Dates at which swaps pay, in years.
        pub dates: DVector<f64>,
        /// Rates at these dates from rates at the knots: linear between knots.
        pub weights: DMatrix<f64>,
        /// One row per swap: 1 where it pays its fixed leg.
        pub fixed: DMatrix<f64>,
        /// One row per swap: 1 at its last date.
        pub last: DMatrix<f64>,
        /// The portfolio's dates, weights, and cash flows.
        pub own_dates: DVector<f64>,
        pub own_weights: DMatrix<f64>,
        pub cash: DVector<f64>,
    }

    /// What one unit is worth today, at each date.
    fn discount(dates: &DVector<f64>, weights: &DMatrix<f64>, x: &DVector<f64>) -> DVector<f64> {
        (weights * x).component_mul(dates).map(|r| (-r).exp())
    }

    /// Floating leg less fixed leg of each swap: `1 - P(T) - y Σ P(t)`.
    pub fn F(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> DVector<f64> {
        let p = discount(&data.dates, &data.weights, x);
        DVector::from_element(y.len(), 1.0) - &data.last * &p - y.component_mul(&(&data.fixed * &p))
    }

    /// The value of the portfolio.
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        data.cash.dot(&discount(&data.own_dates, &data.own_weights, x))
    }
}
