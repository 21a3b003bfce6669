//! Items by their place among those that pass a filter: `filter(..).enumerate()`, `.take(2)`, `.skip(1)`, `.nth(k)`.
//!
//! How many items before one pass is a running count of masks, as what a search reaches ([`super::search`]): an integer that
//! values decide. It is a number and can be compared; an entry is read at it nowhere.

use quote::quote_spanned;

use super::Tracer;
use super::call::Call;
use super::changed::Changes;
use super::compose::{made, made_of, made_with};
use super::condition::Condition;
use super::search::End;
use super::stream::Stream;
use super::unroll::MOST_STEPS;
use super::value::{Callable, Tensor, Value};
use super::variant::Choice;
use crate::ir::{Affine, Size};

/// The method that stands for an integer that is held as a number, in what is read anew.
pub(super) const WHOLE: &str = "__whole";

/// Items with places, the condition that those which are kept satisfy, and what becomes of them.
struct Kept {
    all: Stream,
    condition: Callable,
    mapped: Option<Callable>,
}

impl Tracer<'_> {
    /// What a filter of constants keeps of a few items, each at its place.
    pub(super) fn written_kept(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Stream> {
        let kept = kept_of(call, stream)?;
        let lengths = self.lengths_of_some(&kept.all)?;
        let length = match lengths.as_slice() {
            [] => 0,
            [(guards, length)] if guards.is_empty() => length.as_size()?.as_constant().filter(|n| *n <= MOST_STEPS)?,
            _ => return None,
        };
        let mut values = Vec::new();
        for k in 0..length {
            let place = Affine::constant(Size::constant(k));
            let item = self.item_if_any(call, &kept.all, &place)?.payload().cloned()?;
            let Value::Bool(holds) = self.call_value(&kept.condition, vec![item.clone()], call.site.span)? else { return None };
            let Condition::Constant(holds) = holds else { return None };
            if holds {
                values.push(match &kept.mapped {
                    Some(mapped) => self.call_value(mapped, vec![item], call.site.span)?,
                    None => item,
                });
            }
        }
        Some(Stream::Values(values))
    }

    /// Pairs of the place among the items that are kept and the item; `None` where the filter is not the last word but `map`.
    pub(super) fn ranked(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Stream> {
        let span = call.site.span;
        let Kept { all, condition, mapped } = kept_of(call, stream)?;
        let ranks = self.ranks(call, &all, &condition)?;
        let pairs = self.zipped(all, Stream::entries(ranks));
        let kept = made(quote_spanned! { span=> |t| __given(t.0) }, Some(Value::Callable(condition)));
        let item = match mapped {
            Some(mapped) => made(quote_spanned! { span=> |t| (t.1.__whole(), __given(t.0)) }, Some(Value::Callable(mapped))),
            None => made(quote_spanned! { span=> |t| (t.1.__whole(), t.0) }, None),
        };
        Some(Stream::Mapped(Box::new(Stream::Filtered(Box::new(pairs), kept)), item))
    }

    /// The first so many of what a filter keeps, or the others.
    pub(super) fn kept_beside(&mut self, call: &Call<'_>, stream: &Stream, count: &Value, first: bool) -> Option<Stream> {
        let span = call.site.span;
        let ranked = self.ranked(call, stream)?;
        let side = if first {
            quote_spanned! { span=> |t| t.0 < __given }
        } else {
            quote_spanned! { span=> |t| t.0 >= __given }
        };
        let kept = Stream::Filtered(Box::new(ranked), made(side, Some(count.clone())));
        Some(Stream::Mapped(Box::new(kept), made(quote_spanned! { span=> |t| t.1 }, None)))
    }

    /// Every so many of what a filter keeps.
    pub(super) fn kept_by_steps(&mut self, call: &Call<'_>, stream: &Stream, step: &Size) -> Option<Stream> {
        let span = call.site.span;
        let ranked = self.ranked(call, stream)?;
        let side = made(quote_spanned! { span=> |t| t.0 % __given == 0 }, Some(Value::count(step.clone())));
        let kept = Stream::Filtered(Box::new(ranked), side);
        Some(Stream::Mapped(Box::new(kept), made(quote_spanned! { span=> |t| t.1 }, None)))
    }

    /// What a filter keeps, each beside the item of a list at its place.
    pub(super) fn kept_zipped(&mut self, call: &Call<'_>, kept: &Stream, list: Value, is_first: bool) -> Option<Stream> {
        let span = call.site.span;
        let ranked = self.ranked(call, kept)?;
        let is_there = made(quote_spanned! { span=> |t| t.0 < __given.len() }, Some(list.clone()));
        let pair = if is_first {
            quote_spanned! { span=> |t| (t.1, __given[t.0]) }
        } else {
            quote_spanned! { span=> |t| (__given[t.0], t.1) }
        };
        Some(Stream::Mapped(Box::new(Stream::Filtered(Box::new(ranked), is_there)), made(pair, Some(list))))
    }

    /// So many neighbours of what a filter keeps, each time.
    pub(super) fn kept_windows(&mut self, call: &Call<'_>, kept: &Stream, width: i64) -> Option<Stream> {
        let span = call.site.span;
        let ranked = self.ranked(call, kept)?;
        let last = width as usize - 1;
        let is_there = made(quote_spanned! { span=> |t| t.0 >= #last }, None);
        let before = (1..=last).rev();
        let window = quote_spanned! { span=> |t| [#(__given[t.0 - #before],)* t.1] };
        let window = made(window, Some(Value::Stream(Box::new(kept.clone()))));
        Some(Stream::Mapped(Box::new(Stream::Filtered(Box::new(ranked), is_there)), window))
    }

    /// Item `k` of what a filter keeps.
    pub(super) fn kept_at(&mut self, call: &Call<'_>, stream: &Stream, index: &Value) -> Option<Choice> {
        let before = self.diagnostics.len();
        let Some(behind) = self.kept_beside(call, stream, index, false) else {
            if self.diagnostics.len() == before {
                self.refuse_filtered(call, stream);
            }
            return None;
        };
        self.kept_item(call, &behind, End::Front)
    }

    /// Of each item, how many before it satisfy a condition.
    fn ranks(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable) -> Option<Tensor> {
        let span = call.site.span;
        let mask = quote_spanned! { span=> |t| if __given(t) { 1.0 } else { 0.0 } };
        let mask = made(mask, Some(Value::Callable(condition.clone())));
        let masks = self.column_as_far(call, &Stream::Mapped(Box::new(stream.clone()), mask))?;
        let zero = self.number(0.0);
        let state = self.hidden_cell("the place of an item", Value::Tensor(zero))?;
        let sum = made(quote_spanned! { span=> |s, t| s + t }, None);
        let changes = Changes { cells: vec![state.cell], ..Changes::default() };
        let running = self.listed_by(call, &Stream::entries(masks), changes, &mut |tracer, mask| {
            let before = tracer.cells.get(state.cell).value.clone()?;
            let now = tracer.call_within(&sum, vec![before.clone(), mask], span);
            tracer.store(&state, now, span);
            Some(before)
        })?;
        self.column_of_stream(call, &running)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other iterator is none of one filter")]
fn kept_of(call: &Call<'_>, stream: &Stream) -> Option<Kept> {
    let span = call.site.span;
    match stream {
        Stream::Filtered(inner, filter) if !inner.is_filtered() => {
            Some(Kept { all: (**inner).clone(), condition: filter.clone(), mapped: None })
        }
        Stream::Filtered(inner, filter) => {
            let Kept { all, condition, mapped } = kept_of(call, inner)?;
            let condition = match &mapped {
                Some(mapped) => {
                    let behind = made_of(quote_spanned! { span=> |t| __second(__first(t)) }, [mapped, filter]);
                    both(call, &condition, &behind)
                }
                None => both(call, &condition, filter),
            };
            Some(Kept { all, condition, mapped })
        }
        Stream::Mapped(inner, own) => {
            let Kept { all, condition, mapped } = kept_of(call, inner)?;
            let mapped = match mapped {
                Some(mapped) => made_of(quote_spanned! { span=> |t| __second(__first(t)) }, [&mapped, own]),
                None => own.clone(),
            };
            Some(Kept { all, condition, mapped: Some(mapped) })
        }
        _ => None,
    }
}

fn both(call: &Call<'_>, first: &Callable, second: &Callable) -> Callable {
    let given = [first, second].map(|callable| Value::Callable(callable.clone()));
    made_with(quote_spanned! { call.site.span=> |t| __first(t) && __second(t) }, given)
}
