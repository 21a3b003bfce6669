//! What gives one number.

use super::{Number, Result, Run, Stop, Tensor};
use crate::ast::{Expr, Factor, Fun, Op};

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn number(&mut self, expr: &'a Expr) -> Result<D> {
        self.value(expr)?.number()
    }

    pub(super) fn number_operation(&mut self, op: &Op, arguments: &'a [Expr]) -> Option<Result<D>> {
        Some(match op {
            Op::Add => self.two(arguments).map(|(a, b)| a + b),
            Op::Subtract => self.two(arguments).map(|(a, b)| a - b),
            Op::Multiply => self.two(arguments).map(|(a, b)| a * b),
            Op::Divide => self.two(arguments).map(|(a, b)| a / (b * b + 1.5)),
            Op::Negate => self.number(&arguments[0]).map(|a| -a),
            Op::Fun(fun) => self.number(&arguments[0]).map(|a| self.function(*fun, a)),
            Op::Larger => self.two(arguments).map(|(a, b)| if self.is_above(a, b) { a } else { b }),
            Op::Smaller => self.two(arguments).map(|(a, b)| if self.is_above(a, b) { b } else { a }),
            Op::Hypot => self.two(arguments).map(|(a, b)| {
                let b = self.function(Fun::Abs, b) + 1.0;
                (a * a + b * b).sqrt()
            }),
            Op::Cast => self.index(&arguments[0]).map(|i| D::from(i as f64)),
            Op::At => self.entry_at(arguments),
            Op::Entry => self.matrix_entry(arguments),
            Op::Dot => self.dot(arguments),
            Op::NormSquared => self.entries(&arguments[0]).map(|v| sum(v.iter().map(|t| *t * *t))),
            Op::Norm => self.entries(&arguments[0]).and_then(|v| self.norm(&v)),
            Op::Total => self.entries(&arguments[0]).map(|v| sum(v.into_iter())),
            Op::Mean => self.entries(&arguments[0]).map(|v| mean(&v)),
            Op::Max => self.entries(&arguments[0]).map(|v| self.extreme(v, 1.0)),
            Op::Min => self.entries(&arguments[0]).map(|v| self.extreme(v, -1.0)),
            Op::LargestAbs => self.entries(&arguments[0]).map(|v| {
                let v = v.into_iter().map(|t| self.function(Fun::Abs, t)).collect();
                self.extreme(v, 1.0)
            }),
            Op::Trace => self.tensor(&arguments[0]).and_then(|a| trace(&a)),
            Op::Determinant => self.determinant(Factor::Lu, &arguments[0]),
            Op::LnDeterminant => self.determinant(Factor::Cholesky, &arguments[0]).map(|d| d.ln()),
            Op::LogSumExp(_) => self.entries(&arguments[0]).map(|v| self.log_sum_exp(&v)),
            _ => return None,
        })
    }

    fn entries(&mut self, expr: &'a Expr) -> Result<Vec<D>> {
        Ok(self.tensor(expr)?.data.clone())
    }

    fn entry_at(&mut self, arguments: &'a [Expr]) -> Result<D> {
        let v = self.tensor(&arguments[0])?;
        let i = self.index(&arguments[1])?;
        v.data.get(i).copied().ok_or(Stop::Panic("index out of bounds"))
    }

    fn matrix_entry(&mut self, arguments: &'a [Expr]) -> Result<D> {
        let a = self.tensor(&arguments[0])?;
        a.at(self.index(&arguments[1])?, self.index(&arguments[2])?)
    }

    fn dot(&mut self, arguments: &'a [Expr]) -> Result<D> {
        let (a, b) = (self.tensor(&arguments[0])?, self.tensor(&arguments[1])?);
        if !a.has_shape_of(&b) {
            return Err(Stop::Panic("dot of other shapes"));
        }
        Ok(sum(a.data.iter().zip(&b.data).map(|(a, b)| *a * *b)))
    }

    /// At 0 it is a kink.
    fn norm(&mut self, v: &[D]) -> Result<D> {
        let squares = sum(v.iter().map(|t| *t * *t));
        self.margin = self.margin.min(if v.is_empty() { f64::INFINITY } else { squares.re() });
        Ok(if v.is_empty() { D::zero() } else { squares.sqrt() })
    }

    /// 0 where there is no entry, as in nalgebra.
    fn extreme(&mut self, v: Vec<D>, sign: f64) -> D {
        let Some(best) = v.iter().copied().max_by(|a, b| (sign * a.re()).total_cmp(&(sign * b.re()))) else { return D::zero() };
        let mut met_itself = false;
        for other in v {
            // The best itself is among them once.
            if !met_itself && other.re() == best.re() && !(best - other).is_active() {
                met_itself = true;
            } else {
                self.meet(best, other);
            }
        }
        best
    }

    /// Of dual numbers `ln Σ e^t` cancels where one is far above the others, unless that one is taken out of the sum. Then
    /// entries that are alike leave no rounding at all, where the derivatives of the sum that is written have the
    /// rounding of its terms: that is what is measured.
    fn log_sum_exp(&mut self, v: &[D]) -> D {
        let Some(most) = v.iter().copied().max_by(|a, b| a.re().total_cmp(&b.re())) else { return D::zero().ln() };
        self.overflowed |= is_out_of_range(most.re());
        let Some((random, size)) = &mut self.noise else {
            return most + sum(v.iter().map(|t| (*t - most).exp())).ln();
        };
        let most = most.re();
        sum(v.iter().map(|t| (*t - most).exp().disturbed(random, *size))).ln() + most
    }

    pub(super) fn function(&mut self, fun: Fun, t: D) -> D {
        match fun {
            Fun::Sin => t.sin(),
            Fun::Cos => t.cos(),
            Fun::Tanh => tanh(t),
            Fun::Atan => t.atan(),
            Fun::Asinh => t.asinh(),
            Fun::Exp => (t * 0.25).exp(),
            Fun::Ln1p => (t * t).ln_1p(),
            Fun::Sqrt => (t * t + 1.0).sqrt(),
            Fun::Recip => (t * t + 1.0).recip(),
            Fun::Softplus => self.log_sum_exp(&[t, D::zero()]),
            // The square of a large exponential overflows in derivatives.
            Fun::Sigmoid if t.re() < 0.0 => {
                let e = t.exp();
                e / (e + 1.0)
            }
            Fun::Sigmoid => ((-t).exp() + 1.0).recip(),
            Fun::Square => t * t,
            Fun::Cube => t * t * t,
            Fun::Powf => (t * t + 1.0).powf(1.25),
            Fun::Cbrt => (t.sin() + 2.0).cbrt(),
            Fun::ExpM1 => (t * 0.25).exp_m1(),
            Fun::Abs => {
                if self.is_above(t, D::zero()) {
                    t
                } else {
                    -t
                }
            }
            Fun::Clamp => {
                let t = if self.is_above(t, D::from(0.75)) { D::from(0.75) } else { t };
                if self.is_above(t, D::from(-0.75)) { t } else { D::from(-0.75) }
            }
            Fun::Max => {
                if self.is_above(t, D::from(0.0625)) {
                    t
                } else {
                    D::from(0.0625)
                }
            }
        }
    }
}

/// Whether the largest exponential of a sum, as it is spelled, without a shift, overflows, or all of them vanish.
pub(super) fn is_out_of_range(exponent: f64) -> bool {
    exponent.is_finite() && exponent.abs() > LARGEST_EXPONENT
}

const LARGEST_EXPONENT: f64 = 700.0;

/// Of dual numbers `sinh/cosh` cancels where both are large.
fn tanh<D: Number>(t: D) -> D {
    if t.re().abs() < 1.0 {
        return t.tanh();
    }
    let sign = t.re().signum();
    let e = (t * (-2.0 * sign)).exp();
    (-e + 1.0) / (e + 1.0) * sign
}

pub(super) fn sum<D: Number>(items: impl Iterator<Item = D>) -> D {
    items.fold(D::zero(), |total, t| total + t)
}

fn mean<D: Number>(v: &[D]) -> D {
    if v.is_empty() { D::zero() } else { sum(v.iter().copied()) / v.len() as f64 }
}

fn trace<D: Number>(a: &Tensor<D>) -> Result<D> {
    if a.rows != a.columns {
        return Err(Stop::Panic("trace of a matrix that is not square"));
    }
    Ok(sum((0..a.rows).map(|i| a.data[i + i * a.rows])))
}
