//! A problem of constant size, for any scalar; part of a library without `std` too.

use hypergrad_runtime::error::{LinearError, ShapeError};
use hypergrad_runtime::linear::{Diagonal, Factorization, Spectrum};
use hypergrad_runtime::nalgebra::{SMatrix, SVector};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::scalar::Real;
use hypergrad_runtime::structure::Structure;

/// Constant sizes, any scalar, diagonal `F_1`: `F = e^y∘x + x³ - b`, `g = |x - t|²/2`.
pub struct Separable<T: Real> {
    pub b: SVector<T, 2>,
    pub t: SVector<T, 2>,
}

pub struct StaticWork<T: Real> {
    x: SVector<T, 2>,
    y: SVector<T, 2>,
    v: SVector<T, 2>,
    factor: Diagonal<SVector<T, 2>>,
    ready: bool,
}

impl<T: Real> Separable<T> {
    pub fn new() -> Self {
        Self { b: SVector::from([T::lit(1.0), T::lit(-2.0)]), t: SVector::from([T::lit(0.3), T::lit(0.1)]) }
    }
    fn curvature(w: &StaticWork<T>) -> SVector<T, 2> {
        w.y.map(T::exp) + w.x.map(|x| T::lit(3.0) * x * x)
    }
    fn cross(w: &StaticWork<T>) -> SVector<T, 2> {
        w.y.map(T::exp).component_mul(&w.x)
    }
}

fn each<T: Real>(u: &[T], d: SVector<T, 2>, out: &mut [T]) {
    for ((out, &u), &d) in out.iter_mut().zip(u).zip(d.iter()) {
        *out = u * d;
    }
}

fn diagonal<T: Real>(d: SVector<T, 2>, out: &mut [T]) {
    out.copy_from_slice(SMatrix::<T, 2, 2>::from_diagonal(&d).as_slice());
}

impl<T: Real> Bilevel for Separable<T> {
    type Scalar = T;
    type X = SVector<T, 2>;
    type Y = SVector<T, 2>;
    type XX = SMatrix<T, 2, 2>;
    type XY = SMatrix<T, 2, 2>;
    type YX = SMatrix<T, 2, 2>;
    type Square = Diagonal<SVector<T, 2>>;
    type Work = StaticWork<T>;
    const STRUCTURE: Structure =
        Structure { f1_symmetric: true, f1_diagonal: true, f1_definite: true, smooth: true, ..Structure::UNKNOWN };

