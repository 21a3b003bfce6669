//! The comparisons, in order.

use super::differences::{Differences, differences};
use super::report::{DerivativeReport, DerivativeRow, Verdict};
use super::{InnerRole, UserFunctions};
use crate::kernels::scatter;
use crate::kernels::{axpy, dot, gemv, gemv_t};
use crate::point::T;
use crate::problem::{Bilevel, Variable};
use crate::scalar::Real;

/// Tensors with more entries are not compared.
const TENSOR_LIMIT: usize = 1_000_000;

/// A kernel with one direction.
type Product<P> = fn(&P, &mut <P as Bilevel>::Work, &[T<P>], &mut [T<P>]);
/// A kernel that fills.
type Fill<P> = fn(&P, &mut <P as Bilevel>::Work, &mut [T<P>]);

pub(super) struct Chain<'a, P: Bilevel> {
    problem: &'a P,
    x: &'a P::X,
    y: &'a P::Y,
    flat_x: Vec<T<P>>,
    flat_y: Vec<T<P>>,
    work: P::Work,
    rows: Vec<DerivativeRow>,
}

impl<'a, P: UserFunctions> Chain<'a, P> {
    pub fn new(problem: &'a P, x: &'a P::X, y: &'a P::Y, work: P::Work) -> Self {
        let (flat_x, flat_y) = (problem.x(&work).to_vec(), problem.y(&work).to_vec());
        Self { problem, x, y, flat_x, flat_y, work, rows: Vec::new() }
    }

    pub fn run(mut self) -> DerivativeReport {
        self.inner();
        self.first_of_f();
        self.outer();
        self.products();
        self.tensors();
        self.contractions();
        self.solves();
        self.claims();
        DerivativeReport { rows: self.rows }
    }

    fn n(&self) -> usize {
        self.flat_x.len()
    }

    fn m(&self) -> usize {
        self.flat_y.len()
    }

    /// f and F against the user's function.
    fn inner(&mut self) {
        let (problem, x, y, n) = (self.problem, self.x, self.y, self.n());
        let found = self.fill(P::residual, n);
        if P::INNER == InnerRole::Objective {
            let mut value = [T::<P>::ZERO];
            problem.user_inner(x, y, &mut value);
            let emitted = problem.objective(&mut self.work).map_or(vec![], |f| vec![f]);
            self.compare("f", &emitted, &exact(&value));
            let expected = differences(&self.flat_x, 1, |at, out| problem.user_inner(&x.like(at), y, out));
            return self.compare("F", &found, &expected);
        }
        let mut expected = vec![T::<P>::ZERO; n];
        problem.user_inner(x, y, &mut expected);
        if P::INNER == InnerRole::Map {
            for (phi, &x) in expected.iter_mut().zip(&self.flat_x) {
                *phi = x - *phi;
            }
        }
        self.compare("F", &found, &exact(&expected));
    }

    fn first_of_f(&mut self) {
        let (n, m) = (self.n(), self.m());
        self.against_x("F_1", P::f_1, n, P::residual);
        let found = self.fill(P::f_2, n * m);
        let problem = self.problem;
        let work = &mut self.work;
        let expected = differences(&self.flat_y, n, |at, out| {
            problem.set_y(work, at);
            problem.residual(work, out);
        });
        problem.set_y(work, &self.flat_y);
        self.compare("F_2", &found, &expected);
        let dense = self.fill(P::f_1, n * n);
        let diagonal: Vec<_> = (0..n).map(|i| dense[i * (n + 1)]).collect();
        let found = self.fill(P::f_1_diagonal, n);
        self.compare("diag(F_1)", &found, &exact(&diagonal));
        self.diagonal_by_y();
    }

    /// `∂⟨s, diag F_1⟩/∂y`.
    fn diagonal_by_y(&mut self) {
        let (problem, work, n, m) = (self.problem, &mut self.work, self.flat_x.len(), self.flat_y.len());
        let (mut s, mut diagonal, mut found) = (vec![T::<P>::ZERO; n], vec![T::<P>::ZERO; n], vec![T::<P>::ZERO; m]);
        scatter(&mut s);
        problem.f_1_diagonal_2_tr_mul(work, &s, &mut found);
        let expected = differences(&self.flat_y, 1, |at, out| {
            problem.set_y(work, at);
            problem.f_1_diagonal(work, &mut diagonal);
            out[0] = dot(&s, &diagonal);
        });
        problem.set_y(work, &self.flat_y);
        self.compare("diag(F_1)_2ᵀ s", &found, &expected);
    }

    /// g and its derivatives.
    fn outer(&mut self) {
        let (problem, x, y, n, m) = (self.problem, self.x, self.y, self.n(), self.m());
        let found = [problem.g(&mut self.work)];
        self.compare("g", &found, &exact(&[problem.user_g(x, y)]));
        let found = self.fill(P::g_1, n);
        let expected = differences(&self.flat_x, 1, |at, out| out[0] = problem.user_g(&x.like(at), y));
        self.compare("g_1", &found, &expected);
        let found = self.fill(P::g_2, m);
        let expected = differences(&self.flat_y, 1, |at, out| out[0] = problem.user_g(x, &y.like(at)));
        self.compare("g_2", &found, &expected);
        self.against_x("g_11", P::g_11, n, P::g_1);
        self.against_x("g_21", P::g_21, m, P::g_2);
    }

