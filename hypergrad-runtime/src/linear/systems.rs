//! The systems of one computation, and how they were solved so far.

use super::{AdjointSolve, LinearInfo};
use crate::error::{EstimatorError, LinearError};
use crate::problem::Bilevel;
use crate::problem::space::{T, check_finite};

/// A solve with its workspace.
pub struct Systems<'a, P: Bilevel, L: AdjointSolve<P>> {
    linear: &'a L,
    workspace: &'a mut L::Workspace,
    /// Of all systems so far.
    pub info: LinearInfo,
}
opaque_debug!([P: Bilevel, L: AdjointSolve<P>] Systems<'_, P, L>, "Systems");

impl<'a, P: Bilevel, L: AdjointSolve<P>> Systems<'a, P, L> {
    /// Systems to be solved by `linear`.
    #[inline]
    pub fn new(linear: &'a L, workspace: &'a mut L::Workspace) -> Self {
        Self { linear, workspace, info: LinearInfo::default() }
    }

    /// Whether a solve costs little beside a factorisation.
    pub fn is_direct(&self) -> bool {
        self.linear.is_direct()
    }

    /// `F_1 out = rhs` in place, for one or more right sides; `what` names the solution.
    ///
    /// # Errors
    /// Those of the solve, and a solution that is not finite.
    #[inline]
    pub fn solve(&mut self, problem: &P, work: &mut P::Work, what: &'static str, rhs: &mut [T<P>]) -> Result<(), EstimatorError> {
        let info = self.linear.solve(problem, work, self.workspace, rhs).map_err(|error| of_solve(problem, error))?;
        self.info = self.info.and(info);
        check_finite(problem, work, what, rhs)
    }

    /// `F_1ᵀ out = rhs` in place, for one or more right sides; `what` names the solution.
    ///
    /// # Errors
    /// As [`Systems::solve`].
    #[inline]
    pub fn solve_tr(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        what: &'static str,
        rhs: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        let info = self.linear.solve_tr(problem, work, self.workspace, rhs).map_err(|error| of_solve(problem, error))?;
        self.info = self.info.and(info);
        check_finite(problem, work, what, rhs)
    }

    /// Either system, in place, with the factor of the last point; `what` names the solution.
    ///
    /// # Errors
    /// As [`Systems::solve`].
    pub fn solve_near(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        side: super::Side,
        what: &'static str,
        rhs: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        let info = self.linear.solve_near(problem, work, self.workspace, side, rhs);
        self.info = self.info.and(info.map_err(|error| of_solve(problem, error))?);
        check_finite(problem, work, what, rhs)
    }

    /// The adjoint, `F_1ᵀ v = g_1`, into v; from `start` where the solve is one by steps.
    ///
    /// # Errors
    /// As [`Systems::solve`], and a `g_1` that is not finite.
    #[inline]
    pub fn adjoint(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        start: Option<&[T<P>]>,
        v: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        problem.g_1(work, v);
        check_finite(problem, work, "g_1", v)?;
        self.solve_adjoint(problem, work, start, v)
    }

    /// [`Systems::adjoint`], which leaves `g_1` behind.
    ///
    /// # Errors
    /// As [`Systems::adjoint`].
    #[inline]
    pub fn adjoint_and_g_1(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        start: Option<&[T<P>]>,
        v: &mut [T<P>],
        g_1: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        problem.g_1(work, g_1);
        check_finite(problem, work, "g_1", g_1)?;
        v.copy_from_slice(g_1);
        self.solve_adjoint(problem, work, start, v)
    }

    /// The adjoint, where v is `g_1`.
    #[inline]
    fn solve_adjoint(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        start: Option<&[T<P>]>,
        v: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        let info = self.linear.solve_one(problem, work, self.workspace, super::Side::Transposed, start, v);
        self.info = self.info.and(info.map_err(|error| of_solve(problem, error))?);
        check_finite(problem, work, "v", v)
    }
}

/// A solve that failed, perhaps for the data's sake.
#[cold]
fn of_solve<P: Bilevel>(problem: &P, error: LinearError) -> EstimatorError {
    EstimatorError::from(error).or_of_data(problem)
}
