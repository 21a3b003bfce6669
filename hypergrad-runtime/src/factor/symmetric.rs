//! The method for a symmetric matrix that may be definite: by what the data says, or as it turns out.
//!
//! At a minimum `F_1` is nearly always definite, whether or not that was proved; Cholesky's method is two to four times
//! faster than Bunch and Kaufman's, so a larger matrix with a positive diagonal is tried by it. Where a pivot is refused,
//! the upper triangle, which Cholesky's method does not touch, gives back the lower one.
//!
//! The first pivot tells: [`SAID`] where Cholesky's method is chosen, which has no pivots of its own, and [`FOUND`] where
//! it succeeded.

use super::cholesky::Cholesky;
use super::condition::Smallest;
use super::ldlt::Ldlt;
use super::{Blocks, Factored, Inertia, LogDet, Method};
use crate::error::LinearError;
use crate::scalar::Real;
use crate::storage::Dense;

/// Cholesky's method where the matrix is said or found to be definite, else Bunch and Kaufman's. Both triangles are read.
#[derive(Clone, Copy, Debug)]
pub struct Symmetric;

/// The matrix is said to be definite. No pivot of Bunch and Kaufman's method is this: a row exchanged, doubled, is smaller.
const SAID: usize = usize::MAX - 1;

/// The matrix was found to be definite.
const FOUND: usize = usize::MAX - 2;

/// Smaller matrices are not tried: there is little to gain.
const TRIED: usize = 24;

/// Says which method to use, before the matrix is factored.
#[inline]
fn choose(pivots: &mut [usize], definite: bool) {
    if let Some(first) = pivots.first_mut() {
        *first = if definite { SAID } else { 0 };
    }
}

#[inline]
fn is_definite(pivots: &[usize]) -> bool {
    matches!(pivots.first(), Some(&(SAID | FOUND)))
}

/// Cholesky's method, if it can; else the matrix is what it was. `diagonal` is scratch.
fn attempt<T: Real>(what: &'static str, a: &mut [T], pivots: &mut [usize], n: usize, diagonal: &mut [T]) -> Option<Smallest> {
    for (j, kept) in diagonal.iter_mut().enumerate() {
        *kept = a[j + j * n];
    }
    if diagonal.iter().any(|&entry| entry <= T::ZERO) {
        return None;
    }
    let found = Cholesky::eliminate(what, a, pivots, n, &mut []).ok();
    if found.is_none() {
        for (j, &kept) in diagonal.iter().enumerate() {
            a[j + j * n] = kept;
            for i in j + 1..n {
                a[i + j * n] = a[j + i * n];
            }
        }
    }
    found
}

impl Method for Symmetric {
    #[inline]
    fn eliminate<T: Real>(
        what: &'static str,
        a: &mut [T],
        pivots: &mut [usize],
        n: usize,
        scratch: &mut [T],
    ) -> Result<Smallest, LinearError> {
        if pivots.first() == Some(&SAID) {
            return Cholesky::eliminate(what, a, pivots, n, scratch);
        }
        if n >= TRIED
            && let Some(diagonal) = scratch.get_mut(..n)
            && let Some(found) = attempt(what, a, pivots, n, diagonal)
        {
            pivots[0] = FOUND;
            return Ok(found);
        }
        Ldlt::eliminate(what, a, pivots, n, scratch)
    }

    #[inline]
    fn solve<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        if is_definite(pivots) { Cholesky::solve(a, pivots, n, rhs) } else { Ldlt::solve(a, pivots, n, rhs) }
    }

    #[inline]
    fn solve_tr<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        Self::solve(a, pivots, n, rhs);
    }

    fn solve_definite<T: Real>(a: &[T], pivots: &[usize], n: usize, rhs: &mut [T]) {
        if is_definite(pivots) { Cholesky::solve(a, pivots, n, rhs) } else { Ldlt::solve_definite(a, pivots, n, rhs) }
    }

    fn negative_curvature<T: Real>(a: &[T], pivots: &[usize], n: usize, out: &mut [T]) -> bool {
        !is_definite(pivots) && Ldlt::negative_curvature(a, pivots, n, out)
    }

    fn scales<T: Real>(a: &[T], pivots: &[usize], n: usize, rows: &mut [T], cols: &mut [T]) {
        if is_definite(pivots) { Cholesky::scales(a, pivots, n, rows, cols) } else { Ldlt::scales(a, pivots, n, rows, cols) }
    }

    /// The pivots do not say whose they are.
    fn inverse_bound(n: usize, pivots: Smallest) -> f64 {
        Cholesky::inverse_bound(n, pivots).max(Ldlt::inverse_bound(n, pivots))
    }

    fn log_det<T: Real>(a: &[T], pivots: &[usize], n: usize) -> LogDet {
        if is_definite(pivots) { Cholesky::log_det(a, pivots, n) } else { Ldlt::log_det(a, pivots, n) }
    }

    fn inertia<T: Real>(a: &[T], pivots: &[usize], n: usize) -> Option<Inertia> {
        if is_definite(pivots) { Cholesky::inertia(a, pivots, n) } else { Ldlt::inertia(a, pivots, n) }
    }
}

