//! Third-order derivatives, for inspection.

use core::ops::Index;

use super::Dense;

/// A tensor of order three, indexed `[(i, j, k)]`, the first index fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor3<D: Dense> {
    storage: D,
    dims: (usize, usize, usize),
}

impl<D: Dense> Tensor3<D> {
    /// Zeros of these dimensions.
    ///
    /// # Errors
    /// `LinearError::TooLarge` above [`super::BYTES_LIMIT`].
    pub fn zeros(what: &'static str, dims: (usize, usize, usize)) -> Result<Self, crate::error::LinearError> {
        let rows = dims.0.saturating_mul(dims.1);
        let storage = D::try_zeros(what, rows, dims.2)?;
        Ok(Self { storage, dims })
    }

    /// The three dimensions.
    pub fn dims(&self) -> (usize, usize, usize) {
        self.dims
    }

    /// The entries, first index fastest.
    pub fn flat(&self) -> &[D::Scalar] {
        self.storage.flat()
    }

    /// The entries, first index fastest.
    pub fn flat_mut(&mut self) -> &mut [D::Scalar] {
        self.storage.flat_mut()
    }

    /// The entry at `(i, j, k)`, or `None` outside.
    pub fn get(&self, (i, j, k): (usize, usize, usize)) -> Option<&D::Scalar> {
        let (a, b, c) = self.dims;
        if i < a && j < b && k < c { self.storage.flat().get(i + a * (j + b * k)) } else { None }
    }
}

impl<D: Dense> Index<(usize, usize, usize)> for Tensor3<D> {
    type Output = D::Scalar;

    /// # Panics
    /// Outside of the dimensions, as indexing does everywhere; [`Tensor3::get`] does not.
    fn index(&self, at: (usize, usize, usize)) -> &D::Scalar {
        match self.get(at) {
            Some(entry) => entry,
            None => panic!("index {at:?} is outside of the dimensions {:?}", self.dims),
        }
    }
}
