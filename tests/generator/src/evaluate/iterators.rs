//! Iterators: each adapter is Rust's, of a vector of items.

use std::rc::Rc;

use super::numbers::sum;
use super::{Number, Result, Run, Stop, Tensor, Value};
use crate::ast::{Expr, Op};
use crate::types::Type;

pub(super) type Items<D> = Vec<Result<Value<D>>>;

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn iterator_operation(&mut self, op: &Op, arguments: &'a [Expr]) -> Option<Result<Value<D>>> {
        let items = match op {
            Op::Range => self.range(arguments, 0),
            Op::RangeInclusive => self.range(arguments, 1),
            Op::Iterate => self.tensor(&arguments[0]).map(|t| t.data.iter().map(|t| Ok(Value::Number(*t))).collect()),
            Op::Rows => self.tensor(&arguments[0]).map(|a| (0..a.rows).map(|i| Ok(row(&a, i))).collect()),
            Op::Columns => self.tensor(&arguments[0]).map(|a| (0..a.columns).map(|j| Ok(column(&a, j))).collect()),
            Op::Windows(width) => self
                .tensor(&arguments[0])
                .map(|v| v.data.windows(*width).map(|w| Ok(Value::tensor(Tensor::column(w.to_vec())))).collect()),
            Op::Chunks(width) => self
                .tensor(&arguments[0])
                .map(|v| v.data.chunks_exact(*width).map(|w| Ok(Value::tensor(Tensor::column(w.to_vec())))).collect()),
            Op::TakeWhile(_) => self.while_true(arguments, true),
            Op::SkipWhile(_) => self.while_true(arguments, false),
            Op::FilterMap => self.optional(arguments, false),
            Op::MapWhile => self.optional(arguments, true),
            Op::FlatMap(pairs) => self.flat_map(*pairs, arguments),
            Op::Scan => self.scan(arguments),
            Op::Stored => self.stored(arguments),
            Op::Each => self.each(arguments),
            Op::Filter(_) => self.filter(arguments),
            Op::Zip => self.zip(arguments),
            Op::Enumerate => self.items(&arguments[0]).map(|items| {
                let pair = |(k, item): (usize, Result<Value<D>>)| item.map(|item| Value::Tuple(vec![Value::Index(k), item]));
                items.into_iter().enumerate().map(pair).collect()
            }),
            Op::Reverse => self.items(&arguments[0]).map(|items| items.into_iter().rev().collect()),
            Op::Chain => self.items(&arguments[0]).and_then(|first| {
                let second = self.items(&arguments[1])?;
                Ok(first.into_iter().chain(second).collect())
            }),
            Op::Skip => self.counted(arguments, |items, count| Ok(items.skip(count).collect())),
            Op::Take => self.counted(arguments, |items, count| Ok(items.take(count).collect())),
            Op::StepBy => self.counted(arguments, |items, count| {
                if count == 0 { Err(Stop::Panic("a step of 0")) } else { Ok(items.step_by(count).collect()) }
            }),
            Op::Copied => self.items(&arguments[0]),
            Op::Present => self.present(&arguments[0]),
            Op::Vectors => self.vectors(&arguments[0]),
            Op::Listed => self.listed(&arguments[0]).map(|list| list.iter().map(|i| Ok(Value::Index(*i))).collect()),
            _ => return self.consumer(op, arguments),
        };
        Some(items.map(Value::Items))
    }

    fn consumer(&mut self, op: &Op, arguments: &'a [Expr]) -> Option<Result<Value<D>>> {
        Some(match op {
            Op::Sum => self.numbers(&arguments[0]).map(|v| Value::Number(sum(v.into_iter()))),
            Op::Product => self.numbers(&arguments[0]).map(|v| Value::Number(v.into_iter().fold(D::one(), |p, t| p * t))),
            Op::Fold => self.folded(arguments),
            Op::Look => self.looked(arguments),
            Op::CountItems | Op::Length => self.consumed(&arguments[0]).map(|items| Value::Index(items.len())),
            Op::NewList => Ok(Value::List(Rc::default())),
            Op::Collect => self.numbers(&arguments[0]).map(|v| Value::List(Rc::new(v))),
            Op::ListLength => self.tensor(&arguments[0]).map(|list| Value::Index(list.data.len())),
            Op::SumTensors(ty) => self.sum_tensors(ty, &arguments[0]),
            Op::FromIterator(extent) => self.numbers(&arguments[0]).and_then(|v| {
                let length = extent.value(&self.inputs.sizes).ok_or(Stop::Panic("a negative length"))?;
                let right = v.len() == length;
                right.then(|| Value::tensor(Tensor::column(v))).ok_or(Stop::Panic("not as many items"))
            }),
            _ => return None,
        })
    }

    pub(super) fn items(&mut self, expr: &'a Expr) -> Result<Items<D>> {
        self.value(expr)?.items()
    }

    /// Every item evaluated.
    fn consumed(&mut self, expr: &'a Expr) -> Result<Vec<Value<D>>> {
        self.items(expr)?.into_iter().collect()
    }

    pub(super) fn numbers(&mut self, expr: &'a Expr) -> Result<Vec<D>> {
        self.consumed(expr)?.into_iter().map(Value::number).collect()
    }

    fn range(&mut self, arguments: &'a [Expr], more: usize) -> Result<Items<D>> {
        let (start, end) = (self.index(&arguments[0])?, self.index(&arguments[1])?);
        Ok((start..end + more).map(|i| Ok(Value::Index(i))).collect())
    }

    fn stored(&mut self, arguments: &'a [Expr]) -> Result<Items<D>> {
        let Value::Sparse(matrix) = self.value(&arguments[0])? else { return Err(Stop::IllTyped("expected a sparse matrix")) };
        let i = self.index(&arguments[1])?;
        let (rows, columns, entries) = &*matrix;
        if i >= *rows {
            return Err(Stop::Panic("row out of bounds"));
        }
        let entry = |j: usize| entries[i * columns + j].map(|v| Ok(Value::Tuple(vec![Value::Index(j), Value::Number(v)])));
        Ok((0..*columns).filter_map(entry).collect())
    }

    fn each(&mut self, arguments: &'a [Expr]) -> Result<Items<D>> {
        let items = self.items(&arguments[0])?;
        Ok(items.into_iter().map(|item| self.call(&arguments[1], vec![item?])).collect())
    }

    fn filter(&mut self, arguments: &'a [Expr]) -> Result<Items<D>> {
        let mut kept = Vec::new();
        for item in self.items(&arguments[0])? {
            let item = item?;
            if self.call(&arguments[1], vec![item.clone()])?.truth()? {
                kept.push(Ok(item));
            }
        }
        Ok(kept)
    }

    /// The items as long as the condition holds, or the others.
    fn while_true(&mut self, arguments: &'a [Expr], before: bool) -> Result<Items<D>> {
        let (mut holds, mut kept) = (true, Vec::new());
        for item in self.items(&arguments[0])? {
            if before && !holds {
                break;
            }
            let item = item?;
            holds = holds && self.call(&arguments[1], vec![item.clone()])?.truth()?;
            if holds == before {
                kept.push(Ok(item));
            }
        }
        Ok(kept)
    }

    /// What the closure gives where it gives something, or until it does not.
    fn optional(&mut self, arguments: &'a [Expr], ends: bool) -> Result<Items<D>> {
        let mut kept = Vec::new();
        for item in self.items(&arguments[0])? {
            match self.call(&arguments[1], vec![item?])?.maybe()? {
                Some(value) => kept.push(Ok(value)),
                None if ends => break,
                None => {}
            }
        }
        Ok(kept)
    }

    fn flat_map(&mut self, pairs: bool, arguments: &'a [Expr]) -> Result<Items<D>> {
        let mut all = Vec::new();
        for item in self.items(&arguments[0])? {
            let item = item?;
            let inner = self.call(&arguments[1], vec![item.clone()])?.items()?;
            let pair = |j: Result<Value<D>>| Ok(if pairs { Value::Tuple(vec![item.clone(), j?]) } else { j? });
            all.extend(inner.into_iter().map(pair));
        }
        Ok(all)
    }

    fn scan(&mut self, arguments: &'a [Expr]) -> Result<Items<D>> {
        let items = self.items(&arguments[0])?;
        let mut value = self.value(&arguments[1])?;
        let mut all = Vec::new();
        for item in items {
            value = self.call(&arguments[2], vec![value, item?])?;
            all.push(Ok(value.clone()));
        }
        Ok(all)
    }

    fn folded(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let items = self.items(&arguments[0])?;
        let mut value = self.value(&arguments[1])?;
        for item in items {
            value = self.call(&arguments[2], vec![value, item?])?;
        }
        Ok(value)
    }

    fn present(&mut self, expr: &'a Expr) -> Result<Items<D>> {
        let Value::Tuple(items) = self.value(expr)? else { return Err(Stop::IllTyped("expected optional numbers")) };
        Ok(items.into_iter().filter_map(|item| item.maybe().transpose()).collect())
    }

    fn vectors(&mut self, expr: &'a Expr) -> Result<Items<D>> {
        let Value::Lists(lists) = self.value(expr)? else { return Err(Stop::IllTyped("expected a list of vectors")) };
        Ok(lists.iter().map(|v| Ok(Value::Tensor(Rc::clone(v)))).collect())
    }

    fn listed(&mut self, expr: &'a Expr) -> Result<Rc<Vec<usize>>> {
        match self.value(expr)? {
            Value::Indices(list) => Ok(list),
            _ => Err(Stop::IllTyped("expected a list of indices")),
        }
    }

    fn looked(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let list = self.listed(&arguments[0])?;
        let place = self.index(&arguments[1])?;
        list.get(place).map(|i| Value::Index(*i)).ok_or(Stop::Panic("index out of bounds"))
    }

    fn zip(&mut self, arguments: &'a [Expr]) -> Result<Items<D>> {
        let (first, second) = (self.items(&arguments[0])?, self.items(&arguments[1])?);
        let pair = |(a, b): (Result<Value<D>>, Result<Value<D>>)| Ok(Value::Tuple(vec![a?, b?]));
        Ok(first.into_iter().zip(second).map(pair).collect())
    }

    fn counted(
        &mut self,
        arguments: &'a [Expr],
        adapter: impl Fn(std::vec::IntoIter<Result<Value<D>>>, usize) -> Result<Items<D>>,
    ) -> Result<Items<D>> {
        let items = self.items(&arguments[0])?;
        let count = self.index(&arguments[1])?;
        adapter(items.into_iter(), count)
    }

    fn sum_tensors(&mut self, ty: &Type, expr: &'a Expr) -> Result<Value<D>> {
        let mut total: Option<Tensor<D>> = None;
        for item in self.consumed(expr)? {
            let item = item.as_tensor()?;
            let Some(total) = &mut total else {
                total = Some((*item).clone());
                continue;
            };
            if !total.has_shape_of(&item) {
                return Err(Stop::Panic("a sum of other shapes"));
            }
            total.data.iter_mut().zip(&item.data).for_each(|(a, b)| *a += *b);
        }
        // Of dynamic size, nalgebra's sum of nothing panics.
        match total {
            Some(total) => Ok(Value::tensor(total)),
            None if ty.is_fixed() => self.zeros(ty).map(Value::tensor),
            None => Err(Stop::Panic("a sum of no vectors")),
        }
    }
}

fn row<D: Number>(a: &Tensor<D>, i: usize) -> Value<D> {
    let data = (0..a.columns).map(|j| a.data[i + j * a.rows]).collect();
    Value::tensor(Tensor { rows: 1, columns: a.columns, data })
}

fn column<D: Number>(a: &Tensor<D>, j: usize) -> Value<D> {
    Value::tensor(Tensor::column(a.data[j * a.rows..(j + 1) * a.rows].to_vec()))
}
