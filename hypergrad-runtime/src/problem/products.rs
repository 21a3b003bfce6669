//! Derivatives from products with unit directions, where no code of their own is emitted for them.

use super::{Bilevel, Dense};
use crate::kernels;
use crate::point::{T, X};
use crate::scalar::Real;

/// `out[(i,j,k)] = L_ij(e_k)` from a product `L(v) u` that is linear in the frozen adjoint v too: entry j of
/// the result for `v = e_i` and `u = e_k`. `n x middle x n`, first index fastest; `C` stores a column of length
/// `middle`. The adjoint of `work` is overwritten.
pub fn tensor<P: Bilevel, C: Dense<Scalar = T<P>>>(
    problem: &P,
    work: &mut P::Work,
    middle: usize,
    product: impl Fn(&P, &mut P::Work, &[T<P>], &mut [T<P>]),
    out: &mut [T<P>],
) {
    let n = problem.dims(work).0;
    let (mut v, mut u, mut column) = (X::<P>::zeros(n, 1), X::<P>::zeros(n, 1), C::zeros(middle, 1));
    for i in 0..n {
        v.flat_mut()[i] = T::<P>::ONE;
        problem.set_adjoint(work, v.flat());
        v.flat_mut()[i] = T::<P>::ZERO;
        for k in 0..n {
            u.flat_mut()[k] = T::<P>::ONE;
            product(problem, work, u.flat(), column.flat_mut());
            u.flat_mut()[k] = T::<P>::ZERO;
            for (j, entry) in column.flat().iter().enumerate() {
                out[i + n * (j + middle * k)] = *entry;
            }
        }
    }
}

/// `out[:, k] = A e_k`, column by column; `unit` is zero, of as many entries as there are columns.
pub fn columns<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    unit: &mut [T<P>],
    product: impl Fn(&P, &mut P::Work, &[T<P>], &mut [T<P>]),
    out: &mut [T<P>],
) {
    let rows = out.len().checked_div(unit.len()).unwrap_or(0);
    for k in 0..unit.len() {
        unit[k] = T::<P>::ONE;
        product(problem, work, unit, &mut out[k * rows..][..rows]);
        unit[k] = T::<P>::ZERO;
    }
}

/// The same matrix by its columns `A e_k` or by its rows `Aᵀ e_i`, whichever are fewer. Both units are zero.
pub fn fewer<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    (column, by_column): (&mut [T<P>], impl Fn(&P, &mut P::Work, &[T<P>], &mut [T<P>])),
    (row, by_row): (&mut [T<P>], impl Fn(&P, &mut P::Work, &[T<P>], &mut [T<P>])),
    out: &mut [T<P>],
) {
    if column.len() <= row.len() {
        return columns(problem, work, column, by_column, out);
    }
    let rows = row.len();
    for i in 0..rows {
        row[i] = T::<P>::ONE;
        by_row(problem, work, row, column);
        row[i] = T::<P>::ZERO;
        for (k, entry) in column.iter().enumerate() {
            out[i + k * rows] = *entry;
        }
    }
    column.fill(T::<P>::ZERO);
}

/// `out[k] = (A e_k)[k]`; `unit` is zero, `column` of the same length.
pub fn diagonal<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    unit: &mut [T<P>],
    column: &mut [T<P>],
    product: impl Fn(&P, &mut P::Work, &[T<P>], &mut [T<P>]),
    out: &mut [T<P>],
) {
    for k in 0..unit.len() {
        unit[k] = T::<P>::ONE;
        product(problem, work, unit, column);
        unit[k] = T::<P>::ZERO;
        out[k] = column[k];
    }
}

/// `out = Σ_k s_k L_21(e_k) e_k`, the derivative of `⟨s, diag F_1⟩` by y, from a product `L_21(v) u` with
/// `L = vᵀF`; `unit` and `column` are zero, of lengths n and m. The adjoint of `work` is overwritten.
pub fn weighted_diagonal<P: Bilevel>(
    problem: &P,
    work: &mut P::Work,
    unit: &mut [T<P>],
    column: &mut [T<P>],
    product: impl Fn(&P, &mut P::Work, &[T<P>], &mut [T<P>]),
    s: &[T<P>],
    out: &mut [T<P>],
) {
    out.fill(T::<P>::ZERO);
    for k in 0..unit.len() {
        unit[k] = T::<P>::ONE;
        problem.set_adjoint(work, unit);
        product(problem, work, unit, column);
        unit[k] = T::<P>::ZERO;
        kernels::axpy(s[k], column, out);
    }
    column.fill(T::<P>::ZERO);
}
