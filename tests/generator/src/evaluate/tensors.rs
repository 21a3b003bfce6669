//! Vectors and matrices.

use std::rc::Rc;

use super::numbers::{is_out_of_range, sum};
use super::{Number, Result, Run, Stop, Tensor, Value};
use crate::ast::{Expr, Fun, Op};
use crate::types::{Extent, Type};

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn tensor(&mut self, expr: &'a Expr) -> Result<Rc<Tensor<D>>> {
        self.value(expr)?.as_tensor()
    }

    pub(super) fn tensor_operation(&mut self, op: &Op, arguments: &'a [Expr]) -> Result<Value<D>> {
        let first = arguments.first().ok_or(Stop::IllTyped("no argument"))?;
        let tensor = match op {
            Op::TensorAdd => self.entrywise(arguments, |_, a, b| a + b),
            Op::TensorSubtract => self.entrywise(arguments, |_, a, b| a - b),
            Op::ComponentMultiply => self.entrywise(arguments, |_, a, b| a * b),
            Op::Superior => self.entrywise(arguments, |run, a, b| if run.is_above(a, b) { a } else { b }),
            Op::TensorNegate => self.map(first, |_, t| -t),
            Op::Absolute => self.map(first, |run, t| run.function(Fun::Abs, t)),
            Op::Scale => {
                let number = self.number(first)?;
                self.map(&arguments[1], |_, t| t * number)
            }
            Op::Unscale => {
                let number = self.number(&arguments[1])?;
                self.map(first, |_, t| t / (number * number + 1.5))
            }
            Op::AddNumber => {
                let number = self.number(&arguments[1])?;
                self.map(first, |_, t| t + number)
            }
            Op::Map => self.mapped(arguments),
            Op::ZipMap => self.zip_mapped(arguments),
            Op::MapLocated => self.map_located(arguments),
            Op::MatrixProduct => self.matrix_product(arguments),
            Op::TransposeProduct => {
                let (a, b) = (self.tensor(first)?, self.tensor(&arguments[1])?);
                product(&transpose(&a)?, &b)
            }
            Op::Transpose => self.tensor(first).and_then(|a| transpose(&a)),
            Op::FromFn(ty) => self.from_fn(ty, first),
            Op::Repeat(ty) => {
                let number = self.number(first)?;
                let (rows, columns) = self.shape(ty)?;
                Tensor::from_fn(rows, columns, |_, _| Ok(number))
            }
            Op::Row => self.slice(arguments, |a, i| Tensor::from_fn(1, a.columns, |_, j| a.at(i, j))),
            Op::Column => self.slice(arguments, |a, j| Tensor::from_fn(a.rows, 1, |i, _| a.at(i, j))),
            Op::Diagonal => self.tensor(first).and_then(|a| Tensor::from_fn(a.rows.min(a.columns), 1, |i, _| a.at(i, i))),
            Op::Part(extent) => self.part(*extent, arguments),
            Op::FromDiagonal => {
                let v = self.tensor(first)?;
                let n = v.data.len();
                Tensor::from_fn(n, n, |i, j| Ok(if i == j { v.data[i] } else { D::zero() }))
            }
            Op::RowSum => self
                .tensor(first)
                .and_then(|a| Tensor::from_fn(1, a.columns, |_, j| Ok(sum((0..a.rows).map(|i| a.data[i + j * a.rows]))))),
            Op::ColumnSum => self
                .tensor(first)
                .and_then(|a| Tensor::from_fn(a.rows, 1, |i, _| Ok(sum((0..a.columns).map(|j| a.data[i + j * a.rows]))))),
            Op::Softmax => {
                let v = self.tensor(first)?;
                // Squares of large exponentials overflow in derivatives.
                let most = v.data.iter().map(D::re).fold(f64::NEG_INFINITY, f64::max);
                self.overflowed |= is_out_of_range(most);
                // The derivatives of the quotient cancel where one is far above the others: rounded terms measure it.
                let terms: Vec<D> = v.data.iter().map(|t| self.noisy((*t - most).exp())).collect();
                let total = sum(terms.iter().copied());
                Ok(Tensor { data: terms.into_iter().map(|term| term / total).collect(), ..*v })
            }
            Op::Solve(factor) => self.solve(*factor, arguments),
            Op::Inverse => self.inverse(first),
            Op::SparseProduct | Op::SparseTransposeProduct => self.sparse_product(op, arguments),
            _ => return Err(Stop::IllTyped("an operation of other values")),
        };
        tensor.map(Value::tensor)
    }

    fn map(&mut self, expr: &'a Expr, entry: impl Fn(&mut Self, D) -> D) -> Result<Tensor<D>> {
        let tensor = self.tensor(expr)?;
        let data = tensor.data.iter().map(|t| entry(self, *t)).collect();
        Ok(Tensor { data, ..*tensor })
    }

    fn both(&mut self, arguments: &'a [Expr]) -> Result<(Rc<Tensor<D>>, Rc<Tensor<D>>)> {
        let (a, b) = (self.tensor(&arguments[0])?, self.tensor(&arguments[1])?);
        if a.has_shape_of(&b) { Ok((a, b)) } else { Err(Stop::Panic("shapes do not agree")) }
    }

    fn entrywise(&mut self, arguments: &'a [Expr], entry: impl Fn(&mut Self, D, D) -> D) -> Result<Tensor<D>> {
        let (a, b) = self.both(arguments)?;
        let data = a.data.iter().zip(&b.data).map(|(a, b)| entry(self, *a, *b)).collect();
        Ok(Tensor { data, ..*a })
    }

    fn mapped(&mut self, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let a = self.tensor(&arguments[0])?;
        let entry = |t: &D| self.call(&arguments[1], vec![Value::Number(*t)])?.number();
        let data = a.data.iter().map(entry).collect::<Result<_>>()?;
        Ok(Tensor { data, ..*a })
    }

    fn zip_mapped(&mut self, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let (a, b) = self.both(arguments)?;
        let entry = |(a, b): (&D, &D)| self.call(&arguments[2], vec![Value::Number(*a), Value::Number(*b)])?.number();
        let data = a.data.iter().zip(&b.data).map(entry).collect::<Result<_>>()?;
        Ok(Tensor { data, ..*a })
    }

    fn map_located(&mut self, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let a = self.tensor(&arguments[0])?;
        Tensor::from_fn(a.rows, a.columns, |i, j| {
            let values = vec![Value::Index(i), Value::Index(j), Value::Number(a.at(i, j)?)];
            self.call(&arguments[1], values)?.number()
        })
    }

    fn matrix_product(&mut self, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let (a, b) = (self.tensor(&arguments[0])?, self.tensor(&arguments[1])?);
        product(&a, &b)
    }

    fn from_fn(&mut self, ty: &Type, closure: &'a Expr) -> Result<Tensor<D>> {
        let (rows, columns) = self.shape(ty)?;
        Tensor::from_fn(rows, columns, |i, j| {
            let indices = if matches!(ty, Type::Row(_)) { [j, i] } else { [i, j] };
            self.call(closure, indices.map(Value::Index).to_vec())?.number()
        })
    }

    fn shape(&self, ty: &Type) -> Result<(usize, usize)> {
        let size = |extent: &Extent| extent.value(&self.inputs.sizes).ok_or(Stop::Panic("a negative length"));
        Ok(match ty {
            Type::Column(n) => (size(n)?, 1),
            Type::Row(n) => (1, size(n)?),
            Type::Matrix(r, c) => (size(r)?, size(c)?),
            _ => return Err(Stop::IllTyped("no tensor")),
        })
    }

    pub(super) fn zeros(&self, ty: &Type) -> Result<Tensor<D>> {
        let (rows, columns) = self.shape(ty)?;
        Tensor::from_fn(rows, columns, |_, _| Ok(D::zero()))
    }

    fn slice(&mut self, arguments: &'a [Expr], part: fn(&Tensor<D>, usize) -> Result<Tensor<D>>) -> Result<Tensor<D>> {
        let a = self.tensor(&arguments[0])?;
        let i = self.index(&arguments[1])?;
        // nalgebra checks the index even where the slice has no entry.
        let checked = part(&Tensor::from_fn(a.rows.max(1), a.columns.max(1), |i, j| Ok(a.at(i, j).unwrap_or(D::zero())))?, i);
        checked.and_then(|_| part(&a, i))
    }

    fn part(&mut self, extent: Extent, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let v = self.tensor(&arguments[0])?;
        let from = self.index(&arguments[1])?;
        let length = extent.value(&self.inputs.sizes).ok_or(Stop::Panic("attempt to subtract with overflow"))?;
        let data = v.data.get(from..from + length).ok_or(Stop::Panic("rows out of bounds"))?;
        Ok(Tensor::column(data.to_vec()))
    }

    fn sparse_product(&mut self, op: &Op, arguments: &'a [Expr]) -> Result<Tensor<D>> {
        let Value::Sparse(matrix) = self.value(&arguments[0])? else { return Err(Stop::IllTyped("expected a sparse matrix")) };
        let (rows, columns, entries) = &*matrix;
        let dense = Tensor::from_fn(*rows, *columns, |i, j| Ok(entries[i * columns + j].unwrap_or(D::zero())))?;
        let right = self.tensor(&arguments[1])?;
        let left = if matches!(op, Op::SparseProduct) { dense } else { transpose(&dense)? };
        product(&left, &right)
    }
}

fn transpose<D: Number>(a: &Tensor<D>) -> Result<Tensor<D>> {
    Tensor::from_fn(a.columns, a.rows, |i, j| a.at(j, i))
}

fn product<D: Number>(a: &Tensor<D>, b: &Tensor<D>) -> Result<Tensor<D>> {
    if a.columns != b.rows {
        return Err(Stop::Panic("a product of other shapes"));
    }
    Tensor::from_fn(a.rows, b.columns, |i, j| {
        let terms = (0..a.columns).map(|k| Ok(a.at(i, k)? * b.at(k, j)?)).collect::<Result<Vec<_>>>()?;
        Ok(sum(terms.into_iter()))
    })
}
