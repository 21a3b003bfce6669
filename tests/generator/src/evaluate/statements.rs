//! Statements: what they change is a value that is bound anew.

use std::rc::Rc;

use super::{Number, Result, Run, Stop, Tensor, Value};
use crate::ast::{Change, Expr, Name, Pattern, Statement};

/// Whether the step of the loop goes on.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    NextStep,
}

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn block(&mut self, states: &'a [(Name, Expr)], statements: &'a [Statement], rest: &'a Expr) -> Result<Value<D>> {
        for (name, first) in states {
            let value = self.value(first)?;
            self.set(*name, value);
        }
        self.statements(statements)?;
        self.value(rest)
    }

    fn statements(&mut self, statements: &'a [Statement]) -> Result<Flow> {
        for statement in statements {
            if self.statement(statement)? == Flow::NextStep {
                return Ok(Flow::NextStep);
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, statement: &'a Statement) -> Result<Flow> {
        match statement {
            Statement::Let(name, value) => {
                let value = self.value(value)?;
                self.set(*name, value);
            }
            Statement::Continue(condition) => {
                return Ok(if self.truth(condition)? { Flow::NextStep } else { Flow::On });
            }
            Statement::If(condition, body) => {
                return if self.truth(condition)? { self.statements(body) } else { Ok(Flow::On) };
            }
            Statement::For(pattern, chain, body) => self.steps(pattern, chain, body)?,
            Statement::Change(change, name, indices, value) => {
                let value = self.value(value)?;
                self.change(*change, *name, indices, value)?;
            }
        }
        Ok(Flow::On)
    }

    fn steps(&mut self, pattern: &'a Pattern, chain: &'a Expr, body: &'a [Statement]) -> Result<()> {
        for item in self.value(chain)?.items()? {
            self.bind(pattern, item?)?;
            self.statements(body)?;
        }
        Ok(())
    }

    fn change(&mut self, change: Change, name: Name, indices: &'a [Expr], value: Value<D>) -> Result<()> {
        let before = self.names[name].take().ok_or(Stop::IllTyped("unbound name"))?;
        let after = match (before, indices) {
            (Value::Number(before), []) => Value::Number(changed(change, before, value.number()?)),
            (Value::Tensor(before), []) => self.whole(change, &before, value)?,
            (Value::Tensor(before), indices) => {
                let mut tensor = Rc::unwrap_or_clone(before);
                let places = indices.iter().map(|i| self.index(i)).collect::<Result<Vec<_>>>()?;
                let entry = self.entry_mut(&mut tensor, &places)?;
                *entry = changed(change, *entry, value.number()?);
                Value::tensor(tensor)
            }
            _ => return Err(Stop::IllTyped("nothing that changes")),
        };
        let after = self.rounded(after);
        self.set(name, after);
        Ok(())
    }

    fn whole(&self, change: Change, before: &Tensor<D>, value: Value<D>) -> Result<Value<D>> {
        if let Value::Number(factor) = value {
            let data = before.data.iter().map(|t| changed(change, *t, factor)).collect();
            return Ok(Value::tensor(Tensor { data, ..*before }));
        }
        let value = value.as_tensor()?;
        if !before.has_shape_of(&value) {
            return Err(Stop::Panic("shapes do not agree"));
        }
        let data = before.data.iter().zip(&value.data).map(|(a, b)| changed(change, *a, *b)).collect();
        Ok(Value::tensor(Tensor { data, ..*before }))
    }

    fn entry_mut<'t>(&self, tensor: &'t mut Tensor<D>, places: &[usize]) -> Result<&'t mut D> {
        let place = match places {
            [k] => Some(*k),
            [i, j] if *i < tensor.rows && *j < tensor.columns => Some(i + j * tensor.rows),
            _ => None,
        };
        place.and_then(|k| tensor.data.get_mut(k)).ok_or(Stop::Panic("index out of bounds"))
    }
}

fn changed<D: Number>(change: Change, before: D, value: D) -> D {
    match change {
        Change::Set => value,
        Change::Add => before + value,
        Change::Subtract => before - value,
        Change::Multiply => before * value,
    }
}
