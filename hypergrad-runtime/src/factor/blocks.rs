//! A block-diagonal matrix: `count` square blocks of one size, each factored by itself.
//!
//! `n = count · size`, memory `count · size²`, work `count · size³`. The blocks couple entries of x
//! that need not lie side by side: [`Segment`]s say where.

use core::marker::PhantomData;

use super::{ABREAST, Eliminate, Factor, Inertia, LogDet, Method, Spectrum, condition, factor, is_gain_abreast, room_abreast};
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
    /// The right-hand side of one block, or of several side by side; what they are factored with.
    gathered: V,
    /// So many blocks, a multiple of [`ABREAST`], are factored side by side: their factors are.
    pub(super) abreast: usize,
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
            abreast: 0,
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
        let is_several = M::SIDE_BY_SIDE && count >= ABREAST && is_gain_abreast(size) && V::empty().flat().is_empty();
        let gathered = V::try_zeros(what, if is_several { n.max(room_abreast(size)) } else { n }, 1)?;
        debug_assert_eq!((entries.flat().len(), V::pivots(n).as_ref().len()), (n * size, n), "storage of another size");
        *self = Self { entries, pivots: V::pivots(n), gathered, abreast: 0, size, count, segments, method: PhantomData };
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
        self.abreast = 0;
        let (entries, pivots, scratch) = (self.entries.flat_mut(), self.pivots.as_mut(), self.gathered.flat_mut());
        if M::SIDE_BY_SIDE && is_gain_abreast(size) && scratch.len() >= room_abreast(size) {
            let groups = entries.chunks_exact_mut(ABREAST * size * size).zip(pivots.chunks_exact_mut(ABREAST * size));
            for (matrices, pivots) in groups {
                if !D::Scalar::factor_abreast(matrices, pivots, size, scratch) {
                    break;
                }
                self.abreast += ABREAST;
            }
        }
        let blocks = entries.chunks_exact_mut(size * size).zip(pivots.chunks_exact_mut(size));
        for (b, (block, pivots)) in blocks.enumerate().skip(self.abreast) {
            factor::<M, V>(what, block, pivots, size, scratch).map_err(|error| error.in_block(b, size * size))?;
        }
        Ok(())
    }

    /// Solves `A out = rhs` in place, with the last factor.
    #[inline]
    pub fn solve(&mut self, rhs: &mut [D::Scalar]) {
        self.each(rhs, M::solve, D::Scalar::solve_abreast);
    }

    /// Solves `Aᵀ out = rhs` in place, with the last factor.
    #[inline]
    pub fn solve_tr(&mut self, rhs: &mut [D::Scalar]) {
        self.each(rhs, M::solve_tr, D::Scalar::solve_tr_abreast);
    }

    /// Solves with a positive definite matrix near a symmetric A, see [`Method::solve_definite`].
    pub fn solve_definite(&mut self, rhs: &mut [D::Scalar]) {
        self.each(rhs, M::solve_definite, D::Scalar::solve_abreast);
    }

    /// A direction of negative curvature in every block that has one.
    pub fn negative_curvature(&mut self, out: &mut [D::Scalar]) -> bool {
        let found = core::cell::Cell::new(false);
        let one = |block: &[D::Scalar], pivots: &[usize], size, part: &mut [D::Scalar]| {
            if M::negative_curvature(block, pivots, size, part) {
                found.set(true);
            } else {
                part.fill(D::Scalar::ZERO);
            }
        };
        // Gauss' method knows of none.
        self.each(out, one, |_, part| part.fill(D::Scalar::ZERO));
        found.get()
    }

    /// Applies a solve to the part of every block, or of those side by side.
    #[inline]
    fn each(
        &mut self,
        rhs: &mut [D::Scalar],
        solve: impl Fn(&[D::Scalar], &[usize], usize, &mut [D::Scalar]),
        solve_abreast: impl Fn(Factor<'_, D::Scalar>, &mut [D::Scalar]),
    ) {
        let size = self.size;
        if size == 0 {
            return;
        }
        for (g, factors) in groups(&self.entries, &self.pivots, (size, self.abreast)).enumerate() {
            let part = &mut self.gathered.flat_mut()[..ABREAST * size];
            let each = || (0..ABREAST).map(|l| (l, g * ABREAST + l));
            each().for_each(|(l, b)| visit(&self.segments, b, |row, entry| part[row * ABREAST + l] = rhs[entry]));
            solve_abreast(factors, part);
            each().for_each(|(l, b)| visit(&self.segments, b, |row, entry| rhs[entry] = part[row * ABREAST + l]));
        }
        let blocks = self.entries.flat().chunks_exact(size * size).zip(self.pivots.as_ref().chunks_exact(size));
        if let [Segment { offset: 0, stride: 1, step, .. }] = self.segments[..]
            && step == size
        {
            for ((block, pivots), part) in blocks.zip(rhs.chunks_exact_mut(size)).skip(self.abreast) {
                solve(block, pivots, size, part);
            }
            return;
        }
        let part = &mut self.gathered.flat_mut()[..size];
        for (b, (block, pivots)) in blocks.enumerate().skip(self.abreast) {
            visit(&self.segments, b, |row, entry| part[row] = rhs[entry]);
            solve(block, pivots, size, part);
            visit(&self.segments, b, |row, entry| rhs[entry] = part[row]);
        }
    }
}

