//! Statements: what they change is a value that is bound anew.

use std::rc::Rc;

use super::{Number, Result, Run, Stop, Tensor, Value};
use crate::ast::{Change, Expr, Jump, Name, Pattern, Statement};

/// Whether the step of the loop goes on, or where it ends.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Ends(Jump),
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
            let flow = self.statement(statement)?;
            if flow != Flow::On {
                return Ok(flow);
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
            Statement::Jump(jump, condition) => {
                return Ok(if self.truth(condition)? { Flow::Ends(*jump) } else { Flow::On });
            }
            Statement::If(condition, body, otherwise) => {
                let taken = self.truth(condition)?;
                return self.statements(if taken { body } else { otherwise });
            }
            Statement::For(pattern, chain, body) => return self.steps(pattern, chain, body),
            Statement::While(counter, heads, body) => return self.counting(*counter, heads, body),
            Statement::Change(change, name, indices, value) => {
                let value = self.value(value)?;
                self.change(*change, *name, indices, value)?;
            }
        }
        Ok(Flow::On)
    }

    fn steps(&mut self, pattern: &'a Pattern, chain: &'a Expr, body: &'a [Statement]) -> Result<Flow> {
        for item in self.value(chain)?.items()? {
            self.bind(pattern, item?)?;
            if let Some(flow) = Self::left(&self.statements(body)?) {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn counting(&mut self, counter: Name, [start, end, condition]: &'a [Expr; 3], body: &'a [Statement]) -> Result<Flow> {
        let mut count = self.index(start)?;
        self.set(counter, Value::Index(count));
        while count < self.index(end)? && self.truth(condition)? {
            if let Some(flow) = Self::left(&self.statements(body)?) {
                return Ok(flow);
            }
            count += 1;
            self.set(counter, Value::Index(count));
        }
        Ok(Flow::On)
    }

    /// What the end of a step means for the loop around, where it ends the loop.
    fn left(flow: &Flow) -> Option<Flow> {
        match flow {
            Flow::On | Flow::Ends(Jump { leaves: false, outer: false }) => None,
            Flow::Ends(Jump { leaves: true, outer: false }) => Some(Flow::On),
            Flow::Ends(Jump { leaves, outer: true }) => Some(Flow::Ends(Jump { leaves: *leaves, outer: false })),
        }
    }

    fn change(&mut self, change: Change, name: Name, indices: &'a [Expr], value: Value<D>) -> Result<()> {
        let before = self.names[name].take().ok_or(Stop::IllTyped("unbound name"))?;
        let after = match (before, indices) {
            (Value::List(before), []) => {
                let mut list = Rc::unwrap_or_clone(before);
                list.push(value.number()?);
                Value::List(Rc::new(list))
            }
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
        Change::Set | Change::Push => value,
        Change::Add => before + value,
        Change::Subtract => before - value,
        Change::Multiply => before * value,
    }
}
