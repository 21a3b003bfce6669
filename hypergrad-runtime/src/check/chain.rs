//! The comparisons, in order.

use super::InnerRole;
use super::differences::{Quotient, Stencil, largest, step_at};
use super::erased::{Erased, Kernels};
use super::judge::Judge;
use super::report::{DerivativeReport, DerivativeRow};
use crate::kernels::scatter;
use crate::kernels::{axpy, dot, gemv, gemv_t};
use crate::problem::Bilevel;
use crate::scalar::Real;

/// Tensors with more entries are not compared.
const TENSOR_LIMIT: usize = 1_000_000;
/// Above, matrices are not formed: products are compared with derivatives along one direction.
const DENSE_LIMIT: usize = 1 << 24;

/// A kernel with one direction.
pub(super) type Product<'a, S> = fn(&Erased<'a, S>, &mut Work<'a, S>, &[S], &mut [S]);
/// A kernel that fills.
pub(super) type Fill<'a, S> = fn(&Erased<'a, S>, &mut Work<'a, S>, &mut [S]);
/// A point.
pub(super) type Work<'a, S> = Box<dyn Kernels<S> + 'a>;

pub(super) struct Chain<'a, S: Real> {
    pub(super) problem: &'a Erased<'a, S>,
    pub(super) flat_x: Vec<S>,
    pub(super) flat_y: Vec<S>,
    pub(super) work: Work<'a, S>,
    pub(super) rows: Vec<DerivativeRow>,
    /// What differentiating takes from the size of a function to that of its derivative: `1 / |x_k|`.
    unit: f64,
}

impl<'a, S: Real> Chain<'a, S> {
    pub fn new(problem: &'a Erased<'a, S>, work: Work<'a, S>) -> Self {
        let (flat_x, flat_y) = (problem.x(&work).to_vec(), problem.y(&work).to_vec());
        let sizes = flat_x.iter().chain(&flat_y).map(|t| t.wide().abs()).filter(|size| *size > 0.0);
        let unit = 1.0 / sizes.fold(1.0, f64::min).max(1e-8);
        Self { problem, flat_x, flat_y, work, rows: Vec::new(), unit }
    }

    pub fn run(mut self) -> DerivativeReport {
        self.values();
        let (n, m) = (self.n(), self.m());
        if n.saturating_mul(n.max(m)) > DENSE_LIMIT {
            self.directional();
            return DerivativeReport { rows: self.rows };
        }
        self.first();
        self.first_of_f();
        self.outer();
        self.products();
        self.tensors();
        self.contractions();
        self.solves();
        self.claims();
        DerivativeReport { rows: self.rows }
    }

    pub(super) fn n(&self) -> usize {
        self.flat_x.len()
    }

    pub(super) fn m(&self) -> usize {
        self.flat_y.len()
    }

    /// f, or F, and g beside the user's own functions: values, with the noise of the user's.
    fn values(&mut self) {
        let (problem, n) = (self.problem, self.n());
        let objective = self.problem.inner == InnerRole::Objective;
        let len = if objective { 1 } else { n };
        let (x, y) = (self.flat_x.clone(), self.flat_y.clone());
        let user = |at: &[S], out: &mut [S]| {
            problem.user_inner(at, &y, out);
            if problem.inner == InnerRole::Map {
                out.iter_mut().zip(at).for_each(|(phi, &x)| *phi = x - *phi);
            }
        };
        let expected = with_noise(&x, len, user);
        let (name, found, terms) = if objective {
            ("f", problem.objective(&mut self.work).into_iter().collect(), 0.0)
        } else {
            let terms = self.elsewhere(n, Erased::residual);
            ("F", self.fill(Erased::residual, n), terms)
        };
        let row = self.judge(terms, 0.0).values(name, &found, &expected);
        self.rows.push(row);
        let expected = with_noise(&x, 1, |at, out| out[0] = problem.user_g(at, &y));
        let found = [problem.g(&mut self.work)];
        self.compare("g", &found, &expected, 0.0);
    }

    /// F against the user's f.
    fn first(&mut self) {
        if self.problem.inner != InnerRole::Objective {
            return;
        }
        let (problem, y, n) = (self.problem, self.flat_y.clone(), self.n());
        let found = self.fill(Erased::residual, n);
        let terms = self.elsewhere(n, Erased::residual);
        let f = problem.objective(&mut self.work).map_or(0.0, |f| f.wide().abs());
        let stencil = Stencil::new(&self.flat_x, 1, |at: &[S], out: &mut [S]| problem.user_inner(at, &y, out));
        let row = self.judge(terms, f * self.unit).derivatives("F", &found, stencil);
        self.rows.push(row);
    }

