//! How the derivative of a run changes with the x that it starts from.
//!
//! ```text
//! x_k+1 = Phi(x_k, y),   λ_t = g_1(x_t),   λ_k = Phi_1(x_k)ᵀ λ_k+1,   E = g_2(x_t) + Σ Phi_2(x_k)ᵀ λ_k+1
//! ```
//!
//! A direction u of `x_0` moves `x_k` by `u_k+1 = Phi_1 u_k`. Along it `λ_t` changes by `g_11 u_t`, and every step that
//! is pulled back by the change of its cotangent and by that of its own derivative, [`Step::bend`].

use super::one_step;
use super::{advance, reverse::memory_of};
use crate::error::{EstimatorError, LinearError};
use crate::estimator::efficiency::check_root;
use crate::estimator::steps::Vectors;
use crate::kernels::axpy;
use crate::point::{T, check_finite};
use crate::problem::{BYTES_LIMIT, Bilevel, Dense};
use crate::scalar::Real;
use crate::solver::{Cross, Step};
use crate::structure::EstimatorKind;

/// The Jacobian of a run of t steps, `m x n`, into `out`. For every entry of x: per step two products with `F_1` and
/// `F_2`, four of second derivatives; memory `4 t n` with momentum, else `3 t n`.
pub(super) fn of_run<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    (map, steps, kind): (&M, usize, EstimatorKind),
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    if M::CROSS == Cross::Nowhere {
        return Err(EstimatorError::NotAvailable { what: "the Jacobian", kind });
    }
    let start = problem.x(work).to_vec();
    let result = if M::CROSS == Cross::AtRoots {
        of_newton(problem, work, (map, steps), &start, out)
    } else {
        Run::new(problem, work, map, steps).and_then(|mut run| run.jacobian(problem, work, map, out))
    };
    problem.set_x(work, &start);
    result?;
    check_finite(problem, work, "the Jacobian of the run", out)
}

/// Of Newton's method at a root, where `Phi_1 = 0`: the second step forgets the start to second order.
fn of_newton<P: Bilevel, M: Step<P>>(
    problem: &P,
    work: &mut P::Work,
    (map, steps): (&M, usize),
    start: &[T<P>],
    out: &mut [T<P>],
) -> Result<(), EstimatorError> {
    check_root(problem, work)?;
    match steps {
        0 => problem.g_21(work, out),
        1 => one_step::jacobian(problem, work, map, start, out)?,
        _ => out.fill(T::<P>::ZERO),
    }
    Ok(())
}

/// A run, with the cotangents that were pulled back through it.
struct Run<P: Bilevel, M: Step<P>> {
    state: M::State,
    s: Vectors<P>,
    n: usize,
    /// `x_0 .. x_t`.
    iterates: Vec<T<P>>,
    /// `λ_1 .. λ_t`, and their parts of p.
    cotangents: (Vec<T<P>>, Vec<T<P>>),
    /// `u_0 .. u_t-1` of the direction at hand.
    tangents: Vec<T<P>>,
}

impl<P: Bilevel, M: Step<P>> Run<P, M> {
    fn new(problem: &P, work: &mut P::Work, map: &M, steps: usize) -> Result<Self, EstimatorError> {
        let n = problem.dims(work).0;
        let entries = steps.checked_add(1).and_then(|rows| rows.checked_mul(n));
        let Some(entries) = entries.filter(|entries| *entries <= BYTES_LIMIT / 4 / size_of::<T<P>>()) else {
            let what = "the iterates of an unrolled run";
            return Err(LinearError::TooLarge { what, rows: n, cols: steps, limit: BYTES_LIMIT }.into());
        };
        let zeros = |entries| vec![T::<P>::ZERO; entries];
        let mut run = Self {
            state: map.state(problem, work)?,
            s: Vectors::new(problem, work)?,
            n,
            iterates: zeros(entries),
            cotangents: (zeros(steps * n), zeros(if M::VECTORS > 1 { steps * n } else { 0 })),
            tangents: zeros(steps * n),
        };
        run.forward(problem, work, map, steps)?;
        run.backward(problem, work, map, steps)?;
        Ok(run)
    }

