//! Heavy ball and Nesterov's method.

use core::ops::ControlFlow;

use nalgebra::ComplexField;

use super::constants::Constants;
use super::iterate::{Defaults, Moved, Stopping, Vectors, iterate, stopping_builders};
use super::step::{Cross, GradientState, Held, Parts, Step};
use super::{InnerObservation, InnerSolver, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{axpy, scale};
use crate::linear::Lanczos;
use crate::point::T;
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

macro_rules! momentum_method {
    ($(#[$doc:meta])* $name:ident, $rule:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            constants: Constants,
            stopping: Stopping,
        }

        impl $name {
            /// A step and a momentum of one's own, `0 <= momentum < 1`.
            pub const fn with(step: f64, momentum: f64) -> Self {
                Self { constants: Constants::Given { step, momentum }, stopping: Stopping::NEW }
            }

            /// The best constants for eigenvalues of `F_1` between mu and l.
            pub const fn new(mu: f64, l: f64) -> Self {
                Self { constants: Constants::Spectrum { smallest: mu, largest: l }, stopping: Stopping::NEW }
            }

            /// The best constants for the eigenvalues that 30 products show at the start of a run.
            pub const fn auto() -> Self {
                Self { constants: Constants::Estimated, stopping: Stopping::NEW }
            }

            /// The best constants for the bounds that were proved of the eigenvalues of `F_1`
            /// ([`EigenvalueBounds`](crate::structure::EigenvalueBounds)).
            ///
            /// # Errors
            /// Of a run: `LinearError::NotProved` where no L, or no positive μ, was proved.
            pub const fn proved() -> Self {
                Self { constants: Constants::Proved, stopping: Stopping::NEW }
            }
        }
        stopping_builders!($name);

        impl<P: Bilevel> Step<P> for $name {
            type State = MomentumState<P>;
            const VECTORS: usize = 2;

            fn state(&self, problem: &P, work: &P::Work) -> Result<MomentumState<P>, LinearError> {
                Ok(MomentumState { gradient: GradientState::new(problem, work)?, lanczos: Lanczos::new(problem, work)? })
            }

            fn begin(&self, problem: &P, work: &mut P::Work, state: &mut MomentumState<P>) -> Result<(), SolveError> {
                let constants = self.constants.resolve(problem, work, &mut state.lanczos, $rule::constants)?;
                (state.gradient.step, state.gradient.momentum) = constants;
                state.gradient.before.flat_mut().copy_from_slice(problem.x(work));
                Ok(())
            }

            fn memory<'s>(&self, state: &'s mut MomentumState<P>) -> &'s mut [T<P>] {
                state.gradient.before.flat_mut()
            }

            fn advance(
                &self,
                problem: &P,
                work: &mut P::Work,
                state: &mut MomentumState<P>,
                residual: &[T<P>],
            ) -> Result<(), SolveError> {
                $rule::advance(problem, work, &mut state.gradient, residual);
                Ok(())
            }

            fn pull_back(
                &self,
                problem: &P,
                work: &mut P::Work,
                state: &mut MomentumState<P>,
                cotangent: Parts<'_, T<P>>,
                y_bar: &mut [T<P>],
            ) -> Result<(), LinearError> {
                $rule::pull_back(problem, work, &mut state.gradient, cotangent, y_bar);
                Ok(())
            }

            fn push_forward(
                &self,
                problem: &P,
                work: &mut P::Work,
                state: &mut MomentumState<P>,
                tangent: Parts<'_, T<P>>,
                c: &[T<P>],
            ) -> Result<(), LinearError> {
                $rule::push_forward(problem, work, &mut state.gradient, tangent, c);
                Ok(())
            }

            const CROSS: Cross = Cross::Everywhere;

            fn cross(
                &self,
                problem: &P,
                work: &mut P::Work,
                state: &mut MomentumState<P>,
                both: (&[T<P>], &[T<P>]),
                out: &mut [T<P>],
            ) -> Result<(), LinearError> {
                let length = $rule::first(&state.gradient);
                state.gradient.cross(problem, work, length, both, out);
                Ok(())
            }

            fn bend(
                &self,
                problem: &P,
                work: &mut P::Work,
                state: &mut MomentumState<P>,
                (cotangent, u): (Held<'_, T<P>>, &[T<P>]),
                bars: Parts<'_, T<P>>,
            ) -> Result<(), LinearError> {
                $rule::bend(problem, work, &mut state.gradient, (cotangent, u), bars);
                Ok(())
            }
        }

        impl<P: Bilevel> InnerSolver<P> for $name {
            type Workspace = (Vectors<P>, MomentumState<P>);

            fn workspace(&self, problem: &P, work: &P::Work) -> Result<Self::Workspace, LinearError> {
                Ok((Vectors::new(problem, work)?, self.state(problem, work)?))
            }

            fn run_observed(
                &self,
                problem: &P,
                work: &mut P::Work,
                (vectors, state): &mut Self::Workspace,
                tolerance: Option<f64>,
                observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
            ) -> Result<Solution<()>, SolveError> {
                self.begin(problem, work, state)?;
                let settings = (self.stopping.or(tolerance), Defaults { tolerance: 1e-8, max_steps: 10_000 });
                let solution = iterate(problem, work, vectors, settings, observer, |work, vectors, _| {
                    self.advance(problem, work, state, vectors.residual.flat())?;
                    Ok(Moved::Yes)
                })?;
                if super::minimum::is_cheap(problem, work) { super::minimum::check(problem, work, solution) } else { Ok(solution) }
            }
        }
    };
}

