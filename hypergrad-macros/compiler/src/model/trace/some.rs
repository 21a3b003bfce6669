//! Lists to which items are pushed under conditions: as many as conditions say, and none has a place.
//!
//! A loop makes a list of all that may be pushed, each beside a flag that is 1 where it is; an arm of an `if` appends a
//! list that is there where its condition holds.

use proc_macro2::Span;

use super::Tracer;
use super::compose::made;
use super::condition::Condition;
use super::grow::{Growing, Pushed, Source};
use super::stream::Stream;
use super::value::{LoopVariable, Value};
use crate::ir::{Affine, Size};

impl Tracer<'_> {
    /// The items of pairs whose flag is 1.
    pub(super) fn flagged(&mut self, pairs: Value) -> Option<Value> {
        let pairs = self.stream_of(pairs)?;
        let kept = Stream::Filtered(Box::new(pairs), made(quote::quote! { |t| t.1 > 0.5 }, None));
        Some(Value::Stream(Box::new(Stream::Mapped(Box::new(kept), made(quote::quote! { |t| t.0 }, None)))))
    }

    /// What a loop pushes, behind items of which a condition decided how many there are.
    pub(super) fn grown_behind(
        &mut self,
        list: Stream,
        (item, local, place, is_partial): (Value, Vec<(LoopVariable, Size)>, Affine, bool),
        span: Span,
    ) -> Option<Value> {
        let count = local.iter().fold(Size::constant(1), |count, (_, extent)| count.mul(extent));
        let variables: Vec<LoopVariable> = local.iter().map(|(variable, _)| *variable).collect();
        let sources = vec![Source { variables, guards: Vec::new(), position: place, item }];
        let more = self.list_from(sources, &count, span)?;
        let more = if is_partial { self.flagged(more)? } else { more };
        let more = self.stream_of(more)?;
        Some(Value::Stream(Box::new(Stream::Chained(Box::new(list), Box::new(more)))))
    }

    /// A list of which each arm of an `if` pushed one item, or none.
    pub(super) fn merge_growing(&mut self, condition: &Condition, then: Growing, otherwise: Growing) -> Option<Value> {
        let growing = then.clone();
        let pushed = match (then.pushed, otherwise.pushed) {
            (None, None) => None,
            (Some(then), Some(otherwise)) if then.local.is_empty() && otherwise.local.is_empty() => {
                if !then.is_partial && !otherwise.is_partial {
                    let item = self.merge(condition, then.item, otherwise.item)?;
                    return Some(with_pushed(growing, Some(Pushed::once(item))));
                }
                let one = self.number(1.0);
                let ((then, here), (otherwise, there)) = (then.with_flag(one.clone()), otherwise.with_flag(one));
                let item = self.merge(condition, then, otherwise)?;
                let flag = self.select(condition, &here, &there);
                Some(Pushed { is_partial: true, ..Pushed::once(Value::Tuple(vec![item, Value::Tensor(flag)])) })
            }
            // One item, or as many as an inner loop pushes, where a condition holds.
            (Some(pushed), None) => Some(self.pushed_where(condition, pushed)),
            (None, Some(pushed)) => Some(self.pushed_where(&condition.clone().not(), pushed)),
            _ => return None,
        };
        Some(with_pushed(growing, pushed))
    }

    fn pushed_where(&mut self, condition: &Condition, pushed: Pushed) -> Pushed {
        let (local, place) = (pushed.local.clone(), pushed.place.clone());
        let one = self.number(1.0);
        let (item, flag) = pushed.with_flag(one);
        let zero = self.number(0.0);
        let flag = self.select(condition, &flag, &zero);
        Pushed { item: Value::Tuple(vec![item, Value::Tensor(flag)]), local, place, is_partial: true }
    }

    /// A list to which one arm of an `if` appended items: these are there where the condition holds.
    pub(super) fn longer_by_some(&mut self, condition: &Condition, then: &Value, otherwise: &Value) -> Option<Value> {
        if let Some((list, items, others)) = both_appended(then, otherwise) {
            let items = items.into_iter().zip(others).map(|(item, other)| self.merge(condition, item, other));
            let more = Stream::Values(items.collect::<Option<_>>()?);
            let whole = Stream::Chained(Box::new(list), Box::new(more));
            return if whole.is_filtered() {
                Some(Value::Stream(Box::new(whole)))
            } else {
                self.in_one_list(&whole, Span::call_site())
            };
        }
        let (longer, shorter, here) = match (appended(then, otherwise), appended(otherwise, then)) {
            (Some(more), _) => (more, otherwise, condition.clone()),
            (None, Some(more)) => (more, then, condition.clone().not()),
            (None, None) => return None,
        };
        let there = made(quote::quote! { |_| __given }, Some(Value::Bool(here)));
        let more = Stream::Filtered(Box::new(longer), there);
        let list = self.stream_of(shorter.clone())?;
        Some(Value::Stream(Box::new(Stream::Chained(Box::new(list), Box::new(more)))))
    }
}

