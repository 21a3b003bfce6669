//! Early returns: `return`, `?` and `let .. else`.
//!
//! What follows a `return` under a condition is read where the condition does not hold; at its end a
//! function has the value of the first return that was reached.

use proc_macro2::Span;

use super::Tracer;
use super::condition::Condition;
use super::value::Value;
use super::variant::{Choice, EnumName};

/// A function or closure that is being read.
#[derive(Default)]
pub struct Frame {
    /// How many arms enclose its call.
    depth: usize,
    /// Where it has returned, and with what. The conditions exclude each other.
    returned: Vec<(Condition, Value)>,
    /// Whether a return was refused.
    refused: bool,
}

impl Tracer<'_> {
    /// Reads a body that may return early.
    pub(super) fn until_return(&mut self, place: Span, body: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        self.frames.push(Frame { depth: self.arms.len(), ..Frame::default() });
        let value = body(self);
        let frame = self.frames.pop()?;
        if frame.refused {
            return None;
        }
        frame.returned.into_iter().rev().try_fold(value?, |rest, (condition, value)| self.join(place, &condition, value, rest))
    }

    pub(super) fn early_return(&mut self, expression: &syn::ExprReturn) -> Option<Value> {
        let value = match &expression.expr {
            Some(value) => self.expression(value),
            None => Some(Value::Tuple(Vec::new())),
        };
        self.leave(value, &Condition::Constant(true));
        Some(Value::Never)
    }

    /// Returns from the current function where a condition holds here.
    fn leave(&mut self, value: Option<Value>, condition: &Condition) {
        let Some(frame) = self.frames.last_mut() else { return };
        let here = self.arms.iter().skip(frame.depth).cloned().fold(Condition::Constant(true), Condition::and);
        match value {
            Some(value) => frame.returned.push((here.and(condition.clone()), value)),
            None => frame.refused = true,
        }
    }

    /// `option?`
    pub(super) fn question(&mut self, expression: &syn::ExprTry) -> Option<Value> {
        let choice = match self.expression(&expression.expr)? {
            Value::Choice(choice) if choice.name == EnumName::Option => choice,
            other => {
                let message = format!("`?` of {}: it is read of an `Option`", other.describe());
                self.diagnostics.error(&expression.question_token, message);
                return None;
            }
        };
        let none = choice.is("Some").not();
        if none != Condition::Constant(false) {
            self.leave(Some(Value::Choice(Box::new(Choice::none()))), &none);
        }
        choice.payload().cloned().or(Some(Value::Never))
    }

    /// How often the current function has returned.
    pub(super) fn returns(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.returned.len())
    }

    /// Where the current function has not returned since then.
    pub(super) fn stays(&self, since: usize) -> Condition {
        let returned = self.frames.last().map(|frame| &frame.returned[since..]).unwrap_or_default();
        returned.iter().fold(Condition::Constant(true), |all, (condition, _)| all.and(condition.clone().not()))
    }

    /// `let pattern = value else { return .. };`
    pub(super) fn let_else(&mut self, pattern: &syn::Pat, value: Option<Value>, otherwise: &syn::Expr) {
        let outer = self.environment.clone();
        let applies = value.and_then(|value| self.pattern(pattern, &value));
        let Some(condition) = applies else { return self.bind_refused(pattern) };
        if condition == Condition::Constant(true) {
            return;
        }
        let inside = std::mem::replace(&mut self.environment, outer);
        self.under(condition.not(), |tracer| tracer.expression(otherwise));
        self.environment = inside;
    }
}
