//! An `Option` that a loop changes: where there is a value is carried from step to step as a condition, the value beside it.
//!
//! What begins as `None` holds nothing that says what it will hold: the first reading of a step does, and zeros of that shape
//! stand where there is no value yet.

use proc_macro2::Span;

use super::Tracer;
use super::condition::Condition;
use super::recursion::leaves_of;
use super::repeat::Carrying;
use super::stream::Stream;
use super::value::{Callable, Tensor, Value};
use super::variant::{Case, Choice, EnumName};
use crate::ir::Size;

impl Choice {
    /// Where an `Option` holds something, and what it holds there.
    pub fn perhaps(&self) -> Option<(Condition, &Value)> {
        if self.name == EnumName::Option { Some((self.is("Some"), self.payload()?)) } else { None }
    }

    /// An `Option` of both variants, also where one of them never is.
    pub fn with_payload(condition: Condition, payload: Value) -> Self {
        let none = Case { variant: "None".to_owned(), condition: condition.clone().not(), fields: Vec::new() };
        let some = Case { variant: "Some".to_owned(), condition, fields: vec![("0".to_owned(), payload)] };
        Self { name: EnumName::Option, cases: vec![some, none] }
    }
}

impl Value {
    /// An `Option` as a condition and what it holds.
    pub fn perhaps(&self) -> Option<[Self; 2]> {
        let Self::Choice(choice) = self else { return None };
        choice.perhaps().map(|(condition, payload)| [Self::Bool(condition), payload.clone()])
    }

    /// The `Option` of these.
    pub fn from_perhaps([condition, payload]: [Self; 2]) -> Option<Self> {
        let Self::Bool(condition) = condition else { return None };
        Some(Self::Choice(Box::new(Choice::with_payload(condition, payload))))
    }

    fn is_empty_option(&self) -> bool {
        matches!(self, Self::Choice(choice) if choice.name == EnumName::Option && choice.payload().is_none())
    }

    /// What `None` holds in another value is put where this one is `None`.
    pub fn filled_like(self, other: &Self) -> Self {
        let all =
            |own: Vec<Self>, other: &[Self]| own.into_iter().zip(other).map(|(own, other)| own.filled_like(other)).collect();
        match (self, other) {
            (own, Self::Choice(choice)) if own.is_empty_option() => match choice.perhaps() {
                Some((_, payload)) => Self::Choice(Box::new(Choice::with_payload(Condition::Constant(false), payload.clone()))),
                None => own,
            },
            (Self::Tuple(own), Self::Tuple(other)) if own.len() == other.len() => Self::Tuple(all(own, other)),
            (Self::Array(own), Self::Array(other)) if own.len() == other.len() => Self::Array(all(own, other)),
            (Self::Struct(own), Self::Struct(other)) if own.fields.len() == other.fields.len() => {
                let (names, values): (Vec<String>, Vec<Self>) = own.fields.into_iter().unzip();
                let other: Vec<Self> = other.fields.iter().map(|(_, value)| value.clone()).collect();
                Self::structure(own.name, names.into_iter().zip(all(values, &other)).collect())
            }
            (own, _) => own,
        }
    }
}