fn with_pushed(mut growing: Growing, pushed: Option<Pushed>) -> Value {
    growing.pushed = pushed;
    Value::Growing(Box::new(growing))
}

/// Items pushed one by one are one list behind what was there.
pub(super) fn joined(list: Stream, more: Stream) -> (Stream, Stream) {
    match (list, more) {
        (Stream::Chained(list, items), Stream::Values(more)) if matches!(*items, Stream::Values(_)) => {
            let Stream::Values(mut items) = *items else { return (*list, Stream::Values(more)) };
            items.extend(more);
            (*list, Stream::Values(items))
        }
        apart => apart,
    }
}

/// The items that the last list of a chain has behind those of the same chain.
fn behind(longer: &Stream, shorter: &Stream) -> Option<Stream> {
    let (Stream::Chained(list, items), Stream::Chained(other, others)) = (longer, shorter) else { return None };
    let (Stream::Values(items), Stream::Values(others)) = (&**items, &**others) else { return None };
    let is_longer = items.len() > others.len() && alike(list, other) && alike(&&items[..others.len()], &others.as_slice());
    is_longer.then(|| Stream::Values(items[others.len()..].to_vec()))
}

fn alike(left: &dyn std::fmt::Debug, right: &dyn std::fmt::Debug) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

/// A list, and as many items that two arms appended to it.
fn both_appended(then: &Value, otherwise: &Value) -> Option<(Stream, Vec<Value>, Vec<Value>)> {
    let (Value::Stream(then), Value::Stream(otherwise)) = (then, otherwise) else { return None };
    let (Stream::Chained(list, items), Stream::Chained(other, others)) = (&**then, &**otherwise) else { return None };
    let (Stream::Values(items), Stream::Values(others)) = (&**items, &**others) else { return None };
    (items.len() == others.len() && alike(list, other)).then(|| ((**list).clone(), items.clone(), others.clone()))
}

/// The items that a list has behind those of another one.
fn appended(longer: &Value, shorter: &Value) -> Option<Stream> {
    match (longer, shorter) {
        (Value::Array(longer), Value::Array(shorter)) if longer.len() > shorter.len() => {
            let (first, more) = longer.split_at(shorter.len());
            alike(&first, &shorter.as_slice()).then(|| Stream::Values(more.to_vec()))
        }
        (Value::Stream(longer), Value::Stream(shorter)) if behind(longer, shorter).is_some() => behind(longer, shorter),
        (Value::Stream(longer), shorter) => match (&**longer, shorter) {
            (Stream::Chained(first, more), Value::Stream(shorter)) if alike(first, shorter) => Some((**more).clone()),
            (Stream::Chained(first, more), Value::Tensor(shorter)) if alike(&**first, &Stream::entries(shorter.clone())) => {
                Some((**more).clone())
            }
            _ => None,
        },
        _ => None,
    }
}
