//! Eliminations, and solves with their factors, with the widest vectors of the machine.
//!
//! They are compiled here once for `f64`, and for `f32` in the crates that use it, and run under one dispatch. What they
//! call is inlined into them; nothing is fused, so that the factors have the same bits on every machine.

use super::condition::Smallest;
use super::{FEW, cholesky, ldlt, lu, triangles};
use crate::error::LinearError;
use crate::kernels::widely;

/// What an elimination takes: the name of the matrix, its entries, its pivots, its size.
pub type Task<'a, T> = (&'static str, &'a mut [T], &'a mut [usize], usize);

/// The eliminations of a scalar type.
pub trait Eliminate: Sized {
    /// By Gauss.
    ///
    /// # Errors
    /// As [`super::Method::eliminate`].
    fn lu(task: Task<'_, Self>) -> Result<Smallest, LinearError>;
    /// By Bunch and Kaufman.
    ///
    /// # Errors
    /// As [`super::Method::eliminate`].
    fn ldlt(task: Task<'_, Self>) -> Result<Smallest, LinearError>;
    /// By Cholesky.
    ///
    /// # Errors
    /// As [`super::Method::eliminate`].
    fn cholesky(task: Task<'_, Self>) -> Result<Smallest, LinearError>;
    /// `L x = b` in place, with ones on the diagonal.
    fn unit_lower(a: &[Self], n: usize, rhs: &mut [Self]);
    /// `U x = b` in place.
    fn upper(a: &[Self], n: usize, rhs: &mut [Self]);
    /// The columns' sums of the scaled inverse of a matrix of at most [`FEW`] rows by Cholesky's factor, with the vectors of
    /// the machine; `None` where it has none.
    #[inline]
    fn inverse_of_few(_a: &[Self], _n: usize) -> Option<[Self; FEW]> {
        None
    }
}

macro_rules! eliminate {
    ($(#[$compiled:meta] $scalar:ident: $($name:ident = $module:ident),*; $($solve:ident),* { $($rest:item)* })*) => {$(
        impl Eliminate for $scalar {
            $(
                #[$compiled]
                fn $name((what, a, pivots, n): Task<'_, Self>) -> Result<Smallest, LinearError> {
                    let mut result = Ok(Smallest::NONE);
                    widely(
                        #[inline(always)]
                        || result = $module::eliminate(what, a, pivots, n),
                    );
                    result
                }
            )*
            $(
                #[$compiled]
                fn $solve(a: &[Self], n: usize, rhs: &mut [Self]) {
                    let (a, rhs) = (&a[..n * n], &mut rhs[..n]);
                    widely(
                        #[inline(always)]
                        || triangles::$solve(a, n, rhs),
                    );
                }
            )*
            $($rest)*
        }
    )*};
}
eliminate! {
    #[inline(never)] f64: lu = lu, ldlt = ldlt, cholesky = cholesky; unit_lower, upper {
        #[cfg(feature = "std")]
        #[inline(never)]
        fn inverse_of_few(a: &[Self], n: usize) -> Option<[Self; FEW]> {
            let mut out = [0.0; FEW];
            crate::kernels::run(super::few::Sizes { a, n, out: &mut out }).then_some(out)
        }
    }
    #[inline] f32: lu = lu, ldlt = ldlt, cholesky = cholesky; unit_lower, upper {}
}
