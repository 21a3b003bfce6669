//! F, computed before it is asked for: by a pass over a large matrix that f needs.

use crate::scalar::Real;

/// F at a point, and whether f is likely to be followed by it: it is where it was at the last point at which f came first.
#[derive(Clone, Debug)]
pub struct Ahead<T> {
    values: Vec<T>,
    at: State,
    /// Whether F was asked for after f at this point, and at the last one at which f came first.
    followed: bool,
    expected: bool,
}

/// What was asked for at the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not f before F.
    Other,
    /// f.
    Value,
    /// f, and F was computed with it.
    Both,
}

impl<T: Real> Ahead<T> {
    /// Nothing is known, or expected.
    pub const NONE: Self = Self { values: Vec::new(), at: State::Other, followed: false, expected: false };

    /// Of an f that is asked for first: whether F is to be computed with it.
    #[inline]
    pub fn is_expected(&mut self) -> bool {
        if !self.expected {
            self.at = State::Value;
        }
        self.expected
    }

    /// Storage for F, of length n.
    #[inline]
    pub fn take(&mut self, n: usize) -> Vec<T> {
        let mut values = core::mem::take(&mut self.values);
        values.resize(n, T::ZERO);
        values
    }

    /// Keeps F at the point.
    #[inline]
    pub fn keep(&mut self, values: Vec<T>) {
        (self.values, self.at) = (values, State::Both);
    }

    /// Writes F, if it is known.
    #[inline]
    pub fn give(&mut self, out: &mut [T]) -> bool {
        self.followed |= self.at != State::Other;
        let known = self.at == State::Both;
        if known {
            out.copy_from_slice(&self.values);
        }
        known
    }

    /// The point is another one.
    #[inline]
    pub fn leave(&mut self) {
        if self.at != State::Other {
            self.expected = self.followed;
        }
        (self.at, self.followed) = (State::Other, false);
    }
}

#[cfg(test)]
mod tests {
    use super::Ahead;

    /// Asks for f, then for F; gives whether F came with f.
    fn both(ahead: &mut Ahead<f64>) -> bool {
        let expected = ahead.is_expected();
        if expected {
            let mut values = ahead.take(2);
            assert!(!ahead.give(&mut values), "while it is computed");
            values.fill(3.0);
            ahead.keep(values);
        }
        let mut out = [0.0; 2];
        assert_eq!(ahead.give(&mut out), expected);
        assert_eq!(out, [if expected { 3.0 } else { 0.0 }; 2]);
        ahead.leave();
        expected
    }

    #[test]
    fn follows_the_last_point() {
        let mut ahead = Ahead::<f64>::NONE;
        assert!(!both(&mut ahead) && both(&mut ahead) && both(&mut ahead));
        // F alone tells nothing, and is that of its own point.
        assert!(!ahead.give(&mut [0.0; 2]));
        ahead.leave();
        // f alone: once for nothing, then no more.
        for expected in [true, false, false] {
            assert_eq!(ahead.is_expected(), expected);
            if expected {
                let values = ahead.take(2);
                ahead.keep(values);
            }
            ahead.leave();
        }
        assert!(!both(&mut ahead) && both(&mut ahead));
    }
}
