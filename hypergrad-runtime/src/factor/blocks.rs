//! A block-diagonal matrix: `count` square blocks of one size, each factored by itself.
//!
//! `n = count · size`, memory `count · size²`, work `count · size³`. The blocks couple entries of x
//! that need not lie side by side: [`Segment`]s say where.

use core::marker::PhantomData;

use super::{Inertia, LogDet, Method, Spectrum, condition, factor};
use crate::error::LinearError;
use crate::scalar::Real;
use crate::storage::Dense;

/// A run of rows of every block, and where they lie in x: row i of block b is entry
/// `offset + stride · i + step · b`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The first entry.
    pub offset: usize,
    /// Rows of a block.
    pub length: usize,
    /// From one row to the next.
    pub stride: usize,
    /// From one block to the next.
    pub step: usize,
}

/// The blocks, one after another, each column-major; D stores them, V (n rows) their pivots. S runs
/// of rows make up a block.
#[derive(Clone, Debug)]
pub struct Blocks<M, D: Dense, V: Dense, const S: usize> {
    entries: D,
    pivots: V::Pivots,
    /// The right-hand side of one block.
    gathered: V,
    size: usize,
    count: usize,
    segments: [Segment; S],
    method: PhantomData<M>,
}

impl<M: Method, D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Blocks<M, D, V, S> {
    /// Without heap memory; [`Blocks::resize`] makes it usable.
    #[inline]
    pub fn empty() -> Self {
        Self {
            entries: D::empty(),
            pivots: V::pivots(0),
            gathered: V::empty(),
            size: 0,
            count: 0,
            segments: [Segment::default(); S],
            method: PhantomData,
        }
    }

    /// Makes room for so many blocks. Does nothing where there is room already.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`].
    pub fn resize(&mut self, what: &'static str, count: usize, segments: [Segment; S]) -> Result<(), LinearError> {
        if (self.count, self.segments) == (count, segments) {
            return Ok(());
        }
        let size = segments.iter().map(|s| s.length).sum::<usize>();
        let n = size.saturating_mul(count);
        let entries = D::try_zeros(what, size.saturating_mul(size), count)?;
        let gathered = V::try_zeros(what, n, 1)?;
        debug_assert_eq!((entries.flat().len(), V::pivots(n).as_ref().len()), (n * size, n), "storage of another size");
        *self = Self { entries, pivots: V::pivots(n), gathered, size, count, segments, method: PhantomData };
        Ok(())
    }

    /// Rows of a block, how many blocks, where they lie.
    pub(super) fn shape(&self) -> (usize, usize, [Segment; S]) {
        (self.size, self.count, self.segments)
    }

    /// Of each block.
    pub(super) fn pivots_mut(&mut self) -> impl Iterator<Item = &mut [usize]> {
        self.pivots.as_mut().chunks_exact_mut(self.size.max(1))
    }

    /// The blocks to factor. Overwritten by the factors.
    #[inline]
    pub fn matrix_mut(&mut self) -> &mut [D::Scalar] {
        self.entries.flat_mut()
    }

    /// Factors every block in place; `what` names the matrix in errors.
    ///
    /// # Errors
    /// A block that is singular, not definite, or not finite.
    #[inline]
    pub fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        let size = self.size;
        if size == 0 {
            return Ok(());
        }
        let blocks = self.entries.flat_mut().chunks_exact_mut(size * size);
        let scratch = self.gathered.flat_mut();
        for (b, (block, pivots)) in blocks.zip(self.pivots.as_mut().chunks_exact_mut(size)).enumerate() {
            factor::<M, V>(what, block, pivots, size, scratch).map_err(|error| error.in_block(b, size * size))?;
        }
        Ok(())
    }

    /// Solves `A out = rhs` in place, with the last factor.
    #[inline]
    pub fn solve(&mut self, rhs: &mut [D::Scalar]) {
        self.each(rhs, M::solve);
    }

    /// Solves `Aᵀ out = rhs` in place, with the last factor.
    #[inline]
    pub fn solve_tr(&mut self, rhs: &mut [D::Scalar]) {
        self.each(rhs, M::solve_tr);
    }

    /// Solves with a positive definite matrix near a symmetric A, see [`Method::solve_definite`].
    pub fn solve_definite(&mut self, rhs: &mut [D::Scalar]) {
        self.each(rhs, M::solve_definite);
    }

    /// A direction of negative curvature in every block that has one.
    pub fn negative_curvature(&mut self, out: &mut [D::Scalar]) -> bool {
        let found = core::cell::Cell::new(false);
        self.each(out, |block, pivots, size, part| {
            if M::negative_curvature(block, pivots, size, part) {
                found.set(true);
            } else {
                part.fill(D::Scalar::ZERO);
            }
        });
        found.get()
    }

    /// Applies a solve to the part of every block.
    #[inline]
    fn each(&mut self, rhs: &mut [D::Scalar], solve: impl Fn(&[D::Scalar], &[usize], usize, &mut [D::Scalar])) {
        let size = self.size;
        if size == 0 {
            return;
        }
        let blocks = self.entries.flat().chunks_exact(size * size).zip(self.pivots.as_ref().chunks_exact(size));
        if let [Segment { offset: 0, stride: 1, step, .. }] = self.segments[..]
            && step == size
        {
            for ((block, pivots), part) in blocks.zip(rhs.chunks_exact_mut(size)) {
                solve(block, pivots, size, part);
            }
            return;
        }
        let part = &mut self.gathered.flat_mut()[..size];
        for (b, (block, pivots)) in blocks.enumerate() {
            visit(&self.segments, b, |row, entry| part[row] = rhs[entry]);
            solve(block, pivots, size, part);
            visit(&self.segments, b, |row, entry| rhs[entry] = part[row]);
        }
    }
}

impl<M: Method, D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Blocks<M, D, V, S> {
    /// Entries and pivots of every factored block.
    fn factors(&self) -> impl Iterator<Item = (&[D::Scalar], &[usize])> {
        let size = self.size.max(1);
        let count = if self.size == 0 { 0 } else { self.count };
        self.entries.flat().chunks_exact(size * size).zip(self.pivots.as_ref().chunks_exact(size)).take(count)
    }
}

impl<M: Method, D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Spectrum for Blocks<M, D, V, S> {
    fn log_det(&self) -> LogDet {
        self.factors().fold(LogDet::ONE, |all, (block, pivots)| all.and(M::log_det(block, pivots, self.size)))
    }

    fn inertia(&self) -> Option<Inertia> {
        self.factors().try_fold(Inertia::default(), |all, (block, pivots)| Some(all.and(M::inertia(block, pivots, self.size)?)))
    }

    fn entries(&self) -> usize {
        self.count * self.size * self.size
    }

    /// The worst of any block.
    fn condition(&mut self) -> f64 {
        let size = self.size;
        if size == 0 {
            return 0.0;
        }
        let scratch = self.gathered.flat_mut();
        let blocks = self.entries.flat().chunks_exact(size * size).zip(self.pivots.as_ref().chunks_exact(size));
        blocks.fold(0.0, |worst, (block, pivots)| {
            let condition = condition::estimate::<M, V>((block, pivots, size), scratch);
            if condition > worst { condition } else { worst }
        })
    }
}

/// Every row of block b and its entry of x.
#[inline]
pub(super) fn visit(segments: &[Segment], b: usize, mut with: impl FnMut(usize, usize)) {
    let mut row = 0;
    for segment in segments {
        let first = segment.offset + segment.step * b;
        for i in 0..segment.length {
            with(row, first + segment.stride * i);
            row += 1;
        }
    }
}
