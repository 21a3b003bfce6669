//! Problems written by hand, as the macro would emit them.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(missing_docs, reason = "test problems")]

pub mod blocks;
pub mod separable;

use core::marker::PhantomData;

use hypergrad_runtime::error::{LinearError, ShapeError};
use hypergrad_runtime::linear::{Cholesky, Factorization, Ldlt, Lu, Spectrum, Whole};
use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::problem::{Bilevel, FixedPointMap};
use hypergrad_runtime::structure::{EigenvalueBounds, Structure};

/// What is proved about a [`Cubic`], and how it is factored.
pub trait Kind {
    const STRUCTURE: Structure;
    const OBJECTIVE: bool;
    type Factor: Factorization<Scalar = f64> + Spectrum;
    fn eigenvalues() -> EigenvalueBounds {
        EigenvalueBounds::default()
    }
}

pub struct General;
pub struct Gradient;
pub struct Convex;
pub struct Quadratic;

impl Kind for General {
    const STRUCTURE: Structure = Structure { smooth: true, ..Structure::UNKNOWN };
    const OBJECTIVE: bool = false;
    type Factor = Lu<DMatrix<f64>>;
}
impl Kind for Gradient {
    const STRUCTURE: Structure = Structure { f1_symmetric: true, ..General::STRUCTURE };
    const OBJECTIVE: bool = true;
    type Factor = Ldlt<DMatrix<f64>>;
}
impl Kind for Convex {
    const STRUCTURE: Structure = Structure { f1_definite: true, ..Gradient::STRUCTURE };
    const OBJECTIVE: bool = true;
    type Factor = Cholesky<DMatrix<f64>>;
}
impl Kind for Quadratic {
    const STRUCTURE: Structure = Structure { f1_constant_in_x: true, ..Convex::STRUCTURE };
    const OBJECTIVE: bool = true;
    type Factor = Cholesky<DMatrix<f64>>;
}

/// `F = A x + B x³/3 + x∘(W y²/2) + C y - d`,
/// `g = |x - a|²/2 + q·x³/3 + yᵀ R x + |y|²/2`.
///
/// F is the gradient of f where A is symmetric and B diagonal.
pub struct Cubic<K> {
    pub a: DMatrix<f64>,
    pub b: DMatrix<f64>,
    pub w: DMatrix<f64>,
    pub c: DMatrix<f64>,
    pub d: DVector<f64>,
    pub target: DVector<f64>,
    pub q: DVector<f64>,
    pub r: DMatrix<f64>,
    pub kind: PhantomData<K>,
}

pub struct Work<F> {
    pub x: DVector<f64>,
    pub y: DVector<f64>,
    pub v: DVector<f64>,
    pub factor: F,
    pub ready: bool,
    /// Factorisations done.
    pub factored: usize,
    /// Why F could not be computed.
    pub fault: Option<LinearError>,
}

/// An `x_0` at which a matrix inside of F is singular: F fails, as an emitted kernel would.
pub const BROKEN: f64 = 77.0;

/// Deterministic entries in (-1, 1).
pub fn entries(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    }
}

impl<K: Kind> Cubic<K> {
    /// Random coefficients; `F_1` is well conditioned near 0.
    pub fn random(n: usize, m: usize, seed: u64) -> Self {
        let mut next = entries(seed);
        let mut a = DMatrix::from_fn(n, n, |_, _| 0.3 * next());
        let mut b = DMatrix::from_fn(n, n, |_, _| 0.5 * next());
        let w = DMatrix::from_fn(n, m, |_, _| next().abs());
        let c = DMatrix::from_fn(n, m, |_, _| next());
        let d = DVector::from_fn(n, |_, _| next());
        if K::STRUCTURE.f1_symmetric {
            a = &a + a.transpose();
            b = DMatrix::from_diagonal(&b.diagonal().abs());
        }
        if K::STRUCTURE.f1_constant_in_x {
            b.fill(0.0);
        }
        if K::STRUCTURE.f1_definite {
            a = &a * &a;
        }
        for i in 0..n {
            a[(i, i)] += if K::STRUCTURE.f1_symmetric && !K::STRUCTURE.f1_definite && i % 2 == 1 { -4.0 } else { 2.0 };
        }
        let target = DVector::from_fn(n, |_, _| next());
        let q = DVector::from_fn(n, |_, _| next());
        let r = DMatrix::from_fn(m, n, |_, _| next());
        Self { a, b, w, c, d, target, q, r, kind: PhantomData }
    }

    pub fn start(&self) -> (DVector<f64>, DVector<f64>) {
        let m = self.w.ncols();
        (DVector::zeros(self.a.nrows()), DVector::from_fn(m, |i, _| 0.4 + 0.1 * i as f64))
    }

