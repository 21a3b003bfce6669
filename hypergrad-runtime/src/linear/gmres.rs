//! The generalised minimal residual method, for any regular `F_1`.

use nalgebra::ComplexField;

use super::adjoint::{AdjointSolve, LinearInfo, Side, vectors};
use super::jacobi::Jacobi;
use super::stopping::{Delayed, Go, LinearStopping, Progress, begin, first_residual, linear_builders};
use crate::error::LinearError;
use crate::kernels::{axpy, dot, norm, scale};
use crate::problem::space::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The generalised minimal residual method: of all vectors in the span of `b, A b, ..., A^(k-1) b`, the one with
/// the smallest residual; restarted after so many steps. One product a step, `restart + 4` vectors of length n.
///
/// For any regular `F_1`. Without a restart it never needs more than n steps; with one it may stall, which is
/// `Err(NotConverged)`.
///
/// Default: restart after 30 steps, a relative residual of `1e-10` (`f32`: `1e-5`), no preconditioner.
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
/// use hypergrad::linear::Gmres;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::new(0.4, 0.3), Vector2::new(-1.0, 0.2));
/// let problem = game::Problem::new()?;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// let found = problem.hypergradient(&x, &y, &Ift::with(Gmres::new()))?;
/// assert!((found.gradient - exact).norm() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Saad, Schultz, GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems (1986).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gmres {
    stopping: LinearStopping,
    restart: usize,
    jacobi: bool,
}

impl Gmres {
    /// With the default settings.
    pub const fn new() -> Self {
        Self { stopping: LinearStopping::NEW, restart: 30, jacobi: false }
    }

    /// Restarts after so many steps, at least 1 (default: 30; never more than n are needed).
    #[must_use]
    pub const fn restart(mut self, steps: usize) -> Self {
        self.restart = steps;
        self
    }

    /// Preconditioned from the right with the diagonal of `F_1` (default: no).
    #[must_use]
    pub const fn jacobi(mut self, wanted: bool) -> Self {
        self.jacobi = wanted;
        self
    }
}
linear_builders!(Gmres);

impl Default for Gmres {
    fn default() -> Self {
        Self::new()
    }
}

/// The vectors of [`Gmres`].
pub struct GmresWork<P: Bilevel> {
    krylov: Krylov<P>,
    residual: X<P>,
    image: X<P>,
    target: X<P>,
    /// An iterate inside of a cycle.
    trial: X<P>,
    jacobi: Jacobi<P>,
    delayed: Delayed<P>,
}
opaque_debug!([P: Bilevel] GmresWork<P>, "GmresWork");

/// An orthonormal basis, and the QR factorisation of the matrix projected on it.
struct Krylov<P: Bilevel> {
    /// Columns of length n.
    basis: P::XX,
    /// R, in the leading rows.
    triangle: P::XX,
    /// Of the rotations that make Q.
    cosines: X<P>,
    sines: X<P>,
    /// `Qᵀ` times the right side.
    rotated: X<P>,
    coefficients: X<P>,
    n: usize,
    /// Room, and columns in use.
    room: usize,
    used: usize,
}

const METHOD: &str = "generalised minimal residual method";

impl<P: Bilevel> AdjointSolve<P> for Gmres {
    type Workspace = GmresWork<P>;

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        let n = problem.dims(work).0;
        let room = n.min(self.restart);
        // Storage of constant size has n columns.
        let columns = if P::XX::empty().flat().is_empty() { room } else { n };
        let matrix = || P::XX::try_zeros("the Krylov basis", n, columns);
        let [cosines, sines, rotated, coefficients] = vectors(problem, work)?;
        let [residual, image, target, trial] = vectors(problem, work)?;
        let (basis, triangle) = (matrix()?, matrix()?);
        let krylov = Krylov { basis, triangle, cosines, sines, rotated, coefficients, n, room, used: 0 };
        let jacobi = Jacobi::new(problem, work, self.jacobi)?;
        Ok(GmresWork { krylov, residual, image, target, trial, jacobi, delayed: Delayed::new(problem, work)? })
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
        if self.restart == 0 {
            return Err(LinearError::InvalidSetting { what: "restart", value: 0.0, accepted: "at least 1" });
        }
        w.jacobi.prepare(problem, work, false)?;
        let mut progress = Progress::new::<T<P>>(&self.stopping, METHOD, rhs.len(), norm(rhs), side == Side::Transposed)?;
        w.target.flat_mut().copy_from_slice(rhs);
        let mut size = first_residual(start, rhs, w.residual.flat_mut(), |x, out| side.multiply(problem, work, x, out));
        progress.info.products += usize::from(start.is_some());
        let x = rhs;
        begin(start, x);
        progress.judge_gradient(problem, work, &mut w.delayed, x, false);
        while progress.judge(size)? == Go::On {
            let before = size;
            let end = w.cycle(problem, work, (side, size), x, &mut progress)?;
            w.krylov.combine(w.residual.flat_mut());
            w.jacobi.apply(w.residual.flat(), w.image.flat_mut());
            axpy(T::<P>::ONE, w.image.flat(), x);
            let target = w.target.flat();
            size = first_residual(Some(x), target, w.residual.flat_mut(), |x, out| side.multiply(problem, work, x, out));
            progress.info.products += 1;
            progress.info.residual = Some(size);
            match end {
                Cycle::Accepted => break,
                Cycle::Exhausted if size > 0.5 * before && progress.is_rounding(size) => {
                    progress.exhausted()?;
                    break;
                }
                // The Krylov space is invariant, and the solution is not in it.
                Cycle::Exhausted if size > 0.5 * before => {
                    let pivot = progress.info.iterations;
                    return Err(LinearError::Singular { what: "F_1", block: None, pivot, value: 0.0, scale: size });
                }
                Cycle::Exhausted | Cycle::Full => {}
            }
        }
        Ok(progress.info)
    }
}

