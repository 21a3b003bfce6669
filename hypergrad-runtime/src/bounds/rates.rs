//! By how much an iteration has come closer after k steps, at worst.
//!
//! ```
//! use hypergrad::bounds::rates;
//!
//! // Condition 100: conjugate gradients need fewer steps than gradient descent by its square root.
//! let steps = |rate: &dyn Fn(usize) -> f64| (0..).find(|&k| rate(k) <= 1e-6);
//! let descent = steps(&|k| rates::gradient_descent(100.0, k).unwrap_or(f64::NAN));
//! let conjugate = steps(&|k| rates::conjugate_gradient(100.0, k).unwrap_or(f64::NAN));
//! assert_eq!((descent, conjugate), (Some(691), Some(84)));
//! ```

use nalgebra::ComplexField;

use super::certificate::{InvalidConstant, check_factor};

/// Of condition κ >= 1: `(√κ - 1) / (√κ + 1)`.
fn root_factor(condition: f64) -> Result<f64, InvalidConstant> {
    check_condition(condition)?;
    let root = ComplexField::sqrt(condition);
    Ok((root - 1.0) / (root + 1.0))
}

fn check_condition(condition: f64) -> Result<(), InvalidConstant> {
    if condition >= 1.0 && condition.is_finite() {
        Ok(())
    } else {
        Err(InvalidConstant { name: "condition", value: condition, accepted: "a finite number, at least 1" })
    }
}

fn power(base: f64, exponent: usize) -> f64 {
    ComplexField::powi(base, i32::try_from(exponent).unwrap_or(i32::MAX))
}

/// A contraction: `|x_k - x*| <= q^k |x_0 - x*|`.
///
/// # Errors
/// q is not in `[0, 1)`.
pub fn fixed_point(factor: f64, k: usize) -> Result<f64, InvalidConstant> {
    check_factor("factor", factor)?;
    Ok(power(factor, k))
}

/// Gradient descent with the step `2 / (L + μ)`: `((κ - 1) / (κ + 1))^k`.
///
/// # Errors
/// κ is below 1.
pub fn gradient_descent(condition: f64, k: usize) -> Result<f64, InvalidConstant> {
    check_condition(condition)?;
    Ok(power((condition - 1.0) / (condition + 1.0), k))
}

/// Conjugate gradients on a positive definite matrix: `|v_k - v| <= 2 √κ ((√κ - 1) / (√κ + 1))^k |v_0 - v|`
/// (Grazzi, (17)).
///
/// # Errors
/// κ is below 1.
pub fn conjugate_gradient(condition: f64, k: usize) -> Result<f64, InvalidConstant> {
    Ok(2.0 * ComplexField::sqrt(condition) * power(root_factor(condition)?, k))
}

/// Conjugate gradients on the normal equations of a matrix of condition κ: `2 κ ((κ - 1) / (κ + 1))^k` for
/// the error; the residual has the factor 2 in place of 2 κ.
///
/// # Errors
/// κ is below 1.
pub fn normal_equations(condition: f64, k: usize) -> Result<f64, InvalidConstant> {
    check_condition(condition)?;
    Ok(2.0 * condition * power((condition - 1.0) / (condition + 1.0), k))
}

/// The heavy ball with `α = 4 / (√L + √μ)²`, `β = ((√κ - 1) / (√κ + 1))²` on quadratics: the spectral radius
/// `(√κ - 1) / (√κ + 1)`. Powers exceed those of the radius by a factor that grows with k.
///
/// # Errors
/// κ is below 1.
pub fn heavy_ball_radius(condition: f64) -> Result<f64, InvalidConstant> {
    root_factor(condition)
}

/// Nesterov's method with `α = 1 / L`, `β = (√κ - 1) / (√κ + 1)` on quadratics: the spectral radius `1 - 1/√κ`.
///
/// # Errors
/// κ is below 1.
pub fn nesterov_radius(condition: f64) -> Result<f64, InvalidConstant> {
    check_condition(condition)?;
    Ok(1.0 - 1.0 / ComplexField::sqrt(condition))
}