    fn weights(&self, w: &Work<K::Factor>) -> DVector<f64> {
        &self.w * w.y.map(|y| 0.5 * y * y)
    }
    fn jacobian(&self, w: &Work<K::Factor>) -> DMatrix<f64> {
        &self.a + &self.b * DMatrix::from_diagonal(&w.x.map(|x| x * x)) + DMatrix::from_diagonal(&self.weights(w))
    }
    fn cross(&self, w: &Work<K::Factor>) -> DMatrix<f64> {
        DMatrix::from_fn(self.w.nrows(), self.w.ncols(), |i, b| w.x[i] * self.w[(i, b)] * w.y[b] + self.c[(i, b)])
    }
    /// `M_11 = g_11 - sum_i v_i F_11[i]`.
    fn frozen(&self, w: &Work<K::Factor>) -> DMatrix<f64> {
        let curvature = (self.b.transpose() * &w.v).component_mul(&w.x) * 2.0;
        DMatrix::from_diagonal(&(self.q.component_mul(&w.x) * 2.0 - curvature).add_scalar(1.0))
    }
    /// `M_21[b, k] = R[b, k] - v_k W[k, b] y_b`.
    fn frozen_cross(&self, w: &Work<K::Factor>) -> DMatrix<f64> {
        DMatrix::from_fn(self.r.nrows(), self.r.ncols(), |b, k| self.r[(b, k)] - w.v[k] * self.w[(k, b)] * w.y[b])
    }
}

fn put(value: impl AsRef<[f64]>, out: &mut [f64]) {
    out.copy_from_slice(value.as_ref());
}

fn vector(a: &[f64]) -> DVector<f64> {
    DVector::from_column_slice(a)
}

impl<K: Kind> Bilevel for Cubic<K> {
    type Scalar = f64;
    type X = DVector<f64>;
    type Y = DVector<f64>;
    type XX = DMatrix<f64>;
    type XY = DMatrix<f64>;
    type YX = DMatrix<f64>;
    type Square = Whole<DMatrix<f64>>;
    type Work = Work<K::Factor>;
    const STRUCTURE: Structure = K::STRUCTURE;
    fn eigenvalue_bounds(&self, _work: &mut Self::Work) -> EigenvalueBounds {
        K::eigenvalues()
    }