impl<M: Method, D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Blocks<M, D, V, S> {
    /// Entries and pivots of every block that was factored by itself.
    fn factors(&self) -> impl Iterator<Item = (&[D::Scalar], &[usize])> {
        let size = self.size.max(1);
        let count = if self.size == 0 { 0 } else { self.count };
        self.entries.flat().chunks_exact(size * size).zip(self.pivots.as_ref().chunks_exact(size)).take(count).skip(self.abreast)
    }
}

impl<M: Method, D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Spectrum for Blocks<M, D, V, S> {
    fn log_det(&self) -> LogDet {
        let side_by_side = groups(&self.entries, &self.pivots, (self.size, self.abreast));
        let several = side_by_side.flat_map(|factors| (0..ABREAST).map(move |l| log_det(factors, l)));
        let alone = self.factors().map(|(block, pivots)| M::log_det(block, pivots, self.size));
        several.chain(alone).fold(LogDet::ONE, LogDet::and)
    }

    fn inertia(&self) -> Option<Inertia> {
        // Gauss' method knows of no signs.
        let none = (self.abreast == 0).then_some(Inertia::default());
        self.factors().try_fold(none?, |all, (block, pivots)| Some(all.and(M::inertia(block, pivots, self.size)?)))
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
        let worse = |worst, condition| if condition > worst { condition } else { worst };
        let several = groups(&self.entries, &self.pivots, (size, self.abreast))
            .flat_map(|factors| D::Scalar::conditions_abreast(factors, scratch))
            .fold(0.0, worse);
        let blocks = self.entries.flat().chunks_exact(size * size).zip(self.pivots.as_ref().chunks_exact(size));
        let alone = blocks.skip(self.abreast);
        alone.fold(several, |worst, (block, pivots)| worse(worst, condition::estimate::<M, V>((block, pivots, size), scratch)))
    }
}

/// Blocks of so many rows whose factors lie side by side: so many of the first ones.
fn groups<'a, D: Dense, P: AsRef<[usize]>>(
    entries: &'a D,
    pivots: &'a P,
    (size, abreast): (usize, usize),
) -> impl Iterator<Item = Factor<'a, D::Scalar>> {
    let entries = entries.flat()[..abreast * size * size].chunks_exact((ABREAST * size * size).max(1));
    let pivots = pivots.as_ref().chunks_exact((ABREAST * size).max(1));
    entries.zip(pivots).map(move |(entries, pivots)| (entries, pivots, size))
}

/// The determinant of matrix l of some side by side.
fn log_det<T: Real>((a, pivots, n): Factor<'_, T>, l: usize) -> LogDet {
    (0..n).fold(LogDet::ONE, |all, j| {
        let exchanged = if pivots[l * n + j] == j { 1.0 } else { -1.0 };
        all.times(exchanged * a[(j + j * n) * ABREAST + l].wide())
    })
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
