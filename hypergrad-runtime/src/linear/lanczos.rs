//! The ends of the spectrum of a symmetric `F_1`, by products.

use super::adjoint::{Side, vectors};
use super::jacobi::check_symmetric;
use super::tridiagonal::Tridiagonal;
use crate::error::LinearError;
use crate::kernels::{axpy, dot, norm, scale, scatter};
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The vectors of [`extreme_eigenvalues`].
pub struct Lanczos<P: Bilevel> {
    before: X<P>,
    unit: X<P>,
    next: X<P>,
}
opaque_debug!([P: Bilevel] Lanczos<P>, "Lanczos");

impl<P: Bilevel> Lanczos<P> {
    /// Makes them for a point of these sizes.
    ///
    /// # Errors
    /// Storage would be too large.
    pub fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        let [before, unit, next] = vectors(problem, work)?;
        Ok(Self { before, unit, next })
    }
}

/// The smallest and the largest eigenvalue of `F_1` at the point as a Lanczos process of so many steps (at most 48)
/// sees them: the first from above, the second from below. One product a step.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::linear::{Lanczos, extreme_eigenvalues};
/// use hypergrad::problem::Bilevel;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let mut work = problem.work(&x, &y)?;
/// let mut vectors = Lanczos::new(&problem, &work)?;
/// let (low, high) = extreme_eigenvalues(&problem, &mut work, &mut vectors, 10)?;
/// let values = problem.at(&x, &y)?.F_1().symmetric_eigenvalues();
/// assert!((low - values.min()).abs() < 1e-9 && (high - values.max()).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `F_1` is not symmetric or not finite.
///
/// # Reference
/// Lanczos, An iteration method for the solution of the eigenvalue problem (1950).
pub fn extreme_eigenvalues<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    vectors: &mut Lanczos<P>,
    steps: usize,
) -> Result<(f64, f64), LinearError> {
    let (before, unit, next) = (vectors.before.flat_mut(), vectors.unit.flat_mut(), vectors.next.flat_mut());
    check_symmetric(problem, work, unit, before, next)?;
    before.fill(T::<P>::ZERO);
    scatter(unit);
    let length = norm(unit);
    if length == 0.0 {
        return Ok((0.0, 0.0));
    }
    scale(T::<P>::lit(1.0 / length), unit);
    let (mut found, mut beta, mut size) = (Tridiagonal::new(), 0.0, 0.0);
    for _ in 0..steps.max(1) {
        Side::Plain.multiply(problem, work, unit, next);
        let alpha = dot(unit, next).wide();
        axpy(T::<P>::lit(-alpha), unit, next);
        axpy(T::<P>::lit(-beta), before, next);
        beta = norm(next);
        if !(alpha.is_finite() && beta.is_finite()) {
            return Err(LinearError::NonFinite { what: "F_1 u", index: 0 });
        }
        found.push(alpha, beta);
        size += nalgebra::ComplexField::abs(alpha) + beta;
        if beta <= 100.0 * T::<P>::EPSILON * size {
            // An invariant subspace.
            break;
        }
        before.copy_from_slice(unit);
        unit.copy_from_slice(next);
        scale(T::<P>::lit(1.0 / beta), unit);
    }
    Ok(found.extremes().unwrap_or((0.0, 0.0)))
}
