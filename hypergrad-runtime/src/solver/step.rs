//! One step of an inner method as a differentiable map.
//!
//! A step takes `z = x` to `z' = Phi(z, y)`, or with momentum `z = (x, p)`, p belonging to the step before. Its
//! derivatives are products: a cotangent is pulled back, `(λ, ȳ) <- (Phi_1ᵀ λ, ȳ + Phi_2ᵀ λ)`, a tangent is pushed
//! forward, `u <- Phi_1 u + Phi_2 c`. Solvers loop over steps; iterative differentiation goes through them.

use crate::error::{LinearError, SolveError};
use crate::kernels::{axpy, scale};
use crate::point::{T, X, Y, zeros_x, zeros_y};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// An inner method as a differentiable map. Constants of the method (lengths of steps) count as constants: the
/// derivative of a length is multiplied by F, which vanishes at the root.
pub trait Step<P: Bilevel> {
    /// Vectors and numbers of a run.
    type State;
    /// Vectors of length n in z: 1, or 2 with momentum.
    const VECTORS: usize;

    /// Makes the state for a point of these sizes.
    ///
    /// # Errors
    /// Storage would be too large.
    fn state(&self, problem: &P, work: &P::Work) -> Result<Self::State, LinearError>;

    /// Begins a run at the x in `work`: settings are checked, open constants estimated, p is x.
    ///
    /// # Errors
    /// A setting without meaning, an `F_1` from which a constant cannot be estimated.
    fn begin(&self, problem: &P, work: &mut P::Work, state: &mut Self::State) -> Result<(), SolveError>;

    /// p, of length n; empty without momentum.
    fn memory<'s>(&self, state: &'s mut Self::State) -> &'s mut [T<P>];

    /// Moves the x in `work` by one step; `residual` is F there.
    ///
    /// # Errors
    /// A system cannot be solved.
    fn advance(&self, problem: &P, work: &mut P::Work, state: &mut Self::State, residual: &[T<P>]) -> Result<(), SolveError>;

    /// Pulls the cotangent of z' back to that of z, for the step from the x in `work`, and adds what falls on y to
    /// `y_bar`.
    ///
    /// # Errors
    /// A system cannot be solved.
    fn pull_back(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut Self::State,
        cotangent: Parts<'_, T<P>>,
        y_bar: &mut [T<P>],
    ) -> Result<(), LinearError>;

    /// Pushes the tangent of z forward to that of z', for the step from the x in `work` and a direction c of y.
    ///
    /// # Errors
    /// A system cannot be solved.
    fn push_forward(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut Self::State,
        tangent: Parts<'_, T<P>>,
        c: &[T<P>],
    ) -> Result<(), LinearError>;

    /// Where [`Step::cross`] holds.
    const CROSS: Cross = Cross::Nowhere;

    /// How the part that falls on y changes with x: `∂(Phi_2(x, y)ᵀ c)/∂x u` for the first step of a run, c held
    /// fast, into `out` of length m.
    ///
    /// # Errors
    /// A system cannot be solved.
    fn cross(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut Self::State,
        (c, u): (&[T<P>], &[T<P>]),
        out: &mut [T<P>],
    ) -> Result<(), LinearError> {
        let _ = (problem, work, state, c, u, out);
        Ok(())
    }

    /// How what is pulled back changes with x: adds `(∂(Phi_1ᵀ λ)/∂x u, ∂(Phi_2ᵀ λ)/∂x u)` to `(x_bar, y_bar)`, for the
    /// step from the x in `work` and a cotangent λ of z' held fast. Where [`Step::CROSS`] is [`Cross::Everywhere`].
    ///
    /// # Errors
    /// A system cannot be solved.
    fn bend(
        &self,
        problem: &P,
        work: &mut P::Work,
        state: &mut Self::State,
        (cotangent, u): (Held<'_, T<P>>, &[T<P>]),
        bars: Parts<'_, T<P>>,
    ) -> Result<(), LinearError> {
        let _ = (problem, work, state, cotangent, u, bars);
        Ok(())
    }
}

/// Where the derivative of a step's derivative is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cross {
    /// At every x.
    Everywhere,
    /// At roots: elsewhere it takes third derivatives of F.
    AtRoots,
    /// Nowhere.
    Nowhere,
}

/// The parts of z, a tangent or a cotangent: that of x, and that of p, empty without momentum.
pub type Parts<'a, S> = (&'a mut [S], &'a mut [S]);

/// [`Parts`] that are read.
pub type Held<'a, S> = (&'a [S], &'a [S]);

/// What a step along F needs: `Phi = x - step F` and what momentum adds.
pub struct GradientState<P: Bilevel> {
    pub(super) step: f64,
    pub(super) momentum: f64,
    /// p.
    pub(super) before: X<P>,
    pub(super) next: X<P>,
    image: X<P>,
    image_y: Y<P>,
}
opaque_debug!([P: Bilevel] GradientState<P>, "GradientState");

