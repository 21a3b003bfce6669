//! A factor of `F_1` at a point, to solve with.

use core::cell::RefCell;

use crate::error::LinearError;
use crate::factor::{Inertia, LogDet};
use crate::kernels::first_non_finite;
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense, Variable};

/// `F_1` at a point, factored: what the emitted `Point::factor` returns. Nothing is factored again
/// while the point is the same; where `F_1` is diagonal, falls into blocks or is a diagonal plus a Gram
/// matrix of few rows, no matrix of size `n x n` exists.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// # use nalgebra::{Matrix2, Vector2};
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let at = problem.at(&x, &y)?;
/// let f_1 = at.F_1();
/// let factor = at.factor()?;
/// assert!((f_1 * factor.solve(&x)? - x).norm() < 1e-14);
/// // Many right sides at once.
/// let mut inverse = Matrix2::identity();
/// factor.solve_columns(&mut inverse)?;
/// assert!((f_1 * inverse - Matrix2::identity()).norm() < 1e-14);
/// let det = factor.log_det();
/// assert!((det.sign * det.ln_abs.exp() - f_1.determinant()).abs() < 1e-12);
/// assert!(factor.inertia().is_some_and(|signs| signs.is_definite()));
/// assert!(factor.condition() < 10.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session<'p, P: Bilevel> {
    problem: &'p P,
    work: &'p RefCell<P::Work>,
}

impl<'p, P: Bilevel> Session<'p, P> {
    /// Factors `F_1` at the point in `work`.
    ///
    /// # Errors
    /// Singular, indefinite where definiteness was proved, non-finite, or too large to allocate.
    pub fn new(problem: &'p P, work: &'p RefCell<P::Work>) -> Result<Self, LinearError> {
        problem.factor(&mut work.borrow_mut())?;
        Ok(Self { problem, work })
    }

    /// `F_1⁻¹ rhs`, shaped like x.
    ///
    /// # Errors
    /// The solution is not finite: it overflows, or the right side is not finite.
    ///
    /// # Panics
    /// Where the right side has another length than x.
    #[track_caller]
    pub fn solve(&self, rhs: &P::X) -> Result<P::X, LinearError> {
        self.one(rhs, P::f_1_solve)
    }

    /// `F_1⁻ᵀ rhs`, shaped like x.
    ///
    /// # Errors
    /// As [`Session::solve`].
    ///
    /// # Panics
    /// As [`Session::solve`].
    #[track_caller]
    pub fn solve_tr(&self, rhs: &P::X) -> Result<P::X, LinearError> {
        self.one(rhs, P::f_1_tr_solve)
    }

    /// `F_1⁻¹ B` for a matrix of right sides, `n` rows, in place.
    ///
    /// # Errors
    /// As [`Session::solve`].
    ///
    /// # Panics
    /// Where B has another number of rows than x has entries.
    #[track_caller]
    pub fn solve_columns<D: Dense<Scalar = T<P>>>(&self, columns: &mut D) -> Result<(), LinearError> {
        self.check_length(columns.rows());
        self.each(columns.flat_mut(), P::f_1_solve)
    }

    /// `F_1⁻ᵀ B` for a matrix of right sides, `n` rows, in place.
    ///
    /// # Errors
    /// As [`Session::solve`].
    ///
    /// # Panics
    /// As [`Session::solve_columns`].
    #[track_caller]
    pub fn solve_tr_columns<D: Dense<Scalar = T<P>>>(&self, columns: &mut D) -> Result<(), LinearError> {
        self.check_length(columns.rows());
        self.each(columns.flat_mut(), P::f_1_tr_solve)
    }

    /// `det F_1`: its sign and the logarithm of its size.
    pub fn log_det(&self) -> LogDet {
        self.problem.spectrum(&mut self.work.borrow_mut()).log_det()
    }

    /// How many eigenvalues of `F_1` are positive and negative; `None` where `F_1` is not proved symmetric.
    pub fn inertia(&self) -> Option<Inertia> {
        self.problem.spectrum(&mut self.work.borrow_mut()).inertia()
    }

    /// The condition of `F_1` after scaling rows and columns, an estimate: relative rounding errors of eps
    /// become errors of about eps times this in solutions. Costs a few solves when first asked for.
    pub fn condition(&self) -> f64 {
        self.problem.spectrum(&mut self.work.borrow_mut()).condition()
    }

    #[track_caller]
    fn check_length(&self, found: usize) {
        let expected = self.problem.dims(&self.work.borrow()).0;
        assert!(found == expected, "the right side has {found} rows, x has {expected} entries");
    }

    #[track_caller]
    fn one(&self, rhs: &P::X, solve: impl Fn(&P, &mut P::Work, &mut [T<P>])) -> Result<P::X, LinearError> {
        self.check_length(rhs.flat_len());
        let mut flat = X::<P>::zeros(rhs.flat_len(), 1);
        rhs.read(flat.flat_mut());
        self.each(flat.flat_mut(), solve)?;
        Ok(rhs.like(flat.flat()))
    }

    fn each(&self, columns: &mut [T<P>], solve: impl Fn(&P, &mut P::Work, &mut [T<P>])) -> Result<(), LinearError> {
        let work = &mut *self.work.borrow_mut();
        let n = self.problem.dims(work).0.max(1);
        for column in columns.chunks_exact_mut(n) {
            solve(self.problem, work, column);
        }
        match first_non_finite(columns) {
            Some(index) => Err(LinearError::NonFinite { what: "a solution with F_1", index }),
            None => Ok(()),
        }
    }
}

impl<P: Bilevel> core::fmt::Debug for Session<'_, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Session").field("n", &self.problem.dims(&self.work.borrow()).0).finish_non_exhaustive()
    }
}