    fn first_of_f(&mut self) {
        let (n, m) = (self.n(), self.m());
        self.against_x("F_1", Erased::f_1, n, Erased::residual);
        self.against_y("F_2", Erased::f_2, n, Erased::residual);
        let dense = self.fill(Erased::f_1, n * n);
        let diagonal: Vec<_> = (0..n).map(|i| dense[i * (n + 1)]).collect();
        let found = self.fill(Erased::f_1_diagonal, n);
        self.compare("diag(F_1)", &found, &exact(&diagonal), largest(&dense));
        // ∂⟨s, diag F_1⟩/∂y
        let mut s = vec![S::ZERO; n];
        scatter(&mut s);
        let mut found = vec![S::ZERO; m];
        self.problem.f_1_diagonal_2_tr_mul(&mut self.work, &s, &mut found);
        let mut diagonal = vec![S::ZERO; n];
        self.by_y("diag(F_1)_2ᵀ s", &found, 1, |problem, work, out| {
            problem.f_1_diagonal(work, &mut diagonal);
            out[0] = dot(&s, &diagonal);
        });
    }

    /// The derivatives of g.
    fn outer(&mut self) {
        let (problem, x, y) = (self.problem, self.flat_x.clone(), self.flat_y.clone());
        let (n, m) = (self.n(), self.m());
        let inherited = problem.g(&mut self.work).wide().abs() * self.unit;
        let found = self.fill(Erased::g_1, n);
        let terms = self.elsewhere_of(Erased::g_1, n);
        let judge = self.judge(terms, inherited);
        let stencil = Stencil::new(&self.flat_x, 1, |at: &[S], out: &mut [S]| out[0] = problem.user_g(at, &y));
        self.rows.push(judge.derivatives("g_1", &found, stencil));
        let found = self.fill(Erased::g_2, m);
        let terms = self.elsewhere_of(Erased::g_2, m);
        let judge = self.judge(terms, inherited);
        let stencil = Stencil::new(&self.flat_y, 1, |at: &[S], out: &mut [S]| out[0] = problem.user_g(&x, at));
        self.rows.push(judge.derivatives("g_2", &found, stencil));
        self.against_x("g_11", Erased::g_11, n, Erased::g_1);
        self.against_x("g_21", Erased::g_21, m, Erased::g_2);
    }

    /// Matrix-free products against dense matrices.
    fn products(&mut self) {
        let (n, m) = (self.n(), self.m());
        let f_1 = self.fill(Erased::f_1, n * n);
        let f_2 = self.fill(Erased::f_2, n * m);
        self.product("F_1 u", Erased::f_1_mul, (&f_1, n, n), false);
        self.product("F_1ᵀ s", Erased::f_1_tr_mul, (&f_1, n, n), true);
        self.product("F_2 c", Erased::f_2_mul, (&f_2, n, m), false);
        self.product("F_2ᵀ s", Erased::f_2_tr_mul, (&f_2, n, m), true);
    }

    fn tensors(&mut self) {
        let (n, m) = (self.n(), self.m());
        if n.saturating_mul(n).saturating_mul(n.max(m)) <= TENSOR_LIMIT {
            self.against_x("F_11", Erased::f_11, n * n, Erased::f_1);
            self.against_x("F_21", Erased::f_21, n * m, Erased::f_2);
        }
    }

