//! The derivative of an estimate by x, and its norm at a root.

use nalgebra::ComplexField;

use super::Estimator;
use super::direct::{Vectors, newton_step, residual};
use crate::error::EstimatorError;
use crate::kernels::{gemv, gemv_t, norm, scale};
use crate::point::{self, T, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::solver::scatter;

/// `Omega~_1(x, y)`, `m x n`: the derivative of the estimate by x.
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

/// `C_y = |Omega~_1(x*, y)|`, the operator norm at a root: the constant of
/// `|estimate - ∇h| <= C_y |x - x*| + O(|x - x*|²)`.
///
/// # Errors
/// `NotAtRoot` where the Newton step `|F_1⁻¹ F|` exceeds `1e-6 (1 + |x|)` (`f32`: `1e-3`); and as
/// [`jacobian`].
pub fn efficiency<P: Bilevel, E: Estimator<P>>(problem: &P, x: &P::X, y: &P::Y, estimator: &E) -> Result<f64, EstimatorError> {
    let mut work = point::start(problem, x, y)?;
    check_root(problem, &mut work)?;
    efficiency_at(problem, &mut work, estimator)
}

/// The operator norm of the Jacobian at the point in `work`, a root.
pub(super) fn efficiency_at<P: Bilevel, E: Estimator<P>>(
    problem: &P,
    work: &mut P::Work,
    estimator: &E,
) -> Result<f64, EstimatorError> {
    let (n, m) = problem.dims(work);
    let jacobian = dense_jacobian(problem, work, estimator)?;
    let (mut u, mut s) = (zeros_x(problem, work)?, zeros_y(problem, work)?);
    Ok(operator_norm::<T<P>>(jacobian.flat(), m, n, u.flat_mut(), s.flat_mut()))
}

/// Refuses points that are not roots, by the length of the Newton step; reported as residuals.
pub(super) fn check_root<P: Bilevel>(problem: &P, work: &mut P::Work) -> Result<(), EstimatorError> {
    let mut s = Vectors::new(problem, work)?;
    let size = residual(problem, work, &mut s)?;
    newton_step(problem, work, &mut s)?;
    let step = norm(s.n.flat());
    let relative = if T::<P>::EPSILON > 1e-10 { 1e-3 } else { 1e-6 };
    let allowed = relative * (1.0 + norm(problem.x(work)));
    if step <= allowed { Ok(()) } else { Err(EstimatorError::NotAtRoot { residual: size, tolerance: size * (allowed / step) }) }
}

/// Power iteration sweeps at most.
const SWEEPS: usize = 2000;

/// The largest singular value of A, `rows x cols`, by power iteration on `AᵀA`.
fn operator_norm<S: Real>(a: &[S], rows: usize, cols: usize, u: &mut [S], s: &mut [S]) -> f64 {
    scatter(u);
    let mut found = 0.0;
    for _ in 0..SWEEPS {
        let length = norm(u);
        if length == 0.0 {
            return found;
        }
        scale(S::lit(1.0 / length), u);
        s.fill(S::ZERO);
        gemv(S::ONE, a, rows, cols, u, s);
        let size = norm(s);
        if size == 0.0 {
            return found;
        }
        scale(S::lit(1.0 / size), s);
        u.fill(S::ZERO);
        gemv_t(S::ONE, a, rows, cols, s, u);
        // |Aᵀ s| for a unit s: at least |A u|, at most the norm.
        let now = norm(u);
        if ComplexField::abs(now - found) <= 4.0 * S::EPSILON * now {
            return now;
        }
        found = now;
    }
    found
}
