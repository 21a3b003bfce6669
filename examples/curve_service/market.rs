//! A market of swaps, a portfolio, and quotes that move.

use nalgebra::{DMatrix, DVector};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::problem::curve::Data;

/// Years to the end of the swaps on the screen: the knots of the curve.
pub const MATURITIES: [usize; 10] = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30];
/// One basis point.
pub const BASIS_POINT: f64 = 1e-4;
/// Payments of the portfolio.
const PAYMENTS: usize = 120;

/// Yearly payments up to the longest swap, and a portfolio of quarterly ones.
pub fn data(random: &mut ChaCha8Rng) -> Data {
    let years = MATURITIES[MATURITIES.len() - 1];
    let own_dates = DVector::from_fn(PAYMENTS, |k, _| 0.25 * (k + 1) as f64);
    let dates = DVector::from_fn(years, |k, _| (k + 1) as f64);
    Data {
        weights: weights(&dates),
        fixed: DMatrix::from_fn(MATURITIES.len(), years, |i, k| f64::from(u8::from(k < MATURITIES[i]))),
        last: DMatrix::from_fn(MATURITIES.len(), years, |i, k| f64::from(u8::from(k + 1 == MATURITIES[i]))),
        own_weights: weights(&own_dates),
        cash: DVector::from_fn(PAYMENTS, |_, _| random.random_range(-1e6..1.2e6_f64).round()),
        dates,
        own_dates,
    }
}

/// Linear between the knots, flat outside.
fn weights(dates: &DVector<f64>) -> DMatrix<f64> {
    let knots = MATURITIES.map(|years| years as f64);
    let last = knots.len() - 1;
    let mut weights = DMatrix::zeros(dates.len(), knots.len());
    for (row, &date) in dates.iter().enumerate() {
        match knots.iter().position(|&knot| date <= knot) {
            Some(0) => weights[(row, 0)] = 1.0,
            Some(right) => {
                let share = (date - knots[right - 1]) / (knots[right] - knots[right - 1]);
                weights[(row, right - 1)] = 1.0 - share;
                weights[(row, right)] = share;
            }
            None => weights[(row, last)] = 1.0,
        }
    }
    weights
}

/// Quotes: a curve from 2 to 4 %, each tick moved by a common and an own part.
pub struct Quotes {
    random: ChaCha8Rng,
    now: DVector<f64>,
}

impl Quotes {
    pub fn new(seed: u64) -> Self {
        let now =
            DVector::from_iterator(MATURITIES.len(), MATURITIES.iter().map(|&t| 0.02 + 0.02 * (1.0 - (-(t as f64) / 8.0).exp())));
        Self { random: ChaCha8Rng::seed_from_u64(seed), now }
    }

    pub fn now(&self) -> &DVector<f64> {
        &self.now
    }

    /// The next tick: about half a basis point, all together and each by itself.
    pub fn tick(&mut self) -> &DVector<f64> {
        let mut step = |size: f64| size * BASIS_POINT * self.random.random_range(-1.0..1.0);
        let common = step(0.8);
        self.now.iter_mut().for_each(|quote| *quote += common + step(0.4));
        &self.now
    }
}