    /// Matrix-free products against dense matrices.
    fn products(&mut self) {
        let (n, m) = (self.n(), self.m());
        let f_1 = self.fill(P::f_1, n * n);
        let f_2 = self.fill(P::f_2, n * m);
        self.product("F_1 u", P::f_1_mul, (&f_1, n, n), false);
        self.product("F_1ᵀ s", P::f_1_tr_mul, (&f_1, n, n), true);
        self.product("F_2 c", P::f_2_mul, (&f_2, n, m), false);
        self.product("F_2ᵀ s", P::f_2_tr_mul, (&f_2, n, m), true);
    }

    fn tensors(&mut self) {
        let (n, m) = (self.n(), self.m());
        if n.saturating_mul(n).saturating_mul(n.max(m)) <= TENSOR_LIMIT {
            self.against_x("F_11", P::f_11, n * n, P::f_1);
            self.against_x("F_21", P::f_21, n * m, P::f_2);
        }
    }

    /// `M_11`, `M_21` against differences of `g_1 - F_1ᵀ v`, `g_2 - F_2ᵀ v` with v held fast.
    fn contractions(&mut self) {
        let (n, m) = (self.n(), self.m());
        let mut v = vec![T::<P>::ZERO; n];
        scatter(&mut v);
        self.problem.set_adjoint(&mut self.work, &v);
        let (m_11, m_21) = (self.fill(P::m_11, n * n), self.fill(P::m_21, m * n));
        self.product("M_11 u", P::m_11_mul, (&m_11, n, n), false);
        self.product("M_21 u", P::m_21_mul, (&m_21, m, n), false);
        self.product("M_12 c", P::m_12_mul, (&m_21, m, n), true);
        let expected = self.by_x(n, |problem, work, out| frozen(problem, work, (P::g_1, P::f_1_tr_mul), &v, out));
        self.compare("M_11", &m_11, &expected);
        let expected = self.by_x(m, |problem, work, out| frozen(problem, work, (P::g_2, P::f_2_tr_mul), &v, out));
        self.compare("M_21", &m_21, &expected);
    }

    /// `F_1 z = b` where `F_1` can be factored.
    fn solves(&mut self) {
        let n = self.n();
        if self.problem.factor(&mut self.work).is_err() {
            return;
        }
        let f_1 = self.fill(P::f_1, n * n);
        for (name, transposed) in [("F_1⁻¹", false), ("F_1⁻ᵀ", true)] {
            let mut b = vec![T::<P>::ZERO; n];
            scatter(&mut b);
            let (mut z, mut image) = (b.clone(), vec![T::<P>::ZERO; n]);
            if transposed {
                self.problem.f_1_tr_solve(&mut self.work, &mut z);
                gemv_t(T::<P>::ONE, &f_1, n, n, &z, &mut image);
            } else {
                self.problem.f_1_solve(&mut self.work, &mut z);
                gemv(T::<P>::ONE, &f_1, n, n, &z, &mut image);
            }
            let mut expected = exact(&b);
            // Backward stability: relative to |F_1| |z|.
            let size = largest(&f_1) * largest(&z) * n as f64;
            expected.noise.fill(size * T::<P>::EPSILON * n as f64);
            self.compare(name, &image, &expected);
        }
    }

    /// What `STRUCTURE` says, at this point.
    fn claims(&mut self) {
        let (n, m, s) = (self.n(), self.m(), P::STRUCTURE);
        let f_1 = self.fill(P::f_1, n * n);
        let at = |i: usize, j: usize| f_1[i + j * n];
        if s.f1_symmetric {
            let transposed: Vec<_> = (0..n * n).map(|e| at(e / n.max(1), e % n.max(1))).collect();
            self.compare("claim: F_1 symmetric", &f_1, &exact(&transposed));
        }
        if s.f1_diagonal {
            let only: Vec<_> = (0..n * n).map(|e| if e % n == e / n { f_1[e] } else { T::<P>::ZERO }).collect();
            self.compare("claim: F_1 diagonal", &f_1, &exact(&only));
        }
        if s.f1_constant_in_x {
            let mut other = self.flat_x.clone();
            scatter(&mut other);
            self.problem.set_x(&mut self.work, &other);
            let elsewhere = self.fill(P::f_1, n * n);
            self.problem.set_x(&mut self.work, &self.flat_x);
            self.compare("claim: F_1 constant in x", &elsewhere, &exact(&f_1));
        }
        if s.f1_constant_in_y {
            let mut other = self.flat_y.clone();
            scatter(&mut other);
            self.problem.set_y(&mut self.work, &other);
            let elsewhere = self.fill(P::f_1, n * n);
            self.problem.set_y(&mut self.work, &self.flat_y);
            self.compare("claim: F_1 constant in y", &elsewhere, &exact(&f_1));
        }
        if s.g_constant_slope {
            let (g_11, g_21) = (self.fill(P::g_11, n * n), self.fill(P::g_21, m * n));
            self.compare("claim: g_11 = 0", &g_11, &exact(&vec![T::<P>::ZERO; n * n]));
            self.compare("claim: g_21 = 0", &g_21, &exact(&vec![T::<P>::ZERO; m * n]));
        }
    }

