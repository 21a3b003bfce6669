//! Iterators with a state: `scan`, and `map` with a closure that changes what it captures. Each is
//! a loop that pushes what a step yields to a list.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::Tracer;
use super::call::{Call, Outcome};
use super::changed::Changes;
use super::compose::made_with;
use super::condition::Condition;
use super::place::Place;
use super::stream::Stream;
use super::value::{Callable, Value};
use super::words::{GrowWord, StateWord};

impl Tracer<'_> {
    pub(super) fn stateful_stream(&mut self, call: &Call<'_>, word: StateWord, stream: &Stream, given: &[Value]) -> Outcome {
        let StateWord::scan = word;
        let [first, _] = given else { return Outcome::Unknown };
        let Some(callable) = self.callable_at(call, given, 1) else { return Outcome::Known(None) };
        if self.refuse_filtered(call, stream) {
            return Outcome::Known(None);
        }
        Outcome::Known(self.in_every_step_or_until_none(
            |tracer| tracer.scanned_to_the_end(call, stream, first, &callable),
            |tracer| tracer.scanned_until_none(call, stream, first, &callable),
        ))
    }

    /// Steps that give an item each, whose places are known; where that is not certain, those before the first that
    /// gives none.
    pub(super) fn in_every_step_or_until_none(
        &mut self,
        every: impl FnOnce(&mut Self) -> Option<Value>,
        until_none: impl FnOnce(&mut Self) -> Option<Value>,
    ) -> Option<Value> {
        let start = self.start_of_loop();
        let items = every(self);
        if items.is_some() && self.is_as_at(&start) {
            return items;
        }
        self.back_to(&start);
        until_none(self)
    }

    fn scanned_to_the_end(&mut self, call: &Call<'_>, stream: &Stream, first: &Value, callable: &Callable) -> Option<Value> {
        let state = self.hidden_cell("the state of this `scan`", first.clone())?;
        let mut changes = self.changed_by(callable);
        changes.cells.push(state.cell);
        let (span, mut may_end) = (call.site.span, false);
        let yielded = self.listed_by(call, stream, changes, &mut |tracer, item| {
            let reference = Value::Reference(Box::new(state.clone().borrowed()));
            held_for_certain(tracer.call_within(callable, vec![reference, item], span), &mut may_end)
        });
        yielded.filter(|_| !may_end).map(|items| Value::Stream(Box::new(items)))
    }

    /// `scan` that a `None` may end: a loop that pushes, and ends there.
    fn scanned_until_none(&mut self, call: &Call<'_>, stream: &Stream, first: &Value, callable: &Callable) -> Option<Value> {
        let steps = quote_spanned! { call.site.span=> |__items| {
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
        self.steps_as_written(
            call,
            steps,
            [first.clone(), Value::Callable(callable.clone())],
            Value::Stream(Box::new(stream.clone())),
        )
    }

    /// What a loop of plain Rust over the items, or so many of them, makes of two values.
    pub(super) fn steps_as_written(
        &mut self,
        call: &Call<'_>,
        steps: TokenStream,
        given: [Value; 2],
        over: Value,
    ) -> Option<Value> {
        self.call_within(&made_with(steps, given), vec![over], call.site.span)
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
}

/// What an `Option` holds, where it is known to hold something; otherwise the iterator that asks may end.
pub(super) fn held_for_certain(yielded: Option<Value>, may_end: &mut bool) -> Option<Value> {
    let yielded = yielded?;
    let held = if let Value::Choice(choice) = &yielded
        && choice.is("Some") == Condition::Constant(true)
    {
        choice.payload().cloned()
    } else {
        None
    };
    *may_end |= held.is_none();
    held
}
