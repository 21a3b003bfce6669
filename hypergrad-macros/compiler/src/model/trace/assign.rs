//! Assignments, references, and what closures capture.

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Tracer;
use super::agree::Site;
use super::call::Outcome;
use super::cells::Cell;
use super::environment::Lookup;
use super::place::Place;
use super::spell::spell;
use super::stream::{Items, Stream};
use super::value::{Tensor, Value};
use super::words::{ExtremeWord, PartWord, ScalingWord, SizeWord};
use crate::ir::{Affine, Reduction};
use crate::model::Form;
use crate::syntax::{Storage, Type};

/// `+` of `+=`, ..
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub fn compound(op: &syn::BinOp) -> Option<syn::BinOp> {
    let span = op.span();
    Some(match op {
        syn::BinOp::AddAssign(_) => syn::BinOp::Add(syn::Token![+](span)),
        syn::BinOp::SubAssign(_) => syn::BinOp::Sub(syn::Token![-](span)),
        syn::BinOp::MulAssign(_) => syn::BinOp::Mul(syn::Token![*](span)),
        syn::BinOp::DivAssign(_) => syn::BinOp::Div(syn::Token![/](span)),
        syn::BinOp::RemAssign(_) => syn::BinOp::Rem(syn::Token![%](span)),
        syn::BinOp::BitXorAssign(_) => syn::BinOp::BitXor(syn::Token![^](span)),
        syn::BinOp::BitAndAssign(_) => syn::BinOp::BitAnd(syn::Token![&](span)),
        syn::BinOp::BitOrAssign(_) => syn::BinOp::BitOr(syn::Token![|](span)),
        syn::BinOp::ShlAssign(_) => syn::BinOp::Shl(syn::Token![<<](span)),
        syn::BinOp::ShrAssign(_) => syn::BinOp::Shr(syn::Token![>>](span)),
        _ => return None,
    })
}

fn unit() -> Option<Value> {
    Some(Value::Tuple(Vec::new()))
}

