//! A block-diagonal matrix: `count` square blocks of one size, each factored by itself.
//!
//! `n = count · size`, memory `count · size²`, work `count · size³`. The blocks couple entries of x
//! that need not lie side by side: [`Segment`]s say where.

use core::marker::PhantomData;
use core::ops::Range;
use core::sync::atomic::{AtomicBool, Ordering};

use super::{ABREAST, Eliminate, Factor, Inertia, LogDet, Method, Spectrum, condition, factor, is_gain_abreast, room_abreast};
use crate::error::LinearError;
use crate::scalar::Real;
use crate::storage::Dense;
use crate::threads;

/// The most parts of the blocks for several threads: what they find is kept on the stack.
const MOST: usize = 64;

/// Multiply-adds of a factorisation and entries of a factor in a nanosecond.
const PER_NANOSECOND: usize = 16;
const READ: usize = 4;

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
        let rooms = room_abreast(size).saturating_mul(parts(count.saturating_mul(size.pow(3)) / PER_NANOSECOND, count));
        let gathered = V::try_zeros(what, if is_several { n.max(rooms) } else { n }, 1)?;
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
        match self.parts_with_room(self.count * size.pow(3) / PER_NANOSECOND) {
            1 => {
                let (entries, pivots, scratch) = (self.entries.flat_mut(), self.pivots.as_mut(), self.gathered.flat_mut());
                let result;
                (self.abreast, result) = factor_part::<M, V>(what, 0, (entries, pivots, size), scratch);
                result
            }
            parts => self.factor_apart(what, parts),
        }
    }

    /// Parts for several threads, as many as have room for matrices side by side: there may be more threads now than when
    /// room was made.
    fn parts_with_room(&self, nanoseconds: usize) -> usize {
        let parts = parts(nanoseconds, self.count);
        if parts == 1 || !M::SIDE_BY_SIDE || !is_gain_abreast(self.size) {
            return parts;
        }
        parts.min(self.gathered.flat().len() / room_abreast(self.size)).max(1)
    }

    /// Factors the blocks in parts. Every block has the bits that it has in one part.
    fn factor_apart(&mut self, what: &'static str, parts: usize) -> Result<(), LinearError> {
        let (size, count) = (self.size, self.count);
        let (entries, pivots, scratch) = (self.entries.flat_mut(), self.pivots.as_mut(), self.gathered.flat_mut());
        let blocks = || threads::even(count, parts, ABREAST);
        let mut found: [(usize, Result<(), LinearError>); MOST] = core::array::from_fn(|_| (0, Ok(())));
        let rooms = threads::pieces(threads::even(scratch.len(), parts, 1), 1, scratch);
        let matrices = threads::pieces(blocks(), size * size, entries).zip(threads::pieces(blocks(), size, pivots));
        threads::each(matrices.zip(rooms).zip(&mut found), |((((part, entries), (_, pivots)), (_, room)), found)| {
            *found = factor_part::<M, V>(what, part.start, (entries, pivots, size), room);
        });
        self.abreast = 0;
        for (part, (abreast, _)) in blocks().zip(&found) {
            if self.abreast == part.start {
                self.abreast += abreast;
            } else {
                // Those side by side are the first ones.
                let side_by_side = &mut entries[part.start * size * size..][..abreast * size * size];
                side_by_side.chunks_exact_mut(ABREAST * size * size).for_each(|group| one_by_one(group, scratch));
            }
        }
        found.into_iter().try_for_each(|(_, result)| result)
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
        let found = AtomicBool::new(false);
        let one = |block: &[D::Scalar], pivots: &[usize], size, part: &mut [D::Scalar]| {
            if M::negative_curvature(block, pivots, size, part) {
                found.store(true, Ordering::Relaxed);
            } else {
                part.fill(D::Scalar::ZERO);
            }
        };
        // Gauss' method knows of none.
        self.each(out, one, |_, part| part.fill(D::Scalar::ZERO));
        found.into_inner()
    }

    /// Applies a solve to the part of every block, or of those side by side.
    #[inline]
    fn each(
        &mut self,
        rhs: &mut [D::Scalar],
        solve: impl Fn(&[D::Scalar], &[usize], usize, &mut [D::Scalar]) + Sync,
        solve_abreast: impl Fn(Factor<'_, D::Scalar>, &mut [D::Scalar]) + Sync,
    ) {
        let (size, segments) = (self.size, &self.segments);
        if size == 0 {
            return;
        }
        let (entries, pivots, scratch) = (self.entries.flat(), self.pivots.as_ref(), self.gathered.flat_mut());
        let parts = if is_one_by_one(segments, size) { parts(self.count * size * size / READ, self.count) } else { 1 };
        if parts == 1 {
            return each_block((entries, pivots, size), (self.abreast, segments), scratch, rhs, (&solve, &solve_abreast));
        }
        let blocks = || threads::even(self.count, parts, ABREAST);
        let rooms = threads::pieces(threads::even(scratch.len(), parts, 1), 1, scratch);
        threads::each(threads::pieces(blocks(), size, rhs).zip(rooms), |((part, rhs), (_, room))| {
            let factors = part_of(&part, (entries, pivots, size));
            each_block(factors, (abreast_of(&part, self.abreast), segments), room, rhs, (&solve, &solve_abreast));
        });
    }
}

