//! The conjugate gradient method, for a symmetric positive definite `F_1`.

use nalgebra::ComplexField;

use super::adjoint::{AdjointSolve, LinearInfo, Side, vectors};
use super::jacobi::{Jacobi, check_symmetric};
use super::stopping::{Delayed, Go, LinearStopping, Progress, add, begin, first_residual, linear_builders, shrink_and_add};
use super::tridiagonal::Tridiagonal;
use crate::error::LinearError;
use crate::kernels::{dot, norm};
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The conjugate gradient method: k products with `F_1` bring the error in the norm of `F_1` down to
/// `2 ((√κ - 1)/(√κ + 1))^k` of what it was, κ the condition; after k steps from 0 the iterate is the best one in
/// the span of `b, F_1 b, ..., F_1^(k-1) b`. Forms no matrix: four vectors of length n.
///
/// Needs a positive definite `F_1`: where f is strongly convex in x. A direction of negative curvature is
/// `Err(NotPositive)`, an `F_1` that is not symmetric `Err(NotSymmetric)` (looked at once per workspace unless
/// symmetry was proved).
///
/// Default: a relative residual of `1e-10` (`f32`: `1e-5`), no preconditioner.
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
/// use hypergrad::linear::ConjugateGradient;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let found = problem.hypergradient(&x, &y, &Ift::with(ConjugateGradient::new().jacobi(true)))?;
/// assert!((found.gradient - exact).norm() < 1e-9);
/// // n = 2: exact after two steps.
/// assert!(found.report.linear_iterations <= 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Hestenes, Stiefel, Methods of conjugate gradients for solving linear systems (1952); Grazzi, Franceschi,
/// Pontil, Salzo, On the iteration complexity of hypergradient computation (2020), (17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConjugateGradient {
    stopping: LinearStopping,
    jacobi: bool,
}

impl ConjugateGradient {
    /// With the default settings.
    pub const fn new() -> Self {
        Self { stopping: LinearStopping::NEW, jacobi: false }
    }

    /// Preconditioned with the diagonal of `F_1` (default: no): for rows of different sizes.
    #[must_use]
    pub const fn jacobi(mut self, wanted: bool) -> Self {
        self.jacobi = wanted;
        self
    }
}
linear_builders!(ConjugateGradient);

impl Default for ConjugateGradient {
    fn default() -> Self {
        Self::new()
    }
}

/// The vectors of [`ConjugateGradient`].
pub struct ConjugateGradientWork<P: Bilevel> {
    residual: X<P>,
    direction: X<P>,
    image: X<P>,
    scaled: X<P>,
    jacobi: Jacobi<P>,
    delayed: Delayed<P>,
    checked: bool,
}
opaque_debug!([P: Bilevel] ConjugateGradientWork<P>, "ConjugateGradientWork");

const METHOD: &str = "conjugate gradient method";

impl<P: Bilevel> AdjointSolve<P> for ConjugateGradient {
    type Workspace = ConjugateGradientWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        let [residual, direction, image, scaled] = vectors(problem, work)?;
        let jacobi = Jacobi::new(problem, work, self.jacobi)?;
        Ok(ConjugateGradientWork {
            residual,
            direction,
            image,
            scaled,
            jacobi,
            delayed: Delayed::new(problem, work)?,
            checked: false,
        })
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
        let (r, p, q, z) = (w.residual.flat_mut(), w.direction.flat_mut(), w.image.flat_mut(), w.scaled.flat_mut());
        if !w.checked {
            check_symmetric(problem, work, p, q, z)?;
            w.checked = true;
        }
        w.jacobi.prepare(problem, work, true)?;
        let mut progress = Progress::new::<T<P>>(&self.stopping, METHOD, rhs.len(), norm(rhs), side == Side::Transposed)?;
        let mut size = first_residual(start, rhs, r, |x, out| side.multiply(problem, work, x, out));
        progress.info.products += usize::from(start.is_some());
        let x = rhs;
        begin(start, x);
        w.jacobi.apply(r, z);
        p.copy_from_slice(z);
        let mut square = dot(r, z).wide();
        let (mut lanczos, mut last) = (Tridiagonal::new(), None);
        loop {
            if progress.judge(size)? == Go::Stop || progress.judge_gradient(problem, work, &mut w.delayed, x, false) == Go::Stop {
                break;
            }
            if square == 0.0 {
                progress.exhausted()?;
                break;
            }
            side.multiply(problem, work, p, q);
            let curvature = dot(p, q).wide();
            if curvature.is_nan() || curvature <= 0.0 {
                return Err(not_positive(progress.info.iterations, curvature, norm(p)));
            }
            let length = square / curvature;
            add(length, p, x);
            add(-length, q, r);
            w.jacobi.apply(r, z);
            let next = dot(r, z).wide();
            let ratio = next / square;
            // The Lanczos matrix of the same Krylov space.
            let before = last.map_or(0.0, |(length, ratio): (f64, f64)| ratio / length);
            lanczos.push(1.0 / length + before, ComplexField::sqrt(ratio) / length);
            last = Some((length, ratio));
            shrink_and_add(p, T::<P>::lit(ratio), z);
            (square, size) = (next, norm(r));
            progress.stepped(1);
        }
        progress.info.ritz = lanczos.extremes();
        Ok(progress.info)
    }
}

fn not_positive(iterations: usize, curvature: f64, length: f64) -> LinearError {
    if curvature.is_nan() {
        return LinearError::NonFinite { what: "F_1 u", index: 0 };
    }
    LinearError::NotPositive { what: "F_1", iterations, curvature: curvature / (length * length) }
}
