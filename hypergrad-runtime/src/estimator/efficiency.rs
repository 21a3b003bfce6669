//! The derivative of an estimate by x, and its norm at a root.

use super::Estimator;
use super::norm::largest_singular_value;
use super::steps::{Vectors, newton_step, residual};
use crate::error::EstimatorError;
use crate::kernels::norm;
use crate::linear::{AdjointSolve, Direct, Systems};
use crate::point::{self, T, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `Omega~_1(x, y)`, `m x n`: the derivative of the estimate by x.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::Ift;
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let jacobian = problem.jacobian(&x, &y, &Ift::new())?;
/// let c_y = problem.efficiency(&x, &y, &Ift::new())?;
/// assert!((jacobian.svd(false, false).singular_values.max() - c_y).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As an estimate; and where there is no formula, at all or off a root.
pub fn jacobian<P: Bilevel, E: Estimator<P>>(problem: &P, x: &P::X, y: &P::Y, estimator: &E) -> Result<P::YX, EstimatorError> {
    let mut work = point::start(problem, x, y)?;
    dense_jacobian(problem, &mut work, estimator)
}

fn dense_jacobian<P: Bilevel, E: Estimator<P>>(problem: &P, work: &mut P::Work, estimator: &E) -> Result<P::YX, EstimatorError> {
    let (n, m) = problem.dims(work);
    let mut out = P::YX::try_zeros("Omega_1", m, n)?;
    estimator.jacobian_into(problem, work, out.flat_mut())?;
    Ok(out)
}

/// Jacobians with more entries are not formed for their norm alone.
const LARGEST_DENSE: usize = 1 << 22;

/// `C_y = |Omega~_1(x*, y)|`, the operator norm at a root: the constant of
/// `|estimate - ∇h| <= C_y |x - x*| + O(|x - x*|²)`.
///
/// Up to four million entries the Jacobian is formed and its norm is exact to rounding where m or n is
/// at most 32. Otherwise power iteration: on the Jacobian, or where it is too large on products of two
/// solves each; it stops when the norm changes by less than a relative `1e-10` per sweep, and is a
/// lower bound.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, Tangent};
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let c_y = problem.efficiency(&x, &y, &Ift::new())?;
/// // An error of 1e-4 in x is at most C_y times that in the gradient; with Tangent it enters squared.
/// let x_hat = x + Vector2::new(1e-4, 0.0);
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let error = (problem.hypergradient(&x_hat, &y, &Ift::new())?.gradient - exact).norm();
/// assert!(error > 1e-6 && error <= 1.01e-4 * c_y);
/// assert!(problem.efficiency(&x, &y, &Tangent::new())? < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `NotAtRoot` where the Newton step `|F_1⁻¹ F|` exceeds `1e-6 (1 + |x|)` (`f32`: `1e-3`); and as
/// [`jacobian`].
pub fn efficiency<P: Bilevel, E: Estimator<P>>(problem: &P, x: &P::X, y: &P::Y, estimator: &E) -> Result<f64, EstimatorError> {
    let mut work = point::start(problem, x, y)?;
    estimator.check_root(problem, &mut work)?;
    efficiency_at(problem, &mut work, estimator)
}

/// The operator norm of the Jacobian at the point in `work`, a root.
pub(super) fn efficiency_at<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    estimator: &E,
) -> Result<f64, EstimatorError> {
    let (n, m) = problem.dims(work);
    if m.saturating_mul(n) > LARGEST_DENSE
        && let Some(norm) = estimator.norm_by_products(problem, work)
    {
        return norm;
    }
    let jacobian = dense_jacobian(problem, work, estimator)?;
    let (mut left, mut right) = (zeros_y(problem, work)?, zeros_x(problem, work)?);
    finite("C_y", largest_singular_value::<T<P>>(jacobian.flat(), m, n, left.flat_mut(), right.flat_mut()))
}

/// Refuses points that are not roots, by the length of the Newton step; reported as residuals.
pub(super) fn check_root<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
    check_root_with(problem, work, &Direct)
}

/// [`check_root`], with the Newton step found in any way.
pub(super) fn check_root_with<P: Bilevel, L: AdjointSolve<P>>(
    problem: &P,
    work: &mut P::Work,
    linear: &L,
) -> Result<(), EstimatorError> {
    let mut s = Vectors::new(problem, work)?;
    let mut workspace = linear.workspace(problem, work)?;
    let size = residual(problem, work, &mut s)?;
    newton_step(problem, work, &mut s, &mut Systems::new(linear, &mut workspace))?;
    let step = norm(s.n.flat());
    let relative = if T::<P>::EPSILON > 1e-10 { 1e-3 } else { 1e-6 };
    let allowed = relative * (1.0 + norm(problem.x(work)));
    if step <= allowed { Ok(()) } else { Err(EstimatorError::NotAtRoot { residual: size, tolerance: size * (allowed / step) }) }
}

/// Refuses a number that overflowed.
pub(super) fn finite(what: &'static str, value: f64) -> Result<f64, EstimatorError> {
    if value.is_finite() { Ok(value) } else { Err(EstimatorError::NonFinite { what, index: 0 }) }
}
