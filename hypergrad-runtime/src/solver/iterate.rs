//! The loop that all inner solvers share: step, residual, stopping rule.

use core::ops::ControlFlow;

use nalgebra::ComplexField;

use super::{InnerObservation, Solution};
use crate::error::{LinearError, SolveError};
use crate::kernels::{all_finite, norm};
use crate::point::{T, X, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// When to stop, as the user set it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stopping {
    pub exact: Option<usize>,
    pub tolerance: Option<f64>,
    pub max_steps: Option<usize>,
}

/// The settings of a solver that the user left open.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    /// For `f64`; its square root for `f32`.
    pub tolerance: f64,
    pub max_steps: usize,
}

/// When to stop, in numbers.
struct Rule {
    /// Stops at this residual.
    tolerance: f64,
    /// Accepts this residual where the steps end or stall.
    accepted: f64,
    steps: usize,
    exact: bool,
}

impl Stopping {
    /// Everything left open.
    pub const NEW: Self = Self { exact: None, tolerance: None, max_steps: None };

    /// Whether exactly so many steps were asked for.
    pub(super) const fn is_exact(&self) -> bool {
        self.exact.is_some()
    }

    /// With another tolerance, where one is given.
    pub(super) const fn or(mut self, tolerance: Option<f64>) -> Self {
        if tolerance.is_some() {
            self.tolerance = tolerance;
            self.exact = None;
        }
        self
    }

    /// What so many steps have reached, `|F|` being known before and after them.
    pub(super) fn end<P: Bilevel>(
        &self,
        defaults: Defaults,
        (start, size): (f64, f64),
        steps: usize,
    ) -> Result<Solution<()>, SolveError> {
        let rule = self.rule::<T<P>>(defaults, start)?;
        Ok(Solution::new((), size, steps, size <= rule.accepted))
    }

    /// The rule, for `|F(x0, y)| = start`.
    fn rule<S: Real>(&self, defaults: Defaults, start: f64) -> Result<Rule, SolveError> {
        let single = S::EPSILON > 1e-10;
        let default = if single { ComplexField::sqrt(defaults.tolerance) } else { defaults.tolerance };
        let tolerance = self.tolerance.unwrap_or(default);
        if !(tolerance >= 0.0 && tolerance.is_finite()) {
            let accepted = "a finite number, at least 0";
            return Err(SolveError::InvalidSetting { what: "tolerance", value: tolerance, accepted });
        }
        let scale = if self.tolerance.is_none() && start > 1.0 { start } else { 1.0 };
        let steps = self.exact.or(self.max_steps).unwrap_or(defaults.max_steps);
        Ok(Rule { tolerance, accepted: tolerance * scale, steps, exact: self.exact.is_some() })
    }
}

/// The builders `.steps(k)`, `.tolerance(t)`, `.max_steps(k)` of a solver with a field `stopping`.
macro_rules! stopping_builders {
    ($solver:ident $(, $t:ident)*) => {
        stopping_builders!([$($t),*] $solver<$($t),*>);
    };
    ([$($generics:tt)*] $solver:ty) => {
        impl<$($generics)*> $solver {
            /// Does exactly k steps, whatever the residual.
            #[must_use]
            pub const fn steps(mut self, k: usize) -> Self {
                self.stopping.exact = Some(k);
                self
            }

            /// Stops when `|F(x, y)|` is at most t.
            #[must_use]
            pub const fn tolerance(mut self, t: f64) -> Self {
                self.stopping.tolerance = Some(t);
                self.stopping.exact = None;
                self
            }

            /// Gives up after k steps: `Err(NotConverged)`.
            #[must_use]
            pub const fn max_steps(mut self, k: usize) -> Self {
                self.stopping.max_steps = Some(k);
                self.stopping.exact = None;
                self
            }
        }
    };
}
pub(super) use stopping_builders;

