//! Arithmetic of `usize`, with overflow checks as in a dev build.

use super::{Number, Result, Run, Stop, Value};
use crate::ast::{Expr, Op};

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn index(&mut self, expr: &'a Expr) -> Result<usize> {
        self.value(expr)?.index()
    }

    pub(super) fn index_operation(&mut self, op: &Op, arguments: &'a [Expr]) -> Option<Result<Value<D>>> {
        let operation: fn(usize, usize) -> Option<usize> = match op {
            Op::IndexAdd => usize::checked_add,
            Op::IndexSubtract => usize::checked_sub,
            Op::IndexMultiply => usize::checked_mul,
            Op::IndexDivide => usize::checked_div,
            Op::IndexRemainder => usize::checked_rem,
            Op::IndexLarger => |a, b| Some(a.max(b)),
            Op::IndexSmaller => |a, b| Some(a.min(b)),
            Op::AbsDiff => |a, b| Some(a.abs_diff(b)),
            Op::SaturatingSubtract => |a, b| Some(a.saturating_sub(b)),
            _ => return None,
        };
        Some(self.binary_index(operation, arguments))
    }

    fn binary_index(&mut self, operation: fn(usize, usize) -> Option<usize>, arguments: &'a [Expr]) -> Result<Value<D>> {
        let (a, b) = (self.index(&arguments[0])?, self.index(&arguments[1])?);
        operation(a, b).map(Value::Index).ok_or(Stop::Panic("arithmetic of indices overflows"))
    }
}
