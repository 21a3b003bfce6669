//! The conjugate gradient method on the normal equations, for any regular `F_1`.

use super::adjoint::{AdjointSolve, LinearInfo, Side, vectors};
use super::stopping::{Delayed, Go, LinearStopping, Progress, add, begin, first_residual, linear_builders, shrink_and_add};
use super::tridiagonal::Tridiagonal;
use crate::error::LinearError;
use crate::kernels::{dot, norm};
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The conjugate gradient method on `AᵀA x = Aᵀ b` for `A = F_1` or its transpose: minimises `|A x - b|` over the
/// Krylov space of `AᵀA`. The residual after k steps is at most `2 ((κ - 1)/(κ + 1))^k |b|`, κ the condition of
/// A; two products a step, four vectors of length n.
///
/// For any regular `F_1`. Where `F_1 = I - Phi_1` with `|Phi_1| <= q` the worst rate is at most q, that of the
/// fixed-point iteration.
///
/// Default: a relative residual of `1e-10` (`f32`: `1e-5`).
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod game {
/// #     use nalgebra::Vector2;
/// /// Two players, each with a loss of its own: `F_1` is not symmetric.
/// pub fn F(x: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
///     Vector2::new(2.0 * x[0] + x[1] - y[0], x[1] - 0.5 * x[0] + x[1].powi(3) - y[1])
/// }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::Ift;
/// use hypergrad::linear::NormalEquations;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = game::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let found = problem.hypergradient(&x, &y, &Ift::with(NormalEquations::new()))?;
/// assert!((found.gradient - exact).norm() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Grazzi, Franceschi, Pontil, Salzo, On the iteration complexity of hypergradient computation (2020), 2.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalEquations {
    stopping: LinearStopping,
}

impl NormalEquations {
    /// With the default settings.
    pub const fn new() -> Self {
        Self { stopping: LinearStopping::NEW }
    }
}
linear_builders!(NormalEquations);

impl Default for NormalEquations {
    fn default() -> Self {
        Self::new()
    }
}

/// The vectors of [`NormalEquations`].
pub struct NormalEquationsWork<P: Bilevel> {
    residual: X<P>,
    direction: X<P>,
    image: X<P>,
    slope: X<P>,
    delayed: Delayed<P>,
}
opaque_debug!([P: Bilevel] NormalEquationsWork<P>, "NormalEquationsWork");

const METHOD: &str = "conjugate gradient method on the normal equations";

impl<P: Bilevel> AdjointSolve<P> for NormalEquations {
    type Workspace = NormalEquationsWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        let [residual, direction, image, slope] = vectors(problem, work)?;
        Ok(NormalEquationsWork { residual, direction, image, slope, delayed: Delayed::new(problem, work)? })
    }

    fn solve_one(
        &self,
        problem: &P,
        work: &mut P::Work,
        w: &mut Self::Workspace,
        side: Side,
        start: Option<&[T<P>]>,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        let (r, p, q, s) = (w.residual.flat_mut(), w.direction.flat_mut(), w.image.flat_mut(), w.slope.flat_mut());
        let mut progress = Progress::new::<T<P>>(&self.stopping, METHOD, rhs.len(), norm(rhs), side == Side::Transposed)?;
        let mut size = first_residual(start, rhs, r, |x, out| side.multiply(problem, work, x, out));
        progress.info.products += usize::from(start.is_some());
        let x = rhs;
        begin(start, x);
        if size > 0.0 {
            side.other().multiply(problem, work, r, s);
            progress.info.products += 1;
        }
        p.copy_from_slice(s);
        let mut square = dot(s, s).wide();
        let (mut lanczos, mut last) = (Tridiagonal::new(), None);
        loop {
            if progress.judge(size)? == Go::Stop || progress.judge_gradient(problem, work, &mut w.delayed, x, false) == Go::Stop {
                break;
            }
            side.multiply(problem, work, p, q);
            let curvature = dot(q, q).wide();
            if square == 0.0 && norm(s) > 0.0 {
                progress.exhausted()?;
                break;
            }
            if curvature == 0.0 && progress.is_rounding(size) {
                progress.exhausted()?;
                break;
            }
            if curvature == 0.0 {
                let pivot = progress.info.iterations;
                return Err(LinearError::Singular { what: "F_1", block: None, pivot, value: 0.0, scale: size });
            }
            let length = square / curvature;
            add(length, p, x);
            add(-length, q, r);
            side.other().multiply(problem, work, r, s);
            let next = dot(s, s).wide();
            let ratio = next / square;
            let before = last.map_or(0.0, |(length, ratio): (f64, f64)| ratio / length);
            lanczos.push(1.0 / length + before, nalgebra::ComplexField::sqrt(ratio) / length);
            last = Some((length, ratio));
            shrink_and_add(p, T::<P>::lit(ratio), s);
            (square, size) = (next, norm(r));
            progress.stepped(2);
        }
        progress.info.ritz = lanczos.extremes();
        Ok(progress.info)
    }
}
