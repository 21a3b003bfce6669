//! Iterators without a length of their own: `successors`, `from_fn`, and the module's types that are iterators. They are
//! read as far as a consumer asks, or written out where constants decide how many items there are.

use proc_macro2::Span;
use quote::quote_spanned;

use super::Tracer;
use super::call::Call;
use super::compose::made;
use super::condition::Condition;
use super::scan::held_for_certain;
use super::stream::{Items, Steps, Stream};
use super::value::{Callable, Value};
use crate::ir::Affine;
use crate::syntax::Module;

/// So many items are written out where constants decide how many there are.
const MOST_STEPS: usize = 64;

impl<'a> Tracer<'a> {
    /// `successors(first, next)`, as long as that gives an item.
    pub(super) fn successors(&mut self, call: &Call<'_>, given: &[Value]) -> Option<Value> {
        let Some(first) = held_for_certain(given.first().cloned(), &mut false) else {
            let message = "`successors` that may begin with `None` is not accepted";
            let help = "ask before: `if let Some(first) = .. { successors(Some(first), ..) .. }`";
            self.diagnostics.error_with_help(call.site.span, message, help);
            return None;
        };
        let callable = self.callable_at(call, given, 1)?;
        Some(Value::Stream(Box::new(Stream::Steps(Steps::Successors(Box::new(first), callable)))))
    }

    /// `from_fn(next)`, as long as that gives an item.
    pub(super) fn calls(&mut self, call: &Call<'_>, given: &[Value]) -> Option<Value> {
        let callable = self.callable_at(call, given, 0)?;
        Some(Value::Stream(Box::new(Stream::Steps(Steps::Calls(callable)))))
    }

    /// The items of a value of the module's own type that is an iterator, or that makes one.
    pub(super) fn own_iterator(&mut self, value: &Value, span: Span) -> Option<Stream> {
        let module: &'a Module = self.module;
        let owner = value.own_type()?.to_owned();
        let of = |name: &str, of_trait: &str| {
            module.associated_items(&owner, name).find(|item| item.of_trait.as_deref() == Some(of_trait))
        };
        if of("next", "Iterator").is_some() {
            let Value::Reference(place) = self.new_cell("an iterator".to_owned(), Some(value.clone())) else { return None };
            let next = made(quote_spanned! { span=> || __given.next() }, Some(Value::Reference(Box::new(place.borrowed()))));
            return Some(Stream::Steps(Steps::Calls(next)));
        }
        let into_iter = of("into_iter", "IntoIterator")?;
        let made = self.call_titled(into_iter.title(), into_iter.function()?, vec![Some(value.clone())], span)?;
        match self.own_iterator(&made, span) {
            Some(items) => Some(items),
            None => self.stream_of(made),
        }
    }

    /// What is made in steps, written out where constants decide how many there are.
    pub(super) fn ended_by_constants(&mut self, stream: &Stream) -> Option<Stream> {
        if !stream.is_made_in_steps() {
            return None;
        }
        let start = self.start_of_loop();
        let items = self.written_out_steps(stream).filter(|_| self.is_as_at(&start));
        if items.is_none() {
            self.back_to(&start);
        }
        items
    }

    fn written_out_steps(&mut self, stream: &Stream) -> Option<Stream> {
        let mut inner = |stream: &Stream| self.written_out_steps(stream).map(Box::new);
        Some(match stream {
            Stream::Steps(Steps::Successors(first, callable)) => {
                Stream::Values(self.items_until_none(Some((**first).clone()), callable)?)
            }
            Stream::Steps(Steps::Calls(callable)) => Stream::Values(self.items_until_none(None, callable)?),
            Stream::Mapped(stream, callable) => Stream::Mapped(inner(stream)?, callable.clone()),
            Stream::Filtered(stream, callable) => Stream::Filtered(inner(stream)?, callable.clone()),
            Stream::Flat(stream, callable) => Stream::Flat(inner(stream)?, callable.clone()),
            Stream::Enumerated(stream) => Stream::Enumerated(inner(stream)?),
            Stream::Reversed(stream) => Stream::Reversed(inner(stream)?),
            Stream::Skipped(stream, count) => Stream::Skipped(inner(stream)?, count.clone()),
            Stream::Taken(stream, count) => Stream::Taken(inner(stream)?, count.clone()),
            Stream::Strided(stream, step) => Stream::Strided(inner(stream)?, step.clone()),
            Stream::Zipped(first, second) => Stream::Zipped(inner(first)?, inner(second)?),
            Stream::Chained(first, second) => Stream::Chained(inner(first)?, inner(second)?),
            Stream::Run { .. } | Stream::Entries(_) | Stream::Stored(..) | Stream::Values(_) | Stream::Cases(_) => stream.clone(),
        })
    }

    /// The items before the first `None`, of which it is known at each step whether it is one.
    fn items_until_none(&mut self, first: Option<Value>, callable: &Callable) -> Option<Vec<Value>> {
        let span = callable.place();
        let is_of_last = first.is_some();
        let mut items: Vec<Value> = first.into_iter().collect();
        while items.len() < MOST_STEPS {
            let given = items.last().filter(|_| is_of_last).cloned();
            let next = self.call_within(callable, given.into_iter().collect(), span)?;
            let Value::Choice(next) = next else { return None };
            match (next.is("Some"), next.payload()) {
                (Condition::Constant(true), Some(item)) => items.push(item.clone()),
                (Condition::Constant(false), _) => return Some(items),
                _ => return None,
            }
        }
        None
    }