/// A solve with the factor of a block, and with those of several side by side.
type Solves<'a, S, A> = (&'a S, &'a A);

/// [`Blocks::each`] for some blocks, so many of which were factored side by side.
#[inline]
fn each_block<T: Real, const S: usize>(
    (entries, pivots, size): Factor<'_, T>,
    (abreast, segments): (usize, &[Segment; S]),
    scratch: &mut [T],
    rhs: &mut [T],
    (solve, solve_abreast): Solves<'_, impl Fn(&[T], &[usize], usize, &mut [T]), impl Fn(Factor<'_, T>, &mut [T])>,
) {
    for (g, factors) in groups((entries, pivots, size), abreast).enumerate() {
        let part = &mut scratch[..ABREAST * size];
        let each = || (0..ABREAST).map(|l| (l, g * ABREAST + l));
        each().for_each(|(l, b)| visit(segments, b, |row, entry| part[row * ABREAST + l] = rhs[entry]));
        solve_abreast(factors, part);
        each().for_each(|(l, b)| visit(segments, b, |row, entry| rhs[entry] = part[row * ABREAST + l]));
    }
    let blocks = entries.chunks_exact(size * size).zip(pivots.chunks_exact(size));
    if is_one_by_one(segments, size) {
        for ((block, pivots), part) in blocks.zip(rhs.chunks_exact_mut(size)).skip(abreast) {
            solve(block, pivots, size, part);
        }
        return;
    }
    let part = &mut scratch[..size];
    for (b, (block, pivots)) in blocks.enumerate().skip(abreast) {
        visit(segments, b, |row, entry| part[row] = rhs[entry]);
        solve(block, pivots, size, part);
        visit(segments, b, |row, entry| rhs[entry] = part[row]);
    }
}

/// Whether the entries of a block lie side by side, and those of the next one behind them.
#[inline]
fn is_one_by_one(segments: &[Segment], size: usize) -> bool {
    matches!(segments, [Segment { offset: 0, stride: 1, step, .. }] if *step == size)
}

/// Parts of so many blocks for several threads.
#[inline]
fn parts(nanoseconds: usize, count: usize) -> usize {
    threads::parts(nanoseconds, (count / ABREAST).min(MOST))
}

/// The factors of some blocks, and how many of them lie side by side.
fn part_of<'a, T>(part: &Range<usize>, (entries, pivots, size): Factor<'a, T>) -> Factor<'a, T> {
    let square = size * size;
    (&entries[part.start * square..part.end * square], &pivots[part.start * size..part.end * size], size)
}
fn abreast_of(part: &Range<usize>, abreast: usize) -> usize {
    abreast.clamp(part.start, part.end) - part.start
}

