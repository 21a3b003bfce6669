//! Conditions.

use super::{Number, Result, Run, Value};
use crate::ast::{Expr, Op};

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn condition(&mut self, op: &Op, arguments: &'a [Expr]) -> Option<Result<Value<D>>> {
        let truth = match op {
            Op::Less => self.compare(arguments, |a, b| a < b),
            Op::LessEqual => self.compare(arguments, |a, b| a <= b),
            Op::Equal => self.compare(arguments, |a, b| a == b),
            Op::NotEqual => self.compare(arguments, |a, b| a != b),
            Op::Greater => self.two(arguments).map(|(a, b)| self.is_above(a, b)),
            Op::NumberEqual => self.two(arguments).map(|(a, b)| {
                self.meet(a, b);
                (a.re() - b.re()).abs() <= self.slack(b)
            }),
            Op::And => self.either(arguments, false),
            Op::Or => self.either(arguments, true),
            Op::Not => self.truth(&arguments[0]).map(|truth| !truth),
            _ => return None,
        };
        Some(truth.map(Value::Truth))
    }

    pub(super) fn truth(&mut self, expr: &'a Expr) -> Result<bool> {
        self.value(expr)?.truth()
    }

    fn compare(&mut self, arguments: &'a [Expr], holds: fn(usize, usize) -> bool) -> Result<bool> {
        Ok(holds(self.index(&arguments[0])?, self.index(&arguments[1])?))
    }

    pub(super) fn two(&mut self, arguments: &'a [Expr]) -> Result<(D, D)> {
        Ok((self.number(&arguments[0])?, self.number(&arguments[1])?))
    }

    /// `||` ends at the first that holds, `&&` at the first that does not.
    fn either(&mut self, arguments: &'a [Expr], end: bool) -> Result<bool> {
        if self.truth(&arguments[0])? == end { Ok(end) } else { self.truth(&arguments[1]) }
    }
}
