//! Large work in parts, one for each thread (feature `threads`).
//!
//! How work is cut depends on sizes and on the number of threads alone, and what several parts add up is added in their
//! order: the same number of threads gives the same bits, whichever of them is done first. One part is the work as it is
//! without the feature. The threads are those of the pool of rayon that the caller runs in, else of its global one.

use core::mem::take;
use core::ops::Range;
use core::sync::atomic::{AtomicBool, Ordering};

/// Work that takes one thread less time than this, in nanoseconds, is not worth a part of its own: a thread that sleeps
/// begins after 10 to 20 µs, and may begin late.
#[cfg(feature = "threads")]
const LEAST: usize = 40_000;

/// Parts of work that takes one thread about so many nanoseconds and can be cut into at most so many.
#[cfg(feature = "threads")]
#[inline]
pub fn parts(nanoseconds: usize, most: usize) -> usize {
    let worth = most.min(nanoseconds / LEAST);
    if worth < 2 { 1 } else { worth.min(rayon::current_num_threads()) }
}

/// One: there are no threads.
#[cfg(not(feature = "threads"))]
#[inline]
pub const fn parts(_nanoseconds: usize, _most: usize) -> usize {
    1
}

/// Does all tasks, each on a thread of its own if one is free, the first one on this thread.
#[cfg(feature = "threads")]
pub fn each<I: Send>(tasks: impl IntoIterator<Item = I>, work: impl Fn(I) + Sync) {
    let mut tasks = tasks.into_iter();
    let Some(first) = tasks.next() else { return };
    rayon::in_place_scope(|scope| {
        for task in tasks {
            let work = &work;
            scope.spawn(move |_| work(task));
        }
        work(first);
    });
}

/// Does all tasks, one after another.
#[cfg(not(feature = "threads"))]
pub fn each<I: Send>(tasks: impl IntoIterator<Item = I>, work: impl Fn(I) + Sync) {
    tasks.into_iter().for_each(work);
}

/// [`each`] of tasks that may be refused: whether none was.
pub fn all<I: Send>(tasks: impl IntoIterator<Item = I>, work: impl Fn(I) -> bool + Sync) -> bool {
    let are_done = AtomicBool::new(true);
    each(tasks, |task| {
        if !work(task) {
            are_done.store(false, Ordering::Relaxed);
        }
    });
    are_done.into_inner()
}

/// So many items in parts of nearly the same length, but for the last one a multiple of `step`.
pub fn even(length: usize, parts: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    let steps = length.div_ceil(step);
    let end = move |part: usize| length.min(steps * part / parts * step);
    (0..parts).map(move |part| end(part)..end(part + 1))
}

/// The columns of a lower triangle in parts with nearly as many entries each, but for the last one a multiple of `step`.
pub fn triangle(columns: usize, parts: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    let all = columns * columns;
    let mut end = 0;
    (1..=parts).map(move |part| {
        let start = end;
        // What stands behind the columns before `end` is the square of what is left of them.
        while end < columns && (part == parts || (columns - end).pow(2) * parts > all * (parts - part)) {
            end = columns.min(end + step);
        }
        start..end
    })
}

/// A slice in pieces, so many entries for each item of each range; the ranges lie one after another from 0 on. What is
/// missing at the end is missing from the last pieces.
pub fn pieces<T>(
    ranges: impl Iterator<Item = Range<usize>>,
    entries: usize,
    slice: &mut [T],
) -> impl Iterator<Item = (Range<usize>, &mut [T])> {
    let mut rest = slice;
    ranges.map(move |range| {
        let length = rest.len().min(range.len() * entries);
        (range, first(&mut rest, length))
    })
}

/// Takes so many entries off the beginning of a slice.
#[expect(clippy::mut_mut, reason = "what is left of a slice stands where the slice stood")]
pub fn first<'a, T>(rest: &mut &'a mut [T], length: usize) -> &'a mut [T] {
    let (piece, others) = take(rest).split_at_mut(length);
    *rest = others;
    piece
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs something in a pool of so many threads.
    #[cfg(feature = "threads")]
    pub(crate) fn on<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("as many threads as that").install(run)
    }

    /// Every item is in one part, and every part but the last is a multiple of the step.
    fn check(ranges: &[Range<usize>], length: usize, step: usize) {
        let mut at = 0;
        for range in ranges {
            assert_eq!(range.start, at);
            at = range.end;
            assert!(at.is_multiple_of(step) || at == length);
        }
        assert_eq!(at, length);
    }

    #[test]
    fn parts_cover_everything_once() {
        for (length, parts, step) in [(0, 1, 1), (1, 3, 4), (10, 3, 1), (5000, 2, 160), (101, 7, 8)] {
            check(&even(length, parts, step).collect::<Vec<_>>(), length, step);
            check(&triangle(length, parts, step).collect::<Vec<_>>(), length, step);
        }
        assert_eq!(even(10, 3, 2).collect::<Vec<_>>(), [0..2, 2..6, 6..10]);
    }

    #[test]
    fn parts_of_a_triangle_are_even() {
        let entries = |range: Range<usize>| range.map(|j| 1000 - j).sum::<usize>();
        for (parts, step) in [(2, 4), (3, 12), (8, 4)] {
            for range in triangle(1000, parts, step) {
                let share = entries(range) as f64 * parts as f64 / entries(0..1000) as f64;
                assert!((0.85..1.15).contains(&share), "{share} of {parts} parts");
            }
        }
    }

    #[test]
    fn every_piece_is_worked_on_once() {
        let mut numbers = [0; 23];
        let tasks = pieces(even(12, 4, 1), 2, &mut numbers);
        each(tasks, |(range, piece)| piece.iter_mut().for_each(|number| *number += 1 + range.start));
        let expected: Vec<usize> = (0..23).map(|k| 1 + k / 6 * 3).collect();
        assert_eq!(numbers[..], expected);
    }

    #[test]
    fn little_work_is_one_part() {
        assert_eq!(parts(1000, 100), 1);
        assert_eq!(parts(usize::MAX, 1), 1);
        assert!(parts(usize::MAX, 3) <= 3);
    }

    #[cfg(feature = "threads")]
    #[test]
    fn the_pool_says_how_many() {
        for threads in [1, 3] {
            assert_eq!(on(threads, || (parts(usize::MAX, 100), parts(3 * LEAST, 100))), (threads, threads));
            assert_eq!(on(threads, || parts(2 * LEAST, 100)), threads.min(2));
        }
    }
}
