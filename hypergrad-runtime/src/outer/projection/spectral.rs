//! Matrices of bounded operator norm.

use nalgebra::DMatrix;

use super::Projection;
use crate::scalar::Real;

/// Matrices, column-major in the flat y, whose largest singular value is at most a bound: larger ones are
/// set to it.
///
/// Singular values come from [`nalgebra::SVD`]; where it does not converge, the matrix is scaled to the bound,
/// which is in the set.
///
/// ```
/// use hypergrad_runtime::outer::{Projection, Spectral};
///
/// // diag(3, 1/2)
/// let mut y = [3.0, 0.0, 0.0, 0.5];
/// Spectral::new(2, 2, 1.0).project(&mut y);
/// assert!((y[0] - 1.0_f64).abs() < 1e-14 && (y[3] - 0.5_f64).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spectral {
    rows: usize,
    cols: usize,
    bound: f64,
}

impl Spectral {
    /// `bound >= 0`.
    pub const fn new(rows: usize, cols: usize, bound: f64) -> Self {
        Self { rows, cols, bound }
    }
}

impl Projection for Spectral {
    fn project<T: Real>(&self, y: &mut [T]) {
        let bound = T::lit(self.bound);
        let size = crate::kernels::norm(y);
        // |A| <= |A|_F: most steps need no singular values.
        if y.len() != self.rows * self.cols || size <= self.bound {
            return;
        }
        let matrix = DMatrix::from_column_slice(self.rows, self.cols, y);
        match nalgebra::SVD::try_new(matrix, true, true, T::lit(T::EPSILON), 0) {
            Some(mut svd) if svd.singular_values.iter().any(|s| *s > bound) => {
                svd.singular_values.iter_mut().for_each(|s| *s = crate::math::min(*s, bound));
                if let Ok(nearest) = svd.recompose() {
                    y.copy_from_slice(nearest.as_slice());
                }
            }
            Some(_) => {}
            None => crate::kernels::scale(T::lit(self.bound / size), y),
        }
    }

    fn invalid(&self, m: usize) -> Option<(&'static str, f64)> {
        if self.rows.checked_mul(self.cols) != Some(m) {
            return Some(("entries of a matrix of bounded norm", self.rows as f64 * self.cols as f64));
        }
        if self.bound >= 0.0 { None } else { Some(("bound", self.bound)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `A - P(A)` is normal to the set at `P(A)`: the singular vectors stay, and `σ <- min(σ, bound)`.
    #[test]
    fn singular_values_are_cut() {
        let a = DMatrix::from_fn(5, 3, |i, j| (1.3 * i as f64 + 0.7 * (j * j) as f64).sin() * 2.0);
        let before = a.clone().svd(false, false).singular_values;
        let bound = 0.5 * (before.max() + before.min());
        let mut y: Vec<f64> = a.as_slice().to_vec();
        Spectral::new(5, 3, bound).project(&mut y);
        let projected = DMatrix::from_column_slice(5, 3, &y);
        let after = projected.clone().svd(false, false).singular_values;
        for (before, after) in before.iter().zip(after.iter()) {
            assert!((before.min(bound) - after).abs() < 1e-13, "{before} {after}");
        }
        let removed = (&a - &projected).svd(false, false).singular_values.max();
        assert!((removed - (before.max() - bound)).abs() < 1e-13);
        let again = y.clone();
        Spectral::new(5, 3, bound * (1.0 + 1e-12)).project(&mut y);
        assert_eq!(y, again);
    }
}