    fn work(&self, x: &DVector<f64>, y: &DVector<f64>) -> Result<Self::Work, ShapeError> {
        let clash = |left, left_size, right, right_size| ShapeError::Mismatch { left, left_size, right, right_size, place: "" };
        if x.len() != self.a.nrows() {
            return Err(clash("x.len()", x.len(), "data.a.nrows()", self.a.nrows()));
        }
        if y.len() != self.w.ncols() {
            return Err(clash("y.len()", y.len(), "data.w.ncols()", self.w.ncols()));
        }
        Ok(Work {
            x: x.clone(),
            y: y.clone(),
            v: DVector::zeros(x.len()),
            factor: K::Factor::empty(),
            ready: false,
            factored: 0,
            fault: None,
        })
    }
    fn dims(&self, w: &Self::Work) -> (usize, usize) {
        (w.x.len(), w.y.len())
    }
    fn set_y(&self, w: &mut Self::Work, y: &[f64]) {
        put(y, w.y.as_mut_slice());
        w.ready = false;
    }
    fn set_x(&self, w: &mut Self::Work, x: &[f64]) {
        put(x, w.x.as_mut_slice());
        w.fault = None;
        w.ready &= K::STRUCTURE.f1_constant_in_x;
    }
    fn x<'w>(&self, w: &'w Self::Work) -> &'w [f64] {
        w.x.as_slice()
    }
    fn y<'w>(&self, w: &'w Self::Work) -> &'w [f64] {
        w.y.as_slice()
    }
    fn objective(&self, w: &mut Self::Work) -> Option<f64> {
        let x = &w.x;
        let quartic: f64 = (0..x.len()).map(|i| self.b[(i, i)] * x[i].powi(4) / 12.0).sum();
        let weighted = 0.5 * self.weights(w).dot(&x.component_mul(x));
        K::OBJECTIVE.then(|| 0.5 * x.dot(&(&self.a * x)) + quartic + weighted + (&self.c * &w.y - &self.d).dot(x))
    }
    fn fault(&self, w: &Self::Work) -> Option<LinearError> {
        w.fault
    }
    fn residual(&self, w: &mut Self::Work, out: &mut [f64]) {
        if w.x.iter().next() == Some(&BROKEN) {
            w.fault = Some(LinearError::NonFinite { what: "a matrix inside of F", index: 0 });
            return out.fill(f64::NAN);
        }
        let cubes = w.x.map(|x| x * x * x / 3.0);
        put(&self.a * &w.x + &self.b * cubes + w.x.component_mul(&self.weights(w)) + &self.c * &w.y - &self.d, out);
    }
    fn f_1_mul(&self, w: &mut Self::Work, u: &[f64], out: &mut [f64]) {
        put(self.jacobian(w) * vector(u), out);
    }
    fn f_1_tr_mul(&self, w: &mut Self::Work, s: &[f64], out: &mut [f64]) {
        put(self.jacobian(w).transpose() * vector(s), out);
    }
    fn f_2_mul(&self, w: &mut Self::Work, c: &[f64], out: &mut [f64]) {
        put(self.cross(w) * vector(c), out);
    }
    fn f_2_tr_mul(&self, w: &mut Self::Work, s: &[f64], out: &mut [f64]) {
        put(self.cross(w).transpose() * vector(s), out);
    }
    fn f_1(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(self.jacobian(w).as_slice(), out);
    }
    fn f_2(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(self.cross(w).as_slice(), out);
    }
    fn f_1_diagonal(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(self.jacobian(w).diagonal(), out);
    }
    fn f_1_diagonal_2_tr_mul(&self, w: &mut Self::Work, s: &[f64], out: &mut [f64]) {
        put((self.w.transpose() * vector(s)).component_mul(&w.y), out);
    }
    fn g(&self, w: &mut Self::Work) -> f64 {
        let x = &w.x;
        0.5 * (x - &self.target).norm_squared()
            + self.q.dot(&x.map(|x| x * x * x / 3.0))
            + w.y.dot(&(&self.r * x))
            + 0.5 * w.y.norm_squared()
    }
    fn g_1(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(&w.x - &self.target + self.q.component_mul(&w.x.map(|x| x * x)) + self.r.transpose() * &w.y, out);
    }
    fn g_2(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(&self.r * &w.x + &w.y, out);
    }
    fn g_11(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(DMatrix::from_diagonal(&(self.q.component_mul(&w.x) * 2.0).add_scalar(1.0)).as_slice(), out);
    }
    fn g_21(&self, _: &mut Self::Work, out: &mut [f64]) {
        put(self.r.as_slice(), out);
    }
    fn f_11(&self, w: &mut Self::Work, out: &mut [f64]) {
        let n = w.x.len();
        for (index, out) in out.iter_mut().enumerate() {
            let (i, j, k) = (index % n, index / n % n, index / n / n);
            *out = if j == k { 2.0 * self.b[(i, j)] * w.x[j] } else { 0.0 };
        }
    }
    fn f_21(&self, w: &mut Self::Work, out: &mut [f64]) {
        let (n, m) = (w.x.len(), w.y.len());
        for (index, out) in out.iter_mut().enumerate() {
            let (i, b, k) = (index % n, index / n % m, index / n / m);
            *out = if i == k { self.w[(i, b)] * w.y[b] } else { 0.0 };
        }
    }
    fn set_adjoint(&self, w: &mut Self::Work, v: &[f64]) {
        put(v, w.v.as_mut_slice());
    }
    fn m_11_mul(&self, w: &mut Self::Work, u: &[f64], out: &mut [f64]) {
        put(self.frozen(w) * vector(u), out);
    }
    fn m_21_mul(&self, w: &mut Self::Work, u: &[f64], out: &mut [f64]) {
        put(self.frozen_cross(w) * vector(u), out);
    }
    fn m_12_mul(&self, w: &mut Self::Work, c: &[f64], out: &mut [f64]) {
        put(self.frozen_cross(w).transpose() * vector(c), out);
    }
    fn m_11(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(self.frozen(w).as_slice(), out);
    }
    fn m_21(&self, w: &mut Self::Work, out: &mut [f64]) {
        put(self.frozen_cross(w).as_slice(), out);
    }
    fn square(&self, w: &Self::Work, what: &'static str) -> Result<Self::Square, LinearError> {
        Whole::new(what, w.x.len())
    }
    fn factor(&self, w: &mut Self::Work) -> Result<(), LinearError> {
        if w.ready {
            return Ok(());
        }
        w.factor.resize("F_1", w.x.len())?;
        let jacobian = self.jacobian(w);
        w.factor.matrix_mut().copy_from_slice(jacobian.as_slice());
        w.factor.factor("F_1")?;
        w.factored += 1;
        w.ready = true;
        Ok(())
    }
    fn f_1_solve(&self, w: &mut Self::Work, rhs: &mut [f64]) {
        w.factor.solve(rhs);
    }
    fn f_1_tr_solve(&self, w: &mut Self::Work, rhs: &mut [f64]) {
        w.factor.solve_tr(rhs);
    }
    fn f_1_solve_definite(&self, w: &mut Self::Work, rhs: &mut [f64]) {
        w.factor.solve_definite(rhs);
    }
    fn f_1_negative_curvature(&self, w: &mut Self::Work, out: &mut [f64]) -> bool {
        w.factor.negative_curvature(out)
    }
    fn spectrum<'w>(&self, w: &'w mut Self::Work) -> &'w mut dyn Spectrum {
        &mut w.factor
    }
}

impl FixedPointMap for Cubic<General> {}
