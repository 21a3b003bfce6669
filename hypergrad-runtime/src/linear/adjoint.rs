//! How systems with `F_1` are solved, as an object.

use crate::error::LinearError;
use crate::problem::Bilevel;
use crate::problem::space::{T, X};

/// `F_1`, or its transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `F_1 out = rhs`.
    Plain,
    /// `F_1ᵀ out = rhs`.
    Transposed,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Plain => Self::Transposed,
            Self::Transposed => Self::Plain,
        }
    }

    /// `out = F_1 u`, or `F_1ᵀ u`.
    pub fn multiply<P: Bilevel>(self, problem: &P, work: &mut P::Work, u: &[T<P>], out: &mut [T<P>]) {
        match self {
            Self::Plain => problem.f_1_mul(work, u, out),
            Self::Transposed => problem.f_1_tr_mul(work, u, out),
        }
    }
}

/// How a system was solved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LinearInfo {
    /// Steps of an iteration, of all right sides together; 0 for a factorisation.
    pub iterations: usize,
    /// Products with `F_1` and its transpose.
    pub products: usize,
    /// `|F_1 out - rhs|` as the iteration knows it, the largest of all right sides; `None` for a factorisation.
    pub residual: Option<f64>,
    /// The extreme eigenvalues that the iteration has seen (Ritz values): they lie inside of the spectrum of a
    /// symmetric `F_1` (normal equations: of `F_1ᵀ F_1`), for a Jacobi preconditioner of the scaled matrix.
    pub ritz: Option<(f64, f64)>,
    /// An estimate of what is left in `F_2ᵀ out`, the part of Omega that depends on the solution; only
    /// where the stopping rule asked for it.
    pub gradient_error: Option<f64>,
}

impl LinearInfo {
    /// Of two right sides.
    #[inline]
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            iterations: self.iterations + other.iterations,
            products: self.products + other.products,
            residual: largest(self.residual, other.residual),
            ritz: match (self.ritz, other.ritz) {
                (Some(a), Some(b)) => Some((if a.0 < b.0 { a.0 } else { b.0 }, if a.1 > b.1 { a.1 } else { b.1 })),
                (a, b) => a.or(b),
            },
            gradient_error: largest(self.gradient_error, other.gradient_error),
        }
    }

    /// The condition number that the Ritz values show, at most the true one; `None` where they have no sign in
    /// common, or there are none.
    pub fn condition(&self) -> Option<f64> {
        let (low, high) = self.ritz?;
        if low > 0.0 {
            Some(high / low)
        } else if high < 0.0 {
            Some(low / high)
        } else {
            None
        }
    }
}

#[inline]
fn largest(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        // Not `max`: a NaN has to survive.
        (Some(a), Some(b)) => Some(if a >= b { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// A way to solve systems with `F_1` at the point of a `work`.
///
/// Estimators, Newton's method and `efficiency` are generic over it: [`super::Direct`] factors by what was
/// proved, the iterations form no matrix.
pub trait AdjointSolve<P: Bilevel> {
    /// Its vectors, made once: a solve with a kept workspace allocates nothing itself.
    type Workspace;

    /// Makes the workspace for a point of these sizes.
    ///
    /// # Errors
    /// Storage would be too large.
    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError>;

    /// Solves with one right side of length n, in place, from `start` where one is given and used.
    ///
    /// # Errors
    /// `F_1` does not suit the method (singular, indefinite, not symmetric), the tolerance was not met, a
    /// number is not finite, a setting has no meaning. What is in `rhs` then has no meaning.
    fn solve_one(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        side: Side,
        start: Option<&[T<P>]>,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError>;

    /// Whether Jacobians may be formed column by column: a solve costs little beside what it takes to get ready.
    fn is_direct(&self) -> bool {
        false
    }

    /// Solves `F_1 out = rhs`, or with the transpose, in place, where `F_1` at a point near by is good enough: with the
    /// factor of the last point, where there is one. What has none solves with `F_1` as it is.
    ///
    /// # Errors
    /// As [`AdjointSolve::solve_one`].
    fn solve_near(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        side: Side,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        self.solve_one(problem, work, workspace, side, None, rhs)
    }

    /// Solves `F_1 out = rhs` in place, for one or more right sides of length n one after another.
    ///
    /// # Errors
    /// As [`AdjointSolve::solve_one`].
    fn solve(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        self.solve_side(problem, work, workspace, Side::Plain, rhs)
    }

    /// Solves `F_1ᵀ out = rhs` in place, for one or more right sides of length n one after another.
    ///
    /// # Errors
    /// As [`AdjointSolve::solve_one`].
    fn solve_tr(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        self.solve_side(problem, work, workspace, Side::Transposed, rhs)
    }

    /// Either.
    ///
    /// # Errors
    /// As [`AdjointSolve::solve_one`].
    fn solve_side(
        &self,
        problem: &P,
        work: &mut P::Work,
        workspace: &mut Self::Workspace,
        side: Side,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        let n = problem.dims(work).0.max(1);
        let mut info = LinearInfo::default();
        for rhs in rhs.chunks_exact_mut(n) {
            info = info.and(self.solve_one(problem, work, workspace, side, None, rhs)?);
        }
        Ok(info)
    }
}

/// By a factorisation, chosen by what was proved of `F_1`: diagonal, blocks, a diagonal plus a Gram matrix,
/// Cholesky, Bunch and Kaufman, Gauss. Kept at the point: however many solves, one factorisation.
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
/// use hypergrad::linear::Direct;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// // What `new` takes.
/// assert_eq!(Ift::new(), Ift::with(Direct));
/// let found = problem.hypergradient(&x, &y, &Tangent::with(Direct))?;
/// assert!(found.report.linear_condition.is_some_and(|condition| condition < 10.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direct;

impl<P: Bilevel> AdjointSolve<P> for Direct {
    type Workspace = ();

    #[inline]
    fn workspace(&self, _problem: &P, _work: &P::Work) -> Result<(), LinearError> {
        Ok(())
    }

    #[inline]
    fn solve_one(
        &self,
        problem: &P,
        work: &mut P::Work,
        (): &mut (),
        side: Side,
        _start: Option<&[T<P>]>,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        problem.factor(work)?;
        self.solve_near(problem, work, &mut (), side, rhs)
    }

    #[inline]
    fn solve_near(
        &self,
        problem: &P,
        work: &mut P::Work,
        (): &mut (),
        side: Side,
        rhs: &mut [T<P>],
    ) -> Result<LinearInfo, LinearError> {
        match side {
            Side::Plain => problem.f_1_solve(work, rhs),
            Side::Transposed => problem.f_1_tr_solve(work, rhs),
        }
        Ok(LinearInfo::default())
    }

    fn is_direct(&self) -> bool {
        true
    }
}

/// So many vectors of length n.
pub(super) fn vectors<P: Bilevel, const K: usize>(problem: &P, work: &P::Work) -> Result<[X<P>; K], LinearError> {
    // Checked once: the others have the same size.
    let first = crate::problem::space::zeros_x(problem, work)?;
    Ok(core::array::from_fn(|_| first.clone()))
}
