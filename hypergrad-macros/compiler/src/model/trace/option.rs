//! Methods of `Option` and `Ordering`, and where they come from: `get`, `first`, `last`, `checked_sub`, `cmp`.

use super::Tracer;
use super::call::{Call, Outcome};
use super::condition::Condition;
use super::value::{Callable, Tensor, Value};
use super::variant::{Choice, EnumName};
use super::words::{ComparisonWord, ConditionWord, EntryWord, OptionWord, OrderingWord, ResultWord};
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Tracer<'_> {
    /// Methods of a value of an enum that is not the module's.
    pub(super) fn choice_method(&mut self, call: &Call<'_>, choice: &Choice, arguments: &[Value]) -> Outcome {
        match choice.name {
            EnumName::Option => match OptionWord::named(call.name()) {
                Some(word) => Outcome::Known(self.option_method(word, call, choice, arguments)),
                None => Outcome::Unknown,
            },
            EnumName::Result => match ResultWord::named(call.name()) {
                Some(word) => Outcome::Known(self.result_method(word, call, choice, arguments)),
                None => Outcome::Unknown,
            },
            EnumName::Ordering => match OrderingWord::named(call.name()) {
                Some(word @ (OrderingWord::then | OrderingWord::then_with)) => {
                    Outcome::Known(self.ordered_then(call, word, choice, arguments))
                }
                Some(word) if arguments.is_empty() => Outcome::Known(Some(of_ordering(word, choice))),
                _ => Outcome::Unknown,
            },
            EnumName::Own(_) => Outcome::Unknown,
        }
    }

    /// An order, and another one among those that are equal by it.
    fn ordered_then(&mut self, call: &Call<'_>, word: OrderingWord, choice: &Choice, arguments: &[Value]) -> Option<Value> {
        let equal = choice.is("Equal");
        let next = match word {
            OrderingWord::then_with => self.called(call, arguments, 0, &equal, Vec::new())?,
            OrderingWord::then
            | OrderingWord::is_lt
            | OrderingWord::is_gt
            | OrderingWord::is_eq
            | OrderingWord::is_ne
            | OrderingWord::is_le
            | OrderingWord::is_ge
            | OrderingWord::reverse => arguments.first()?.clone(),
        };
        let Value::Choice(next) = next else { return None };
        self.merge_choices(&equal, *next, choice.clone())
    }

    /// The item, where there is one.
    fn iterated(&mut self, choice: &Choice) -> Option<Value> {
        self.stream_of(Value::Choice(Box::new(choice.clone()))).map(|stream| Value::Stream(Box::new(stream)))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn option_method(
        &mut self,
        word: OptionWord,
        call: &Call<'_>,
        choice: &Choice,
        arguments: &[Value],
    ) -> Option<Value> {
        let some = choice.is("Some");
        let payload = choice.payload().cloned();
        let option = |choice: Choice| Some(Value::Choice(Box::new(choice)));
        match word {
            OptionWord::is_some => Some(Value::Bool(some)),
            OptionWord::is_none => Some(Value::Bool(some.not())),
            OptionWord::copied | OptionWord::cloned => option(choice.clone()),
            OptionWord::iter | OptionWord::into_iter => self.iterated(choice),
            OptionWord::unwrap | OptionWord::expect => self.unwrapped(call, choice),
            OptionWord::is_some_and => {
                let Some(payload) = payload else { return Some(Value::Bool(Condition::Constant(false))) };
                if let Value::Bool(holds) = self.called(call, arguments, 0, &some, vec![payload])? {
                    Some(Value::Bool(some.and(holds)))
                } else {
                    None
                }
            }
            OptionWord::unwrap_or => self.or_else(call, choice, arguments.first()?.clone()),
            OptionWord::unwrap_or_default => {
                let zero = match payload {
                    None => return self.refuse_default(call),
                    payload if some == Condition::Constant(true) => return payload,
                    Some(Value::Tensor(tensor)) if tensor.is_scalar() => Value::Tensor(self.number(0.0)),
                    Some(Value::Index(_) | Value::Integer(_) | Value::Cases(_)) => Value::count(Size::constant(0)),
                    Some(_) => return self.refuse_default(call),
                };
                self.or_else(call, choice, zero)
            }
            OptionWord::unwrap_or_else => {
                let not = some.not();
                let other =
                    if not == Condition::Constant(false) { payload? } else { self.called(call, arguments, 0, &not, Vec::new())? };
                self.or_else(call, choice, other)
            }
            OptionWord::map => {
                let Some(payload) = payload else { return option(Choice::none()) };
                let mapped = self.called(call, arguments, 0, &some, vec![payload])?;
                option(Choice::some_where(some, mapped))
            }
            OptionWord::map_or | OptionWord::map_or_else => {
                let not = some.clone().not();
                let default = match word {
                    OptionWord::map_or_else if not != Condition::Constant(false) => {
                        Some(self.called(call, arguments, 0, &not, Vec::new())?)
                    }
                    OptionWord::map_or_else => None,
                    _ => arguments.first().cloned(),
                };
                let Some(payload) = payload else { return default };
                let mapped = self.called(call, arguments, 1, &some, vec![payload])?;
                match default {
                    Some(default) if some != Condition::Constant(true) => self.either_value(call, &some, mapped, default),
                    _ => Some(mapped),
                }
            }
            OptionWord::and_then => {
                let Some(payload) = payload else { return option(Choice::none()) };
                if let value @ Value::Choice(_) = self.called(call, arguments, 0, &some, vec![payload])? {
                    self.either_value(call, &some, value, Value::Choice(Box::new(Choice::none())))
                } else {
                    None
                }
            }
            OptionWord::filter => {
                let Some(payload) = payload else { return option(Choice::none()) };
                match self.called(call, arguments, 0, &some, vec![payload.clone()])? {
                    Value::Bool(holds) => option(Choice::some_where(some.and(holds), payload)),
                    _ => None,
                }
            }
            OptionWord::or_else => {
                let not = some.clone().not();
                if not == Condition::Constant(false) {
                    return option(choice.clone());
                }
                let other = self.called(call, arguments, 0, &not, Vec::new())?;
                self.either_value(call, &some, Value::Choice(Box::new(choice.clone())), other)
            }
            OptionWord::flatten => self.flattened_option(call, choice),
            OptionWord::is_none_or => self.none_or(call, choice, arguments),
            OptionWord::zip | OptionWord::xor => {
                let Value::Choice(other) = arguments.first()? else { return None };
                self.of_two_options(call, word, choice, other)
            }
            OptionWord::ok_or => self.result_of(choice, arguments.first()?.clone()),
            OptionWord::ok_or_else => {
                let not = some.not();
                let error = if not == Condition::Constant(false) {
                    Value::Text
                } else {
                    self.called(call, arguments, 0, &not, Vec::new())?
                };
                self.result_of(choice, error)
            }
            OptionWord::or => {
                let other = arguments.first()?.clone();
                self.either_value(call, &some, Value::Choice(Box::new(choice.clone())), other)
            }
        }
    }

    /// What an `Option` of an `Option` holds.
    fn flattened_option(&mut self, call: &Call<'_>, choice: &Choice) -> Option<Value> {
        let none = Value::Choice(Box::new(Choice::none()));
        match choice.payload() {
            None => Some(none),
            Some(inner) => self.either_value(call, &choice.is("Some"), inner.clone(), none),
        }
    }

    /// Where there is nothing, or what there is satisfies a condition.
    fn none_or(&mut self, call: &Call<'_>, choice: &Choice, arguments: &[Value]) -> Option<Value> {
        let Some(payload) = choice.payload().cloned() else { return Some(Value::Bool(Condition::Constant(true))) };
        let some = choice.is("Some");
        let Value::Bool(holds) = self.called(call, arguments, 0, &some, vec![payload])? else { return None };
        Some(Value::Bool(some.clone().not().or(some.and(holds))))
    }

    /// Both of two, or the one that there is alone.
    fn of_two_options(&mut self, call: &Call<'_>, word: OptionWord, first: &Choice, second: &Choice) -> Option<Value> {
        let (here, there) = (first.is("Some"), second.is("Some"));
        let none = Value::Choice(Box::new(Choice::none()));
        if word == OptionWord::zip {
            let (Some(first), Some(second)) = (first.payload(), second.payload()) else { return Some(none) };
            let both = Value::Tuple(vec![first.clone(), second.clone()]);
            return Some(Value::Choice(Box::new(Choice::some_where(here.and(there), both))));
        }
        let [first, second] = [first, second].map(|choice| Value::Choice(Box::new(choice.clone())));
        let alone = self.either_value(call, &there.clone().not(), first, none.clone())?;
        let other = self.either_value(call, &there, second, none)?;
        self.either_value(call, &here, alone, other)
    }

    /// `c.then(|| t)`, `c.then_some(t)`
    pub(super) fn condition_method(&mut self, call: &Call<'_>, condition: &Condition, mut arguments: Vec<Value>) -> Outcome {
        let (Some(word), 1) = (ConditionWord::named(call.name()), arguments.len()) else { return Outcome::Unknown };
        let value = match word {
            ConditionWord::then => self.called(call, &arguments, 0, condition, Vec::new()),
            ConditionWord::then_some => arguments.pop(),
        };
        Outcome::Known(value.map(|value| match condition {
            Condition::Constant(false) => Value::Choice(Box::new(Choice::none())),
            condition @ (Condition::Constant(_)
            | Condition::Index(_)
            | Condition::Scalar(_)
            | Condition::Not(_)
            | Condition::And(_)
            | Condition::Or(_)) => Value::Choice(Box::new(Choice::some_where(condition.clone(), value))),
        }))
    }

    /// A closure of the method, called where it would be.
    pub(super) fn called(
        &mut self,
        call: &Call<'_>,
        arguments: &[Value],
        k: usize,
        here: &Condition,
        with: Vec<Value>,
    ) -> Option<Value> {
        let callable: Callable = self.callable_at(call, arguments, k)?;
        self.under(here.clone(), |tracer| tracer.call_value(&callable, with, call.site.span))
    }

    fn or_else(&mut self, call: &Call<'_>, choice: &Choice, other: Value) -> Option<Value> {
        let some = choice.is("Some");
        match choice.payload() {
            None => Some(other),
            Some(payload) if some == Condition::Constant(true) => Some(payload.clone()),
            Some(payload) => self.either_value(call, &some, payload.clone(), other),
        }
    }

    pub(super) fn either_value(
        &mut self,
        call: &Call<'_>,
        condition: &Condition,
        then: Value,
        otherwise: Value,
    ) -> Option<Value> {
        if *condition == Condition::Constant(true) {
            return Some(then);
        }
        let (then, otherwise) = match (then, otherwise) {
            (Value::Choice(then), Value::Choice(otherwise)) => {
                return self.merge_choices(condition, *then, *otherwise);
            }
            values => values,
        };
        self.join(call.site.span, condition, then, otherwise)
    }

    /// What an `Option` holds. Where it holds nothing the function panics, which says nothing of the value.
    fn unwrapped(&mut self, call: &Call<'_>, choice: &Choice) -> Option<Value> {
        let found = choice.payload().cloned();
        if found.is_none() {
            let message = format!("`{}` of what is `None` here", call.name());
            self.diagnostics.error_with_help(call.site.span, message, "give a value for it, with `unwrap_or(..)`");
        }
        // Inside of an arm, the condition of the arm may say that there is one.
        if self.arms.is_empty()
            && let Condition::Index(guard) = choice.is("Some")
            && let Some(size) = guard.affine.as_size()
            && guard.test == crate::ir::Test::NonNegative
        {
            let size = size.clone();
            let function = self.calls.last().cloned().unwrap_or_default();
            let reached = || format!("{function}: `{}`", call.name());
            if self.sizes.require_at_least(&size, &Size::constant(0), &reached).is_err() {
                self.diagnostics.error(call.site.span, format!("`{}` of what is `None` here", call.name()));
                return None;
            }
        }
        found
    }

    fn refuse_default(&mut self, call: &Call<'_>) -> Option<Value> {
        self.diagnostics.error_with_help(call.site.span, "the default of this type is not read", "write it out: `unwrap_or(..)`");
        None
    }

    /// `x.get(i)`, `x.as_slice().first()`
    pub(super) fn maybe_entry(&mut self, call: &Call<'_>, tensor: &Tensor, arguments: &[Value]) -> Outcome {
        let Some(word) = EntryWord::named(call.name()) else { return Outcome::Unknown };
        let vector = if tensor.form == Form::Column { tensor.clone() } else { self.flattened(tensor) };
        let index = match (word, arguments) {
            (EntryWord::get, [Value::Index(index)]) => index.clone(),
            (EntryWord::first, []) => Affine::default(),
            (EntryWord::last, []) => Affine::constant(vector.rows.sub(&Size::constant(1))),
            _ => return Outcome::Unknown,
        };
        let comparison = super::condition::Comparison::Lt;
        let reached = if word == EntryWord::last { Affine::default() } else { index.clone() };
        let inside = self.compare_indices(comparison, &reached, &Affine::constant(vector.rows.clone()));
        let not_below = self.compare_indices(super::condition::Comparison::Ge, &reached, &Affine::default());
        let here = inside.and(not_below);
        if here == Condition::Constant(false) {
            return Outcome::Known(Some(Value::Choice(Box::new(Choice::none()))));
        }
        let entry = self.entry(&vector, &index, &Affine::default());
        let entry = match here.cases() {
            Some(cases) => match cases.as_slice() {
                [guards] => self.guarded(&entry, guards),
                _ => entry,
            },
            None => entry,
        };
        Outcome::Known(Some(Value::Choice(Box::new(Choice::some_where(here, Value::Tensor(entry))))))
    }

    /// `i.cmp(&j)`, `i.checked_sub(1)`
    pub(super) fn compared_with(&mut self, call: &Call<'_>, left: &Value, arguments: &[Value]) -> Outcome {
        let (Some(word), [right]) = (ComparisonWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let option = |choice: Choice| Some(Value::Choice(Box::new(choice)));
        let is_zero = |value: &Value| matches!(value, Value::Tensor(t) if self.is_constant_zero(t));
        if word == ComparisonWord::total_cmp && is_zero(left) && is_zero(right) {
            return Outcome::Known(self.refuse_sign_of_zero(call));
        }
        Outcome::Known(match word {
            // Of numbers: those that are none are no values of the language.
            ComparisonWord::cmp | ComparisonWord::total_cmp => match self.ordering(left.clone(), right.clone()) {
                Some(ordering) => option(ordering),
                None => return Outcome::Unknown,
            },
            ComparisonWord::partial_cmp => match self.ordering(left.clone(), right.clone()) {
                Some(ordering) => option(Choice::some_where(Condition::Constant(true), Value::Choice(Box::new(ordering)))),
                None => return Outcome::Unknown,
            },
            ComparisonWord::checked_sub => match (left, right) {
                (Value::Index(left), Value::Index(right)) => {
                    let here = self.compare_indices(super::condition::Comparison::Ge, left, right);
                    match here {
                        Condition::Constant(false) => option(Choice::none()),
                        here @ (Condition::Constant(_)
                        | Condition::Index(_)
                        | Condition::Scalar(_)
                        | Condition::Not(_)
                        | Condition::And(_)
                        | Condition::Or(_)) => option(Choice::some_where(here, Value::Index(left.sub(right)))),
                    }
                }
                _ => return Outcome::Unknown,
            },
        })
    }
}

fn of_ordering(word: OrderingWord, choice: &Choice) -> Value {
    let is = |variant: &str| choice.is(variant);
    match word {
        OrderingWord::is_lt => Value::Bool(is("Less")),
        OrderingWord::is_gt => Value::Bool(is("Greater")),
        OrderingWord::is_eq => Value::Bool(is("Equal")),
        OrderingWord::is_ne => Value::Bool(is("Equal").not()),
        OrderingWord::is_le => Value::Bool(is("Greater").not()),
        OrderingWord::is_ge => Value::Bool(is("Less").not()),
        // With another order, they are read before.
        OrderingWord::then | OrderingWord::then_with => Value::Choice(Box::new(choice.clone())),
        OrderingWord::reverse => {
            let mut reversed = choice.clone();
            for case in &mut reversed.cases {
                case.variant = match case.variant.as_str() {
                    "Less" => "Greater",
                    "Greater" => "Less",
                    other => other,
                }
                .to_owned();
            }
            Value::Choice(Box::new(reversed))
        }
    }
}
