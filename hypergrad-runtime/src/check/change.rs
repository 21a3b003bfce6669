//! A change of variables: its emitted derivatives against differences of the module's own function,
//! and of one another.

use super::chain::exact;
use super::differences::{Stencil, largest};
use super::judge::Judge;
use super::report::DerivativeRow;
use crate::error::EstimatorError;
use crate::kernels::scatter;
use crate::kernels::{gemv, gemv_t};
use crate::point::{self, T};
use crate::problem::{Change, Reach, Variable};
use crate::scalar::Real;

/// Names of the rows, in order.
pub(super) type Names = [&'static str; 11];

pub(super) const PHI: Names = [
    "phi(phi_inv(x))",
    "phi",
    "phi_1",
    "phi_2",
    "phi_2ᵀ s",
    "phi_11(s)",
    "phi_21(s)",
    "phi_21(s) p",
    "q_1, q = phi_1 p",
    "q_2, q = phi_1 p",
    "second derivatives of q",
];
pub(super) const PSI: Names = [
    "psi(psi_inv(x))",
    "psi",
    "psi_1",
    "psi_2",
    "psi_2ᵀ s",
    "psi_11(s)",
    "psi_21(s)",
    "psi_21(s) p",
    "r_1, r = psi_1 p",
    "r_2, r = psi_1 p",
    "second derivatives of r",
];

/// What maps are judged by: `STRUCTURE` says nothing of their kinks, and their terms are those of z.
fn judge<S: Real>(z: &[S]) -> Judge {
    Judge { smooth: false, terms: largest(z), inherited: largest(z) }
}

/// A kernel that fills, of a change of variables with z set.
type Fill<'k, P, S> = &'k dyn Fn(&P, &mut <P as crate::problem::Bilevel>::Work, &mut [S]);

struct Check<'a, P: Change<K>, K: Reach> {
    problem: &'a P,
    work: P::Work,
    z: Vec<T<P>>,
    rows: Vec<DerivativeRow>,
    kind: core::marker::PhantomData<K>,
}

/// Every row; `user` is the module's function of z and y, all else held fast.
pub(super) fn rows<P: Change<K>, K: Reach>(
    problem: &P,
    x: &P::X,
    y: &P::Y,
    names: &Names,
    user: &dyn Fn(&P::X, &P::Y, &mut [T<P>]),
) -> Result<Vec<DerivativeRow>, EstimatorError> {
    let mut work = point::start(problem, x, y)?;
    let mut z = problem.x(&work).to_vec();
    if P::INVERSE {
        problem.change_inverse(&mut work, &mut z);
    }
    let mut check = Check { problem, work, z, rows: Vec::new(), kind: core::marker::PhantomData };
    check.first(x, y, names, user);
    check.second(names);
    check.along(names);
    Ok(check.rows)
}

