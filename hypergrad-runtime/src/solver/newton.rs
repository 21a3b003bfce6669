//! Newton's method with a backtracking line search.

use core::ops::ControlFlow;

use nalgebra::ComplexField;

use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::minimum::{check, escape, indefinite};
use super::step::{Cross, Parts, Step};
use super::{InnerObservation, InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{all_finite, axpy, dot, norm};
use crate::linear::{AdjointSolve, Direct};
use crate::point::{T, X, Y, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// `x <- x - t F_1⁻¹ F`, with t in `1, 1/2, 1/4, ...` the first that decreases a merit function
/// sufficiently (Armijo): f where the inner role is an objective and the step descends on it, else
/// `|F|²/2`. The second is used as well where f changes by rounding only.
///
/// Quadratic convergence near a root where `F_1` is regular. [`Newton::new`] solves with the factorisation that the
/// proved structure allows, [`Newton::with`] in any other way: with conjugate gradients it is the Newton-CG
/// method, which forms no matrix.
///
/// Of an objective [`Newton::new`] finds a minimiser. Where `F_1 = L D Lᵀ` has negative eigenvalues, those of D are
/// taken with the other sign, so that every step goes downhill on f; a stationary point that is none, a saddle or a
/// maximiser, is left along a direction of negative curvature, or where f does not decrease along it is
/// `Err(NotAMinimum)`. That takes one factorisation more at the end, unless f was proved convex.
/// [`Newton::stationary`] turns it off. Other solves ([`Newton::with`]) do not know the signs of eigenvalues and
/// accept any root; conjugate gradients stop at a negative curvature that they meet.
///
/// Defaults: `.tolerance(1e-10).max_steps(50)` (`f32`: the square root of
/// that tolerance). Where the steps end or stall, the default accepts `1e-10 |F(x0, y)|` too, which
/// rounding may not let it pass.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::linear::ConjugateGradient;
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let (x, y) = (Vector2::zeros(), Vector2::new(-1.0, 0.2));
/// let problem = ridge::Problem::new()?;
/// let found = problem.solve(&x, &y, &Newton::new())?;
/// let without_matrix = problem.solve(&x, &y, &Newton::with(ConjugateGradient::new().tolerance(1e-12)))?;
/// // f is quadratic.
/// assert!(found.steps == 1 && (found.x - without_matrix.x).norm() < 1e-10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Newton<L = Direct> {
    linear: L,
    stopping: Stopping,
    stationary: bool,
}

/// The part of the predicted decrease that is asked for.
const SUFFICIENT: f64 = 1e-4;
/// Halvings before the search gives up.
const HALVINGS: usize = 50;

impl Newton {
    /// By factorisations, with the default settings.
    pub const fn new() -> Self {
        Self::with(Direct)
    }
}

impl<L> Newton<L> {
    /// With steps found in another way, see [`crate::linear`].
    pub const fn with(linear: L) -> Self {
        Self { linear, stopping: Stopping::NEW, stationary: false }
    }

    /// Accepts any root of F: a saddle or a maximiser of f too.
    #[must_use]
    pub fn stationary(mut self) -> Self {
        self.stationary = true;
        self
    }
}
stopping_builders!(Newton, L);

/// The state of [`Newton`] as a map.
pub struct NewtonState<P: Bilevel, L: AdjointSolve<P>> {
    linear: L::Workspace,
    /// The Newton step n.
    n: X<P>,
    /// `F_1⁻ᵀ λ`.
    s: X<P>,
    image: X<P>,
    other: X<P>,
    image_y: Y<P>,
}
opaque_debug!([P: Bilevel, L: AdjointSolve<P>] NewtonState<P, L>, "NewtonState");

/// Full steps, `Phi = x - F_1⁻¹ F`; no line search, whose length would bias the derivative.
///
/// With `n = F_1⁻¹ F` and `F_1ᵀ s = λ`: `Phi_1ᵀ λ = L_11(s) n`, `Phi_2ᵀ λ = -(F_2ᵀ s - L_21(s) n)` (docs/formulas.md
/// 3.3), `L_11(s) = g_11 - M_11(s)`. Forward products of an F that is no gradient cost n products with L.
impl<P: Bilevel, L: AdjointSolve<P>> Step<P> for Newton<L> {
    type State = NewtonState<P, L>;
    const VECTORS: usize = 1;

    fn state(&self, problem: &P, work: &P::Work) -> Result<NewtonState<P, L>, LinearError> {
        let zeros = || zeros_x(problem, work);
        Ok(NewtonState {
            linear: self.linear.workspace(problem, work)?,
            n: zeros()?,
            s: zeros()?,
            image: zeros()?,
            other: zeros()?,
            image_y: zeros_y(problem, work)?,
        })
    }

    fn begin(&self, _problem: &P, _work: &mut P::Work, _state: &mut NewtonState<P, L>) -> Result<(), SolveError> {
        Ok(())
    }

    fn memory<'s>(&self, _state: &'s mut NewtonState<P, L>) -> &'s mut [T<P>] {
        &mut []
    }

    fn advance(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut NewtonState<P, L>,
        residual: &[T<P>],
    ) -> Result<(), SolveError> {
        let (n, next) = (state.n.flat_mut(), state.other.flat_mut());
        n.copy_from_slice(residual);
        self.linear.solve(problem, work, &mut state.linear, n)?;
        next.copy_from_slice(problem.x(work));
        axpy(-T::<P>::ONE, n, next);
        problem.set_x(work, next);
        Ok(())
    }

    fn pull_back(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut NewtonState<P, L>,
        (cotangent, _): Parts<'_, T<P>>,
        y_bar: &mut [T<P>],
    ) -> Result<(), LinearError> {
        let one = T::<P>::ONE;
        let NewtonState { linear, n, s, image, other, image_y } = state;
        self.at(problem, work, linear, n.flat_mut())?;
        s.flat_mut().copy_from_slice(cotangent);
        self.linear.solve_tr(problem, work, linear, s.flat_mut())?;
        problem.f_2_tr_mul(work, s.flat(), image_y.flat_mut());
        axpy(-one, image_y.flat(), y_bar);
        // L(s) = (g - vᵀF)|_0 - (g - vᵀF)|_s.
        other.flat_mut().fill(T::<P>::ZERO);
        problem.set_adjoint(work, other.flat());
        problem.m_11_mul(work, n.flat(), cotangent);
        problem.m_21_mul(work, n.flat(), image_y.flat_mut());
        axpy(one, image_y.flat(), y_bar);
        problem.set_adjoint(work, s.flat());
        problem.m_11_mul(work, n.flat(), image.flat_mut());
        axpy(-one, image.flat(), cotangent);
        problem.m_21_mul(work, n.flat(), image_y.flat_mut());
        axpy(-one, image_y.flat(), y_bar);
        Ok(())
    }

    fn push_forward(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut NewtonState<P, L>,
        (tangent, _): Parts<'_, T<P>>,
        c: &[T<P>],
    ) -> Result<(), LinearError> {
        let NewtonState { linear, n, s, image, other, .. } = state;
        self.at(problem, work, linear, n.flat_mut())?;
        // F_11[n] u + F_21[n] c - F_2 c.
        along(problem, work, (n.flat(), tangent, c), (s.flat_mut(), image.flat_mut(), other.flat_mut()));
        tangent.copy_from_slice(s.flat());
        problem.f_2_mul(work, c, image.flat_mut());
        axpy(-T::<P>::ONE, image.flat(), tangent);
        self.linear.solve(problem, work, linear, tangent)?;
        Ok(())
    }

    const CROSS: Cross = Cross::AtRoots;

    /// At a root: `F_2ᵀ F_1⁻ᵀ L_11(s) u`, `F_1ᵀ s = c`, since `Phi_2 = -F_1⁻¹ (F_2 - F_21[n])` changes along u by
    /// `F_1⁻¹ F_11[u] F_1⁻¹ F_2`: what `F_21` adds cancels (n changes by u).
    fn cross(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut NewtonState<P, L>,
        (c, u): (&[T<P>], &[T<P>]),
        out: &mut [T<P>],
    ) -> Result<(), LinearError> {
        let NewtonState { linear, s, image, other, .. } = state;
        s.flat_mut().copy_from_slice(c);
        self.linear.solve_tr(problem, work, linear, s.flat_mut())?;
        // L_11(s) = M_11(0) - M_11(s).
        other.flat_mut().fill(T::<P>::ZERO);
        problem.set_adjoint(work, other.flat());
        problem.m_11_mul(work, u, image.flat_mut());
        problem.set_adjoint(work, s.flat());
        problem.m_11_mul(work, u, other.flat_mut());
        axpy(-T::<P>::ONE, other.flat(), image.flat_mut());
        self.linear.solve_tr(problem, work, linear, image.flat_mut())?;
        problem.f_2_tr_mul(work, image.flat(), out);
        Ok(())
    }
}