impl<P: Bilevel> GradientState<P> {
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        Ok(Self {
            step: 0.0,
            momentum: 0.0,
            before: zeros_x(problem, work)?,
            next: zeros_x(problem, work)?,
            image: zeros_x(problem, work)?,
            image_y: zeros_y(problem, work)?,
        })
    }

    /// The length of the steps of this run.
    pub const fn length(&self) -> f64 {
        self.step
    }

    /// `x <- x - step F`.
    pub(super) fn descend(&mut self, problem: &P, work: &mut P::Work, residual: &[T<P>]) {
        problem.move_x(work, T::<P>::lit(-self.step), residual);
    }

    /// `λ <- λ - step F_1ᵀ λ`, `ȳ -= step F_2ᵀ λ`.
    pub(super) fn pull(&mut self, problem: &P, work: &mut P::Work, cotangent: &mut [T<P>], y_bar: &mut [T<P>]) {
        let step = T::<P>::lit(-self.step);
        problem.f_2_tr_mul(work, cotangent, self.image_y.flat_mut());
        axpy(step, self.image_y.flat(), y_bar);
        problem.f_1_tr_mul(work, cotangent, self.image.flat_mut());
        axpy(step, self.image.flat(), cotangent);
    }

    /// `out = -length L_21(c) u`, `L_21(c) = g_21 - M_21(c)`: of the step `x - length F`.
    pub(super) fn cross(&mut self, problem: &P, work: &mut P::Work, length: f64, (c, u): (&[T<P>], &[T<P>]), out: &mut [T<P>]) {
        self.image.flat_mut().fill(T::<P>::ZERO);
        problem.set_adjoint(work, self.image.flat());
        problem.m_21_mul(work, u, self.image_y.flat_mut());
        problem.set_adjoint(work, c);
        problem.m_21_mul(work, u, out);
        axpy(-T::<P>::ONE, self.image_y.flat(), out);
        scale(T::<P>::lit(length), out);
    }

    /// `x̄ -= step ∂(F_1ᵀ c)/∂x u`, `ȳ -= step ∂(F_2ᵀ c)/∂x u`, c being what falls on F: the derivatives of `M = g - cᵀF`
    /// without those of g.
    pub(super) fn bend(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        (c, u): (impl Iterator<Item = T<P>>, &[T<P>]),
        (x_bar, y_bar): Parts<'_, T<P>>,
    ) {
        let step = T::<P>::lit(self.step);
        self.next.flat_mut().iter_mut().zip(c).for_each(|(kept, c)| *kept = c);
        problem.set_adjoint(work, self.next.flat());
        problem.m_11_mul(work, u, self.image.flat_mut());
        axpy(step, self.image.flat(), x_bar);
        problem.m_21_mul(work, u, self.image_y.flat_mut());
        axpy(step, self.image_y.flat(), y_bar);
        self.image.flat_mut().fill(T::<P>::ZERO);
        problem.set_adjoint(work, self.image.flat());
        problem.m_11_mul(work, u, self.image.flat_mut());
        axpy(-step, self.image.flat(), x_bar);
        problem.m_21_mul(work, u, self.image_y.flat_mut());
        axpy(-step, self.image_y.flat(), y_bar);
    }

    /// `u <- u - step (F_1 u + F_2 c)`.
    pub(super) fn push(&mut self, problem: &P, work: &mut P::Work, tangent: &mut [T<P>], c: &[T<P>]) {
        let step = T::<P>::lit(-self.step);
        problem.f_1_mul(work, tangent, self.image.flat_mut());
        axpy(step, self.image.flat(), tangent);
        problem.f_2_mul(work, c, self.image.flat_mut());
        axpy(step, self.image.flat(), tangent);
    }
}

/// What [`Step`] is for `Phi = x - step F`, but for how a run begins. Coherence forbids one implementation for all such
/// methods.
macro_rules! step_along_f {
    () => {
        type State = GradientState<P>;
        const VECTORS: usize = 1;

        fn state(&self, problem: &P, work: &P::Work) -> Result<GradientState<P>, LinearError> {
            GradientState::new(problem, work)
        }

        fn memory<'s>(&self, _state: &'s mut GradientState<P>) -> &'s mut [T<P>] {
            &mut []
        }

        fn advance(
            &self,
            problem: &P,
            work: &mut P::Work,
            state: &mut GradientState<P>,
            residual: &[T<P>],
        ) -> Result<(), SolveError> {
            state.descend(problem, work, residual);
            Ok(())
        }

        fn pull_back(
            &self,
            problem: &P,
            work: &mut P::Work,
            state: &mut GradientState<P>,
            (cotangent, _): Parts<'_, T<P>>,
            y_bar: &mut [T<P>],
        ) -> Result<(), LinearError> {
            state.pull(problem, work, cotangent, y_bar);
            Ok(())
        }

        fn push_forward(
            &self,
            problem: &P,
            work: &mut P::Work,
            state: &mut GradientState<P>,
            (tangent, _): Parts<'_, T<P>>,
            c: &[T<P>],
        ) -> Result<(), LinearError> {
            state.push(problem, work, tangent, c);
            Ok(())
        }

        const CROSS: Cross = Cross::Everywhere;

        fn cross(
            &self,
            problem: &P,
            work: &mut P::Work,
            state: &mut GradientState<P>,
            both: (&[T<P>], &[T<P>]),
            out: &mut [T<P>],
        ) -> Result<(), LinearError> {
            state.cross(problem, work, state.step, both, out);
            Ok(())
        }

        fn bend(
            &self,
            problem: &P,
            work: &mut P::Work,
            state: &mut GradientState<P>,
            ((cotangent, _), u): (Held<'_, T<P>>, &[T<P>]),
            bars: Parts<'_, T<P>>,
        ) -> Result<(), LinearError> {
            state.bend(problem, work, (cotangent.iter().copied(), u), bars);
            Ok(())
        }
    };
}
pub(super) use step_along_f;