    /// `M_11`, `M_21` against differences of `g_1 - F_1ᵀ v`, `g_2 - F_2ᵀ v` with v held fast.
    fn contractions(&mut self) {
        let (n, m) = (self.n(), self.m());
        let mut v = vec![S::ZERO; n];
        scatter(&mut v);
        self.problem.set_adjoint(&mut self.work, &v);
        let (m_11, m_21) = (self.fill(Erased::m_11, n * n), self.fill(Erased::m_21, m * n));
        self.product("M_11 u", Erased::m_11_mul, (&m_11, n, n), false);
        self.product("M_21 u", Erased::m_21_mul, (&m_21, m, n), false);
        self.product("M_12 c", Erased::m_12_mul, (&m_21, m, n), true);
        let first = |problem: &Erased<'a, S>, work: &mut Work<'a, S>, out: &mut [S]| {
            frozen(problem, work, (Erased::g_1, Erased::f_1_tr_mul), &v, out);
        };
        let second = |problem: &Erased<'a, S>, work: &mut Work<'a, S>, out: &mut [S]| {
            frozen(problem, work, (Erased::g_2, Erased::f_2_tr_mul), &v, out);
        };
        let held = |kernel: Fill<'a, S>| {
            let v = &v;
            move |problem: &Erased<'a, S>, work: &mut Work<'a, S>, out: &mut [S]| {
                problem.set_adjoint(work, v);
                kernel(problem, work, out);
            }
        };
        let terms = self.elsewhere(n * n, held(Erased::m_11));
        self.by_x("M_11", &m_11, n, terms, first);
        let terms = self.elsewhere(m * n, held(Erased::m_21));
        self.by_x("M_21", &m_21, m, terms, second);
    }

    /// `F_1 z = b` where `F_1` can be factored.
    fn solves(&mut self) {
        let n = self.n();
        if self.problem.factor(&mut self.work).is_err() {
            return;
        }
        let f_1 = self.fill(Erased::f_1, n * n);
        for (name, transposed) in [("F_1⁻¹", false), ("F_1⁻ᵀ", true)] {
            let mut b = vec![S::ZERO; n];
            scatter(&mut b);
            let (mut z, mut image) = (b.clone(), vec![S::ZERO; n]);
            if transposed {
                self.problem.f_1_tr_solve(&mut self.work, &mut z);
                gemv_t(S::ONE, &f_1, n, n, &z, &mut image);
            } else {
                self.problem.f_1_solve(&mut self.work, &mut z);
                gemv(S::ONE, &f_1, n, n, &z, &mut image);
            }
            // Backward stability: relative to |F_1| |z|.
            let terms = largest(&f_1) * largest(&z) * n as f64;
            self.compare(name, &image, &exact(&b), terms);
        }
    }

    /// Without a matrix: each product against the derivative along its direction.
    fn directional(&mut self) {
        let (problem, x, y) = (self.problem, self.flat_x.clone(), self.flat_y.clone());
        let (n, m) = (self.n(), self.m());
        let (u, c) = (self.direction(n), self.direction(m));
        let zero = self.judge(0.0, 0.0);
        if self.problem.inner == InnerRole::Objective {
            let slope = [dot(&self.fill(Erased::residual, n), &u)];
            let stencil = Stencil::new(&self.flat_x, 1, |at: &[S], out: &mut [S]| problem.user_inner(at, &y, out));
            self.rows.push(zero.along("⟨F, u⟩", &slope, stencil, &u));
        }
        let slope = [dot(&self.fill(Erased::g_1, n), &u)];
        let stencil = Stencil::new(&self.flat_x, 1, |at: &[S], out: &mut [S]| out[0] = problem.user_g(at, &y));
        self.rows.push(zero.along("⟨g_1, u⟩", &slope, stencil, &u));
        let slope = [dot(&self.fill(Erased::g_2, m), &c)];
        let stencil = Stencil::new(&self.flat_y, 1, |at: &[S], out: &mut [S]| out[0] = problem.user_g(&x, at));
        self.rows.push(zero.along("⟨g_2, c⟩", &slope, stencil, &c));
        let (by_u, by_c) = (self.times(Erased::f_1_mul, &u, n), self.times(Erased::f_2_mul, &c, n));
        self.along_x("F_1 u", &by_u, &u, Erased::residual);
        self.along_y("F_2 c", &by_c, &c, Erased::residual);
        let s = self.direction(n);
        let (left, right) = (self.times(Erased::f_1_tr_mul, &s, n), self.times(Erased::f_2_tr_mul, &s, m));
        self.compare("⟨F_1ᵀ s, u⟩", &[dot(&left, &u)], &exact(&[dot(&s, &by_u)]), pairing(&left, &u));
        self.compare("⟨F_2ᵀ s, c⟩", &[dot(&right, &c)], &exact(&[dot(&s, &by_c)]), pairing(&right, &c));
        self.problem.set_adjoint(&mut self.work, &s);
        let (first, second) = (self.times(Erased::m_11_mul, &u, n), self.times(Erased::m_21_mul, &u, m));
        self.along_x("M_11 u", &first, &u, |problem, work, out| {
            frozen(problem, work, (Erased::g_1, Erased::f_1_tr_mul), &s, out);
        });
        self.along_x("M_21 u", &second, &u, |problem, work, out| {
            frozen(problem, work, (Erased::g_2, Erased::f_2_tr_mul), &s, out);
        });
    }

    /// What judges a quantity of this size at another point.
    pub(super) fn judge(&self, terms: f64, inherited: f64) -> Judge {
        Judge { smooth: self.problem.structure().smooth, terms, inherited }
    }

    fn direction(&self, len: usize) -> Vec<S> {
        let mut direction = vec![S::ZERO; len];
        scatter(&mut direction);
        direction
    }

    fn times(&mut self, kernel: Product<'a, S>, u: &[S], len: usize) -> Vec<S> {
        let mut out = vec![S::ZERO; len];
        kernel(self.problem, &mut self.work, u, &mut out);
        out
    }

    /// A filled quantity.
    pub(super) fn fill(&mut self, kernel: Fill<'a, S>, len: usize) -> Vec<S> {
        let mut out = vec![S::ZERO; len];
        kernel(self.problem, &mut self.work, &mut out);
        out
    }

    /// The size of a quantity at another point, each coordinate a few per cent off: what its terms
    /// amount to where they do not happen to cancel. 0 where it has none there.
    fn elsewhere(&mut self, len: usize, kernel: impl Fn(&Erased<'a, S>, &mut Work<'a, S>, &mut [S])) -> f64 {
        let (x, y) = (displaced(&self.flat_x), displaced(&self.flat_y));
        self.problem.set_x(&mut self.work, &x);
        self.problem.set_y(&mut self.work, &y);
        let mut out = vec![S::ZERO; len];
        kernel(self.problem, &mut self.work, &mut out);
        self.problem.set_y(&mut self.work, &self.flat_y);
        self.problem.set_x(&mut self.work, &self.flat_x);
        let size = largest(&out);
        if size.is_finite() { size } else { 0.0 }
    }

    fn elsewhere_of(&mut self, kernel: Fill<'a, S>, len: usize) -> f64 {
        self.elsewhere(len, kernel)
    }

    /// Compares `kernel` with differences by x of `lower`, which has `len` values.
    fn against_x(&mut self, name: &'static str, kernel: Fill<'a, S>, len: usize, lower: Fill<'a, S>) {
        let n = self.n();
        let found = self.fill(kernel, len * n);
        let terms = self.elsewhere_of(kernel, len * n);
        self.by_x(name, &found, len, terms, lower);
    }

    fn against_y(&mut self, name: &'static str, kernel: Fill<'a, S>, len: usize, lower: Fill<'a, S>) {
        let m = self.m();
        let found = self.fill(kernel, len * m);
        self.by_y(name, &found, len, lower);
    }

    /// Compares with differences by x of a function of the point with `len` values.
    fn by_x(
        &mut self,
        name: &'static str,
        found: &[S],
        len: usize,
        terms: f64,
        f: impl Fn(&Erased<'a, S>, &mut Work<'a, S>, &mut [S]),
    ) {
        let inherited = self.inherited(len, &f);
        let judge = self.judge(terms, inherited);
        let (problem, work) = (self.problem, &mut self.work);
        let stencil = Stencil::new(&self.flat_x, len, |at: &[S], out: &mut [S]| {
            problem.set_x(work, at);
            f(problem, work, out);
        });
        let row = judge.derivatives(name, found, stencil);
        problem.set_x(&mut self.work, &self.flat_x);
        self.rows.push(row);
    }

    fn by_y(
        &mut self,
        name: &'static str,
        found: &[S],
        len: usize,
        mut f: impl FnMut(&Erased<'a, S>, &mut Work<'a, S>, &mut [S]),
    ) {
        let mut lower = vec![S::ZERO; len];
        f(self.problem, &mut self.work, &mut lower);
        let judge = self.judge(0.0, largest(&lower) * self.unit);
        let (problem, work) = (self.problem, &mut self.work);
        let stencil = Stencil::new(&self.flat_y, len, |at: &[S], out: &mut [S]| {
            problem.set_y(work, at);
            f(problem, work, out);
        });
        let row = judge.derivatives(name, found, stencil);
        problem.set_y(&mut self.work, &self.flat_y);
        self.rows.push(row);
    }

    /// The size of a function and of what it is a derivative of, over the size of x twice: rounding of a
    /// derivative that is 0 is rounding of those.
    fn inherited(&mut self, len: usize, f: &impl Fn(&Erased<'a, S>, &mut Work<'a, S>, &mut [S])) -> f64 {
        let mut lower = vec![S::ZERO; len];
        f(self.problem, &mut self.work, &mut lower);
        let first = largest(&self.fill(Erased::residual, self.n())).max(largest(&self.fill(Erased::g_1, self.n())));
        (largest(&lower) * self.unit).max(first * self.unit * self.unit)
    }

    fn along_x(&mut self, name: &'static str, found: &[S], u: &[S], f: impl Fn(&Erased<'a, S>, &mut Work<'a, S>, &mut [S])) {
        let judge = self.judge(0.0, 0.0);
        let (problem, work) = (self.problem, &mut self.work);
        let stencil = Stencil::new(&self.flat_x, found.len(), |at: &[S], out: &mut [S]| {
            problem.set_x(work, at);
            f(problem, work, out);
        });
        let row = judge.along(name, found, stencil, u);
        problem.set_x(&mut self.work, &self.flat_x);
        self.rows.push(row);
    }

    fn along_y(&mut self, name: &'static str, found: &[S], c: &[S], kernel: Fill<'a, S>) {
        let judge = self.judge(0.0, 0.0);
        let (problem, work) = (self.problem, &mut self.work);
        let stencil = Stencil::new(&self.flat_y, found.len(), |at: &[S], out: &mut [S]| {
            problem.set_y(work, at);
            kernel(problem, work, out);
        });
        let row = judge.along(name, found, stencil, c);
        problem.set_y(&mut self.work, &self.flat_y);
        self.rows.push(row);
    }

    /// Compares `kernel` with `A u` or `Aᵀ u` for a u without structure.
    fn product(&mut self, name: &'static str, kernel: Product<'a, S>, (a, rows, cols): (&[S], usize, usize), transposed: bool) {
        let (from, to) = if transposed { (rows, cols) } else { (cols, rows) };
        let u = self.direction(from);
        let found = self.times(kernel, &u, to);
        let mut expected = vec![S::ZERO; to];
        if transposed {
            gemv_t(S::ONE, a, rows, cols, &u, &mut expected);
        } else {
            gemv(S::ONE, a, rows, cols, &u, &mut expected);
        }
        self.compare(name, &found, &exact(&expected), largest(a) * from as f64);
    }

    /// Values beside known ones; their terms are of this size.
    pub(super) fn compare(&mut self, quantity: &'static str, found: &[S], expected: &[Quotient], terms: f64) {
        let row = self.judge(terms, 0.0).values(quantity, found, expected);
        self.rows.push(row);
    }
}

