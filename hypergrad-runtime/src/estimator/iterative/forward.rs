//! A run, pushed forward together with its derivative by y.

use super::advance;
use crate::error::{EstimatorError, LinearError};
use crate::estimator::steps::Vectors;
use crate::kernels::{axpy, norm};
use crate::point::{T, Y, check_finite, zeros_y};
use crate::problem::{BYTES_LIMIT, Bilevel, Dense};
use crate::scalar::Real;
use crate::solver::Step;

/// `J = dz/dy`: for every entry of y a column of x's part, and one of p's.
pub struct Sensitivity<P: Bilevel> {
    x: Vec<T<P>>,
    p: Vec<T<P>>,
    unit: Y<P>,
}

impl<P: Bilevel> Sensitivity<P> {
    pub(super) fn new(problem: &P, work: &P::Work, vectors: usize) -> Result<Self, LinearError> {
        let (n, m) = problem.dims(work);
        let entries = n.checked_mul(m).filter(|entries| *entries <= BYTES_LIMIT / size_of::<T<P>>());
        let Some(entries) = entries else {
            return Err(LinearError::TooLarge { what: "dx/dy", rows: n, cols: m, limit: BYTES_LIMIT });
        };
        let p = if vectors > 1 { vec![T::<P>::ZERO; entries] } else { Vec::new() };
        Ok(Self { x: vec![T::<P>::ZERO; entries], p, unit: zeros_y(problem, work)? })
    }

    /// Begins a run from an x that does not depend on y.
    pub(super) fn begin(&mut self) {
        self.x.fill(T::<P>::ZERO);
        self.p.fill(T::<P>::ZERO);
    }

    /// One step from the x in `work`: `J <- Phi_1 J + Phi_2`, then x. Number `step` of its run; `|J' - J|`.
    pub(super) fn advance<M: Step<P>>(
        &mut self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        (map, state): (&M, &mut M::State),
        step: usize,
    ) -> Result<f64, EstimatorError> {
        let n = problem.dims(work).0;
        let unit = self.unit.flat_mut();
        let mut change = 0.0;
        for (b, column) in self.x.chunks_exact_mut(n.max(1)).enumerate() {
            let memory = if M::VECTORS > 1 { &mut self.p[b * n..][..n] } else { &mut [] };
            unit.fill(T::<P>::ZERO);
            unit[b] = T::<P>::ONE;
            s.t.flat_mut().copy_from_slice(column);
            map.push_forward(problem, work, state, (column, memory), unit)?;
            axpy(-T::<P>::ONE, column, s.t.flat_mut());
            let moved = norm(s.t.flat());
            change += moved * moved;
        }
        check_finite(problem, work, "dx/dy", &self.x)?;
        advance(problem, work, s, (map, state), step)?;
        Ok(nalgebra::ComplexField::sqrt(change))
    }

    /// `|J|`, Frobenius.
    pub(super) fn size(&self) -> f64 {
        norm(&self.x)
    }

    /// `g_2 + Jᵀ g_1` at the x in `work`.
    pub(super) fn gradient(
        &self,
        problem: &P,
        work: &mut P::Work,
        s: &mut Vectors<P>,
        gradient: &mut [T<P>],
    ) -> Result<(), EstimatorError> {
        problem.g_2(work, gradient);
        problem.g_1(work, s.v.flat_mut());
        check_finite(problem, work, "g_1", s.v.flat())?;
        let columns = self.x.chunks_exact(s.v.flat().len().max(1));
        for (gradient, column) in gradient.iter_mut().zip(columns) {
            *gradient += crate::kernels::dot(column, s.v.flat());
        }
        check_finite(problem, work, "the derivative of the run", gradient)
    }
}
