//! Arrays that are made when they are first written: a new point has some kilobytes of them, of which one
//! quantity needs a few, and setting the others to zero would cost as much as computing it.

use core::ops::{Deref, DerefMut};

/// An array, or nothing yet, read as an empty slice.
#[derive(Clone, Debug)]
pub struct OnDemand<T, const N: usize>(Option<[T; N]>);

impl<T: Copy, const N: usize> OnDemand<T, N> {
    /// Nothing yet. Not a constant, which would be copied with the bytes that it does not have.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "an array that is returned would be copied")]
    pub fn none() -> Self {
        Self(None)
    }

    /// Makes the array of this entry, unless it is there.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "an array that is returned would be copied")]
    pub fn make(&mut self, entry: T) {
        if self.0.is_none() {
            self.0 = Some([entry; N]);
        }
    }
}

impl<T, const N: usize> Deref for OnDemand<T, N> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |array| array.as_slice())
    }
}

impl<T, const N: usize> DerefMut for OnDemand<T, N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_mut().map_or(&mut [], |array| array.as_mut_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once() {
        let mut array: OnDemand<f64, 3> = OnDemand::none();
        assert!(array.is_empty());
        array.make(0.0);
        array[1] = 2.0;
        array.make(5.0);
        assert_eq!(&array[..], [0.0, 2.0, 0.0]);
    }
}
