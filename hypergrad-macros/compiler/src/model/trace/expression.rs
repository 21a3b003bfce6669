//! Expressions, by kind.

use std::rc::Rc;

use syn::spanned::Spanned;

use super::Tracer;
use super::spell::spell;
use super::value::{Callable, Closure, Tensor, Value};
use crate::ir::{Affine, Size};
use crate::model::Form;
use crate::syntax::{Member, Type};

impl Tracer<'_> {
    pub(super) fn expression(&mut self, expression: &syn::Expr) -> Option<Value> {
        self.expression_as(expression, None)
    }

    /// The value of an expression; `expected` is the type that the place asks for, where known.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn expression_as(&mut self, expression: &syn::Expr, expected: Option<&Type>) -> Option<Value> {
        if let Some(left) = self.loop_with_exits(expression) {
            return left;
        }
        match expression {
            syn::Expr::Paren(inner) => self.expression_as(&inner.expr, expected),
            syn::Expr::Group(inner) => self.expression_as(&inner.expr, expected),
            syn::Expr::Reference(inner) if inner.mutability.is_some() => self.reference(&inner.expr),
            syn::Expr::Reference(inner) => self.expression_as(&inner.expr, expected),
            syn::Expr::Lit(literal) => self.literal(&literal.lit),
            syn::Expr::Path(path) => self.path_value(path),
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block, expected),
            syn::Expr::Block(block) => self.labelled_block(block, expected),
            syn::Expr::Const(block) => self.block(&block.block, expected),
            syn::Expr::Unary(unary) => self.unary(unary, expected),
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Cast(cast) => self.cast(cast),
            syn::Expr::If(branch) => self.branch(branch, expected),
            syn::Expr::Return(expression) => self.early_return(expression),
            syn::Expr::Try(expression) => self.question(expression),
            syn::Expr::Match(expression) => self.match_expression(expression, expected),
            syn::Expr::Tuple(tuple) => self.tuple(tuple, expected),
            syn::Expr::Array(array) => self.list(array.elems.iter()).map(Value::Array),
            syn::Expr::Repeat(repeat) => self.repeated(repeat),
            syn::Expr::Range(range) => self.range(range),
            syn::Expr::Closure(closure) => Some(self.closure(closure)),
            syn::Expr::Index(index) => self.index_expression(index),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Call(call) => self.call_expression(call, expected),
            syn::Expr::MethodCall(call) => self.method_call(call, expected),
            syn::Expr::Macro(call) => self.macro_call(&call.mac),
            syn::Expr::Assign(assignment) => self.assign(assignment),
            syn::Expr::ForLoop(repeated) => self.for_loop(repeated),
            syn::Expr::While(repeated) => self.while_loop(repeated),
            syn::Expr::Loop(repeated) => self.loop_expression(repeated),
            syn::Expr::Continue(exit) if exit.label.is_none() => {
                self.leave_step(false);
                Some(Value::Never)
            }
            syn::Expr::Break(exit) if exit.label.is_none() && exit.expr.is_none() => {
                self.leave_step(true);
                Some(Value::Never)
            }
            other => {
                self.refuse_expression(other);
                None
            }
        }
    }

    /// The values of a list, all visited.
    pub(super) fn list<'e>(&mut self, expressions: impl Iterator<Item = &'e syn::Expr>) -> Option<Vec<Value>> {
        let values: Vec<Option<Value>> = expressions.map(|e| self.expression(e)).collect();
        values.into_iter().collect()
    }

    fn tuple(&mut self, tuple: &syn::ExprTuple, expected: Option<&Type>) -> Option<Value> {
        let types = match expected {
            Some(Type::Tuple(types)) => types.as_slice(),
            _ => &[],
        };
        let values: Vec<Option<Value>> =
            tuple.elems.iter().enumerate().map(|(k, e)| self.expression_as(e, types.get(k))).collect();
        values.into_iter().collect::<Option<Vec<Value>>>().map(Value::Tuple)
    }

    fn repeated(&mut self, repeat: &syn::ExprRepeat) -> Option<Value> {
        let value = self.expression(&repeat.expr);
        let length = self.size_expression(&repeat.len)?;
        match (value?, length.as_constant()) {
            // Scalars are one tensor, however many there are.
            (Value::Tensor(tensor), _) if tensor.is_scalar() => {
                Some(Value::Tensor(self.fill(&tensor, Form::Column, &length, &Size::constant(1))))
            }
            (Value::Infinity(infinite), None) => {
                let infinite = self.number(infinite);
                Some(Value::Tensor(self.fill(&infinite, Form::Column, &length, &Size::constant(1))))
            }
            // Integers of a list whose length a run decides are one tensor of numbers.
            (Value::Index(index), None) => {
                let number = self.number_of_index(&index);
                Some(Value::Integer(self.fill(&number, Form::Column, &length, &Size::constant(1))))
            }
            (value, Some(length @ 0..=LONGEST)) => Some(Value::Array(vec![value; length as usize])),
            (value, _) => {
                let message = format!("an array of {}, repeated so often, is not accepted", value.describe());
                self.diagnostics.error_with_help(&*repeat.len, message, "use a matrix, with `from_fn` or `repeat`");
                None
            }
        }
    }

    fn closure(&mut self, closure: &syn::ExprClosure) -> Value {
        if let Some(token) = &closure.asyncness {
            self.diagnostics.error(token, "`async` is not accepted");
        }
        let environment = if closure.capture.is_some() { self.captured() } else { self.environment.clone() };
        Value::Callable(Callable::Closure(Rc::new(Closure { syntax: closure.clone(), environment })))
    }

    /// A field of a struct, a part of a tuple, or a coordinate.
    fn field(&mut self, field: &syn::ExprField) -> Option<Value> {
        if self.is_place(&field.base) {
            return self.read_places(&syn::Expr::Field(field.clone()));
        }
        let base = self.expression(&field.base)?;
        match (&field.member, base) {
            (syn::Member::Named(name), Value::Tensor(tensor)) => self.coordinate(&tensor, name),
            // `range.start`
            (syn::Member::Named(name), Value::Range(range)) => {
                let end = if name == "start" { range.start } else { range.end };
                end.map(Value::Index)
            }
            (member, base @ (Value::Struct(_) | Value::Lazy(_) | Value::Listed(_) | Value::Tuple(_))) => {
                self.field_of(&base, &Member::from(member))
            }
            (member, base) if self.refuse_changing([&base], member.span()) => None,
            (member, base) => {
                let member = spell(member);
                self.diagnostics.error(&field.member, format!("`.{member}` is no field of {}", base.describe()));
                None
            }
        }
    }

    /// `.x`, `.y`, `.m12`.
    pub(super) fn coordinate(&mut self, tensor: &Tensor, name: &syn::Ident) -> Option<Value> {
        let (row, column) = self.coordinate_of(tensor, name)?;
        Some(Value::Tensor(self.entry(tensor, &row, &column)))
    }

    /// Row and column of a coordinate that the tensor has.
    pub(super) fn coordinate_of(&mut self, tensor: &Tensor, name: &syn::Ident) -> Option<(Affine, Affine)> {
        let text = name.to_string();
        let place = match text.as_str() {
            "x" => Some((0, 0)),
            "y" => Some((1, 0)),
            "z" => Some((2, 0)),
            "w" => Some((3, 0)),
            "a" => Some((4, 0)),
            "b" => Some((5, 0)),
            _ => matrix_coordinate(&text),
        };
        let Some((row, column)) = place.filter(|_| !tensor.is_scalar()) else {
            self.diagnostics.error(
                name,
                format!("unknown field `{text}` of {}: `x y z w` are a vector's", super::value::describe_form(tensor.form)),
            );
            return None;
        };
        let index = |k: i64| Affine::constant(Size::constant(k));
        let (row, column) = if tensor.form == Form::Row { (index(column), index(row)) } else { (index(row), index(column)) };
        self.check_entry(tensor, &row, &column, name)?;
        Some((row, column))
    }

    /// A value as a tensor: arrays of scalars are columns. Reports what is no tensor.
    pub(super) fn tensor_at(&mut self, value: Value, place: &impl quote::ToTokens, accepted: &str) -> Option<Tensor> {
        let found = value.describe();
        if self.refuse_changing([&value], place.span()) {
            return None;
        }
        let tensor = self.tensor_of(value);
        if tensor.is_none() {
            self.diagnostics.error(place, format!("expected {accepted}, found {found}"));
        }
        tensor
    }

    pub(super) fn scalar_at(&mut self, value: Value, place: &impl quote::ToTokens, accepted: &str) -> Option<Tensor> {
        if let Value::Infinity(infinite) = value {
            return Some(self.number(infinite));
        }
        let tensor = self.tensor_at(value, place, accepted)?;
        if tensor.is_scalar() {
            return Some(tensor);
        }
        let found = super::value::describe_form(tensor.form);
        self.diagnostics.error(place, format!("expected {accepted}, found {found}"));
        None
    }
}

/// Elements that an array which is no tensor may have: each is traced by itself.
const LONGEST: i64 = 4096;

/// `m21` is row 2, column 1, counted from one.
fn matrix_coordinate(text: &str) -> Option<(i64, i64)> {
    match text.as_bytes() {
        [b'm', row @ b'1'..=b'6', column @ b'1'..=b'6'] => Some((i64::from(row - b'1'), i64::from(column - b'1'))),
        _ => None,
    }
}