/// `g_i - F_iᵀ v` with the kernels of one side.
fn frozen<'a, S: Real>(
    problem: &Erased<'a, S>,
    work: &mut Work<'a, S>,
    (slope, product): (Fill<'a, S>, Product<'a, S>),
    v: &[S],
    out: &mut [S],
) {
    let mut image = vec![S::ZERO; out.len()];
    slope(problem, work, out);
    product(problem, work, v, &mut image);
    axpy(-S::ONE, &image, out);
}

/// `|a|·|u|`: the terms of a scalar product.
fn pairing<S: Real>(a: &[S], u: &[S]) -> f64 {
    a.iter().zip(u).map(|(a, u)| (a.wide() * u.wide()).abs()).sum()
}

/// Each entry up to 5 % larger or smaller; zeros up to a tenth away.
pub(super) fn displaced<S: Real>(at: &[S]) -> Vec<S> {
    let mut by = vec![S::ZERO; at.len()];
    scatter(&mut by);
    for (by, &at) in by.iter_mut().zip(at) {
        let size = if at == S::ZERO { S::lit(0.2) } else { S::lit(0.1) * at };
        *by = at + size * *by;
    }
    by
}

/// Values that are no differences: their noise is rounding.
pub(super) fn exact<S: Real>(values: &[S]) -> Vec<Quotient> {
    let noise = largest(values) * 64.0 * S::EPSILON;
    values.iter().map(|v| Quotient::exact(v.wide(), noise, 0.0)).collect()
}

/// The values of a user's function, with the noise that its values nearby betray.
fn with_noise<S: Real>(at: &[S], len: usize, f: impl FnMut(&[S], &mut [S])) -> Vec<Quotient> {
    let mut stencil = Stencil::new(at, len, f);
    let mut direction = vec![S::ZERO; at.len()];
    scatter(&mut direction);
    for (d, t) in direction.iter_mut().zip(at) {
        *d *= S::lit(t.wide().abs().max(0.5));
    }
    let h = step_at::<S>(1.0);
    let along = stencil.along(&direction, h);
    let mut values = exact(&stencil.centre);
    for (value, along) in values.iter_mut().zip(along) {
        value.rough = if along.rough.is_finite() { along.rough * h } else { 0.0 };
    }
    values
}