/// Why a cycle ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cycle {
    /// The residual is small, or the room is used up.
    Full,
    /// There is no further direction.
    Exhausted,
    /// The gradient is good enough.
    Accepted,
}

impl<P: Bilevel> GmresWork<P> {
    /// Builds the basis from `residual`, of norm `size` at x.
    fn cycle(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        (side, size): (Side, f64),
        x: &[T<P>],
        progress: &mut Progress,
    ) -> Result<Cycle, LinearError> {
        self.krylov.start(self.residual.flat(), size);
        let mut left = size;
        while self.krylov.used < self.krylov.room {
            self.jacobi.apply(self.krylov.last(), self.residual.flat_mut());
            side.multiply(problem, work, self.residual.flat(), self.image.flat_mut());
            let full = norm(self.image.flat());
            let below = self.krylov.orthogonalise(self.image.flat_mut());
            left = self.krylov.rotate(below, left);
            progress.stepped(1);
            if below <= 16.0 * T::<P>::EPSILON * full {
                return Ok(Cycle::Exhausted);
            }
            if progress.judge(left)? == Go::Stop {
                return Ok(Cycle::Full);
            }
            if progress.by_gradient() && self.is_accepted(problem, work, x, progress) {
                return Ok(Cycle::Accepted);
            }
            self.krylov.push(self.image.flat(), below);
        }
        Ok(Cycle::Full)
    }

    /// Whether the iterate of this step, from x on, is good enough for the gradient.
    fn is_accepted(&mut self, problem: &P, work: &mut P::Work, x: &[T<P>], progress: &mut Progress) -> bool {
        self.krylov.combine(self.residual.flat_mut());
        let trial = self.trial.flat_mut();
        self.jacobi.apply(self.residual.flat(), trial);
        axpy(T::<P>::ONE, x, trial);
        progress.judge_gradient(problem, work, &mut self.delayed, trial, false) == Go::Stop
    }
}

impl<P: Bilevel> Krylov<P> {
    fn start(&mut self, residual: &[T<P>], size: f64) {
        self.used = 0;
        self.rotated.flat_mut()[0] = T::<P>::lit(size);
        self.push(residual, size);
    }

    /// The column after those in use, if there is room.
    fn push(&mut self, column: &[T<P>], size: f64) {
        if self.used < self.room {
            let next = &mut self.basis.flat_mut()[self.used * self.n..][..self.n];
            next.copy_from_slice(column);
            scale(T::<P>::lit(1.0 / size), next);
        }
    }

    /// The column that is to be used next.
    fn last(&self) -> &[T<P>] {
        &self.basis.flat()[self.used * self.n..][..self.n]
    }

    /// Takes the basis out of `image`, its parts into the next column of R; what is left. Twice: once leaves
    /// rounding relative to what was taken out.
    fn orthogonalise(&mut self, image: &mut [T<P>]) -> f64 {
        let (n, k) = (self.n, self.used);
        let column = &mut self.triangle.flat_mut()[k * n..][..=k];
        column.fill(T::<P>::ZERO);
        for _ in 0..2 {
            for (entry, basis) in column.iter_mut().zip(self.basis.flat().chunks_exact(n)) {
                let part = dot(basis, image);
                axpy(-part, basis, image);
                *entry += part;
            }
        }
        norm(image)
    }

    /// Rotates the new column, with `below` under it, into R; the residual.
    fn rotate(&mut self, below: f64, left: f64) -> f64 {
        let (n, k) = (self.n, self.used);
        let (cosines, sines) = (self.cosines.flat_mut(), self.sines.flat_mut());
        let column = &mut self.triangle.flat_mut()[k * n..][..=k];
        for j in 0..k {
            let (a, b) = (column[j], column[j + 1]);
            column[j] = cosines[j] * a + sines[j] * b;
            column[j + 1] = cosines[j] * b - sines[j] * a;
        }
        let diagonal = column[k].wide();
        let length = ComplexField::sqrt(diagonal * diagonal + below * below);
        let (cosine, sine) = if length > 0.0 { (diagonal / length, below / length) } else { (1.0, 0.0) };
        (cosines[k], sines[k]) = (T::<P>::lit(cosine), T::<P>::lit(sine));
        column[k] = T::<P>::lit(length);
        let rotated = self.rotated.flat_mut();
        let here = rotated[k].wide();
        rotated[k] = T::<P>::lit(cosine * here);
        if k + 1 < n {
            rotated[k + 1] = T::<P>::lit(-sine * here);
        }
        self.used = k + 1;
        ComplexField::abs(sine) * left
    }

    /// The combination of the basis that minimises the residual.
    fn combine(&mut self, out: &mut [T<P>]) {
        let (n, k) = (self.n, self.used);
        let (coefficients, triangle) = (&mut self.coefficients.flat_mut()[..k], self.triangle.flat());
        coefficients.copy_from_slice(&self.rotated.flat()[..k]);
        for j in (0..k).rev() {
            let column = &triangle[j * n..][..=j];
            // A zero: the matrix is singular; the direction is left out.
            let entry = if column[j] == T::<P>::ZERO { T::<P>::ZERO } else { coefficients[j] / column[j] };
            coefficients[j] = entry;
            axpy(-entry, &column[..j], &mut coefficients[..j]);
        }
        out.fill(T::<P>::ZERO);
        for (&coefficient, basis) in coefficients.iter().zip(self.basis.flat().chunks_exact(n)) {
            axpy(coefficient, basis, out);
        }
    }
}