/// The state of [`HeavyBall`] and [`Nesterov`].
pub struct MomentumState<P: Bilevel> {
    gradient: GradientState<P>,
    lanczos: Lanczos<P>,
}
opaque_debug!([P: Bilevel] MomentumState<P>, "MomentumState");

momentum_method! {
    /// Polyak's heavy ball: `x <- x - α F(x, y) + β (x - p)`, p the x before.
    ///
    /// With `α = 4/(√L + √μ)²`, `β = ((√κ - 1)/(√κ + 1))²` and a quadratic f the error shrinks like
    /// `((√κ - 1)/(√κ + 1))^k` (times k where an eigenvalue is μ or L), κ = L/μ. Far from quadratic f it may oscillate
    /// without end; [`Nesterov`] does not.
    ///
    /// Defaults: `.tolerance(1e-8).max_steps(10_000)`, as [`GradientDescent`](super::GradientDescent).
    ///
    /// # Example
    /// ```
    /// # #[hypergrad::bilevel]
    /// # mod ridge {
    /// #     use nalgebra::Vector2;
    /// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
    /// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
    /// # }
    /// use hypergrad::solver::{GradientDescent, HeavyBall};
    /// # use nalgebra::Vector2;
    /// # let (x, y) = (Vector2::zeros(), Vector2::new(-4.0, 0.2));
    /// let problem = ridge::Problem::new()?;
    /// let found = problem.solve(&x, &y, &HeavyBall::auto())?;
    /// let plain = problem.solve(&x, &y, &GradientDescent::new(0.2))?;
    /// assert!(found.steps < plain.steps && (found.x - plain.x).norm() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `auto` needs a symmetric positive definite `F_1` at the start.
    ///
    /// # Reference
    /// Polyak, Some methods of speeding up the convergence of iteration methods (1964).
    HeavyBall, heavy_ball
}

momentum_method! {
    /// Nesterov's method: `p' = x - α F(x, y)`, `x <- p' + β (p' - p)`. The iterate x is the extrapolated point, where
    /// F is evaluated.
    ///
    /// With `α = 4/(3 L + μ)`, `β = (√(3 κ + 1) - 2)/(√(3 κ + 1) + 2)` and a quadratic f the error shrinks like
    /// `(1 - 2/√(3 κ + 1))^k`, κ = L/μ.
    ///
    /// Defaults: `.tolerance(1e-8).max_steps(10_000)`, as [`GradientDescent`](super::GradientDescent).
    ///
    /// # Example
    /// ```
    /// # #[hypergrad::bilevel]
    /// # mod ridge {
    /// #     use nalgebra::Vector2;
    /// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
    /// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
    /// # }
    /// use hypergrad::solver::{GradientDescent, Nesterov};
    /// # use nalgebra::Vector2;
    /// # let (x, y) = (Vector2::zeros(), Vector2::new(-4.0, 0.2));
    /// let problem = ridge::Problem::new()?;
    /// let found = problem.solve(&x, &y, &Nesterov::auto())?;
    /// let plain = problem.solve(&x, &y, &GradientDescent::new(0.2))?;
    /// assert!(found.steps < plain.steps && (found.x - plain.x).norm() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `auto` needs a symmetric positive definite `F_1` at the start.
    ///
    /// # Reference
    /// Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²) (1983).
    Nesterov, nesterov
}

/// `x' = x - α F + β (x - p)`, `p' = x`.
mod heavy_ball {
    use super::{Bilevel, ComplexField, Dense, GradientState, Held, Parts, Real, T, axpy, scale};

    pub fn constants(smallest: f64, largest: f64) -> (f64, f64) {
        let (low, high) = (ComplexField::sqrt(smallest), ComplexField::sqrt(largest));
        let ratio = (high - low) / (high + low);
        (4.0 / ((low + high) * (low + high)), ratio * ratio)
    }

    /// The first step, `p = x`, is `x - α F`.
    pub fn first<P: Bilevel>(s: &GradientState<P>) -> f64 {
        s.step
    }