    /// Stores the iterates, and leaves the last one in `work`.
    fn forward(&mut self, problem: &P, work: &mut P::Work, map: &M, steps: usize) -> Result<(), EstimatorError> {
        map.begin(problem, work, &mut self.state)?;
        for k in 0..steps {
            self.iterates[k * self.n..][..self.n].copy_from_slice(problem.x(work));
            advance(problem, work, &mut self.s, (map, &mut self.state), k)?;
        }
        self.iterates[steps * self.n..].copy_from_slice(problem.x(work));
        Ok(())
    }

    /// Stores the cotangents.
    fn backward(&mut self, problem: &P, work: &mut P::Work, map: &M, steps: usize) -> Result<(), EstimatorError> {
        let (n, s) = (self.n, &mut self.s);
        problem.g_1(work, s.v.flat_mut());
        check_finite(problem, work, "g_1", s.v.flat())?;
        s.t.flat_mut().fill(T::<P>::ZERO);
        for k in (0..steps).rev() {
            self.cotangents.0[k * n..][..n].copy_from_slice(s.v.flat());
            let memory = memory_of::<P, M>(s.t.flat_mut());
            if M::VECTORS > 1 {
                self.cotangents.1[k * n..][..n].copy_from_slice(memory);
            }
            problem.set_x(work, &self.iterates[k * n..][..n]);
            map.pull_back(problem, work, &mut self.state, (s.v.flat_mut(), memory), s.scratch.flat_mut())?;
        }
        Ok(())
    }

    fn jacobian(&mut self, problem: &P, work: &mut P::Work, map: &M, out: &mut [T<P>]) -> Result<(), EstimatorError> {
        let m = problem.dims(work).1;
        for (j, column) in out.chunks_exact_mut(m.max(1)).enumerate() {
            self.s.v.flat_mut().fill(T::<P>::ZERO);
            self.s.v.flat_mut()[j] = T::<P>::ONE;
            self.push(problem, work, map)?;
            self.pull(problem, work, map, column)?;
        }
        Ok(())
    }

    /// Pushes the direction in `v` forward to `u_t`. The first step is from p = x.
    fn push(&mut self, problem: &P, work: &mut P::Work, map: &M) -> Result<(), EstimatorError> {
        let (n, s) = (self.n, &mut self.s);
        s.t.flat_mut().copy_from_slice(s.v.flat());
        s.scratch.flat_mut().fill(T::<P>::ZERO);
        for (k, tangent) in self.tangents.chunks_exact_mut(n.max(1)).enumerate() {
            problem.set_x(work, &self.iterates[k * n..][..n]);
            tangent.copy_from_slice(s.v.flat());
            let both = (s.v.flat_mut(), memory_of::<P, M>(s.t.flat_mut()));
            map.push_forward(problem, work, &mut self.state, both, s.scratch.flat())?;
        }
        Ok(())
    }

    /// Pulls the change of `λ_t` along `u_t`, in `v`, back to the start; what falls on y adds up in `column`.
    fn pull(&mut self, problem: &P, work: &mut P::Work, map: &M, column: &mut [T<P>]) -> Result<(), EstimatorError> {
        let (n, s) = (self.n, &mut self.s);
        problem.set_x(work, &self.iterates[self.iterates.len() - n..]);
        // (g - 0ᵀF)_21 u_t and (g - 0ᵀF)_11 u_t.
        s.t.flat_mut().fill(T::<P>::ZERO);
        problem.set_adjoint(work, s.t.flat());
        problem.m_21_mul(work, s.v.flat(), column);
        problem.m_11_mul(work, s.v.flat(), s.u.flat_mut());
        s.v.flat_mut().copy_from_slice(s.u.flat());
        for (k, tangent) in self.tangents.chunks_exact(n.max(1)).enumerate().rev() {
            problem.set_x(work, &self.iterates[k * n..][..n]);
            s.u.flat_mut().fill(T::<P>::ZERO);
            let memory = if M::VECTORS > 1 { &self.cotangents.1[k * n..][..n] } else { &[] };
            let held = (&self.cotangents.0[k * n..][..n], memory);
            map.bend(problem, work, &mut self.state, (held, tangent), (s.u.flat_mut(), column))?;
            let both = (s.v.flat_mut(), memory_of::<P, M>(s.t.flat_mut()));
            map.pull_back(problem, work, &mut self.state, both, column)?;
            axpy(T::<P>::ONE, s.u.flat(), s.v.flat_mut());
        }
        Ok(())
    }
}
