//! Eliminations, and solves with their factors, with the widest vectors of the machine.
//!
//! They are compiled here once for `f64`, and for `f32` in the crates that use it, and run under one dispatch. What they
//! call is inlined into them; nothing is fused, so that the factors have the same bits on every machine.

#[cfg(feature = "std")]
use super::abreast::Task;
use super::condition::Smallest;
use super::{ABREAST, FEW, Factor, cholesky, ldlt, lu, triangles};
use crate::error::LinearError;
use crate::kernels::widely;

/// What an elimination takes: the name of the matrix, its entries, its pivots, its size.
pub type Elimination<'a, T> = (&'static str, &'a mut [T], &'a mut [usize], usize);

/// The eliminations of a scalar type.
pub trait Eliminate: Sized {
    /// By Gauss.
    ///
    /// # Errors
    /// As [`super::Method::eliminate`].
    fn lu(task: Elimination<'_, Self>) -> Result<Smallest, LinearError>;
    /// By Bunch and Kaufman.
    ///
    /// # Errors
    /// As [`super::Method::eliminate`].
    fn ldlt(task: Elimination<'_, Self>) -> Result<Smallest, LinearError>;
    /// By Cholesky.
    ///
    /// # Errors
    /// As [`super::Method::eliminate`].
    fn cholesky(task: Elimination<'_, Self>) -> Result<Smallest, LinearError>;
    /// `L x = b` in place, with ones on the diagonal.
    fn unit_lower(a: &[Self], n: usize, rhs: &mut [Self]);
    /// `U x = b` in place.
    fn upper(a: &[Self], n: usize, rhs: &mut [Self]);
    /// Factors matrices side by side, see `abreast`; `false` where they have to be factored one by one.
    #[inline]
    fn factor_abreast(_matrices: &mut [Self], _pivots: &mut [usize], _n: usize, _scratch: &mut [Self]) -> bool {
        false
    }
    /// `A x = b` in place for matrices side by side.
    #[inline]
    fn solve_abreast(_factors: Factor<'_, Self>, _x: &mut [Self]) {}
    /// `Aᵀ x = b` in place for matrices side by side.
    #[inline]
    fn solve_tr_abreast(_factors: Factor<'_, Self>, _x: &mut [Self]) {}
    /// The conditions of matrices side by side.
    #[inline]
    fn conditions_abreast(_factors: Factor<'_, Self>, _scratch: &mut [Self]) -> [f64; ABREAST] {
        [0.0; ABREAST]
    }
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
                fn $name((what, a, pivots, n): Elimination<'_, Self>) -> Result<Smallest, LinearError> {
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
        #[cfg(feature = "std")]
        #[inline(never)]
        fn factor_abreast(matrices: &mut [Self], pivots: &mut [usize], n: usize, scratch: &mut [Self]) -> bool {
            let mut is_sound = false;
            crate::kernels::run(Task::Factor { matrices, pivots, n, scratch, is_sound: &mut is_sound }) && is_sound
        }
        #[cfg(feature = "std")]
        #[inline(never)]
        fn solve_abreast(factors: Factor<'_, Self>, x: &mut [Self]) {
            crate::kernels::run(Task::Solve(factors, x));
        }
        #[cfg(feature = "std")]
        #[inline(never)]
        fn solve_tr_abreast(factors: Factor<'_, Self>, x: &mut [Self]) {
            crate::kernels::run(Task::SolveTr(factors, x));
        }
        #[cfg(feature = "std")]
        #[inline(never)]
        fn conditions_abreast(factors: Factor<'_, Self>, scratch: &mut [Self]) -> [f64; ABREAST] {
            let mut out = [0.0; ABREAST];
            crate::kernels::run(Task::Conditions { factors, scratch, out: &mut out });
            out
        }
    }
    #[inline] f32: lu = lu, ldlt = ldlt, cholesky = cholesky; unit_lower, upper {}
}
