//! The minimal residual method, for a symmetric `F_1` of any inertia.

use super::adjoint::{AdjointSolve, LinearInfo, Side, vectors};
use super::jacobi::check_symmetric;
use super::stopping::{Delayed, Go, LinearStopping, Progress, begin, first_residual, linear_builders};
use super::tridiagonal::Tridiagonal;
use crate::error::LinearError;
use crate::kernels::{axpy, dot, norm};
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The minimal residual method: of all vectors in the span of `b, F_1 b, ..., F_1^(k-1) b`, the one with the
/// smallest residual, by a three-term recurrence. One product a step, six vectors of length n.
///
/// Needs a symmetric `F_1`, definite or not: saddle points, games with a potential, f without convexity.
/// An `F_1` that is not symmetric is `Err(NotSymmetric)` (looked at once per workspace unless symmetry was proved).
///
/// Default: a relative residual of `1e-10` (`f32`: `1e-5`).
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::Ift;
/// use hypergrad::linear::Minres;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let found = problem.hypergradient(&x, &y, &Ift::with(Minres::new()))?;
/// assert!((found.gradient - exact).norm() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Paige, Saunders, Solution of sparse indefinite systems of linear equations (1975).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minres {
    stopping: LinearStopping,
}

impl Minres {
    /// With the default settings.
    pub const fn new() -> Self {
        Self { stopping: LinearStopping::NEW }
    }
}
linear_builders!(Minres);

impl Default for Minres {
    fn default() -> Self {
        Self::new()
    }
}

/// The vectors of [`Minres`].
pub struct MinresWork<P: Bilevel> {
    /// Two Lanczos vectors before they are scaled, and the next one.
    before: X<P>,
    last: X<P>,
    next: X<P>,
    unit: X<P>,
    /// The last two columns of `V R⁻¹`.
    columns: [X<P>; 2],
    delayed: Delayed<P>,
    checked: bool,
}
opaque_debug!([P: Bilevel] MinresWork<P>, "MinresWork");

const METHOD: &str = "minimal residual method";

impl<P: Bilevel> AdjointSolve<P> for Minres {
    type Workspace = MinresWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        let [before, last, next, unit] = vectors(problem, work)?;
        let columns = vectors(problem, work)?;
        Ok(MinresWork { before, last, next, unit, columns, delayed: Delayed::new(problem, work)?, checked: false })
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
        let (before, last) = (w.before.flat_mut(), w.last.flat_mut());
        let (next, unit) = (w.next.flat_mut(), w.unit.flat_mut());
        if !w.checked {
            check_symmetric(problem, work, before, last, next)?;
            w.checked = true;
        }
        let mut progress = Progress::new::<T<P>>(&self.stopping, METHOD, rhs.len(), norm(rhs), side == Side::Transposed)?;
        let size = first_residual(start, rhs, next, |x, out| side.multiply(problem, work, x, out));
        progress.info.products += usize::from(start.is_some());
        let x = rhs;
        begin(start, x);
        before.fill(T::<P>::ZERO);
        last.copy_from_slice(next);
        for column in &mut w.columns {
            column.flat_mut().fill(T::<P>::ZERO);
        }
        let mut rotation = Rotation::new(size);
        let (mut lanczos, mut beta, mut beta_before) = (Tridiagonal::new(), size, 0.0);
        loop {
            let go = progress.judge(rotation.residual)?;
            if go == Go::Stop || progress.judge_gradient(problem, work, &mut w.delayed, x, false) == Go::Stop {
                break;
            }
            if beta == 0.0 && progress.is_rounding(rotation.residual) {
                progress.exhausted()?;
                break;
            }
            if beta == 0.0 {
                // The Krylov space is exhausted with a residual left: the matrix is singular.
                let (pivot, value) = (progress.info.iterations, 0.0);
                return Err(LinearError::Singular { what: "F_1", block: None, pivot, value, scale: rotation.residual });
            }
            unit.copy_from_slice(next);
            crate::kernels::scale(T::<P>::lit(1.0 / beta), unit);
            side.multiply(problem, work, unit, next);
            if beta_before > 0.0 {
                axpy(T::<P>::lit(-beta / beta_before), before, next);
            }
            let alpha = dot(unit, next).wide();
            axpy(T::<P>::lit(-alpha / beta), last, next);
            before.copy_from_slice(last);
            last.copy_from_slice(next);
            (beta_before, beta) = (beta, norm(next));
            lanczos.push(alpha, beta);
            let step = rotation.turn(alpha, beta);
            advance(step, unit, &mut w.columns, x);
            progress.stepped(1);
        }
        progress.info.ritz = lanczos.extremes();
        Ok(progress.info)
    }
}

/// The QR factorisation of the Lanczos matrix, one column at a time.
struct Rotation {
    cosine: f64,
    sine: f64,
    delta: f64,
    epsilon: f64,
    residual: f64,
}

/// One column of R, and how far to go along the new column of `V R⁻¹`.
#[derive(Clone, Copy)]
struct Column {
    epsilon: f64,
    delta: f64,
    gamma: f64,
    length: f64,
}

impl Rotation {
    const fn new(residual: f64) -> Self {
        Self { cosine: -1.0, sine: 0.0, delta: 0.0, epsilon: 0.0, residual }
    }

    fn turn(&mut self, alpha: f64, beta: f64) -> Column {
        let epsilon = self.epsilon;
        let delta = self.cosine * self.delta + self.sine * alpha;
        let rest = self.sine * self.delta - self.cosine * alpha;
        (self.epsilon, self.delta) = (self.sine * beta, -self.cosine * beta);
        let gamma = nalgebra::ComplexField::sqrt(rest * rest + beta * beta);
        let gamma = if gamma == 0.0 { f64::MIN_POSITIVE } else { gamma };
        (self.cosine, self.sine) = (rest / gamma, beta / gamma);
        let length = self.cosine * self.residual;
        self.residual = nalgebra::ComplexField::abs(self.sine * self.residual);
        Column { epsilon, delta, gamma, length }
    }
}

/// `w <- (v - ε w'' - δ w') / γ`, `x += φ w`.
fn advance<D: Dense>(step: Column, unit: &[D::Scalar], [older, newer]: &mut [D; 2], x: &mut [D::Scalar]) {
    let wide = <D::Scalar as Real>::lit;
    let (epsilon, delta, inverse, length) = (wide(step.epsilon), wide(step.delta), wide(1.0 / step.gamma), wide(step.length));
    let columns = older.flat_mut().iter_mut().zip(newer.flat_mut());
    for ((x, &v), (older, newer)) in x.iter_mut().zip(unit).zip(columns) {
        let column = (v - epsilon * *older - delta * *newer) * inverse;
        (*older, *newer) = (*newer, column);
        *x += length * column;
    }
}