    pub fn advance<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut GradientState<P>, residual: &[T<P>]) {
        let momentum = T::<P>::lit(s.momentum);
        let (before, next) = (s.before.flat_mut(), s.next.flat_mut());
        for (next, (&x, before)) in next.iter_mut().zip(problem.x(work).iter().zip(before)) {
            *next = x + momentum * (x - *before);
            *before = x;
        }
        axpy(T::<P>::lit(-s.step), residual, next);
        problem.set_x(work, next);
    }

    /// `λ = λ' - α F_1ᵀ λ' + β λ' + μ'`, `μ = -β λ'`.
    pub fn pull_back<P: Bilevel>(
        problem: &P,
        work: &mut P::Work,
        s: &mut GradientState<P>,
        (x, p): Parts<'_, T<P>>,
        y_bar: &mut [T<P>],
    ) {
        let momentum = T::<P>::lit(s.momentum);
        // What reaches x besides the step, from what is overwritten.
        for (p, &x) in p.iter_mut().zip(&*x) {
            *p += momentum * x;
        }
        s.next.flat_mut().copy_from_slice(x);
        s.pull(problem, work, x, y_bar);
        axpy(T::<P>::ONE, p, x);
        p.copy_from_slice(s.next.flat());
        scale(-momentum, p);
    }

    /// λ' itself falls on F.
    pub fn bend<P: Bilevel>(
        problem: &P,
        work: &mut P::Work,
        s: &mut GradientState<P>,
        ((x, _), u): (Held<'_, T<P>>, &[T<P>]),
        bars: Parts<'_, T<P>>,
    ) {
        s.bend(problem, work, (x.iter().copied(), u), bars);
    }

    pub fn push_forward<P: Bilevel>(
        problem: &P,
        work: &mut P::Work,
        s: &mut GradientState<P>,
        (x, p): Parts<'_, T<P>>,
        c: &[T<P>],
    ) {
        let momentum = T::<P>::lit(s.momentum);
        s.next.flat_mut().copy_from_slice(x);
        s.push(problem, work, x, c);
        for ((x, p), &before) in x.iter_mut().zip(p).zip(s.next.flat()) {
            *x += momentum * (before - *p);
            *p = before;
        }
    }
}

/// `p' = x - α F`, `x' = p' + β (p' - p)`.
mod nesterov {
    use super::{Bilevel, ComplexField, Dense, GradientState, Held, Parts, Real, T, axpy};

    pub fn constants(smallest: f64, largest: f64) -> (f64, f64) {
        let root = ComplexField::sqrt(3.0 * largest / smallest + 1.0);
        (4.0 / (3.0 * largest + smallest), (root - 2.0) / (root + 2.0))
    }

    /// The first step, `p = x`, is `x - (1 + β) α F`.
    pub fn first<P: Bilevel>(s: &GradientState<P>) -> f64 {
        (1.0 + s.momentum) * s.step
    }

    pub fn advance<P: Bilevel>(problem: &P, work: &mut P::Work, s: &mut GradientState<P>, residual: &[T<P>]) {
        let momentum = T::<P>::lit(s.momentum);
        let (before, next) = (s.before.flat_mut(), s.next.flat_mut());
        next.copy_from_slice(problem.x(work));
        axpy(T::<P>::lit(-s.step), residual, next);
        for (next, before) in next.iter_mut().zip(before) {
            let here = *next;
            *next = here + momentum * (here - *before);
            *before = here;
        }
        problem.set_x(work, next);
    }

    /// `q = (1 + β) λ' + μ'`, `λ = q - α F_1ᵀ q`, `μ = -β λ'`.
    pub fn pull_back<P: Bilevel>(
        problem: &P,
        work: &mut P::Work,
        s: &mut GradientState<P>,
        (x, p): Parts<'_, T<P>>,
        y_bar: &mut [T<P>],
    ) {
        let momentum = T::<P>::lit(s.momentum);
        for (x, p) in x.iter_mut().zip(p) {
            let old = *x;
            *x = old + momentum * old + *p;
            *p = -momentum * old;
        }
        s.pull(problem, work, x, y_bar);
    }

    /// q falls on F.
    pub fn bend<P: Bilevel>(
        problem: &P,
        work: &mut P::Work,
        s: &mut GradientState<P>,
        ((x, p), u): (Held<'_, T<P>>, &[T<P>]),
        bars: Parts<'_, T<P>>,
    ) {
        let ahead = T::<P>::lit(1.0 + s.momentum);
        s.bend(problem, work, (x.iter().zip(p).map(|(&x, &p)| ahead * x + p), u), bars);
    }

    pub fn push_forward<P: Bilevel>(
        problem: &P,
        work: &mut P::Work,
        s: &mut GradientState<P>,
        (x, p): Parts<'_, T<P>>,
        c: &[T<P>],
    ) {
        let momentum = T::<P>::lit(s.momentum);
        s.push(problem, work, x, c);
        for (x, p) in x.iter_mut().zip(p) {
            let here = *x;
            *x = here + momentum * (here - *p);
            *p = here;
        }
    }
}