impl<L> Newton<L> {
    /// The Newton step at the point.
    fn at<P: Bilevel>(
        &self,
        problem: &P,
        work: &mut P::Work,
        linear: &mut L::Workspace,
        n: &mut [T<P>],
    ) -> Result<(), LinearError>
    where
        L: AdjointSolve<P>,
    {
        problem.residual(work, n);
        self.linear.solve(problem, work, linear, n)?;
        Ok(())
    }
}

/// `F_11[n] u + F_21[n] c` into `out`. For a gradient that is `L_11(n) u + L_12(n) c`; else entry i is the same with
/// `e_i` for n, paired with n.
fn along<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    (n, u, c): (&[T<P>], &[T<P>], &[T<P>]),
    (out, image, frozen): (&mut [T<P>], &mut [T<P>], &mut [T<P>]),
) {
    let one = T::<P>::ONE;
    frozen.fill(T::<P>::ZERO);
    problem.set_adjoint(work, frozen);
    problem.m_11_mul(work, u, out);
    problem.m_12_mul(work, c, image);
    axpy(one, image, out);
    if P::STRUCTURE.f1_symmetric {
        problem.set_adjoint(work, n);
        problem.m_11_mul(work, u, image);
        axpy(-one, image, out);
        problem.m_12_mul(work, c, image);
        axpy(-one, image, out);
        return;
    }
    let of_g = dot(n, out);
    for i in 0..out.len() {
        frozen.fill(T::<P>::ZERO);
        frozen[i] = one;
        problem.set_adjoint(work, frozen);
        problem.m_11_mul(work, u, image);
        let mut sum = of_g - dot(n, image);
        problem.m_12_mul(work, c, image);
        sum -= dot(n, image);
        out[i] = sum;
    }
}

