//! The iterates of a run: all of them, or those of one segment, the others being run again from checkpoints.

use crate::error::LinearError;
use crate::problem::BYTES_LIMIT;

/// Iterates of one segment, and the states that segments begin with.
#[derive(Debug)]
pub(super) struct Tape<S> {
    iterates: Vec<S>,
    checkpoints: Vec<S>,
    n: usize,
    /// Of a checkpoint: x and p.
    state: usize,
    /// Steps of a segment.
    pub(super) segment: usize,
}

impl<S: Copy> Tape<S> {
    /// For `steps` steps of vectors of length n, with p or without, in so many segments.
    pub(super) fn new(n: usize, vectors: usize, steps: usize, segments: usize, zero: S) -> Result<Self, LinearError> {
        let segments = segments.clamp(1, steps.max(1));
        let segment = steps.div_ceil(segments).max(1);
        let state = n.saturating_mul(vectors);
        let room = |rows: usize, cols: usize| match rows.checked_mul(cols) {
            Some(entries) if entries <= BYTES_LIMIT / size_of::<S>() => Ok(vec![zero; entries]),
            _ => Err(LinearError::TooLarge { what: "the iterates of an unrolled run", rows, cols, limit: BYTES_LIMIT }),
        };
        let checkpoints = if segments > 1 { room(state, steps.div_ceil(segment))? } else { Vec::new() };
        Ok(Self { iterates: room(n, segment)?, checkpoints, n, state, segment })
    }

    /// The iterate number k of the segment in memory.
    pub(super) fn iterate(&self, k: usize) -> &[S] {
        &self.iterates[k * self.n..][..self.n]
    }

    pub(super) fn iterate_mut(&mut self, k: usize) -> &mut [S] {
        &mut self.iterates[k * self.n..][..self.n]
    }

    /// The state that a segment begins with: x, then p.
    pub(super) fn checkpoint_mut(&mut self, segment: usize) -> (&mut [S], &mut [S]) {
        self.checkpoints[segment * self.state..][..self.state].split_at_mut(self.n)
    }

    /// Whether segments are run again.
    pub(super) const fn has_checkpoints(&self) -> bool {
        !self.checkpoints.is_empty()
    }
}
