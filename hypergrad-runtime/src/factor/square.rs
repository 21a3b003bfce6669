//! Matrices that are no `F_1` but fall apart as it does: those of a problem in other variables.
//!
//! Where only the diagonal or the blocks are kept, they are found from products: with ones, or with
//! directions that are alike in all samples, `(A u)[r, s] = A[(r, s), (c, s)]` for `u[c', s'] = δ(c', c)`.

use super::blocks::{Blocks, visit};
use super::diagonal::Diagonal;
use super::{Factorization, Lu, method};
use crate::error::LinearError;
use crate::kernels::axpy;
use crate::scalar::Real;
use crate::storage::Dense;

/// What a matrix is asked for.
#[derive(Debug)]
pub enum Ask<'a, T> {
    /// Itself, `n x n` column-major.
    Matrix(&'a mut [T]),
    /// Its product with u.
    Product {
        /// The direction.
        u: &'a [T],
        /// The product.
        out: &'a mut [T],
    },
}

/// An answer to [`Ask`].
pub type Answer<'a, T> = &'a mut dyn FnMut(Ask<'_, T>);

/// A matrix with the structure of `F_1`, but for its symmetry: filled, then factored, then solved with.
pub trait Square {
    /// The entries.
    type Scalar: Real;

    /// Sets all entries; u and v are scratch of length n.
    fn set(&mut self, u: &mut [Self::Scalar], v: &mut [Self::Scalar], answer: Answer<'_, Self::Scalar>);
    /// Adds a multiple of a matrix, or as much of it as belongs to the structure.
    ///
    /// # Errors
    /// Storage would be too large.
    fn add(
        &mut self,
        factor: Self::Scalar,
        u: &mut [Self::Scalar],
        v: &mut [Self::Scalar],
        answer: Answer<'_, Self::Scalar>,
    ) -> Result<(), LinearError>;
    /// Calls `change(row, column, entry)` for all entries of the structure.
    fn for_each(&mut self, change: impl FnMut(usize, usize, &mut Self::Scalar));
    /// Factors in place; `what` names the matrix in errors.
    ///
    /// # Errors
    /// Singular, or not finite.
    fn factor(&mut self, what: &'static str) -> Result<(), LinearError>;
    /// Solves `Aᵀ out = rhs` in place.
    fn solve_tr(&mut self, rhs: &mut [Self::Scalar]);
}

/// Without structure.
#[derive(Clone, Debug)]
pub struct Whole<D: Dense> {
    factor: Lu<D>,
    /// Of a matrix that is added.
    other: D,
    n: usize,
}

impl<D: Dense> Whole<D> {
    /// Room for a matrix of size `n x n`.
    ///
    /// # Errors
    /// [`LinearError::TooLarge`].
    pub fn new(what: &'static str, n: usize) -> Result<Self, LinearError> {
        Ok(Self { factor: Lu::new(what, n)?, other: D::empty(), n })
    }
}

impl<D: Dense> Square for Whole<D> {
    type Scalar = D::Scalar;

    fn set(&mut self, _: &mut [D::Scalar], _: &mut [D::Scalar], answer: Answer<'_, D::Scalar>) {
        answer(Ask::Matrix(self.factor.matrix_mut()));
    }

    fn add(
        &mut self,
        factor: D::Scalar,
        _: &mut [D::Scalar],
        _: &mut [D::Scalar],
        answer: Answer<'_, D::Scalar>,
    ) -> Result<(), LinearError> {
        if self.other.rows() != self.n {
            self.other = D::try_zeros("a matrix of the size of F_1", self.n, self.n)?;
        }
        answer(Ask::Matrix(self.other.flat_mut()));
        axpy(factor, self.other.flat(), self.factor.matrix_mut());
        Ok(())
    }

    fn for_each(&mut self, mut change: impl FnMut(usize, usize, &mut D::Scalar)) {
        let n = self.n.max(1);
        for (k, entry) in self.factor.matrix_mut().iter_mut().enumerate() {
            change(k % n, k / n, entry);
        }
    }

    fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        self.factor.factor(what)
    }

    fn solve_tr(&mut self, rhs: &mut [D::Scalar]) {
        self.factor.solve_tr(rhs);
    }
}

impl<V: Dense> Square for Diagonal<V> {
    type Scalar = V::Scalar;

    fn set(&mut self, u: &mut [V::Scalar], _: &mut [V::Scalar], answer: Answer<'_, V::Scalar>) {
        u.fill(V::Scalar::ONE);
        answer(Ask::Product { u, out: self.matrix_mut() });
    }

    fn add(
        &mut self,
        factor: V::Scalar,
        u: &mut [V::Scalar],
        v: &mut [V::Scalar],
        answer: Answer<'_, V::Scalar>,
    ) -> Result<(), LinearError> {
        u.fill(V::Scalar::ONE);
        answer(Ask::Product { u, out: v });
        axpy(factor, v, self.matrix_mut());
        Ok(())
    }

    fn for_each(&mut self, mut change: impl FnMut(usize, usize, &mut V::Scalar)) {
        for (k, entry) in self.matrix_mut().iter_mut().enumerate() {
            change(k, k, entry);
        }
    }

    fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        Factorization::factor(self, what)
    }

    fn solve_tr(&mut self, rhs: &mut [V::Scalar]) {
        Factorization::solve_tr(self, rhs);
    }
}

impl<D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Square for Blocks<method::Lu, D, V, S> {
    type Scalar = D::Scalar;

    fn set(&mut self, u: &mut [D::Scalar], v: &mut [D::Scalar], answer: Answer<'_, D::Scalar>) {
        self.matrix_mut().fill(D::Scalar::ZERO);
        self.add_products(D::Scalar::ONE, u, v, answer);
    }

    fn add(
        &mut self,
        factor: D::Scalar,
        u: &mut [D::Scalar],
        v: &mut [D::Scalar],
        answer: Answer<'_, D::Scalar>,
    ) -> Result<(), LinearError> {
        self.add_products(factor, u, v, answer);
        Ok(())
    }

    fn for_each(&mut self, mut change: impl FnMut(usize, usize, &mut D::Scalar)) {
        let (size, count, segments) = self.shape();
        for b in 0..count {
            let block = &mut self.matrix_mut()[b * size * size..][..size * size];
            visit(&segments, b, |c, column| {
                visit(&segments, b, |r, row| change(row, column, &mut block[r + c * size]));
            });
        }
    }

    fn factor(&mut self, what: &'static str) -> Result<(), LinearError> {
        Blocks::factor(self, what)
    }

    fn solve_tr(&mut self, rhs: &mut [D::Scalar]) {
        Blocks::solve_tr(self, rhs);
    }
}

impl<D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Blocks<method::Lu, D, V, S> {
    /// One product for each column of the blocks.
    fn add_products(&mut self, factor: D::Scalar, u: &mut [D::Scalar], v: &mut [D::Scalar], answer: Answer<'_, D::Scalar>) {
        let (size, count, segments) = self.shape();
        for c in 0..size {
            for b in 0..count {
                visit(&segments, b, |row, entry| u[entry] = if row == c { D::Scalar::ONE } else { D::Scalar::ZERO });
            }
            answer(Ask::Product { u, out: v });
            for b in 0..count {
                let column = &mut self.matrix_mut()[(b * size + c) * size..][..size];
                visit(&segments, b, |row, entry| column[row] += factor * v[entry]);
            }
        }
    }
}