    /// A filled quantity.
    fn fill(&mut self, kernel: Fill<P>, len: usize) -> Vec<T<P>> {
        let mut out = vec![T::<P>::ZERO; len];
        kernel(self.problem, &mut self.work, &mut out);
        out
    }

    /// Differences by x of a function of the point with `len` values.
    fn by_x(&mut self, len: usize, f: impl Fn(&P, &mut P::Work, &mut [T<P>])) -> Differences {
        let (problem, work) = (self.problem, &mut self.work);
        let expected = differences(&self.flat_x, len, |at, out| {
            problem.set_x(work, at);
            f(problem, work, out);
        });
        problem.set_x(work, &self.flat_x);
        expected
    }

    /// Compares `kernel` with differences by x of `lower`, which has `len` values.
    fn against_x(&mut self, name: &'static str, kernel: Fill<P>, len: usize, lower: Fill<P>) {
        let found = self.fill(kernel, len * self.n());
        let expected = self.by_x(len, lower);
        self.compare(name, &found, &expected);
    }

    /// Compares `kernel` with `A u` or `Aᵀ u` for a u without structure.
    fn product(&mut self, name: &'static str, kernel: Product<P>, (a, rows, cols): (&[T<P>], usize, usize), transposed: bool) {
        let (from, to) = if transposed { (rows, cols) } else { (cols, rows) };
        let mut u = vec![T::<P>::ZERO; from];
        scatter(&mut u);
        let (mut found, mut expected) = (vec![T::<P>::ZERO; to], vec![T::<P>::ZERO; to]);
        kernel(self.problem, &mut self.work, &u, &mut found);
        if transposed {
            gemv_t(T::<P>::ONE, a, rows, cols, &u, &mut expected);
        } else {
            gemv(T::<P>::ONE, a, rows, cols, &u, &mut expected);
        }
        let mut expected = exact(&expected);
        expected.noise.fill(largest(a) * (from as f64) * 8.0 * T::<P>::EPSILON);
        self.compare(name, &found, &expected);
    }

    fn compare(&mut self, quantity: &'static str, found: &[T<P>], expected: &Differences) {
        self.rows.push(judge(quantity, found, expected));
    }
}

/// `g_i - F_iᵀ v` with the kernels of one side.
fn frozen<P: Bilevel>(problem: &P, work: &mut P::Work, (slope, product): (Fill<P>, Product<P>), v: &[T<P>], out: &mut [T<P>]) {
    let mut image = vec![T::<P>::ZERO; out.len()];
    slope(problem, work, out);
    product(problem, work, v, &mut image);
    axpy(-T::<P>::ONE, &image, out);
}

/// Values that are no differences: their noise is rounding.
pub(super) fn exact<S: Real>(values: &[S]) -> Differences {
    let noise = largest(values) * 64.0 * S::EPSILON;
    Differences { values: values.iter().map(|v| v.wide()).collect(), noise: vec![noise; values.len()] }
}

fn largest<S: Real>(a: &[S]) -> f64 {
    a.iter().fold(0.0, |largest: f64, t| largest.max(t.wide().abs()))
}

/// The worst entry, and what it says.
pub(super) fn judge<S: Real>(quantity: &'static str, found: &[S], expected: &Differences) -> DerivativeRow {
    let relative = if S::EPSILON > 1e-10 { 5e-3 } else { 1e-6 };
    let scale = expected.values.iter().fold(largest(found), |scale, v| scale.max(v.abs()));
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let mut row = DerivativeRow { quantity, worst: 0.0, index: 0, verdict: Verdict::Agrees };
    if found.len() != expected.values.len() {
        return DerivativeRow { worst: f64::INFINITY, verdict: Verdict::Disagrees, ..row };
    }
    let entries = found.iter().zip(&expected.values).zip(&expected.noise);
    for (index, ((found, expected), noise)) in entries.enumerate() {
        let error = (found.wide() - expected).abs();
        row.verdict = row.verdict.max(verdict(error, *noise, *expected, relative * scale));
        let worse = error / scale > row.worst || !error.is_finite();
        if worse {
            (row.worst, row.index) = (error / scale, index);
        }
    }
    row
}

/// One entry, judged with the noise of its difference.
fn verdict(error: f64, noise: f64, expected: f64, allowed: f64) -> Verdict {
    if error <= allowed + noise && noise <= 1e3 * allowed {
        Verdict::Agrees
    } else if !(noise.is_finite() && expected.is_finite()) || error <= 10.0 * noise {
        Verdict::Uncertain
    } else {
        Verdict::Disagrees
    }
}
