//! Linear systems, by elimination with row exchanges on any numbers.

use super::numbers::sum;
use super::{Number, Result, Run, Stop, Tensor};
use crate::ast::{Expr, Factor};

/// Derivatives lose the digits of the condition once for each inverse in them, three at third order, while elimination on
/// dual numbers loses them once and does not measure it. So a pivot is taken for as near to 0 as this makes it: one of a
/// thousandth of the entries is as near as a kink may be.
const NEARNESS: f64 = 1e-3;

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn solve(&mut self, factor: Factor, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let matrix = self.system(factor, &arguments[0])?;
        let right = self.tensor(&arguments[1])?;
        self.eliminated(matrix, (*right).clone()).map(|(solution, _)| solution)
    }

    pub(super) fn inverse(&mut self, expr: &'a Expr) -> Result<Tensor<D>> {
        let matrix = self.system(Factor::Lu, expr)?;
        let identity = Tensor::from_fn(matrix.rows, matrix.rows, |i, j| Ok(if i == j { D::one() } else { D::zero() }))?;
        self.eliminated(matrix, identity).map(|(solution, _)| solution)
    }

    pub(super) fn determinant(&mut self, factor: Factor, expr: &'a Expr) -> Result<D> {
        let matrix = self.system(factor, expr)?;
        let none = Tensor { rows: matrix.rows, columns: 0, data: Vec::new() };
        self.eliminated(matrix, none).map(|(_, determinant)| determinant)
    }

    /// The matrix of a system, given what its text is made of.
    fn system(&mut self, factor: Factor, expr: &'a Expr) -> Result<Tensor<D>> {
        let a = self.tensor(expr)?;
        if a.rows != a.columns {
            return Err(Stop::Panic("a matrix that is not square"));
        }
        let n = a.rows;
        let identity = |i: usize, j: usize, scale: f64| D::from(if i == j { scale } else { 0.0 });
        let matrix = Tensor::from_fn(n, n, |i, j| match factor {
            Factor::Lu => Ok(a.at(i, j)? + identity(i, j, 3.0)),
            Factor::Cholesky => {
                let terms = (0..n).map(|k| Ok(a.at(k, i)? * a.at(k, j)?)).collect::<Result<Vec<_>>>()?;
                Ok(sum(terms.into_iter()) + identity(i, j, 1.0))
            }
        })?;
        Ok(self.noisy_matrix(matrix))
    }

    /// A factorisation is that of a matrix nearby: its entries, and those of its derivatives, are off by the rounding of
    /// the largest of them.
    fn noisy_matrix(&mut self, matrix: Tensor<D>) -> Tensor<D> {
        let Some((random, size)) = &mut self.noise else { return matrix };
        let largest = matrix.data.iter().copied().fold(D::zero(), D::larger);
        let data = matrix.data.iter().map(|entry| entry.disturbed_beside(largest, random, *size)).collect();
        Tensor { data, ..matrix }
    }

    /// A pivot more. The derivative of a determinant is `det A tr(A⁻¹ dA)`, whose terms are much larger than what is left
    /// of them where the matrix is nearly singular, while those of a product of pivots are not: the rounding of a
    /// pivot's logarithm is measured.
    fn times(&mut self, determinant: D, pivot: D) -> D {
        if self.noise.is_none() {
            return determinant * pivot;
        }
        let sign = pivot.re().signum();
        let logarithm = self.noisy((pivot * sign).ln());
        determinant * (logarithm - logarithm.re()).exp() * pivot.re()
    }

    /// `A⁻¹ B` and `det A`.
    fn eliminated(&mut self, mut a: Tensor<D>, mut b: Tensor<D>) -> Result<(Tensor<D>, D)> {
        let n = a.rows;
        let mut determinant = D::one();
        let largest = a.data.iter().map(|entry| entry.re().abs()).fold(1.0, f64::max);
        for k in 0..n {
            let best = (k..n).max_by(|i, j| a.data[i + k * n].re().abs().total_cmp(&a.data[j + k * n].re().abs()));
            let best = best.ok_or(Stop::Panic("no row is left"))?;
            // A singular matrix is as far away as a pivot is large beside the entries.
            self.margin = self.margin.min(a.data[best + k * n].re().abs() / largest * NEARNESS);
            if best != k {
                determinant = -determinant;
                (0..n).for_each(|j| a.data.swap(k + j * n, best + j * n));
                (0..b.columns).for_each(|j| b.data.swap(k + j * n, best + j * n));
            }
            let pivot = a.data[k + k * n];
            determinant = self.times(determinant, pivot);
            for i in (0..n).filter(|i| *i != k) {
                let factor = a.data[i + k * n] / pivot;
                for j in k..n {
                    let other = self.noisy(factor * a.data[k + j * n]);
                    a.data[i + j * n] -= other;
                }
                for j in 0..b.columns {
                    let other = self.noisy(factor * b.data[k + j * n]);
                    b.data[i + j * n] -= other;
                }
            }
        }
        for j in 0..b.columns {
            for i in 0..n {
                b.data[i + j * n] /= a.data[i + i * n];
            }
        }
        Ok((b, determinant))
    }
}
