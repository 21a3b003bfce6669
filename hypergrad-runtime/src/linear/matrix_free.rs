//! A solve that forms no matrix, by what was proved.

use super::{AdjointSolve, LinearInfo, Minres, MinresWork, NormalEquations, NormalEquationsWork, Side};
use crate::error::LinearError;
use crate::problem::Bilevel;
use crate::problem::space::T;

/// [`Minres`] where `F_1` is proved symmetric, else [`NormalEquations`]: for any regular `F_1`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MatrixFree;

/// The vectors of [`MatrixFree`].
pub enum MatrixFreeWork<P: Bilevel> {
    /// Proved symmetric.
    Symmetric(MinresWork<P>),
    /// Not proved symmetric.
    General(NormalEquationsWork<P>),
}

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