/// The vectors of an inner solver.
pub struct Vectors<P: Bilevel> {
    /// The iterate, where it is kept.
    pub(super) x: X<P>,
    /// `F(x, y)`.
    pub(super) residual: X<P>,
    /// The step's direction.
    pub(super) direction: X<P>,
    /// A trial point, or another vector.
    pub(super) trial: X<P>,
}
opaque_debug!([P: Bilevel] Vectors<P>, "Vectors");

impl<P: Bilevel> Vectors<P> {
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        let zeros = || zeros_x(problem, work);
        Ok(Self { x: zeros()?, residual: zeros()?, direction: zeros()?, trial: zeros()? })
    }

    /// Keeps the point's x as the iterate: for solvers that try others from it.
    pub(super) fn keep_x(&mut self, problem: &P, work: &P::Work) {
        self.x.flat_mut().copy_from_slice(problem.x(work));
    }
}

/// One step's end.
pub(super) enum Moved {
    /// x in the work is the next iterate.
    Yes,
    /// No further progress is possible in this arithmetic.
    Stalled,
}

/// Evaluates F at the point and gives its norm.
pub(super) fn residual_norm<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    out: &mut [T<P>],
    step: usize,
) -> Result<f64, SolveError> {
    problem.residual(work, out);
    let size = norm(out);
    if size.is_finite() { Ok(size) } else { Err(not_finite(problem, work, "F", step)) }
}

/// A number that is not finite; with the reason of a kernel that failed, if one did.
pub(super) fn not_finite<P: Bilevel>(problem: &P, work: &P::Work, what: &'static str, step: usize) -> SolveError {
    match problem.fault(work) {
        Some(fault) => SolveError::Linear(fault),
        None => SolveError::NonFinite { what, step },
    }
}

/// What a run of exactly so many steps has reached, whose x is in the work.
pub(super) fn reached<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    vectors: &mut Vectors<P>,
    (stopping, defaults): (Stopping, Defaults),
    (start, steps): (f64, usize),
) -> Result<Solution<()>, SolveError> {
    let size = residual_norm(problem, work, vectors.residual.flat_mut(), steps)?;
    stopping.end::<P>(defaults, (start, size), steps)
}

/// Steps until the rule is met, or the observer breaks off. `advance(work, vectors, |F|)` finds x in the work, F in `vectors`.
pub(super) fn iterate<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    vectors: &mut Vectors<P>,
    (stopping, defaults): (Stopping, Defaults),
    observer: &mut impl FnMut(&InnerObservation<'_, T<P>>) -> ControlFlow<()>,
    mut advance: impl FnMut(&mut P::Work, &mut Vectors<P>, f64) -> Result<Moved, SolveError>,
) -> Result<Solution<()>, SolveError> {
    let mut size = residual_norm(problem, work, vectors.residual.flat_mut(), 0)?;
    let rule = stopping.rule::<T<P>>(defaults, size)?;
    let mut steps = 0;
    let mut broken = observer(&InnerObservation::new(0, problem.x(work), size)).is_break();
    while !broken && steps < rule.steps && (rule.exact || size > rule.tolerance) {
        let moved = advance(work, vectors, size).map_err(|error| at_step(error, steps))?;
        if matches!(moved, Moved::Stalled) {
            // The steps left would change nothing.
            steps = if rule.exact { rule.steps } else { steps };
            break;
        }
        steps += 1;
        let after = residual_norm(problem, work, vectors.residual.flat_mut(), steps);
        // After F, when what was just written can be read without waiting.
        if !all_finite(problem.x(work)) {
            return Err(SolveError::NonFinite { what: "x", step: steps });
        }
        size = after?;
        broken = observer(&InnerObservation::new(steps, problem.x(work), size)).is_break();
    }
    let solution = Solution::new((), size, steps, size <= rule.accepted);
    if rule.exact || broken || solution.converged {
        Ok(solution)
    } else {
        Err(SolveError::NotConverged { solution, tolerance: rule.accepted })
    }
}

/// Puts the step's number in an error.
fn at_step(error: SolveError, step: usize) -> SolveError {
    match error {
        SolveError::NonFinite { what, .. } => SolveError::NonFinite { what, step },
        other => other,
    }
}