impl Tracer<'_> {
    pub(super) fn assign(&mut self, assignment: &syn::ExprAssign) -> Option<Value> {
        let expected =
            self.root_place(&assignment.left).cloned().and_then(|place| self.leaf(&place)).and_then(|v| self.array_type(&v));
        let value = self.expression_as(&assignment.right, expected.as_ref());
        self.assign_to(&assignment.left, value, assignment.eq_token.span());
        unit()
    }

    /// The type of an array of numbers, or of such arrays.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is no array")]
    fn array_type(&self, value: &Value) -> Option<Type> {
        let number = || Type::Scalar(self.scalar);
        let (item, length) = match value {
            Value::Array(values) => {
                (values.first().and_then(|first| self.array_type(first)).unwrap_or_else(number), values.len() as i64)
            }
            // An array of numbers that changes is kept as a column.
            Value::Tensor(column) if column.form == Form::Column => (number(), column.rows.as_constant()?),
            Value::State(state) if state.shape().form == Form::Column => (number(), state.shape().rows.as_constant()?),
            _ => return None,
        };
        Some(Type::List { item: Box::new(item), storage: Storage::Array(length) })
    }

    /// `(a, b) = ..` takes the value apart.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn assign_to(&mut self, target: &syn::Expr, value: Option<Value>, span: Span) {
        let several = match target {
            syn::Expr::Infer(_) => return,
            syn::Expr::Paren(inner) => return self.assign_to(&inner.expr, value, span),
            syn::Expr::Tuple(tuple) => &tuple.elems,
            syn::Expr::Array(array) => &array.elems,
            _ => {
                for (condition, place) in self.places(target).unwrap_or_default() {
                    let value = value.clone();
                    self.where_holds(&condition, span, |tracer| tracer.store(&place, value, span));
                }
                return;
            }
        };
        let values = value.and_then(|value| self.elements(value, several.len(), target.span()));
        for (k, element) in several.iter().enumerate() {
            self.assign_to(element, values.as_ref().and_then(|values| values.get(k)).cloned(), span);
        }
    }

    /// `target op= value`
    pub(super) fn assign_by(&mut self, binary: &syn::ExprBinary, op: &syn::BinOp) -> Option<Value> {
        let site = Site { span: binary.op.span(), name: spell(&binary.op), operands: vec![&*binary.left, &*binary.right] };
        let value = self.expression(&binary.right);
        let places = self.places(&binary.left);
        for (condition, place) in places.unwrap_or_default() {
            let value = value.clone();
            self.where_holds(&condition, site.span, |tracer| tracer.change_by(&site, op, &place, value));
        }
        unit()
    }

    /// Adding to a part leaves the rest as it is; everything else reads the place first.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn change_by(&mut self, site: &Site<'_>, op: &syn::BinOp, place: &Place, value: Option<Value>) {
        let span = site.span;
        let (Some(leaf), Some(value)) = (self.leaf(place), value) else { return self.store(place, None, span) };
        if leaf.own_type().is_some() && place.part.is_none() {
            self.own_assignment(op, place, value, span);
            return;
        }
        let sign = match op {
            syn::BinOp::Add(_) => 1.0,
            syn::BinOp::Sub(_) => -1.0,
            _ => 0.0,
        };
        let changed = match (&place.part, leaf) {
            (Some(part), leaf @ (Value::Tensor(_) | Value::State(_))) if sign != 0.0 => {
                let is_integer = matches!(&leaf, Value::State(state) if state.is_whole_number());
                let value = self.entry_in_shape(is_integer, part, value, span).map(|value| self.scale(sign, &value));
                let sum = value.and_then(|value| match leaf {
                    Value::State(state) => self.plus(*state, Some(part), value, span),
                    Value::Tensor(tensor) => {
                        let placed = self.placed_at(&tensor, part, &value);
                        Some(Value::Tensor(self.linear(&[(1.0, &tensor), (1.0, &placed)])))
                    }
                    _ => None,
                });
                return self.store(&Place { part: None, ..place.clone() }, sum, span);
            }
            _ => {
                let old = self.load(place, span);
                old.and_then(|old| {
                    self.by_case(vec![old, value], &mut |tracer, operands| match operands.as_slice() {
                        [old, value] => tracer.operate(site, op, old, value),
                        _ => None,
                    })
                })
            }
        };
        self.store(place, changed, span);
    }

    /// `&mut place`; of what has no name, a place of its own.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn reference(&mut self, expression: &syn::Expr) -> Option<Value> {
        if self.root_place(expression).is_none() {
            return match self.expression(expression)? {
                reference @ Value::Reference(_) => Some(reference),
                value => Some(self.new_cell("a temporary value".to_owned(), Some(value))),
            };
        }
        self.single_place(expression).map(|place| Value::Reference(Box::new(place.borrowed())))
    }

    /// The place that an expression stands for, where it is one in all cases.
    pub(super) fn single_place(&mut self, expression: &syn::Expr) -> Option<Place> {
        let mut places = self.places(expression)?;
        if places.len() == 1 {
            return places.pop().map(|(_, place)| place);
        }
        self.refuse_several_places(expression);
        None
    }

    pub(super) fn refuse_several_places(&mut self, expression: &syn::Expr) {
        self.diagnostics.error_with_help(
            expression,
            "this place is another one by condition: a reference to it is not accepted",
            "assign to it directly, `v[i] = ..`",
        );
    }

    /// The place of the name in which a place begins.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn root_place(&self, expression: &syn::Expr) -> Option<&Place> {
        match expression {
            syn::Expr::Path(path) => match self.environment.get(&path.path.get_ident()?.to_string()) {
                Lookup::Bound(Value::Reference(place)) => Some(place),
                Lookup::Bound(_) | Lookup::Refused | Lookup::Unbound => None,
            },
            syn::Expr::Paren(inner) => self.root_place(&inner.expr),
            syn::Expr::Group(inner) => self.root_place(&inner.expr),
            syn::Expr::Reference(inner) => self.root_place(&inner.expr),
            syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) => self.root_place(expr),
            syn::Expr::Field(inner) => self.root_place(&inner.base),
            syn::Expr::Index(inner) => self.root_place(&inner.expr),
            _ => None,
        }
    }

    /// Whether an expression is in a cell that a loop around it changes: its parts are read one by one.
    pub(super) fn is_place(&self, expression: &syn::Expr) -> bool {
        let value = self.root_place(expression).and_then(|place| self.cells.get(place.cell).value.as_ref());
        value.is_some_and(Value::changes)
    }

    /// The value of a place, merged over its cases.
    pub(super) fn read_places(&mut self, expression: &syn::Expr) -> Option<Value> {
        let mut merged: Option<Value> = None;
        for (condition, place) in self.places(expression)?.into_iter().rev() {
            let value = self.under(condition.clone(), |tracer| tracer.load(&place, expression.span()))?;
            merged = Some(match merged {
                None => value,
                Some(otherwise) => {
                    if value.changes() && self.refuse_changing([&value], expression.span()) {
                        return None;
                    }
                    self.merge(&condition, value, otherwise)?
                }
            });
        }
        merged
    }

    /// A name of a reference, handed on.
    pub(super) fn borrowed_place(&self, operand: &syn::Expr) -> Option<Value> {
        let syn::Expr::Path(path) = operand else { return None };
        let Lookup::Bound(value @ Value::Reference(place)) = self.environment.get(&path.path.get_ident()?.to_string()) else {
            return None;
        };
        (!place.is_owner).then(|| value.clone())
    }

    /// What a reference refers to.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn dereferenced(&mut self, value: Value, span: Span) -> Option<Value> {
        match value {
            Value::Reference(place) => self.load(&place, span),
            value => Some(value),
        }
    }

    /// The scope of a `move` closure: it has copies of what it captures.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn captured(&mut self) -> super::environment::Environment {
        let scope = self.environment.clone();
        if !scope.has_places() {
            return scope;
        }
        scope.map(&mut |name, value| match value {
            Value::Reference(place) if place.is_owner => {
                let Cell { value, by_columns, .. } = self.cells.get(place.cell).clone();
                let copy = self.new_cell(name.to_owned(), value);
                if let (Value::Reference(copied), Some(made)) = (&copy, by_columns) {
                    self.cells.keep_by_columns(copied.cell, (*made).clone());
                }
                Some(copy)
            }
            value => Some(value.clone()),
        })
    }

    /// `max`, `min` and the like of what a loop changes.
    pub(super) fn method_of_state(
        &mut self,
        call: &super::call::Call<'_>,
        receiver: Value,
        arguments: Vec<Value>,
    ) -> Option<Value> {
        let span = call.site.span;
        let name = call.name();
        if super::words::IDENTITIES.contains(name) && arguments.is_empty() {
            return Some(receiver);
        }
        let kind = match name {
            "max" => Some(Reduction::Max),
            "min" => Some(Reduction::Min),
            _ => None,
        };
        match (receiver, arguments.as_slice()) {
            (Value::State(state), []) if SizeWord::named(name).is_some() => {
                let shape = state.shape().clone();
                self.method(call, Value::Tensor(shape), Vec::new())
            }
            (Value::State(state), _) if PartWord::named(name).is_some() && !arguments.iter().any(Value::changes) => {
                let part = self.checked_part(call, PartWord::named(name)?, &state.shape().clone(), &arguments)?;
                self.read_part(&state, &part, span).map(Value::Tensor)
            }
            (Value::State(state), [other]) if kind.is_some() && !other.changes() && !state.is_whole_number() => {
                let other = self.scalar_at(other.clone(), &call.place(1), "a scalar")?;
                self.extreme_of_state(kind?, *state, other, span)
            }
            (other, [Value::State(state)]) if kind.is_some() && !other.changes() && !state.is_whole_number() => {
                let other = self.scalar_at(other, &call.place(0), "a scalar")?;
                self.extreme_of_state(kind?, (**state).clone(), other, span)
            }
            // t·a + s
            (t, [a, state @ Value::State(_)]) if name == "mul_add" && !t.changes() && !a.changes() => {
                let (t, a) =
                    (self.scalar_at(t, &call.place(0), "a scalar")?, self.scalar_at(a.clone(), &call.place(1), "a scalar")?);
                let product = Value::Tensor(self.multiply(&[&t, &a]));
                let site = Site { span, name: "mul_add".to_owned(), operands: Vec::new() };
                self.operate(&site, &syn::BinOp::Add(syn::Token![+](span)), state, &product)
            }
            (state @ Value::State(_), [factor]) if !factor.changes() => match ScalingWord::named(name) {
                Some(ScalingWord::scale) => self.operate(&call.site, &syn::BinOp::Mul(syn::Token![*](span)), &state, factor),
                Some(ScalingWord::unscale) => self.operate(&call.site, &syn::BinOp::Div(syn::Token![/](span)), &state, factor),
                _ => {
                    self.refuse_changing([&state], span);
                    None
                }
            },
            (receiver, arguments) => {
                self.refuse_changing([&receiver].into_iter().chain(arguments), span);
                None
            }
        }
    }

    /// `max`, `min` of an infinite constant.
    pub(super) fn infinity_method(&mut self, call: &super::call::Call<'_>, value: f64, arguments: &[Value]) -> Outcome {
        let (Some(word), [other]) = (ExtremeWord::named(call.name()), arguments) else { return Outcome::Unknown };
        if (word == ExtremeWord::max) == (value < 0.0) {
            return Outcome::Known(Some(other.clone()));
        }
        Outcome::Known(self.refuse_infinite(call.site.span))
    }

    /// `if t > s { s = t; }` is `s = s.max(t)`, where a loop changes all of s.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    pub(super) fn running_extreme(&mut self, branch: &syn::ExprIf) -> Option<Option<Value>> {
        let syn::Expr::Binary(comparison) = &*branch.cond else { return None };
        let ([syn::Stmt::Expr(syn::Expr::Assign(assignment), _)], None) =
            (branch.then_branch.stmts.as_slice(), &branch.else_branch)
        else {
            return None;
        };
        let text = |expression: &syn::Expr| spell(expression).trim_start_matches('*').to_owned();
        let (target, value) = (text(&assignment.left), text(&assignment.right));
        let sides = [text(&comparison.left), text(&comparison.right)];
        let value_first = sides == [value.clone(), target.clone()];
        if !value_first && sides != [target, value] {
            return None;
        }
        let is_greater = match comparison.op {
            syn::BinOp::Gt(_) | syn::BinOp::Ge(_) => true,
            syn::BinOp::Lt(_) | syn::BinOp::Le(_) => false,
            _ => return None,
        };
        let place = self.whole_place(&assignment.left)?;
        let Value::State(state) = self.leaf(&place)? else { return None };
        let kind = if is_greater == value_first { Reduction::Max } else { Reduction::Min };
        let span = comparison.op.span();
        let value = self.expression(&assignment.right);
        let value = value.and_then(|value| self.scalar_at(value, &*assignment.right, "a scalar"));
        let changed = value.and_then(|value| self.extreme_of_state(kind, *state, value, span));
        self.store(&place, changed, span);
        Some(unit())
    }

    /// The place of a name, `s` or `*s`, where it is not a part of something: an entry is set by itself.
    #[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
    fn whole_place(&self, expression: &syn::Expr) -> Option<Place> {
        match expression {
            syn::Expr::Path(_) => self.root_place(expression).filter(|place| place.part.is_none()).cloned(),
            syn::Expr::Paren(inner) => self.whole_place(&inner.expr),
            syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) => self.whole_place(expr),
            _ => None,
        }
    }

    /// The entries of a place, as references.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn entries_of_place(&mut self, place: &Place) -> Option<Stream> {
        if let Some(length) = self.length_by_columns(place) {
            return Some(Stream::over(length, Items::ItemPlaces(Box::new(place.clone().borrowed()))));
        }
        let shape = match self.leaf(place)? {
            Value::Array(values) => return Some(Stream::Values(self.references_to_elements(place, values.len()))),
            leaf => self.shape_of_leaf(place, &leaf)?,
        };
        let length = Affine::constant(self.sizes.resolve(&shape.length()));
        (shape.form != Form::Scalar).then(|| Stream::Run {
            start: Affine::default(),
            end: Some(length),
            items: Items::Places(Box::new(place.clone().borrowed()), shape),
        })
    }

    /// A tensor of the shape of what is at a place.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn shape_of_leaf(&self, place: &Place, leaf: &Value) -> Option<Tensor> {
        let whole = match leaf {
            Value::Tensor(tensor) => tensor.clone(),
            Value::State(state) if !state.is_whole_number() => state.shape().clone(),
            _ => return None,
        };
        Some(place.part.as_ref().map_or_else(|| whole.clone(), |part| part.stand_in(&whole)))
    }
}
