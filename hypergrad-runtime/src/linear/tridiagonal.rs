//! The symmetric tridiagonal matrix of a Lanczos process: its extreme eigenvalues lie inside of the spectrum
//! and approach its ends.

use nalgebra::ComplexField;

/// Rows that are kept; the ends of a spectrum show early.
const ROWS: usize = 48;

/// The leading rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tridiagonal {
    diagonal: [f64; ROWS],
    /// Between rows k and k + 1.
    beside: [f64; ROWS],
    rows: usize,
}

impl Tridiagonal {
    /// Without rows.
    pub(crate) const fn new() -> Self {
        Self { diagonal: [0.0; ROWS], beside: [0.0; ROWS], rows: 0 }
    }

    /// One row more, and what couples it to the next one.
    pub(crate) fn push(&mut self, diagonal: f64, beside: f64) {
        if self.rows < ROWS {
            (self.diagonal[self.rows], self.beside[self.rows]) = (diagonal, beside);
            self.rows += 1;
        }
    }

    /// The smallest and the largest eigenvalue, by bisection.
    pub(crate) fn extremes(&self) -> Option<(f64, f64)> {
        if self.rows == 0 {
            return None;
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for k in 0..self.rows {
            let before = if k > 0 { self.beside[k - 1] } else { 0.0 };
            let after = if k + 1 < self.rows { self.beside[k] } else { 0.0 };
            let radius = ComplexField::abs(before) + ComplexField::abs(after);
            low = smaller(low, self.diagonal[k] - radius);
            high = -smaller(-high, -(self.diagonal[k] + radius));
        }
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        // Below the smallest eigenvalue there is none, below the largest there are all but it.
        Some((self.bisect(low, high, 1), self.bisect(low, high, self.rows)))
    }

    /// The eigenvalue number `count`, from 1 and below.
    fn bisect(&self, mut low: f64, mut high: f64, count: usize) -> f64 {
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.below(middle) >= count {
                high = middle;
            } else {
                low = middle;
            }
        }
        0.5 * (low + high)
    }

    /// Eigenvalues below t: negative pivots of the elimination of `T - t`.
    fn below(&self, t: f64) -> usize {
        let mut count = 0;
        let mut pivot = 1.0;
        for k in 0..self.rows {
            let beside = if k > 0 { self.beside[k - 1] } else { 0.0 };
            pivot = self.diagonal[k] - t - beside * beside / pivot;
            if pivot == 0.0 {
                pivot = f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    }
}

fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    #[test]
    fn extremes_are_those_of_the_matrix() {
        for rows in 1..12 {
            let mut found = Tridiagonal::new();
            let mut matrix = DMatrix::zeros(rows, rows);
            for k in 0..rows {
                let (diagonal, beside) = ((3.0 * k as f64).sin(), (5.0 * k as f64 + 1.0).cos());
                found.push(diagonal, beside);
                matrix[(k, k)] = diagonal;
                if k + 1 < rows {
                    (matrix[(k, k + 1)], matrix[(k + 1, k)]) = (beside, beside);
                }
            }
            let values = matrix.symmetric_eigenvalues();
            let (low, high) = found.extremes().unwrap();
            assert!((low - values.min()).abs() < 1e-12 && (high - values.max()).abs() < 1e-12, "{low} {high} {values}");
        }
        assert!(Tridiagonal::new().extremes().is_none());
    }
}
