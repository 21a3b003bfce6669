//! The derivative of one step.

use super::{ErrorWork, advance, error_at_end, error_work};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::efficiency::check_root;
use crate::estimator::formula::{Evaluated, Formula};
use crate::estimator::steps::Vectors;
use crate::kernels::axpy;
use crate::point::{T, X, check_finite, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::solver::{Cross, Step};
use crate::structure::EstimatorKind;

/// One-step differentiation: `g_2 + Phi_2(x, y)ᵀ g_1` with `g_1`, `g_2` at `Phi(x, y)`, x being the point that is passed
/// in, which counts as independent of y. For gradient descent that is `g_2 - α F_2ᵀ g_1`: one product, no solve.
///
/// With a map that contracts by ρ the error is at most `ρ/(1 - ρ) |Phi_2| |g_1|` and what the error of x adds. With
/// Newton's method ρ is 0: `g_2 - (F_2ᵀ s - L_21(s) n)`, `F_1ᵀ s = g_1`, `n = F_1⁻¹ F` (docs/formulas.md 3.3), exact at
/// every x where f is quadratic in x. A full step is differentiated, never a damped one.
///
/// Error estimate and objective are those of [`Unrolled`](super::Unrolled). The Jacobian holds at every x for
/// gradient descent, momentum and the fixed point, and at a root for Newton's method; there
/// `|estimate - ∇h| <= b + C_y |x - x*| + O(|x - x*|²)`, b the error at the root itself: 0 for Newton's method, whose
/// Jacobian is `-Psi L_11(v)`.
///
/// # Example
/// ```
/// # #[hypergrad::bilevel]
/// # mod ridge {
/// #     use nalgebra::Vector2;
/// #     pub fn f(x: &Vector2<f64>, y: &Vector2<f64>) -> f64 { (x[0] + x[1] - 1.0).powi(2) + y.map(f64::exp).dot(&x.component_mul(x)) }
/// #     pub fn g(x: &Vector2<f64>, _y: &Vector2<f64>) -> f64 { (x[0] - 0.5).powi(2) + x[1] * x[1] }
/// # }
/// use hypergrad::estimator::{Ift, OneStep};
/// use hypergrad::solver::Newton;
/// # use nalgebra::Vector2;
/// # let y = Vector2::new(-1.0, 0.2);
/// let problem = ridge::Problem::new()?;
/// let x = problem.solve(&Vector2::zeros(), &y, &Newton::new())?.x;
/// let exact = problem.hypergradient(&x, &y, &Ift::new())?.gradient;
/// // f is quadratic in x: exact from anywhere.
/// let far = problem.hypergradient(&Vector2::new(5.0, -7.0), &y, &OneStep::new(Newton::new()))?;
/// assert!((far.gradient - exact).norm() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Reference
/// Bolte, Pauwels, Vaiter, One-step differentiation of iterative algorithms (2023), (4).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneStep<M> {
    map: M,
    error_estimate: bool,
}

impl<M> OneStep<M> {
    /// One step of a method.
    pub const fn new(map: M) -> Self {
        Self { map, error_estimate: false }
    }

    /// Whether to compute the error estimate (default: no; it solves three systems by products).
    #[must_use]
    pub const fn error_estimate(mut self, wanted: bool) -> Self {
        self.error_estimate = wanted;
        self
    }
}

/// What one step needs.
pub struct OneStepStorage<P: Bilevel, M: Step<P>> {
    state: M::State,
    start: X<P>,
    error: ErrorWork<P>,
}
opaque_debug!([P: Bilevel, M: Step<P>] OneStepStorage<P, M>, "OneStepStorage");

impl<P: Bilevel, M: Step<P>> Formula<P> for OneStep<M> {
    type Storage = OneStepStorage<P, M>;

    fn kind(&self) -> EstimatorKind {
        EstimatorKind::OneStep
    }

    fn storage(&self, problem: &P, work: &P::Work) -> Result<Self::Storage, LinearError> {
        Ok(OneStepStorage {
            state: self.map.state(problem, work)?,
            start: zeros_x(problem, work)?,
            error: error_work(problem, work, self.error_estimate)?,
        })
    }

    fn evaluate(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        storage: &mut Self::Storage,
        gradient: &mut [T<P>],
    ) -> Result<Evaluated, EstimatorError> {
        storage.start.flat_mut().copy_from_slice(problem.x(work));
        let result = differentiate(problem, work, s, (&self.map, storage), gradient);
        problem.set_x(work, storage.start.flat());
        result
    }

