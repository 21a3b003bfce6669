//! Synthetic data of the sizes of known data sets: the same numbers on every run.

use std::cell::Cell;

/// Numbers between -1 and 1.
pub struct Numbers(Cell<u64>);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub fn next(&self) -> f64 {
        let state = self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.set(state);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}
