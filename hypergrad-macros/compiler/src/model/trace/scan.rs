//! Iterators with a state: `scan`, `successors`, and `map` with a closure that changes what it captures. Each is
//! a loop that pushes what a step yields to a list.

use quote::{ToTokens, quote_spanned};

use super::Tracer;
use super::call::{Call, Outcome};
use super::changed::Changes;
use super::compose::made_with;
use super::condition::Condition;
use super::place::Place;
use super::search::mentions;
use super::stream::{Items, Stream};
use super::value::{Callable, Value};
use super::words::{GrowWord, StateWord};
use crate::ir::Affine;

impl Tracer<'_> {
    pub(super) fn stateful_stream(&mut self, call: &Call<'_>, word: StateWord, stream: &Stream, given: &[Value]) -> Outcome {
        let StateWord::scan = word;
        let [first, _] = given else { return Outcome::Unknown };
        let Some(callable) = self.callable_at(call, given, 1) else { return Outcome::Known(None) };
        if self.refuse_filtered(call, stream) {
            return Outcome::Known(None);
        }
        if let Callable::Closure(closure) = &callable
            && ["None", "then", "then_some"].iter().any(|word| mentions(&closure.syntax.body.to_token_stream(), word))
        {
            return Outcome::Known(self.scanned_until_none(call, stream, first, &callable));
        }
        let Some(state) = self.hidden_cell("the state of this `scan`", first.clone()) else { return Outcome::Known(None) };
        let mut changes = self.changed_by(&callable);
        changes.cells.push(state.cell);
        let span = call.site.span;
        let yielded = self.listed_by(call, stream, changes, &mut |tracer, item| {
            let reference = Value::Reference(Box::new(state.clone().borrowed()));
            let yielded = tracer.call_within(&callable, vec![reference, item], span)?;
            tracer.in_every_step(call, yielded)
        });
        Outcome::Known(yielded.map(|items| Value::Stream(Box::new(items))))
    }

    /// `scan` that a `None` may end: a loop that pushes, and ends there.
    fn scanned_until_none(&mut self, call: &Call<'_>, stream: &Stream, first: &Value, callable: &Callable) -> Option<Value> {
        let span = call.site.span;
        let steps = quote_spanned! { span=> |__items| {
            let mut __state = __first;
            let mut __all = Vec::new();
            for __item in __items {
                let __next = __second(&mut __state, __item);
                if __next.is_none() {
                    break;
                }
                __all.push(__next.unwrap());
            }
            __all.into_iter()
        } };
        let steps = made_with(steps, [first.clone(), Value::Callable(callable.clone())]);
        self.call_value(&steps, vec![Value::Stream(Box::new(stream.clone()))], span)
    }

    /// `map` with a closure that changes what it captures: done once, in order. What it leaves there depends on
    /// how many items are asked for.
    pub(super) fn mapped_in_steps(&mut self, call: &Call<'_>, stream: &Stream, callable: &Callable) -> Option<Option<Stream>> {
        let changes = Changes { grown: Vec::new(), ..self.changed_by(callable) };
        let cells = self.cells.known(changes.cells.iter().copied());
        if cells.is_empty() || stream.is_endless() || stream.is_filtered() {
            return None;
        }
        let span = call.site.span;
        // A sum or a list of what may not be there ends early.
        let mut may_end = !call.is_read_to_the_end;
        let items = self.listed_by(call, stream, changes, &mut |tracer, item| {
            let made = tracer.call_within(callable, vec![item], span);
            may_end |= matches!(made, Some(Value::Choice(_) | Value::Present(_)));
            made
        });
        if may_end {
            cells.into_iter().for_each(|cell| self.cells.set(cell, Some(Value::Last)));
        }
        Some(items)
    }

    /// `successors(first, next)`, as long as that gives an item.
    pub(super) fn successors(&mut self, call: &Call<'_>, given: &[Value]) -> Option<Value> {
        let first = self.in_every_step(call, given.first()?.clone())?;
        let callable = self.callable_at(call, given, 1)?;
        Some(Value::Stream(Box::new(Stream::Successors(Box::new(first), callable))))
    }

    /// An iterator without an end, as far as so many of its items are asked for.
    pub(super) fn as_far_as(&mut self, call: &Call<'_>, stream: Stream, count: &Affine) -> Option<Stream> {
        Some(match stream {
            Stream::Successors(first, callable) => return self.first_successors(call, *first, &callable, count),
            Stream::Mapped(inner, callable) => Stream::Mapped(Box::new(self.as_far_as(call, *inner, count)?), callable),
            Stream::Enumerated(inner) => Stream::Enumerated(Box::new(self.as_far_as(call, *inner, count)?)),
            Stream::Skipped(inner, skipped) => {
                Stream::Skipped(Box::new(self.as_far_as(call, *inner, &count.add(&skipped))?), skipped)
            }
            Stream::Strided(inner, step) => Stream::Strided(Box::new(self.as_far_as(call, *inner, &count.scale(&step))?), step),
            Stream::Zipped(first, second) => {
                let (first, second) = (self.as_far_as(call, *first, count)?, self.as_far_as(call, *second, count)?);
                Stream::Zipped(Box::new(first), Box::new(second))
            }
            other @ (Stream::Run { .. }
            | Stream::Entries(_)
            | Stream::Stored(..)
            | Stream::Values(_)
            | Stream::Filtered(..)
            | Stream::Flat(..)
            | Stream::Reversed(_)
            | Stream::Taken(..)
            | Stream::Chained(..)
            | Stream::Cases(_)) => other,
        })
    }

    /// Two iterators that are read side by side, each as far as the other goes.
    pub(super) fn both_ended(&mut self, call: &Call<'_>, first: Stream, second: Stream) -> Option<(Stream, Stream)> {
        Some(match (first.has_successors(), second.has_successors()) {
            (true, false) if !second.is_endless() => {
                let count = self.one_length(call, &second)?;
                (self.as_far_as(call, first, &count)?, second)
            }
            (false, true) if !first.is_endless() => {
                let count = self.one_length(call, &first)?;
                (first, self.as_far_as(call, second, &count)?)
            }
            _ => (first, second),
        })
    }

    /// A length that is the same in all cases.
    fn one_length(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Affine> {
        let before = self.diagnostics.len();
        match self.lengths_of_some(stream).as_deref() {
            Some([(_, length)]) => Some(length.clone()),
            _ => {
                self.refuse_bounds(call, before);
                None
            }
        }
    }

    fn first_successors(&mut self, call: &Call<'_>, first: Value, callable: &Callable, count: &Affine) -> Option<Stream> {
        let state = self.hidden_cell("an item of `successors`", first)?;
        let mut changes = self.changed_by(callable);
        changes.cells.push(state.cell);
        let (start, end) = (Affine::default(), Some(count.clone()));
        let steps = Stream::Run { start, end, items: Items::Numbers };
        let span = call.site.span;
        self.listed_by(call, &steps, changes, &mut |tracer, _| {
            let item = tracer.cells.get(state.cell).value.clone()?;
            let next = tracer.call_within(callable, vec![item.clone()], span);
            let next = next.and_then(|next| tracer.in_every_step(call, next));
            tracer.store(&state, next, span);
            Some(item)
        })
    }

    /// What each step yields, as a list.
    pub(super) fn listed_by(
        &mut self,
        call: &Call<'_>,
        stream: &Stream,
        mut changes: Changes,
        step: &mut dyn FnMut(&mut Tracer<'_>, Value) -> Option<Value>,
    ) -> Option<Stream> {
        let list = self.hidden_cell("the list of items", Value::Array(Vec::new()))?;
        self.cells.note_list(list.cell);
        changes.cells.push(list.cell);
        changes.grown.push(list.cell);
        let span = call.site.span;
        self.repeat(stream, changes, span, &mut |tracer, item| {
            let yielded = step(tracer, item);
            let grown = yielded.and_then(|item| tracer.grown_by(&list, GrowWord::push, item, span));
            tracer.store(&list, grown, span);
        });
        let items = self.load(&list, span)?;
        self.stream_of(items)
    }

    pub(super) fn hidden_cell(&mut self, name: &str, value: Value) -> Option<Place> {
        if let Value::Reference(place) = self.new_cell(name.to_owned(), Some(value)) { Some(*place) } else { None }
    }

    /// The item that an `Option` holds in every step.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn in_every_step(&mut self, call: &Call<'_>, yielded: Value) -> Option<Value> {
        match &yielded {
            Value::Choice(choice) if choice.is("Some") == Condition::Constant(true) => choice.payload().cloned(),
            _ if self.refuse_changing([&yielded], call.site.span) => None,
            _ => {
                self.diagnostics.error_with_help(
                    call.site.span,
                    format!("`{}` that a `None` may end is not accepted: values decide how many items there are", call.name()),
                    "give `Some(..)` in every step, and take as many items as are needed",
                );
                None
            }
        }
    }
}