impl<P: Bilevel, L: AdjointSolve<P>> InnerSolver<P> for Newton<L> {
    type Workspace = (Vectors<P>, L::Workspace);

    fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
        Ok((Vectors::new(problem, work)?, self.linear.workspace(problem, work)?))
    }

    fn run_observed(
        &self,
        problem: &P,
        work: &mut P::Work,
        (vectors, linear): &mut Self::Workspace,
        tolerance: Option<f64>,
        observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    ) -> Result<Solution<()>, SolveError> {
        let stopping = self.stopping.or(tolerance);
        let minimise = !self.stationary && self.linear.is_direct();
        let (mut done, mut broken) = (0, false);
        for _ in 0..ESCAPES {
            let mut observer = |seen: &InnerObservation<'_, T<P>>| {
                let flow = observer(&InnerObservation::new(seen.step + done, seen.x, seen.residual));
                broken |= flow.is_break();
                flow
            };
            let settings = (stopping, Defaults { tolerance: 1e-10, max_steps: 50 });
            let solution = iterate(problem, work, vectors, settings, &mut observer, |work, vectors, size| {
                vectors.keep_x(problem, work);
                if minimise && indefinite(problem, work).is_some() {
                    return descend(problem, work, vectors);
                }
                let direction = vectors.direction.flat_mut();
                direction.copy_from_slice(vectors.residual.flat());
                self.linear.solve(problem, work, linear, direction)?;
                if !all_finite(direction) {
                    return Err(SolveError::NonFinite { what: "F_1⁻¹ F", step: 0 });
                }
                let merit = Merit::choose(problem, work, vectors, size);
                Ok(backtrack(problem, work, vectors, merit))
            })?;
            let solution = Solution { steps: solution.steps + done, ..solution };
            if !minimise {
                return Ok(solution);
            }
            match check(problem, work, solution) {
                Err(SolveError::NotAMinimum { .. }) if !stopping.is_exact() && !broken && escape(problem, work, vectors) => {
                    done = solution.steps + 1;
                }
                result => return result,
            }
        }
        Err(SolveError::NonFinite { what: "f", step: done })
    }
}

