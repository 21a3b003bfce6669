//! `h(y) = g(x*(y), y)` as a function of flat numbers, for optimisers of other crates.

use core::cell::RefCell;

use crate::error::{OuterError, ShapeError};
use crate::estimator::{Estimator, Report, objective, start_by_inverse};
use crate::point::{self, T, X, Y, check_input, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense, Variable};
use crate::solver::InnerSolver;

/// An error of `h`, as of every outer problem.
type Failure<P> = OuterError<<P as Bilevel>::X, <P as Bilevel>::Y>;

/// The reduced objective `h(y) = g(x*(y), y)` and its gradient, y a flat slice: what an optimiser of another crate
/// asks for. [`minimize`](super::minimize) needs none of this.
///
/// The inner problem is solved once at each y, from the last x that was found; value and gradient there share it. So
/// h is a function of y up to the tolerance of the inner solver: take one that is well below what the optimiser
/// resolves. With the feature `basin` a reference to it has that crate's `CostFunction` and `Gradient`;
/// for argmin see `examples/optimisers.rs`.
///
/// ```
/// use hypergrad::bilevel;
/// use hypergrad::estimator::Ift;
/// use hypergrad::outer::Reduced;
/// use hypergrad::solver::Newton;
///
/// #[bilevel]
/// mod mean {
///     pub fn f(x: f64, y: f64) -> f64 {
///         (x - 1.0).powi(2) + y.exp() * x * x
///     }
///     pub fn g(x: f64, _y: f64) -> f64 {
///         (x - 0.25).powi(2)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let problem = mean::Problem::new()?;
/// let (solver, estimator) = (Newton::new(), Ift::new());
/// let h = Reduced::new(&problem, &0.0, &0.0, &solver, &estimator)?;
/// // x* = 1/(1 + e^y), here 1/2.
/// let mut gradient = [0.0];
/// h.gradient(&[0.0], &mut gradient)?;
/// assert!((h.value(&[0.0])? - 0.0625).abs() < 1e-12 && (gradient[0] + 0.125).abs() < 1e-12);
/// assert_eq!(h.solves(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Reduced<'p, P: Bilevel, S: InnerSolver<P>, E: Estimator<P>> {
    problem: &'p P,
    solver: &'p S,
    estimator: &'p E,
    x0: P::X,
    y0: P::Y,
    visit: RefCell<Visit<P, S, E>>,
}
opaque_debug!([P: Bilevel, S: InnerSolver<P>, E: Estimator<P>] Reduced<'_, P, S, E>, "Reduced");

/// The y that was asked for last, and what is known there.
struct Visit<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>> {
    work: P::Work,
    inner: S::Workspace,
    outer: E::Workspace,
    /// The last x that was found.
    x: X<P>,
    gradient: Y<P>,
    /// What the adjoint starts from, where the solver knows it.
    adjoint: X<P>,
    value: Option<T<P>>,
    report: Option<Report>,
    solves: usize,
}

impl<'p, P: Bilevel, S: InnerSolver<P>, E: Estimator<P>> Reduced<'p, P, S, E> {
    /// The first inner solve starts from x0; x and y have the shapes of x0 and y0.
    ///
    /// # Errors
    /// x0 or y0 does not fit the data or is not finite, or storage cannot be made.
    pub fn new(problem: &'p P, x0: &P::X, y0: &P::Y, solver: &'p S, estimator: &'p E) -> Result<Self, Failure<P>> {
        let work = point::start(problem, x0, y0)?;
        let (inner, outer) = (solver.workspace(problem, &work)?, estimator.workspace(problem, &work)?);
        let (mut x, adjoint, gradient) = (zeros_x(problem, &work)?, zeros_x(problem, &work)?, zeros_y(problem, &work)?);
        x.flat_mut().copy_from_slice(problem.x(&work));
        let (x0, y0) = (x0.like(problem.x(&work)), y0.like(problem.y(&work)));
        let visit = Visit { work, inner, outer, x, gradient, adjoint, value: None, report: None, solves: 0 };
        Ok(Self { problem, solver, estimator, x0, y0, visit: RefCell::new(visit) })
    }

    /// The number of entries of y.
    pub fn dimension(&self) -> usize {
        self.y0.flat_len()
    }

    /// y with the shape that the problem gives it.
    pub fn y_like(&self, y: &[T<P>]) -> P::Y {
        self.y0.like(y)
    }

    /// The last x that was found.
    pub fn x(&self) -> P::X {
        self.x0.like(self.visit.borrow().x.flat())
    }

    /// How many inner problems were solved.
    pub fn solves(&self) -> usize {
        self.visit.borrow().solves
    }

    /// `h(y)`.
    ///
    /// # Errors
    /// y has another length or is not finite, or the inner problem was not solved.
    pub fn value(&self, y: &[T<P>]) -> Result<T<P>, Failure<P>> {
        let mut visit = self.visit.borrow_mut();
        self.solve(&mut visit, y)
    }

    /// `∇h(y)` into `gradient`, of the length of y.
    ///
    /// # Errors
    /// Those of [`Reduced::value`], another length of `gradient`, and those of the estimator.
    pub fn gradient(&self, y: &[T<P>], gradient: &mut [T<P>]) -> Result<Report, Failure<P>> {
        let mut visit = self.visit.borrow_mut();
        self.check_length("gradient", gradient.len())?;
        self.solve(&mut visit, y)?;
        let Visit { work, inner, outer, gradient: own, adjoint, report, .. } = &mut *visit;
        let report = match *report {
            Some(report) => report,
            None => {
                let both = ((self.solver, inner), (self.estimator, &mut *outer));
                start_by_inverse(self.problem, work, both.0, both.1, adjoint.flat_mut());
                *report.insert(self.estimator.estimate(self.problem, work, outer, own.flat_mut())?)
            }
        };
        gradient.copy_from_slice(own.flat());
        Ok(report)
    }

    /// Goes to y, unless it is there, and solves. A solve that fails leaves the x of the last one that did not.
    fn solve(&self, visit: &mut Visit<P, S, E>, y: &[T<P>]) -> Result<T<P>, Failure<P>> {
        self.check_length("y", y.len())?;
        check_input("y", y)?;
        let Visit { work, inner, x, value, report, solves, .. } = visit;
        if let Some(value) = value.filter(|_| self.problem.y(work) == y) {
            return Ok(value);
        }
        (*value, *report) = (None, None);
        self.problem.set_y(work, y);
        self.problem.set_x(work, x.flat());
        *solves += 1;
        let solved = self.solver.run(self.problem, work, inner);
        solved.map_err(|error| error.or_of_data(self.problem).map(|()| self.x0.like(self.problem.x(work))))?;
        x.flat_mut().copy_from_slice(self.problem.x(work));
        Ok(*value.insert(objective(self.problem, work)?))
    }

    fn check_length(&self, what: &'static str, found: usize) -> Result<(), ShapeError> {
        let (right, right_size) = ("y0", self.dimension());
        if found == right_size {
            return Ok(());
        }
        Err(ShapeError::Mismatch { left: what, left_size: found, right, right_size, place: "" })
    }
}

#[cfg(feature = "basin")]
mod optimiser {
    use super::{Bilevel, Estimator, Failure, InnerSolver, Reduced, T};
    use crate::scalar::Real as _;

    /// `h` by reference, for the optimisers of basin over `Vec`: x and the number of solves can be read after the run.
    impl<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>> basin::CostFunction for &Reduced<'_, P, S, E> {
        type Param = Vec<T<P>>;
        type Output = T<P>;
        type Error = Failure<P>;

        fn cost(&self, y: &Self::Param) -> Result<Self::Output, Self::Error> {
            self.value(y)
        }
    }

    impl<P: Bilevel, S: InnerSolver<P>, E: Estimator<P>> basin::Gradient for &Reduced<'_, P, S, E> {
        type Gradient = Vec<T<P>>;

        fn gradient(&self, y: &Self::Param) -> Result<Self::Gradient, Self::Error> {
            let mut gradient = vec![T::<P>::ZERO; y.len()];
            Reduced::gradient(self, y, &mut gradient)?;
            Ok(gradient)
        }
    }
}
