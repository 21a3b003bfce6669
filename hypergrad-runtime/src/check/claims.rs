//! What `structure()` claims, at this point.

use nalgebra::{DMatrix, DVector};

use super::chain::{Chain, Fill, displaced, exact};
use super::differences::{Quotient, Stencil, largest};
use super::erased::Erased;
use super::report::{DerivativeRow, Doubt, Verdict};
use crate::error::LinearError;
use crate::estimator::{Estimator, Ift, Localized, Preconditioned, Tangent, efficiency};
use crate::factor::{Cholesky, Factorization};
use crate::kernels::norm;
use crate::point::{T, X};
use crate::problem::{Bilevel, Dense};
use crate::scalar::Real;
use crate::structure::EstimatorKind;

impl<'a, S: Real> Chain<'a, S> {
    /// Every claim, one row each; what is not claimed has none.
    pub(super) fn claims(&mut self) {
        let n = self.n();
        let f_1 = self.fill(Erased::f_1, n * n);
        self.form(&f_1);
        self.constancy(&f_1);
        let s = self.problem.structure();
        if s.f1_definite {
            self.definite("claim: F_1 semidefinite", &f_1);
        }
        if s.f1_diagonal_plus_gram {
            self.definite("claim: F_1 diagonal plus Gram", &f_1);
        }
        self.eigenvalues(&f_1);
        if s.smooth {
            self.smooth();
        }
        self.super_efficient();
    }

    /// Symmetric, diagonal, zero outside of its blocks.
    fn form(&mut self, f_1: &[S]) {
        let (n, s, terms) = (self.n(), self.problem.structure(), largest(f_1));
        if s.f1_symmetric {
            let transposed: Vec<_> = (0..n * n).map(|e| f_1[e / n + e % n * n]).collect();
            self.compare("claim: F_1 symmetric", f_1, &exact(&transposed), terms);
        }
        if s.f1_diagonal {
            let only: Vec<_> = (0..n * n).map(|e| if e % n == e / n { f_1[e] } else { S::ZERO }).collect();
            self.compare("claim: F_1 diagonal", f_1, &exact(&only), terms);
        }
        let mut only = vec![S::ZERO; n * n];
        if s.f1_block_diagonal && self.work.pattern(&mut |i, j| only[i + j * n] = f_1[i + j * n]).is_ok() {
            self.compare("claim: F_1 block-diagonal", f_1, &exact(&only), terms);
        }
    }

    /// The same at another x, at another y.
    fn constancy(&mut self, f_1: &[S]) {
        let (n, m, s) = (self.n(), self.m(), self.problem.structure());
        let (x, y) = (displaced(&self.flat_x), displaced(&self.flat_y));
        if s.f1_constant_in_x {
            self.problem.set_x(&mut self.work, &x);
            let elsewhere = self.fill(Erased::f_1, n * n);
            self.problem.set_x(&mut self.work, &self.flat_x);
            self.compare("claim: F_1 constant in x", &elsewhere, &exact(f_1), largest(f_1));
        }
        for (claimed, name) in [(s.f1_constant_in_y, "claim: F_1 constant in y"), (s.f21_zero, "claim: F_21 = 0")] {
            if claimed {
                self.problem.set_y(&mut self.work, &y);
                let elsewhere = self.fill(Erased::f_1, n * n);
                self.problem.set_y(&mut self.work, &self.flat_y);
                self.compare(name, &elsewhere, &exact(f_1), largest(f_1));
            }
        }
        if s.g_constant_slope {
            let (g_11, g_21) = (self.fill(Erased::g_11, n * n), self.fill(Erased::g_21, m * n));
            self.compare("claim: g_11 = 0", &g_11, &exact(&vec![S::ZERO; n * n]), 0.0);
            self.compare("claim: g_21 = 0", &g_21, &exact(&vec![S::ZERO; m * n]), 0.0);
        }
    }

    /// `F_1 + F_1ᵀ` has no negative pivot but for rounding.
    fn definite(&mut self, name: &'static str, f_1: &[S]) {
        let n = self.n();
        let terms = largest(f_1);
        let found = [S::lit(negative_pivot(f_1, n, terms).unwrap_or(0.0))];
        self.compare(name, &found, &exact(&[S::ZERO]), terms);
    }