/// Saddles that are left before the solver gives up: f decreases from one to the next.
const ESCAPES: usize = 100;

/// A step downhill where `F_1` has negative eigenvalues.
fn descend<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>) -> Result<Moved, SolveError> {
    let direction = vectors.direction.flat_mut();
    direction.copy_from_slice(vectors.residual.flat());
    problem.f_1_solve_definite(work, direction);
    if !all_finite(direction) {
        return Err(SolveError::NonFinite { what: "F_1⁻¹ F", step: 0 });
    }
    let slope = dot(vectors.residual.flat(), direction).wide();
    if let Some(value) = problem.objective(work).map(Real::wide)
        && slope > 16.0 * T::<P>::EPSILON * ComplexField::abs(value)
    {
        let moved = backtrack(problem, work, vectors, Merit::Objective { value, slope });
        if matches!(moved, Moved::Yes) {
            return Ok(moved);
        }
        problem.residual(work, vectors.residual.flat_mut());
        // The factor of the trial points is not that of x.
        if problem.factor(work).is_err() {
            return Ok(Moved::Stalled);
        }
    }
    // So near to a saddle that F shows no way down.
    Ok(if escape(problem, work, vectors) { Moved::Yes } else { Moved::Stalled })
}

/// What the line search decreases.
#[derive(Clone, Copy)]
enum Merit {
    /// f, with its value and `Fᵀ F_1⁻¹ F`, its slope along the step.
    Objective { value: f64, slope: f64 },
    /// `|F|`.
    Residual { size: f64 },
}

impl Merit {
    fn choose<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &Vectors<P>, size: f64) -> Self {
        let slope = dot(vectors.residual.flat(), vectors.direction.flat()).wide();
        match problem.objective(work).map(Real::wide) {
            Some(value) if slope > 16.0 * T::<P>::EPSILON * ComplexField::abs(value) => Self::Objective { value, slope },
            _ => Self::Residual { size },
        }
    }

    /// Whether the point in `work`, t along the step, is good enough.
    fn accepts<P: Bilevel>(self, problem: &P, work: &mut P::Work, scratch: &mut [T<P>], t: f64) -> bool {
        match self {
            Self::Objective { value, slope } => {
                problem.objective(work).is_some_and(|now| now.wide() <= value - SUFFICIENT * t * slope)
            }
            Self::Residual { size } => {
                problem.residual(work, scratch);
                norm(scratch) <= size * (1.0 - SUFFICIENT * t)
            }
        }
    }
}

/// Halves t until the merit accepts; leaves x as it was when none is accepted.
fn backtrack<P: Bilevel>(problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>, merit: Merit) -> Moved {
    let mut t = 1.0;
    for _ in 0..HALVINGS {
        let trial = vectors.trial.flat_mut();
        trial.copy_from_slice(vectors.x.flat());
        axpy(T::<P>::lit(-t), vectors.direction.flat(), trial);
        if all_finite(trial) {
            problem.set_x(work, trial);
            // The residual at x is not needed any more; `iterate` computes the next one.
            if merit.accepts(problem, work, vectors.residual.flat_mut(), t) {
                return Moved::Yes;
            }
        }
        t *= 0.5;
    }
    problem.set_x(work, vectors.x.flat());
    Moved::Stalled
}