    fn work(&self, x: &Self::X, y: &Self::Y) -> Result<Self::Work, ShapeError> {
        Ok(StaticWork { x: *x, y: *y, v: SVector::zeros(), factor: Diagonal::empty(), ready: false })
    }
    fn dims(&self, _: &Self::Work) -> (usize, usize) {
        (2, 2)
    }
    fn set_y(&self, w: &mut Self::Work, y: &[T]) {
        w.y.as_mut_slice().copy_from_slice(y);
        w.ready = false;
    }
    fn set_x(&self, w: &mut Self::Work, x: &[T]) {
        w.x.as_mut_slice().copy_from_slice(x);
        w.ready = false;
    }
    fn x<'w>(&self, w: &'w Self::Work) -> &'w [T] {
        w.x.as_slice()
    }
    fn y<'w>(&self, w: &'w Self::Work) -> &'w [T] {
        w.y.as_slice()
    }
    fn objective(&self, _: &mut Self::Work) -> Option<T> {
        None
    }
    fn residual(&self, w: &mut Self::Work, out: &mut [T]) {
        let value = Self::cross(w) + w.x.map(|x| x * x * x) - self.b;
        out.copy_from_slice(value.as_slice());
    }
    fn f_1_mul(&self, w: &mut Self::Work, u: &[T], out: &mut [T]) {
        each(u, Self::curvature(w), out);
    }
    fn f_1_tr_mul(&self, w: &mut Self::Work, s: &[T], out: &mut [T]) {
        each(s, Self::curvature(w), out);
    }
    fn f_2_mul(&self, w: &mut Self::Work, c: &[T], out: &mut [T]) {
        each(c, Self::cross(w), out);
    }
    fn f_2_tr_mul(&self, w: &mut Self::Work, s: &[T], out: &mut [T]) {
        each(s, Self::cross(w), out);
    }
    fn f_1(&self, w: &mut Self::Work, out: &mut [T]) {
        diagonal(Self::curvature(w), out);
    }
    fn f_2(&self, w: &mut Self::Work, out: &mut [T]) {
        diagonal(Self::cross(w), out);
    }
    fn f_1_diagonal(&self, w: &mut Self::Work, out: &mut [T]) {
        out.copy_from_slice(Self::curvature(w).as_slice());
    }
    fn f_1_diagonal_2_tr_mul(&self, w: &mut Self::Work, s: &[T], out: &mut [T]) {
        each(s, w.y.map(T::exp), out);
    }
    fn g(&self, w: &mut Self::Work) -> T {
        (w.x - self.t).norm_squared() * T::lit(0.5)
    }
    fn g_1(&self, w: &mut Self::Work, out: &mut [T]) {
        out.copy_from_slice((w.x - self.t).as_slice());
    }
    fn g_2(&self, _: &mut Self::Work, out: &mut [T]) {
        out.fill(T::ZERO);
    }
    fn g_11(&self, _: &mut Self::Work, out: &mut [T]) {
        diagonal(SVector::repeat(T::ONE), out);
    }
    fn g_21(&self, _: &mut Self::Work, out: &mut [T]) {
        out.fill(T::ZERO);
    }
    fn f_11(&self, w: &mut Self::Work, out: &mut [T]) {
        out.fill(T::ZERO);
        out[0] = T::lit(6.0) * w.x[0];
        out[7] = T::lit(6.0) * w.x[1];
    }
    fn f_21(&self, w: &mut Self::Work, out: &mut [T]) {
        out.fill(T::ZERO);
        out[0] = w.y[0].exp();
        out[7] = w.y[1].exp();
    }
    fn set_adjoint(&self, w: &mut Self::Work, v: &[T]) {
        w.v.as_mut_slice().copy_from_slice(v);
    }
    fn m_11_mul(&self, w: &mut Self::Work, u: &[T], out: &mut [T]) {
        each(u, w.v.zip_map(&w.x, |v, x| T::ONE - T::lit(6.0) * v * x), out);
    }
    fn m_21_mul(&self, w: &mut Self::Work, u: &[T], out: &mut [T]) {
        each(u, w.v.zip_map(&w.y, |v, y| -v * y.exp()), out);
    }
    fn m_12_mul(&self, w: &mut Self::Work, c: &[T], out: &mut [T]) {
        self.m_21_mul(w, c, out);
    }
    fn m_11(&self, w: &mut Self::Work, out: &mut [T]) {
        diagonal(w.v.zip_map(&w.x, |v, x| T::ONE - T::lit(6.0) * v * x), out);
    }
    fn m_21(&self, w: &mut Self::Work, out: &mut [T]) {
        diagonal(w.v.zip_map(&w.y, |v, y| -v * y.exp()), out);
    }
    fn square(&self, _: &Self::Work, what: &'static str) -> Result<Self::Square, LinearError> {
        Diagonal::new(what, 2)
    }
    fn factor(&self, w: &mut Self::Work) -> Result<(), LinearError> {
        if !w.ready {
            let curvature = Self::curvature(w);
            w.factor.matrix_mut().copy_from_slice(curvature.as_slice());
            w.factor.factor("F_1")?;
            w.ready = true;
        }
        Ok(())
    }
    fn f_1_solve(&self, w: &mut Self::Work, rhs: &mut [T]) {
        w.factor.solve(rhs);
    }
    fn f_1_tr_solve(&self, w: &mut Self::Work, rhs: &mut [T]) {
        w.factor.solve_tr(rhs);
    }
    fn f_1_solve_definite(&self, w: &mut Self::Work, rhs: &mut [T]) {
        w.factor.solve_definite(rhs);
    }
    fn f_1_negative_curvature(&self, w: &mut Self::Work, out: &mut [T]) -> bool {
        w.factor.negative_curvature(out)
    }
    fn spectrum<'w>(&self, w: &'w mut Self::Work) -> &'w mut dyn Spectrum {
        &mut w.factor
    }
}
