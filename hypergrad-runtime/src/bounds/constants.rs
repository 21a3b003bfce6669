//! The constants of regularised least squares and logistic regression, computed from the data.
//!
//! With rows `x_e` of X, a weight per feature, and penalties l, `f = loss + ½ Σ l_i x_i²`, where the outer
//! variable is l itself, so that `f_xy = diag(x)`:
//!
//! | | least squares `½ \|Xw - b\|²` | logistic `Σ log(1 + exp(-y_e x_eᵀ w))` |
//! |---|---|---|
//! | μ, L | eigenvalues of `XᵀX + diag(l)` | `min l`, `\|X\|²/4 + max l` |
//! | ρ₁ | 0 | `max \|x_e\| \|X\|² / (6√3)` |
//! | ρ₂, `\|f_xy\|` | 1, 2D | 1, 2D |
//! | D | `\|Xᵀb\| / μ` | `min(\|Xᵀy\| / 2μ, √(2 N ln 2 / μ))` |
//! | `L_E`, of rows X', b' | `\|X'\| (2 \|X'\| D + \|b'\|)` | `min(√N' \|X'\|, Σ \|x'_e\|)` |
//! | η₁, η₂ | `\|X'\|²`, 0 | `\|X'\|²/4`, 0 |
//!
//! For penalties `l = e^y` use [`InnerObjective::exponential`].
//!
//! ```
//! use hypergrad::bounds::{constants, unrolled};
//! use nalgebra::{DMatrix, DVector};
//!
//! let rows = |shift: f64| DMatrix::from_fn(9, 3, |i, j| (shift + (i * (j + 2)) as f64).sin());
//! let labels = DVector::from_fn(9, |i, _| if i % 3 == 0 { 1.0 } else { -1.0 });
//! let penalties = DVector::repeat(3, 1.0);
//!
//! let inner = constants::logistic(&rows(0.0), &labels, &penalties);
//! let outer = constants::logistic_outer(&rows(0.5));
//! let map = inner.gradient_descent(inner.best_step())?;
//! assert!(unrolled(&map, &outer, 60)?.bound < 1e-3 * unrolled(&map, &outer, 10)?.bound);
//!
//! let targets = DVector::from_fn(9, |i, _| i as f64);
//! let least_squares = constants::least_squares(&rows(0.0), &targets, &penalties);
//! assert!(least_squares.mu >= 1.0 && least_squares.hessian_slope == 0.0);
//! # Ok::<(), hypergrad::bounds::InvalidConstant>(())
//! ```

use nalgebra::{DMatrix, DVector};

use super::contraction::{InnerObjective, OuterObjective};

/// The largest `|ψ'''|` of the logistic loss, `1 / (6√3)`.
const LOGISTIC_THIRD: f64 = 0.096_225_044_864_937_63;

/// The eigenvalues of the smaller of `XᵀX` and `XXᵀ`, the largest.
fn squared_norm(x: &DMatrix<f64>) -> f64 {
    let gram = if x.ncols() <= x.nrows() { x.tr_mul(x) } else { x * x.transpose() };
    gram.symmetric_eigenvalues().iter().copied().fold(0.0, f64::max)
}

/// Least squares with penalties l, one per column of X.
pub fn least_squares(x: &DMatrix<f64>, b: &DVector<f64>, penalties: &DVector<f64>) -> InnerObjective {
    let hessian = x.tr_mul(x) + DMatrix::from_diagonal(penalties);
    let eigenvalues = hessian.symmetric_eigenvalues();
    // From below also where rounding puts the smallest eigenvalue of XᵀX below 0.
    let mu = eigenvalues.min().max(penalties.min());
    let distance = x.tr_mul(b).norm() / mu;
    InnerObjective { mu, smoothness: eigenvalues.max(), hessian_slope: 0.0, mixed_slope: 1.0, mixed: 2.0 * distance, distance }
}

/// The loss `½ |X'x - b'|²` of other rows, on the ball of the inner problem.
pub fn least_squares_outer(x: &DMatrix<f64>, b: &DVector<f64>, distance: f64) -> OuterObjective {
    let squared = squared_norm(x);
    let norm = squared.sqrt();
    OuterObjective { gradient: norm * (2.0 * norm * distance + b.norm()), gradient_slope: squared, direct_slope: 0.0 }
}

/// Logistic regression with labels ±1 and penalties l, one per column of X.
pub fn logistic(x: &DMatrix<f64>, labels: &DVector<f64>, penalties: &DVector<f64>) -> InnerObjective {
    let (mu, squared) = (penalties.min(), squared_norm(x));
    let longest = x.row_iter().map(|row| row.norm()).fold(0.0, f64::max);
    let by_gradient = x.tr_mul(labels).norm() / (2.0 * mu);
    let by_value = (2.0 * labels.len() as f64 * core::f64::consts::LN_2 / mu).sqrt();
    let distance = by_gradient.min(by_value);
    InnerObjective {
        mu,
        smoothness: 0.25 * squared + penalties.max(),
        hessian_slope: longest * squared * LOGISTIC_THIRD,
        mixed_slope: 1.0,
        mixed: 2.0 * distance,
        distance,
    }
}

/// The logistic loss of other rows.
pub fn logistic_outer(x: &DMatrix<f64>) -> OuterObjective {
    let squared = squared_norm(x);
    let sum: f64 = x.row_iter().map(|row| row.norm()).sum();
    let gradient = ((x.nrows() as f64) * squared).sqrt().min(sum);
    OuterObjective { gradient, gradient_slope: 0.25 * squared, direct_slope: 0.0 }
}

impl InnerObjective {
    /// The same problem as a function of `y = ln l`: `f_xy = diag(l∘x)`.
    #[must_use]
    pub fn exponential(self, penalties: &DVector<f64>) -> Self {
        let largest = penalties.max();
        Self { mixed_slope: largest * self.mixed_slope, mixed: largest * self.mixed, ..self }
    }
}
