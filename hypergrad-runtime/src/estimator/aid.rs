//! Approximate implicit differentiation: names for [`Ift`] with so many steps of an iteration.

use super::Ift;
use crate::linear::{ConjugateGradient, FixedPoint, Gmres, Minres, NormalEquations};

/// Approximate implicit differentiation: Omega with a v of exactly k steps from 0. Each is a name for
/// [`Ift::with`] and that solve; tolerances instead of k, preconditioners and warm starts are set there.
///
/// `|estimate - ∇h|` is of first order in the error of x, as for Ift, and of v, whose part of it is in the
/// error estimate.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Aid, Ift};
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// // n = 2: two steps of conjugate gradients are exact.
/// let two = problem.hypergradient(&x, &y, &Aid::conjugate_gradient(2))?;
/// assert!((two.gradient - exact).norm() < 1e-12);
/// let one = problem.hypergradient(&x, &y, &Aid::conjugate_gradient(1))?;
/// assert!((one.gradient - exact).norm() > 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Grazzi, Franceschi, Pontil, Salzo, On the iteration complexity of hypergradient computation (2020), Algorithm 2.
#[derive(Clone, Copy, Debug)]
pub struct Aid;

impl Aid {
    /// k steps of conjugate gradients, for a symmetric positive definite `F_1`: k products.
    pub const fn conjugate_gradient(k: usize) -> Ift<ConjugateGradient> {
        Ift::with(ConjugateGradient::new().steps(k))
    }

    /// k steps of the minimal residual method, for a symmetric `F_1`: k products.
    pub const fn minres(k: usize) -> Ift<Minres> {
        Ift::with(Minres::new().steps(k))
    }

    /// k steps of conjugate gradients on the normal equations, for any regular `F_1`: 2 k products.
    pub const fn normal_equations(k: usize) -> Ift<NormalEquations> {
        Ift::with(NormalEquations::new().steps(k))
    }

    /// k steps of GMRES without a restart, for any regular `F_1`: k products, k vectors.
    pub const fn gmres(k: usize) -> Ift<Gmres> {
        Ift::with(Gmres::new().restart(if k == 0 { 1 } else { k }).steps(k))
    }

    /// k steps of `v <- v + g_1 - F_1ᵀ v`, for `F = x - Phi` with a contraction Phi: k products. For a
    /// gradient take [`crate::linear::FixedPoint::step`] of gradient descent's length.
    pub const fn fixed_point(k: usize) -> Ift<FixedPoint> {
        Ift::with(FixedPoint::new().steps(k))
    }
}