    /// With `x' = Phi(x)`, `c = g_1(x')`, `W = Phi_1` held to x: `g_21(x') W + Phi_2ᵀ g_11(x') W + ∂(Phi_2ᵀ c)/∂x`.
    fn derivative(&self, problem: &P, work: &mut P::Work, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        match M::CROSS {
            Cross::Everywhere => {}
            Cross::AtRoots => check_root(problem, work)?,
            Cross::Nowhere => {
                return Err(EstimatorError::NotAvailable { what: "the Jacobian", kind: EstimatorKind::OneStep });
            }
        }
        let mut start = zeros_x(problem, work)?;
        start.flat_mut().copy_from_slice(problem.x(work));
        let result = jacobian(problem, work, &self.map, start.flat(), out);
        problem.set_x(work, start.flat());
        result
    }
}

/// The Jacobian from the x `start`, which `work` is at.
pub(super) fn jacobian<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    map: &M,
    start: &[T<P>],
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    let (n, m) = problem.dims(work);
    let (n1, m1) = (n.max(1), m.max(1));
    let mut s = Vectors::new(problem, work)?;
    let mut state = map.state(problem, work)?;
    let mut w = P::XX::try_zeros("Phi_1", n, n)?;
    map.begin(problem, work, &mut state)?;
    // The first step is from p = x.
    for (k, column) in w.flat_mut().chunks_exact_mut(n1).enumerate() {
        column[k] = T::<P>::ONE;
        s.t.flat_mut().copy_from_slice(column);
        let memory = if M::VECTORS > 1 { s.t.flat_mut() } else { &mut [] };
        map.push_forward(problem, work, &mut state, (column, memory), s.scratch.flat())?;
    }
    advance(problem, work, &mut s, (map, &mut state), 0)?;
    problem.g_1(work, s.v.flat_mut());
    check_finite(problem, work, "g_1", s.v.flat())?;
    // (g - 0ᵀF)_21 W and (g - 0ᵀF)_11 W.
    s.u.flat_mut().fill(T::<P>::ZERO);
    problem.set_adjoint(work, s.u.flat());
    for (column, out) in w.flat_mut().chunks_exact_mut(n1).zip(out.chunks_exact_mut(m1)) {
        problem.m_21_mul(work, column, out);
        problem.m_11_mul(work, column, s.t.flat_mut());
        column.copy_from_slice(s.t.flat());
    }
    problem.set_x(work, start);
    for ((k, column), out) in w.flat_mut().chunks_exact_mut(n1).enumerate().zip(out.chunks_exact_mut(m1)) {
        s.t.flat_mut().fill(T::<P>::ZERO);
        let memory = if M::VECTORS > 1 { s.t.flat_mut() } else { &mut [] };
        map.pull_back(problem, work, &mut state, (column, memory), out)?;
        s.u.flat_mut().fill(T::<P>::ZERO);
        s.u.flat_mut()[k] = T::<P>::ONE;
        map.cross(problem, work, &mut state, (s.v.flat(), s.u.flat()), s.scratch.flat_mut())?;
        axpy(T::<P>::ONE, s.scratch.flat(), out);
    }
    Ok(())
}

fn differentiate<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    s: &mut Vectors<P>,
    (map, storage): (&M, &mut OneStepStorage<P, M>),
    gradient: &mut [T<P>],
) -> Result<Evaluated, EstimatorError> {
    map.begin(problem, work, &mut storage.state)?;
    advance(problem, work, s, (map, &mut storage.state), 0)?;
    s.u.flat_mut().copy_from_slice(problem.x(work));
    problem.g_2(work, gradient);
    problem.g_1(work, s.v.flat_mut());
    check_finite(problem, work, "g_1", s.v.flat())?;
    s.t.flat_mut().fill(T::<P>::ZERO);
    s.correction.flat_mut().fill(T::<P>::ZERO);
    problem.set_x(work, storage.start.flat());
    let memory = if M::VECTORS > 1 { s.t.flat_mut() } else { &mut [] };
    map.pull_back(problem, work, &mut storage.state, (s.v.flat_mut(), memory), s.correction.flat_mut())?;
    axpy(T::<P>::ONE, s.correction.flat(), gradient);
    check_finite(problem, work, "the derivative of the step", gradient)?;
    problem.set_x(work, s.u.flat());
    let error = error_at_end(problem, work, s, &mut storage.error, gradient);
    Ok(Evaluated { error, ..Evaluated::default() })
}