impl Tracer<'_> {
    /// An `Option`, which is carried, or has to be.
    pub(super) fn perhaps_as_state(
        &mut self,
        (frame, name): (u64, &str),
        (cell, leaf): (usize, &mut usize),
        choice: Choice,
        carrying: &mut Carrying<'_>,
    ) -> Option<Value> {
        let whole = Value::Choice(Box::new(choice));
        let [condition, payload] = whole.perhaps()?;
        let number = *leaf + 1;
        if let Some((carried, variable)) = carrying.as_mut().filter(|(all, _)| all.contains((cell, number))) {
            *leaf = number;
            let condition = self.placeholder(carried, (cell, number), &condition, *variable)?;
            let payload = self.leaves_as_states((frame, name), (cell, leaf), payload, carrying)?;
            return Value::from_perhaps([condition, payload]);
        }
        let own = leaves_of(&whole, cell);
        self.cells.needs_steps = true;
        self.cells.needed.extend(own.iter().map(|(cell, k)| (*cell, *k + *leaf)));
        *leaf += own.len();
        Some(whole)
    }

    /// What a step leaves, each `None` with what the value before the loop has room for; notes where there is none.
    pub(super) fn make_room(
        &mut self,
        changed: &[usize],
        before: &[Option<Value>],
        (after, room): (&mut [Option<Value>], &mut Vec<(usize, Value)>),
    ) {
        for ((cell, before), after) in changed.iter().zip(before).zip(after) {
            let (Some(before), Some(found)) = (before, &after) else { continue };
            room.extend(self.with_room(before, found).map(|value| (*cell, value)));
            *after = after.take().map(|found| found.filled_like(before));
        }
    }

    /// A value before a loop, with zeros in place of what a `None` of it holds after a step; `None` where there is nothing to
    /// be put.
    fn with_room(&mut self, before: &Value, after: &Value) -> Option<Value> {
        let zeros = self.zeros_of(before, after)?;
        Some(before.clone().filled_like(&zeros))
    }

    /// `after`, as far as `before` lacks it.
    fn zeros_of(&mut self, before: &Value, after: &Value) -> Option<Value> {
        let mut parts = |before: &[Value], after: &[Value]| {
            let zeros: Vec<Option<Value>> =
                before.iter().zip(after).map(|(before, after)| self.zeros_of(before, after)).collect();
            let is_any = zeros.iter().any(Option::is_some);
            is_any.then(|| zeros.into_iter().map(|zeros| zeros.unwrap_or(Value::Text)).collect::<Vec<_>>())
        };
        match (before, after) {
            (before, Value::Choice(choice)) if before.is_empty_option() => {
                let zero = self.zero_like(choice.perhaps()?.1)?;
                Some(Value::Choice(Box::new(Choice::with_payload(Condition::Constant(false), zero))))
            }
            (Value::Tuple(before), Value::Tuple(after)) if before.len() == after.len() => parts(before, after).map(Value::Tuple),
            (Value::Array(before), Value::Array(after)) if before.len() == after.len() => parts(before, after).map(Value::Array),
            (Value::Struct(before), Value::Struct(after)) if before.fields.len() == after.fields.len() => {
                let values = |fields: &[(String, Value)]| fields.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
                let zeros = parts(&values(&before.fields), &values(&after.fields))?;
                let names = before.fields.iter().map(|(name, _)| name.clone());
                Some(Value::structure(before.name.clone(), names.zip(zeros).collect()))
            }
            _ => None,
        }
    }

    /// Zeros in the shape of a value.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other values have no zero")]
    pub(super) fn zero_like(&mut self, value: &Value) -> Option<Value> {
        let mut all = |values: &[Value]| values.iter().map(|value| self.zero_like(value)).collect::<Option<Vec<_>>>();
        match value {
            Value::Tensor(tensor) => self.zeros_in_shape(tensor).map(Value::Tensor),
            Value::State(state) => self.zeros_in_shape(&state.first).map(Value::Tensor),
            Value::Integer(_) | Value::Index(_) | Value::Cases(_) => Some(Value::count(Size::zero())),
            Value::Bool(_) => Some(Value::Bool(Condition::Constant(false))),
            Value::Tuple(values) => all(values).map(Value::Tuple),
            Value::Array(values) => all(values).map(Value::Array),
            Value::Struct(structure) => {
                let (names, values): (Vec<String>, Vec<Value>) = structure.fields.iter().cloned().unzip();
                Some(Value::structure(structure.name.clone(), names.into_iter().zip(all(&values)?).collect()))
            }
            _ => None,
        }
    }

    fn zeros_in_shape(&mut self, tensor: &Tensor) -> Option<Tensor> {
        if self.sizes.varies(&tensor.rows) || self.sizes.varies(&tensor.columns) {
            return None;
        }
        let zero = self.number(0.0);
        Some(if tensor.is_scalar() { zero } else { self.fill(&zero, tensor.form, &tensor.rows, &tensor.columns) })
    }

    /// `try_fold`: a `fold` over what there is as long as the closure gives it.
    pub(super) fn try_fold(&mut self, stream: &Stream, first: Value, callable: &Callable, span: Span) -> Option<Value> {
        let whole = |condition, value| Value::Choice(Box::new(Choice::with_payload(condition, value)));
        let first = whole(Condition::Constant(true), first);
        let Value::Reference(place) = self.new_cell("the state of this `try_fold`".to_owned(), Some(first)) else { return None };
        let mut changed = self.changed_by(callable);
        changed.cells.extend(stream.cells());
        changed.cells.push(place.cell);
        let mut is_result = false;
        self.repeat(stream, changed, span, &mut |tracer, item| {
            let state = tracer.cells.get(place.cell).value.as_ref().and_then(Value::perhaps);
            let next = state.and_then(|[here, held]| {
                let Value::Bool(here) = here else { return None };
                let made = tracer.under(here.clone(), |tracer| tracer.call_within(callable, vec![held.clone(), item], span));
                let Some(Value::Choice(made)) = made else { return None };
                is_result = made.name == EnumName::Result;
                let made = if is_result { made.side("Ok") } else { *made };
                let (condition, value) = match made.perhaps() {
                    Some((condition, value)) => (condition, value.clone()),
                    None => (Condition::Constant(false), held),
                };
                Some(whole(here.and(condition), value))
            });
            tracer.cells.set(place.cell, next);
        });
        let found = self.load(&place, span)?;
        if let (Value::Choice(choice), true) = (&found, is_result) {
            return self.result_of(choice, Value::Text);
        }
        Some(found)
    }
}