    /// The eigenvalues of `F_1` lie within the bounds that are claimed at every x.
    fn eigenvalues(&mut self, f_1: &[S]) {
        let (n, bounds) = (self.n(), self.problem.eigenvalue_bounds(&mut self.work));
        let mut above = |name: &'static str, sign: f64, end: Option<f64>| {
            let Some(end) = end else { return };
            // `sign (F_1 - end)` is semidefinite.
            let entry = |(e, value): (usize, &S)| {
                let on_diagonal = if e % n == e / n { S::lit(end) } else { S::ZERO };
                S::lit(sign) * (*value - on_diagonal)
            };
            let shifted: Vec<S> = f_1.iter().enumerate().map(entry).collect();
            self.definite(name, &shifted);
        };
        above("claim: eigenvalues of F_1 at least μ", 1.0, bounds.least);
        above("claim: eigenvalues of F_1 at most L", -1.0, bounds.most);
    }

    /// No jump in the slopes of F and of `g_1`, however small the step.
    fn smooth(&mut self) {
        let n = self.n();
        let (f_1, g_11) = (self.fill(Erased::f_1, n * n), self.fill(Erased::g_11, n * n));
        let mut row = DerivativeRow { quantity: "claim: smooth", worst: 0.0, index: 0, verdict: Verdict::Agrees, doubt: None };
        for (slope, kernel) in [(largest(&f_1), Erased::residual as Fill<'a, S>), (largest(&g_11), Erased::g_1)] {
            let (problem, work) = (self.problem, &mut self.work);
            let mut stencil = Stencil::new(&self.flat_x, n, |at: &[S], out: &mut [S]| {
                problem.set_x(work, at);
                kernel(problem, work, out);
            });
            for k in 0..n {
                let columns = [1.0, 1e-2, 1e-4].map(|shrink| stencil.column(k, shrink));
                for i in 0..n {
                    let jump = columns.iter().map(|column: &Vec<Quotient>| column[i].jump).fold(f64::INFINITY, f64::min);
                    if jump > 1e-3 * slope && jump / slope > row.worst {
                        let doubt = Some(Doubt::Kink);
                        row = DerivativeRow { worst: jump / slope, index: i + k * n, verdict: Verdict::Uncertain, doubt, ..row };
                    }
                }
            }
            problem.set_x(&mut self.work, &self.flat_x);
        }
        self.rows.push(row);
    }

    /// At a root, `C_y = 0` of every estimator of which that is claimed.
    fn super_efficient(&mut self) {
        for kind in self.problem.structure().super_efficient {
            let row = match kind {
                EstimatorKind::Ift => self.efficient("claim: ift super-efficient", &Ift::new()),
                EstimatorKind::Newton => self.efficient("claim: newton super-efficient", &Preconditioned::newton()),
                EstimatorKind::Jacobi => self.efficient("claim: jacobi super-efficient", &Preconditioned::jacobi()),
                EstimatorKind::Tangent => self.efficient("claim: tangent super-efficient", &Tangent::new()),
                EstimatorKind::LocalizedExp => self.efficient("claim: exp super-efficient", &Localized::exp()),
                EstimatorKind::LocalizedDiagonal => self.efficient("claim: diagonal super-efficient", &Localized::diagonal()),
                EstimatorKind::LocalizedNewton => self.efficient("claim: localized newton super-efficient", &Localized::newton()),
                // Those of the optional roles are checked with them.
                EstimatorKind::CustomPreconditioner
                | EstimatorKind::Reparameterized
                | EstimatorKind::LocalizedCustom
                | EstimatorKind::Aid
                | EstimatorKind::Unrolled
                | EstimatorKind::Truncated
                | EstimatorKind::OneStep => None,
            };
            self.rows.extend(row);
        }
    }

    fn efficient(&self, name: &'static str, estimator: &impl Estimator<Erased<'a, S>>) -> Option<DerivativeRow> {
        let (x, y) = (DVector::from_column_slice(&self.flat_x), DVector::from_column_slice(&self.flat_y));
        efficient(self.problem, &x, &y, name, estimator)
    }
}

/// The most negative pivot met by Cholesky's method, shifted by what is rounding.
fn negative_pivot<S: Real>(a: &[S], n: usize, size: f64) -> Option<f64> {
    let shift = if S::EPSILON > 1e-10 { 1e-4 } else { 1e-10 } * size;
    let mut factor = Cholesky::<DMatrix<S>>::new("F_1", n).ok()?;
    let half = S::lit(0.5);
    for (e, out) in factor.matrix_mut().iter_mut().enumerate() {
        let (i, j) = (e % n, e / n);
        *out = half * (a[i + j * n] + a[j + i * n]) + if i == j { S::lit(shift) } else { S::ZERO };
    }
    match factor.factor("F_1") {
        Err(LinearError::NotDefinite { value, .. }) => Some(value),
        _ => None,
    }
}

/// `C_y = 0` at a root, to what is left of the root's error; nothing elsewhere.
pub(super) fn efficient<P: Bilevel>(
    problem: &P,
    x: &P::X,
    y: &P::Y,
    name: &'static str,
    estimator: &impl Estimator<P>,
) -> Option<DerivativeRow> {
    if !problem.structure().is_super_efficient(estimator.kind()) || !is_root(problem, x, y) {
        return None;
    }
    let found = efficiency(problem, x, y, estimator).ok()?;
    let plain = efficiency(problem, x, y, &Ift::new()).ok()?;
    let size = plain.max(crate::estimator::hypergradient(problem, x, y, &Ift::new()).map_or(1.0, |h| {
        let mut flat = vec![T::<P>::ZERO; crate::problem::Variable::flat_len(&h.gradient)];
        crate::problem::Variable::read(&h.gradient, &mut flat);
        norm(&flat)
    }));
    // 1e-6 of the size, as a root is one to 1e-9.
    let judge = super::judge::Judge { smooth: true, terms: 1e5 * size, inherited: 0.0 };
    Some(judge.values(name, &[T::<P>::lit(found)], &exact(&[T::<P>::ZERO])))
}

/// `|F_1⁻¹ F| <= 1e-9 (1 + |x|)` (`f32`: 1e-4).
fn is_root<P: Bilevel>(problem: &P, x: &P::X, y: &P::Y) -> bool {
    let Ok(mut work) = crate::point::start(problem, x, y) else { return false };
    let Ok(mut step) = X::<P>::try_zeros("x", problem.dims(&work).0, 1) else { return false };
    problem.residual(&mut work, step.flat_mut());
    if problem.factor(&mut work).is_err() {
        return false;
    }
    problem.f_1_solve(&mut work, step.flat_mut());
    let relative = if T::<P>::EPSILON > 1e-10 { 1e-4 } else { 1e-9 };
    norm(step.flat()) <= relative * (1.0 + norm(problem.x(&work)))
}
