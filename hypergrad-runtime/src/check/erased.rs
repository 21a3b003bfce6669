//! A problem without its types: what is compared, and the estimators whose claims are tried, are compiled once in a
//! program and not again for each module that is checked.

use nalgebra::{DMatrix, DVector};

use super::{InnerRole, UserFunctions};
use crate::error::{LinearError, ShapeError};
use crate::factor::{Spectrum, Square, Whole};
use crate::problem::{Bilevel, Variable};
use crate::scalar::Real;
use crate::structure::{EigenvalueBounds, Structure};

/// The kernels of [`Bilevel`] at a point of their own: those that fill, and those that take a vector.
macro_rules! kernels {
    (fill: $($fill:ident)*; product: $($product:ident)*; set: $($set:ident)*; solve: $($solve:ident)*) => {
        pub(super) trait Kernels<S: Real> {
            $(fn $fill(&mut self, out: &mut [S]);)*
            $(fn $product(&mut self, u: &[S], out: &mut [S]);)*
            $(fn $set(&mut self, v: &[S]);)*
            $(fn $solve(&mut self, rhs: &mut [S]);)*
            fn dims(&self) -> (usize, usize);
            fn x(&self) -> &[S];
            fn y(&self) -> &[S];
            fn objective(&mut self) -> Option<S>;
            fn g(&mut self) -> S;
            fn eigenvalue_bounds(&mut self) -> EigenvalueBounds;
            fn factor(&mut self) -> Result<(), LinearError>;
            fn f_1_negative_curvature(&mut self, out: &mut [S]) -> bool;
            fn spectrum(&mut self) -> &mut dyn Spectrum;
            fn fault(&self) -> Option<LinearError>;
            /// Calls `entry(row, column)` for all entries of the structure of `F_1`.
            fn pattern(&self, entry: &mut dyn FnMut(usize, usize)) -> Result<(), LinearError>;
        }

        impl<P: Bilevel> Kernels<P::Scalar> for At<'_, P> {
            $(fn $fill(&mut self, out: &mut [P::Scalar]) { self.problem.$fill(&mut self.work, out); })*
            $(fn $product(&mut self, u: &[P::Scalar], out: &mut [P::Scalar]) { self.problem.$product(&mut self.work, u, out); })*
            $(fn $set(&mut self, v: &[P::Scalar]) { self.problem.$set(&mut self.work, v); })*
            $(fn $solve(&mut self, rhs: &mut [P::Scalar]) { self.problem.$solve(&mut self.work, rhs); })*
            fn dims(&self) -> (usize, usize) { self.problem.dims(&self.work) }
            fn x(&self) -> &[P::Scalar] { self.problem.x(&self.work) }
            fn y(&self) -> &[P::Scalar] { self.problem.y(&self.work) }
            fn objective(&mut self) -> Option<P::Scalar> { self.problem.objective(&mut self.work) }
            fn g(&mut self) -> P::Scalar { self.problem.g(&mut self.work) }
            fn eigenvalue_bounds(&mut self) -> EigenvalueBounds { self.problem.eigenvalue_bounds(&mut self.work) }
            fn factor(&mut self) -> Result<(), LinearError> { self.problem.factor(&mut self.work) }
            fn f_1_negative_curvature(&mut self, out: &mut [P::Scalar]) -> bool {
                self.problem.f_1_negative_curvature(&mut self.work, out)
            }
            fn spectrum(&mut self) -> &mut dyn Spectrum { self.problem.spectrum(&mut self.work) }
            fn fault(&self) -> Option<LinearError> { self.problem.fault(&self.work) }
            fn pattern(&self, entry: &mut dyn FnMut(usize, usize)) -> Result<(), LinearError> {
                self.problem.square(&self.work, "F_1")?.for_each(|i, j, _| entry(i, j));
                Ok(())
            }
        }

        impl<'a, S: Real> Bilevel for Erased<'a, S> {
            type Scalar = S;
            type X = DVector<S>;
            type Y = DVector<S>;
            type XX = DMatrix<S>;
            type XY = DMatrix<S>;
            type YX = DMatrix<S>;
            type Square = Whole<DMatrix<S>>;
            type Work = Box<dyn Kernels<S> + 'a>;
            /// Nothing is known when a program is compiled; [`Bilevel::structure`] knows.
            const STRUCTURE: Structure = Structure::UNKNOWN;

            fn structure(&self) -> Structure { self.problem.structure() }
            fn data_fault(&self) -> Option<ShapeError> { self.problem.data_fault() }
            fn work(&self, x: &DVector<S>, y: &DVector<S>) -> Result<Self::Work, ShapeError> {
                self.problem.at(x.as_slice(), y.as_slice())
            }
            $(fn $fill(&self, work: &mut Self::Work, out: &mut [S]) { work.$fill(out); })*
            $(fn $product(&self, work: &mut Self::Work, u: &[S], out: &mut [S]) { work.$product(u, out); })*
            $(fn $set(&self, work: &mut Self::Work, v: &[S]) { work.$set(v); })*
            $(fn $solve(&self, work: &mut Self::Work, rhs: &mut [S]) { work.$solve(rhs); })*
            fn dims(&self, work: &Self::Work) -> (usize, usize) { work.dims() }
            fn x<'w>(&self, work: &'w Self::Work) -> &'w [S] { work.x() }
            fn y<'w>(&self, work: &'w Self::Work) -> &'w [S] { work.y() }
            fn objective(&self, work: &mut Self::Work) -> Option<S> { work.objective() }
            fn g(&self, work: &mut Self::Work) -> S { work.g() }
            fn eigenvalue_bounds(&self, work: &mut Self::Work) -> EigenvalueBounds { work.eigenvalue_bounds() }
            fn square(&self, work: &Self::Work, what: &'static str) -> Result<Self::Square, LinearError> {
                Whole::new(what, work.dims().0)
            }
            fn factor(&self, work: &mut Self::Work) -> Result<(), LinearError> { work.factor() }
            fn f_1_negative_curvature(&self, work: &mut Self::Work, out: &mut [S]) -> bool { work.f_1_negative_curvature(out) }
            fn spectrum<'w>(&self, work: &'w mut Self::Work) -> &'w mut dyn Spectrum { work.spectrum() }
            fn fault(&self, work: &Self::Work) -> Option<LinearError> { work.fault() }
        }
    };
}
kernels! {
    fill: residual f_1 f_2 f_1_diagonal g_1 g_2 g_11 g_21 f_11 f_21 m_11 m_21;
    product: f_1_mul f_1_tr_mul f_2_mul f_2_tr_mul f_1_diagonal_2_tr_mul m_11_mul m_21_mul m_12_mul;
    set: set_x set_y set_adjoint;
    solve: f_1_solve f_1_tr_solve f_1_solve_definite
}

