//! Blocks of samples that stay in the cache of the first level.

use core::ops::Range;

use nalgebra::ComplexField;

use super::norm;
use crate::scalar::Real;
use crate::threads;

/// Numbers of a block, at the most; and of samples, at the least, for which a matrix is read once.
const ENTRIES: usize = 2048;
const LEAST: usize = 8;

/// Numbers of a sample that a step takes in a nanosecond.
const PER_NANOSECOND: usize = 2;

/// The most parts for several threads: their norms are kept on the stack.
const MOST: usize = 64;

/// Goes through samples block by block: so many samples, of each of which so many numbers are at hand, for so many steps.
/// `body` is given the samples of a block, their entries of two vectors with as many for each sample, and scratch with so
/// many for each; it gives a norm. Gives the norm of all. Several threads take samples of their own.
pub fn over_blocks<T: Real, const K: usize>(
    (count, entries, steps): (usize, usize, usize),
    vectors: [&mut [T]; 2],
    scratch: [(usize, &mut [T]); K],
    body: impl Fn(Range<usize>, [&mut [T]; 2], [&mut [T]; K]) -> f64 + Sync,
) -> f64 {
    let nanoseconds = count.saturating_mul(entries).saturating_mul(steps) / PER_NANOSECOND;
    match threads::parts(nanoseconds, (count / LEAST).min(MOST)) {
        1 => some_blocks((0..count, entries), vectors, scratch.map(|(_, scratch)| scratch), &body),
        parts => apart((count, entries, parts), vectors, scratch, body),
    }
}

/// The blocks of some samples, of which the vectors hold the entries.
fn some_blocks<T: Real, const K: usize>(
    (samples, entries): (Range<usize>, usize),
    mut vectors: [&mut [T]; 2],
    mut scratch: [&mut [T]; K],
    body: &impl Fn(Range<usize>, [&mut [T]; 2], [&mut [T]; K]) -> f64,
) -> f64 {
    let rows = vectors[0].len() / samples.len().max(1);
    blocks(samples.len(), entries).fold(0.0, |known, block| {
        let pieces = vectors.each_mut().map(|vector| &mut vector[block.start * rows..block.end * rows]);
        let scratch = scratch.each_mut().map(|scratch| &mut scratch[..]);
        ComplexField::hypot(known, body(samples.start + block.start..samples.start + block.end, pieces, scratch))
    })
}

/// The samples in parts, on several threads.
fn apart<T: Real, const K: usize>(
    (count, entries, parts): (usize, usize, usize),
    mut vectors: [&mut [T]; 2],
    mut scratch: [(usize, &mut [T]); K],
    body: impl Fn(Range<usize>, [&mut [T]; 2], [&mut [T]; K]) -> f64 + Sync,
) -> f64 {
    let rows = vectors[0].len() / count;
    let tasks = threads::even(count, parts, LEAST).map(|part| {
        let vectors = vectors.each_mut().map(|rest| threads::first(rest, part.len() * rows));
        let scratch = scratch.each_mut().map(|(entries, rest)| threads::first(rest, part.len() * *entries));
        (part, vectors, scratch)
    });
    let mut norms = [0.0; MOST];
    threads::each(tasks.zip(&mut norms), |((part, vectors, scratch), norm)| {
        *norm = some_blocks((part, entries), vectors, scratch, &body);
    });
    norms.into_iter().fold(0.0, ComplexField::hypot)
}

/// Blocks of so many samples, of each of which so many numbers are at hand.
pub(super) fn blocks(count: usize, entries: usize) -> impl Iterator<Item = Range<usize>> {
    let fitting = ENTRIES / entries.max(1);
    let length = (fitting / LEAST * LEAST).max(LEAST);
    (0..count).step_by(length).map(move |first| first..count.min(first + length))
}

/// The norm of a vector of which so much was known, and these entries more.
pub fn longer<T: Real>(known: f64, more: &[T]) -> f64 {
    ComplexField::hypot(known, norm(more))
}
