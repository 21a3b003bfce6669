//! Anderson acceleration of a fixed-point iteration.
//!
//! With the last M changes `ΔX` of x and `ΔF` of F, and `ΔF = Q R`, the step is `x <- x - G F`,
//! `G = I + (ΔX - ΔF) R⁻¹ Qᵀ`: the step of the iteration itself from the combination of the last points whose F is
//! the smallest, to first order. G is an estimate of `F_1⁻¹`.

use super::iterate::Vectors;
use crate::error::LinearError;
use crate::kernels::{axpy, dot, norm, scale};
use crate::linear::Side;
use crate::point::{T, X, zeros_x};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;

/// The last M changes of x and F.
pub struct Anderson<P: Bilevel, const M: usize> {
    steps: [X<P>; M],
    changes: [X<P>; M],
    /// Q, its columns in the order of `order`, and R.
    basis: [X<P>; M],
    triangle: [[f64; M]; M],
    /// The places of the changes that have a column, the newest first.
    order: [usize; M],
    rank: usize,
    /// Changes in use, and where the next one goes.
    count: usize,
    next: usize,
    /// x and `|F|` of the step before; F is `before_f`.
    before_x: X<P>,
    before_f: X<P>,
    size: f64,
}
opaque_debug!([P: Bilevel, const M: usize] Anderson<P, M>, "Anderson");

/// A change of F that lies in the span of newer ones but for this part says nothing.
const DEPENDENT: f64 = 1e-8;
/// A residual that has grown by more than this says that what was gathered holds no more.
const GROWN: f64 = 2.0;

impl<P: Bilevel, const M: usize> Anderson<P, M> {
    pub(super) fn new(problem: &P, work: &P::Work) -> Result<Self, LinearError> {
        let zeros = if M == 0 { X::<P>::empty() } else { zeros_x(problem, work)? };
        let vectors = || core::array::from_fn(|_| zeros.clone());
        Ok(Self {
            steps: vectors(),
            changes: vectors(),
            basis: vectors(),
            triangle: [[0.0; M]; M],
            order: [0; M],
            rank: 0,
            count: 0,
            next: 0,
            before_x: zeros.clone(),
            before_f: zeros.clone(),
            size: 0.0,
        })
    }

    /// Begins a run.
    pub(super) fn begin(&mut self) {
        (self.rank, self.count, self.next, self.size) = (0, 0, 0, f64::INFINITY);
    }

    /// One step from x in `work`, F there in `vectors`.
    pub(super) fn advance(&mut self, problem: &P, work: &mut P::Work, vectors: &mut Vectors<P>, size: f64) {
        if M == 0 {
            // Nothing is gathered: the step of the iteration itself.
            return problem.move_x(work, -T::<P>::ONE, vectors.residual.flat());
        }
        vectors.keep_x(problem, work);
        let (x, f) = (vectors.x.flat(), vectors.residual.flat());
        if self.size.is_finite() && size <= GROWN * self.size {
            self.keep(x, f);
        } else {
            (self.count, self.next) = (0, 0);
        }
        self.before_x.flat_mut().copy_from_slice(x);
        self.before_f.flat_mut().copy_from_slice(f);
        self.size = size;
        self.decompose();
        let step = vectors.direction.flat_mut();
        step.copy_from_slice(f);
        self.multiply(step);
        let next = vectors.trial.flat_mut();
        next.copy_from_slice(x);
        axpy(-T::<P>::ONE, step, next);
        problem.set_x(work, next);
    }

    /// One change more, in the place of the oldest one.
    fn keep(&mut self, x: &[T<P>], f: &[T<P>]) {
        let (step, change) = (self.steps[self.next].flat_mut(), self.changes[self.next].flat_mut());
        step.copy_from_slice(x);
        axpy(-T::<P>::ONE, self.before_x.flat(), step);
        change.copy_from_slice(f);
        axpy(-T::<P>::ONE, self.before_f.flat(), change);
        self.next = (self.next + 1) % M;
        self.count = (self.count + 1).min(M);
    }

    /// `ΔF = Q R`, the newest changes first; those that depend on newer ones are left out.
    fn decompose(&mut self) {
        self.rank = 0;
        for back in 1..=self.count {
            let place = (self.next + M - back) % M;
            let (done, rest) = self.basis.split_at_mut(self.rank);
            let Some(column) = rest.first_mut().map(Dense::flat_mut) else { return };
            column.copy_from_slice(self.changes[place].flat());
            let whole = norm(column);
            // Twice: once is not enough where little is left.
            for row in &mut self.triangle {
                row[self.rank] = 0.0;
            }
            for _ in 0..2 {
                for (unit, row) in done.iter().zip(&mut self.triangle) {
                    let part = dot(unit.flat(), column);
                    axpy(-part, unit.flat(), column);
                    row[self.rank] += part.wide();
                }
            }
            let left = norm(column);
            if left > DEPENDENT * whole {
                scale(T::<P>::lit(1.0 / left), column);
                self.triangle[self.rank][self.rank] = left;
                self.order[self.rank] = place;
                self.rank += 1;
            }
        }
    }

    /// `u <- G u`.
    fn multiply(&self, u: &mut [T<P>]) {
        let mut weights = [0.0; M];
        for (weight, unit) in weights.iter_mut().zip(&self.basis[..self.rank]) {
            *weight = dot(unit.flat(), u).wide();
        }
        // R⁻¹.
        for k in (0..self.rank).rev() {
            for j in k + 1..self.rank {
                weights[k] -= self.triangle[k][j] * weights[j];
            }
            weights[k] /= self.triangle[k][k];
        }
        for (&weight, &place) in weights[..self.rank].iter().zip(&self.order) {
            axpy(T::<P>::lit(weight), self.steps[place].flat(), u);
            axpy(T::<P>::lit(-weight), self.changes[place].flat(), u);
        }
    }

    /// `u <- Gᵀ u`.
    fn multiply_transposed(&self, u: &mut [T<P>]) {
        let mut weights = [0.0; M];
        for (weight, &place) in weights.iter_mut().zip(&self.order[..self.rank]) {
            *weight = dot(self.steps[place].flat(), u).wide() - dot(self.changes[place].flat(), u).wide();
        }
        // R⁻ᵀ.
        for k in 0..self.rank {
            for j in 0..k {
                weights[k] -= self.triangle[j][k] * weights[j];
            }
            weights[k] /= self.triangle[k][k];
        }
        for (&weight, unit) in weights[..self.rank].iter().zip(&self.basis) {
            axpy(T::<P>::lit(weight), unit.flat(), u);
        }
    }

    /// `u <- G u` or `Gᵀ u`; `false` where nothing was gathered.
    pub(super) fn apply(&self, side: Side, u: &mut [T<P>]) -> bool {
        match side {
            Side::Plain => self.multiply(u),
            Side::Transposed => self.multiply_transposed(u),
        }
        self.rank > 0
    }
}