/// A point with its problem.
struct At<'a, P: Bilevel> {
    problem: &'a P,
    work: P::Work,
}

/// What is asked of a problem apart from a point; x and y are flat.
trait Object<S: Real> {
    fn structure(&self) -> Structure;
    fn data_fault(&self) -> Option<ShapeError>;
    fn at(&self, x: &[S], y: &[S]) -> Result<Box<dyn Kernels<S> + '_>, ShapeError>;
    fn user_inner(&self, x: &[S], y: &[S], out: &mut [S]);
    fn user_g(&self, x: &[S], y: &[S]) -> S;
}

/// A problem with an x and a y that say their shapes.
pub(super) struct Typed<'a, P: Bilevel> {
    pub problem: &'a P,
    pub x: &'a P::X,
    pub y: &'a P::Y,
}

impl<P: UserFunctions> Object<P::Scalar> for Typed<'_, P> {
    fn structure(&self) -> Structure {
        self.problem.structure()
    }

    fn data_fault(&self) -> Option<ShapeError> {
        self.problem.data_fault()
    }

    fn at(&self, x: &[P::Scalar], y: &[P::Scalar]) -> Result<Box<dyn Kernels<P::Scalar> + '_>, ShapeError> {
        let work = self.problem.work(&self.x.like(x), &self.y.like(y))?;
        Ok(Box::new(At { problem: self.problem, work }))
    }

    fn user_inner(&self, x: &[P::Scalar], y: &[P::Scalar], out: &mut [P::Scalar]) {
        self.problem.user_inner(&self.x.like(x), &self.y.like(y), out);
    }

    fn user_g(&self, x: &[P::Scalar], y: &[P::Scalar]) -> P::Scalar {
        self.problem.user_g(&self.x.like(x), &self.y.like(y))
    }
}

/// A problem whose x and y are flat vectors.
pub(super) struct Erased<'a, S: Real> {
    problem: &'a dyn Object<S>,
    pub inner: InnerRole,
}

impl<'a, S: Real> Erased<'a, S> {
    pub fn new<P: UserFunctions<Scalar = S>>(problem: &'a Typed<'a, P>) -> Self {
        Self { problem, inner: P::INNER }
    }

    /// The user's inner function.
    pub fn user_inner(&self, x: &[S], y: &[S], out: &mut [S]) {
        self.problem.user_inner(x, y, out);
    }

    /// The user's outer objective.
    pub fn user_g(&self, x: &[S], y: &[S]) -> S {
        self.problem.user_g(x, y)
    }
}
