//! A solve that forms no matrix, by what was proved.

use super::{AdjointSolve, LinearInfo, Minres, MinresWork, NormalEquations, NormalEquationsWork, Side};
use crate::error::LinearError;
use crate::problem::Bilevel;
use crate::problem::space::T;

/// [`Minres`] where `F_1` is proved symmetric, else [`NormalEquations`]: for any regular `F_1`.
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
/// use hypergrad::linear::MatrixFree;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = game::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let found = problem.hypergradient(&x, &y, &Ift::with(MatrixFree))?;
/// assert!((found.gradient - exact).norm() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MatrixFree;

/// The vectors of [`MatrixFree`].
pub enum MatrixFreeWork<P: Bilevel> {
    /// Proved symmetric.
    Symmetric(MinresWork<P>),
    /// Not proved symmetric.
    General(NormalEquationsWork<P>),
}
opaque_debug!([P: Bilevel] MatrixFreeWork<P>, "MatrixFreeWork");

impl<P: Bilevel> AdjointSolve<P> for MatrixFree {
    type Workspace = MatrixFreeWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        if P::STRUCTURE.f1_symmetric {
            Minres::new().workspace(problem, work).map(MatrixFreeWork::Symmetric)
        } else {
            NormalEquations::new().workspace(problem, work).map(MatrixFreeWork::General)
        }
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
        match w {
            MatrixFreeWork::Symmetric(w) => Minres::new().solve_one(problem, work, w, side, start, rhs),
            MatrixFreeWork::General(w) => NormalEquations::new().solve_one(problem, work, w, side, start, rhs),
        }
    }
}