impl<D: Dense> Factored<Symmetric, D> {
    /// Whether the matrix that is factored next is positive semidefinite.
    #[inline]
    pub fn choose(&mut self, definite: bool) {
        choose(self.pivots_mut(), definite);
    }
}

impl<D: Dense, V: Dense<Scalar = D::Scalar>, const S: usize> Blocks<Symmetric, D, V, S> {
    /// Whether the blocks that are factored next are positive semidefinite.
    #[inline]
    pub fn choose(&mut self, definite: bool) {
        for pivots in self.pivots_mut() {
            choose(pivots, definite);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::{Factorization, Ldlt as WholeLdlt, Segment, Spectrum};
    use nalgebra::{DMatrix, DVector};

    /// `A x = b` of a definite and an indefinite matrix, one after the other in the same storage, either way.
    #[test]
    fn either_method_in_the_same_storage() {
        let n = 7;
        let base = DMatrix::from_fn(n, n, |i, j| ((i * j + i + j) as f64).cos());
        let definite = base.tr_mul(&base) + DMatrix::identity(n, n);
        let indefinite = &base + base.transpose();
        let b = DVector::from_fn(n, |i, _| (i as f64).sin());
        let mut factor = Factored::<Symmetric, DMatrix<f64>>::new("A", n).unwrap();
        for (a, said) in [(&definite, true), (&indefinite, false), (&definite, false), (&definite, true)] {
            factor.choose(said);
            factor.matrix_mut().copy_from_slice(a.as_slice());
            factor.factor("A").unwrap();
            let mut x = b.clone();
            factor.solve(x.as_mut_slice());
            assert!((a * &x - &b).norm() < 1e-12, "{said}");
        }
        // What is said to be definite and is not is refused.
        factor.choose(true);
        factor.matrix_mut().copy_from_slice(indefinite.as_slice());
        assert!(matches!(factor.factor("A"), Err(LinearError::NotDefinite { .. })));
        let mut reference = WholeLdlt::<DMatrix<f64>>::new("A", n).unwrap();
        reference.matrix_mut().copy_from_slice(indefinite.as_slice());
        reference.factor("A").unwrap();
    }

    /// What is tried by Cholesky's method in vain is factored as if it had not been, late failures included.
    #[test]
    fn a_matrix_that_turns_out_to_be_indefinite() {
        for n in [TRIED, 70, 200] {
            let base = DMatrix::from_fn(n, n, |i, j| (0.3 + (i * j + i + j) as f64).cos());
            let definite = base.tr_mul(&base) + DMatrix::identity(n, n) * n as f64;
            let mut late = definite.clone();
            late[(n - 1, n - 1)] = 0.5;
            let mut early = definite.clone();
            early[(2, 2)] = 1e-3;
            let b = DVector::from_fn(n, |i, _| (i as f64).sin());
            let mut factor = Factored::<Symmetric, DMatrix<f64>>::new("A", n).unwrap();
            let mut reference = WholeLdlt::<DMatrix<f64>>::new("A", n).unwrap();
            for (a, is_definite) in [(&definite, true), (&late, false), (&early, false), (&definite, true)] {
                factor.matrix_mut().copy_from_slice(a.as_slice());
                factor.factor("A").unwrap();
                let mut x = b.clone();
                factor.solve(x.as_mut_slice());
                assert!((a * &x - &b).norm() < 1e-11 * n as f64, "n = {n}");
                assert_eq!(factor.inertia().unwrap().is_definite(), is_definite, "n = {n}");
                if !is_definite {
                    reference.matrix_mut().copy_from_slice(a.as_slice());
                    reference.factor("A").unwrap();
                    let mut expected = b.clone();
                    reference.solve(expected.as_mut_slice());
                    assert_eq!(x, expected, "n = {n}");
                }
            }
        }
    }

    #[test]
    fn every_block_by_the_method_that_is_chosen() {
        let blocks = [[4.0, 1.0, 1.0, 3.0], [2.0, 0.5, 0.5, 1.0]];
        let segments = [Segment { offset: 0, length: 2, stride: 1, step: 2 }];
        let mut factor = Blocks::<Symmetric, DMatrix<f64>, DVector<f64>, 1>::empty();
        for definite in [true, false] {
            factor.resize("A", 2, segments).unwrap();
            factor.choose(definite);
            factor.matrix_mut().copy_from_slice(&blocks.concat());
            factor.factor("A").unwrap();
            let mut x = [1.0, 2.0, -1.0, 0.5];
            factor.solve(&mut x);
            let found = [4.0 * x[0] + x[1], x[0] + 3.0 * x[1], 2.0 * x[2] + 0.5 * x[3], 0.5 * x[2] + x[3]];
            for (found, expected) in found.iter().zip([1.0, 2.0, -1.0, 0.5]) {
                assert!((found - expected).abs() < 1e-14);
            }
        }
        factor.choose(true);
        factor.matrix_mut().copy_from_slice(&[4.0, 1.0, 1.0, 3.0, 1.0, 2.0, 2.0, 1.0]);
        assert!(matches!(factor.factor("A"), Err(LinearError::NotDefinite { block: Some(1), .. })));
    }
}