impl<P: Change<K>, K: Reach> Check<'_, P, K> {
    fn fill(&mut self, len: usize, kernel: Fill<'_, P, T<P>>) -> Vec<T<P>> {
        let mut out = vec![T::<P>::ZERO; len];
        self.problem.set_change(&mut self.work, &self.z);
        kernel(self.problem, &mut self.work, &mut out);
        out
    }

    /// phi, `phi_1`, `phi_2` against the module's function.
    fn first(&mut self, x: &P::X, y: &P::Y, names: &Names, user: &dyn Fn(&P::X, &P::Y, &mut [T<P>])) {
        let (n, m) = self.problem.dims(&self.work);
        let (flat_x, flat_y) = (self.problem.x(&self.work).to_vec(), self.problem.y(&self.work).to_vec());
        let judge = judge(&self.z);
        let found = self.fill(n, &|p, w, out| p.change(w, out));
        if P::INVERSE {
            self.rows.push(judge.values(names[0], &found, &exact(&flat_x)));
        }
        let mut expected = vec![T::<P>::ZERO; n];
        user(&x.like(&self.z), y, &mut expected);
        self.rows.push(judge.values(names[1], &found, &exact(&expected)));
        let found = self.fill(n * n, &|p, w, out| p.change_1(w, out));
        let stencil = Stencil::new(&self.z, n, |at: &[T<P>], out: &mut [T<P>]| user(&x.like(at), y, out));
        self.rows.push(judge.derivatives(names[2], &found, stencil));
        let found = self.fill(n * m, &|p, w, out| p.change_2(w, out));
        let z = x.like(&self.z);
        let stencil = Stencil::new(&flat_y, n, |at: &[T<P>], out: &mut [T<P>]| user(&z, &y.like(at), out));
        self.rows.push(judge.derivatives(names[3], &found, stencil));
        let mut s = vec![T::<P>::ZERO; n];
        scatter(&mut s);
        let mut expected = vec![T::<P>::ZERO; m];
        gemv_t(T::<P>::ONE, &found, n, m, &s, &mut expected);
        let found = self.fill(m, &|p, w, out| p.change_2_tr_mul(w, &s, out));
        self.rows.push(judge.values(names[4], &found, &exact(&expected)));
    }

    /// Second derivatives against differences of first ones in z.
    fn second(&mut self, names: &Names) {
        let (n, m) = self.problem.dims(&self.work);
        let (s, p) = self.directions();
        let found = self.fill(n * n, &|problem, w, out| problem.change_11(w, &s, out));
        self.against_z(names[5], &found, n, &|problem, w, out| {
            let mut phi_1 = vec![T::<P>::ZERO; n * n];
            problem.change_1(w, &mut phi_1);
            out.fill(T::<P>::ZERO);
            gemv_t(T::<P>::ONE, &phi_1, n, n, &s, out);
        });
        let found = self.fill(m * n, &|problem, w, out| problem.change_21(w, &s, out));
        self.against_z(names[6], &found, m, &|problem, w, out| problem.change_2_tr_mul(w, &s, out));
        let mut expected = vec![T::<P>::ZERO; m];
        gemv(T::<P>::ONE, &found, m, n, &p, &mut expected);
        let found = self.fill(m, &|problem, w, out| problem.change_21_mul(w, &s, &p, out));
        self.rows.push(judge(&self.z).values(names[7], &found, &exact(&expected)));
    }

    /// `q = phi_1 p` against the contractions with unit vectors; its second derivatives by differences.
    fn along(&mut self, names: &Names) {
        let (n, m) = self.problem.dims(&self.work);
        let (s, p) = self.directions();
        let (mut q_1, mut q_2) = (vec![T::<P>::ZERO; n * n], vec![T::<P>::ZERO; m * n]);
        for i in 0..n {
            let mut unit = vec![T::<P>::ZERO; n];
            unit[i] = T::<P>::ONE;
            let second = self.fill(n * n, &|problem, w, out| problem.change_11(w, &unit, out));
            gemv(T::<P>::ONE, &second, n, n, &p, &mut q_1[i * n..][..n]);
            let mixed = self.fill(m * n, &|problem, w, out| problem.change_21(w, &unit, out));
            gemv(T::<P>::ONE, &mixed, m, n, &p, &mut q_2[i * m..][..m]);
        }
        let found = self.fill(n * n, &|problem, w, out| problem.along_1(w, &p, out));
        self.rows.push(judge(&self.z).values(names[8], &found, &exact(&q_1)));
        let found = self.fill(m * n, &|problem, w, out| problem.along_2(w, &p, out));
        self.rows.push(judge(&self.z).values(names[9], &found, &exact(&q_2)));
        let mut found = self.fill(n * n, &|problem, w, out| problem.along_11(w, &s, &p, out));
        let mixed = self.fill(m * n, &|problem, w, out| problem.along_21(w, &s, &p, out));
        // Both below one another, column by column.
        found = stack(&found, &mixed, (n, m));
        self.against_z(names[10], &found, n + m, &|problem, w, out| {
            let mut second = vec![T::<P>::ZERO; n * n];
            problem.change_11(w, &s, &mut second);
            out.fill(T::<P>::ZERO);
            gemv(T::<P>::ONE, &second, n, n, &p, &mut out[..n]);
            problem.change_21_mul(w, &s, &p, &mut out[n..]);
        });
    }

    /// Two vectors without structure.
    fn directions(&self) -> (Vec<T<P>>, Vec<T<P>>) {
        let n = self.z.len();
        let mut both = vec![T::<P>::ZERO; 2 * n];
        scatter(&mut both);
        let p = both.split_off(n);
        (both, p)
    }

    fn against_z(&mut self, name: &'static str, found: &[T<P>], len: usize, lower: Fill<'_, P, T<P>>) {
        let (problem, work) = (self.problem, &mut self.work);
        let stencil = Stencil::new(&self.z, len, |at: &[T<P>], out: &mut [T<P>]| {
            problem.set_change(work, at);
            lower(problem, work, out);
        });
        let row = judge(&self.z).derivatives(name, found, stencil);
        self.rows.push(row);
    }
}

/// The columns of A (`n x n`) above those of B (`m x n`).
fn stack<S: Real>(a: &[S], b: &[S], (n, m): (usize, usize)) -> Vec<S> {
    (0..n).flat_map(|k| a[k * n..][..n].iter().chain(&b[k * m..][..m]).copied().collect::<Vec<_>>()).collect()
}