/// Factors some blocks, the first of which is block `first`: how many of them side by side, and whether all were.
#[inline]
fn factor_part<M: Method, V: Dense>(
    what: &'static str,
    first: usize,
    (entries, pivots, size): (&mut [V::Scalar], &mut [usize], usize),
    scratch: &mut [V::Scalar],
) -> (usize, Result<(), LinearError>) {
    let mut abreast = 0;
    if M::SIDE_BY_SIDE && is_gain_abreast(size) && scratch.len() >= room_abreast(size) {
        let groups = entries.chunks_exact_mut(ABREAST * size * size).zip(pivots.chunks_exact_mut(ABREAST * size));
        for (matrices, pivots) in groups {
            if !V::Scalar::factor_abreast(matrices, pivots, size, scratch) {
                break;
            }
            abreast += ABREAST;
        }
    }
    let mut blocks = entries.chunks_exact_mut(size * size).zip(pivots.chunks_exact_mut(size)).enumerate().skip(abreast);
    let result = blocks.try_for_each(|(b, (block, pivots))| {
        let result = factor::<M, V>(what, block, pivots, size, scratch);
        result.map(|_| ()).map_err(|error| error.in_block(first + b, size * size))
    });
    (abreast, result)
}

/// Brings factors that lie side by side into the places of those of blocks alone, which have the same bits.
fn one_by_one<T: Real>(group: &mut [T], scratch: &mut [T]) {
    let length = group.len() / ABREAST;
    let from = &mut scratch[..group.len()];
    from.copy_from_slice(group);
    for (l, block) in group.chunks_exact_mut(length).enumerate() {
        block.iter_mut().zip(from.chunks_exact(ABREAST)).for_each(|(entry, side_by_side)| *entry = side_by_side[l]);
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
        let side_by_side = groups((self.entries.flat(), self.pivots.as_ref(), self.size), self.abreast);
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
        let parts = self.parts_with_room(SOLVES * self.count * size * size / READ);
        let (abreast, factors) = (self.abreast, (self.entries.flat(), self.pivots.as_ref(), size));
        let scratch = self.gathered.flat_mut();
        if parts == 1 {
            return worst_condition::<M, V>(factors, abreast, scratch);
        }
        let mut worst = [0.0; MOST];
        let rooms = threads::pieces(threads::even(scratch.len(), parts, 1), 1, scratch);
        threads::each(threads::even(self.count, parts, ABREAST).zip(rooms).zip(&mut worst), |((part, (_, room)), worst)| {
            *worst = worst_condition::<M, V>(part_of(&part, factors), abreast_of(&part, abreast), room);
        });
        worst.into_iter().fold(0.0, worse)
    }
}

/// Solves that an estimate of a condition takes, about.
const SOLVES: usize = 4;

/// Of some blocks, so many of which lie side by side.
fn worst_condition<M: Method, V: Dense>(
    (entries, pivots, size): Factor<'_, V::Scalar>,
    abreast: usize,
    scratch: &mut [V::Scalar],
) -> f64 {
    let several = groups((entries, pivots, size), abreast)
        .flat_map(|factors| V::Scalar::conditions_abreast(factors, scratch))
        .fold(0.0, worse);
    let alone = entries.chunks_exact(size * size).zip(pivots.chunks_exact(size)).skip(abreast);
    alone.fold(several, |worst, (block, pivots)| worse(worst, condition::estimate::<M, V>((block, pivots, size), scratch)))
}

fn worse(worst: f64, condition: f64) -> f64 {
    if condition > worst { condition } else { worst }
}

/// Factors that lie side by side: so many of the first ones.
fn groups<T>((entries, pivots, size): Factor<'_, T>, abreast: usize) -> impl Iterator<Item = Factor<'_, T>> {
    let entries = entries[..abreast * size * size].chunks_exact((ABREAST * size * size).max(1));
    let pivots = pivots.chunks_exact((ABREAST * size).max(1));
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