    /// An iterator without an end, as far as so many of its items are asked for.
    pub(super) fn as_far_as(&mut self, call: &Call<'_>, stream: Stream, count: &Affine) -> Option<Stream> {
        Some(match stream {
            Stream::Steps(steps) => return self.first_steps(call, steps, count),
            Stream::Mapped(inner, callable) => {
                let inner = self.as_far_as(call, *inner, count)?;
                if inner.is_endless() {
                    let first = self.taken(inner.clone(), count);
                    if let Some(items) = self.mapped_in_steps(call, &first, &callable) {
                        return items;
                    }
                }
                Stream::Mapped(Box::new(inner), callable)
            }
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
        Some(match (first.is_made_in_steps(), second.is_made_in_steps()) {
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

    /// So many items that are made one after the other.
    fn first_steps(&mut self, call: &Call<'_>, steps: Steps, count: &Affine) -> Option<Stream> {
        let start = self.start_of_loop();
        let items = self.steps_in_a_loop(call, steps.clone(), count);
        if self.is_as_at(&start) {
            return items;
        }
        let said = self.diagnostics.since(start.mistakes());
        self.back_to(&start);
        let written = self.ended_by_constants(&Stream::Steps(steps));
        if written.is_none() {
            said.into_iter().for_each(|mistake| self.diagnostics.push(mistake));
        }
        written
    }

    fn steps_in_a_loop(&mut self, call: &Call<'_>, steps: Steps, count: &Affine) -> Option<Stream> {
        let items = match steps {
            Steps::Successors(first, callable) => self.in_every_step_or_until_none(
                |tracer| tracer.successors_to_the_end(call, (*first).clone(), &callable, count),
                |tracer| tracer.successors_until_none(call, (*first).clone(), &callable, count),
            ),
            Steps::Calls(callable) => {
                let changes = self.changed_by(&callable);
                let changed = self.cells.known(changes.cells.iter().copied());
                let items = self.in_every_step_or_until_none(
                    |tracer| tracer.called_to_the_end(call, &callable, count),
                    |tracer| tracer.called_until_none(call, &callable, count),
                );
                // How often it was called in the end, the consumer decides.
                changed.into_iter().for_each(|cell| self.cells.set(cell, Some(Value::Last)));
                items
            }
        };
        self.stream_of(items?)
    }

    fn successors_to_the_end(&mut self, call: &Call<'_>, first: Value, callable: &Callable, count: &Affine) -> Option<Value> {
        let state = self.hidden_cell("an item of `successors`", first)?;
        let mut changes = self.changed_by(callable);
        changes.cells.push(state.cell);
        let (span, mut may_end) = (call.site.span, false);
        let items = self.listed_by(call, &so_many(count), changes, &mut |tracer, _| {
            let item = tracer.cells.get(state.cell).value.clone()?;
            let next = tracer.call_within(callable, vec![item.clone()], span);
            tracer.store(&state, held_for_certain(next, &mut may_end), span);
            Some(item)
        });
        items.filter(|_| !may_end).map(|items| Value::Stream(Box::new(items)))
    }

    fn successors_until_none(&mut self, call: &Call<'_>, first: Value, callable: &Callable, count: &Affine) -> Option<Value> {
        let steps = quote_spanned! { call.site.span=> |__count| {
            let mut __state = __first;
            let mut __all = Vec::new();
            for _ in 0..__count {
                __all.push(__state);
                let __next = __second(&__state);
                if __next.is_none() {
                    break;
                }
                __state = __next.unwrap();
            }
            __all.into_iter()
        } };
        self.steps_as_written(call, steps, [first, Value::Callable(callable.clone())], Value::Index(count.clone()))
    }

    fn called_to_the_end(&mut self, call: &Call<'_>, callable: &Callable, count: &Affine) -> Option<Value> {
        let (changes, span, mut may_end) = (self.changed_by(callable), call.site.span, false);
        let items = self.listed_by(call, &so_many(count), changes, &mut |tracer, _| {
            held_for_certain(tracer.call_within(callable, Vec::new(), span), &mut may_end)
        });
        items.filter(|_| !may_end).map(|items| Value::Stream(Box::new(items)))
    }

    fn called_until_none(&mut self, call: &Call<'_>, callable: &Callable, count: &Affine) -> Option<Value> {
        let steps = quote_spanned! { call.site.span=> |__count| {
            let mut __all = Vec::new();
            for _ in 0..__count {
                let __next = __second();
                if __next.is_none() {
                    break;
                }
                __all.push(__next.unwrap());
            }
            __all.into_iter()
        } };
        self.steps_as_written(call, steps, [Value::Text, Value::Callable(callable.clone())], Value::Index(count.clone()))
    }
}

/// `0..count`
fn so_many(count: &Affine) -> Stream {
    Stream::Run { start: Affine::default(), end: Some(count.clone()), items: Items::Numbers }
}
