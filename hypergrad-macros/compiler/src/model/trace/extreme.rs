//! The largest and smallest item of an iterator: by itself, where its value is all that is asked, and by a key, where its
//! place is found as that of an item that is looked for ([`super::search`]).

use std::rc::Rc;

use quote::quote_spanned;

use super::Tracer;
use super::call::Call;
use super::compose::{made, made_of};
use super::condition::Comparison;
use super::search::End;
use super::stream::Stream;
use super::value::{Callable, Closure, Tensor, Value};
use super::variant::Choice;
use super::words::ComposedWord;
use crate::ir::{Affine, Reduction, Size};

/// What is looked for: the items that count, all where there is no condition, and their order.
#[derive(Clone, Copy)]
struct Order<'a> {
    condition: Option<&'a Callable>,
    key: &'a Callable,
    largest: bool,
    /// Of equal ones the first from here.
    end: End,
}

impl Tracer<'_> {
    /// `max_by(f64::total_cmp)`, `min_by(|a, b| a.partial_cmp(b).unwrap())`: the largest or smallest value.
    pub(super) fn extreme_by(&mut self, call: &Call<'_>, word: ComposedWord, stream: &Stream, given: &[Value]) -> Option<Value> {
        let callable = self.callable_at(call, given, 0)?;
        let is_max = word == ComposedWord::max_by;
        let Some(ascending) = compares_itself(&callable) else {
            if let Callable::Closure(closure) = &callable
                && let Some((key, ascending)) = super::search::key_of(&closure.syntax, call.site.span)
            {
                let key = Callable::Closure(Rc::new(Closure { syntax: key, environment: closure.environment.clone() }));
                let end = if is_max { End::Back } else { End::Front };
                let found = self.extreme_item(call, stream, &key, is_max == ascending, end)?;
                return Some(Value::Choice(Box::new(found)));
            }
            self.diagnostics.error_with_help(
                callable.place(),
                format!("the order of this `{}` is not read", call.name()),
                "compare one number of each item, the same of both: `f64::total_cmp`, `|a, b| a.1.partial_cmp(&b.1).unwrap()`",
            );
            return None;
        };
        self.extreme_value(call, stream, is_max == ascending, None)
    }

    /// The largest or smallest of items that are numbers, also of those that pass a filter; by the function that was given.
    pub(super) fn extreme_value(
        &mut self,
        call: &Call<'_>,
        stream: &Stream,
        largest: bool,
        pick: Option<&Callable>,
    ) -> Option<Value> {
        let some = if stream.is_filtered() {
            let count = self.count_stream(call, stream)?;
            self.compared(Comparison::Gt, count, Value::count(Size::constant(0)))?
        } else {
            self.item_if_any(call, stream, &Affine::default())?.is("Some")
        };
        let value = self.extreme_of(call, stream, largest, pick)?;
        Some(Value::Choice(Box::new(Choice::some_where(some, value))))
    }

    /// Of no items it is infinite.
    fn extreme_of(&mut self, call: &Call<'_>, stream: &Stream, largest: bool, pick: Option<&Callable>) -> Option<Value> {
        let span = call.site.span;
        let (start, own) = if largest {
            (f64::NEG_INFINITY, quote_spanned! { span=> |s, t| s.max(t) })
        } else {
            (f64::INFINITY, quote_spanned! { span=> |s, t| s.min(t) })
        };
        let own = made(own, None);
        self.fold(stream, Value::Infinity(start), pick.unwrap_or(&own), span)
    }

    /// The item with the largest or smallest key; of equal ones the first from one end.
    pub(super) fn extreme_item(
        &mut self,
        call: &Call<'_>,
        stream: &Stream,
        key: &Callable,
        largest: bool,
        end: End,
    ) -> Option<Choice> {
        self.extreme_where(call, stream, Order { condition: None, key, largest, end })
    }

    /// Filters become the condition, so that every item has its place.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other iterator has its items at their places")]
    fn extreme_where(&mut self, call: &Call<'_>, stream: &Stream, order: Order<'_>) -> Option<Choice> {
        let span = call.site.span;
        match stream {
            Stream::Filtered(inner, filter) => {
                let both = match order.condition {
                    None => filter.clone(),
                    Some(condition) => made_of(quote_spanned! { span=> |t| __first(t) && __second(t) }, [filter, condition]),
                };
                self.extreme_where(call, inner, Order { condition: Some(&both), ..order })
            }
            Stream::Mapped(inner, mapped) if inner.is_filtered() => {
                let behind = |callable| made_of(quote_spanned! { span=> |t| __second(__first(t)) }, [mapped, callable]);
                let (condition, key) = (order.condition.map(behind), behind(order.key));
                let found = self.extreme_where(call, inner, Order { condition: condition.as_ref(), key: &key, ..order })?;
                let Some(item) = found.payload().cloned() else { return Some(found) };
                let here = found.is("Some");
                let value = self.under(here.clone(), |tracer| tracer.call_value(mapped, vec![item], span))?;
                Some(Choice::some_where(here, value))
            }
            _ if self.refuse_filtered(call, stream) => None,
            _ => match order.condition {
                None if self.is_of_one_length(stream) == Some(false) => {
                    let any = made(quote_spanned! { span=> |_| true }, None);
                    self.extreme_of_some(call, stream, &any, order)
                }
                None => self.extreme_of_all(call, stream, order),
                Some(condition) => self.extreme_of_some(call, stream, condition, order),
            },
        }
    }

    fn extreme_of_all(&mut self, call: &Call<'_>, stream: &Stream, order: Order<'_>) -> Option<Choice> {
        let mapped = Stream::Mapped(Box::new(stream.clone()), order.key.clone());
        let keys = self.column_of_stream(call, &mapped)?;
        let span = call.site.span;
        let (kind, best) = if order.largest {
            (Reduction::Max, quote_spanned! { span=> |t| t >= __given })
        } else {
            (Reduction::Min, quote_spanned! { span=> |t| t <= __given })
        };
        let extreme = self.reduce(kind, &keys);
        let best = made(best, Some(Value::Tensor(extreme)));
        self.item_at_best(call, stream, &Stream::entries(keys), &best, order.end)
    }

    /// Keys and conditions are columns, so that both the extreme and its place are of the same numbers.
    fn extreme_of_some(&mut self, call: &Call<'_>, stream: &Stream, condition: &Callable, order: Order<'_>) -> Option<Choice> {
        let span = call.site.span;
        let mut column = |tokens, given| -> Option<Tensor> {
            let numbers = Stream::Mapped(Box::new(stream.clone()), made_of(tokens, given));
            self.column_as_far(call, &numbers)
        };
        let keys = column(quote_spanned! { span=> |t| if __first(t) { __second(t) } else { 0.0 } }, [condition, order.key])?;
        let flags = column(quote_spanned! { span=> |t| if __first(t) { 1.0 } else { 0.0 } }, [condition, condition])?;
        let pairs = self.zipped(Stream::entries(keys), Stream::entries(flags));
        let kept = Stream::Filtered(Box::new(pairs.clone()), made(quote_spanned! { span=> |t| t.1 > 0.5 }, None));
        let kept = Stream::Mapped(Box::new(kept), made(quote_spanned! { span=> |t| t.0 }, None));
        let extreme = self.extreme_of(call, &kept, order.largest, None)?;
        let best = if order.largest {
            quote_spanned! { span=> |t| t.1 > 0.5 && t.0 >= __given }
        } else {
            quote_spanned! { span=> |t| t.1 > 0.5 && t.0 <= __given }
        };
        self.item_at_best(call, stream, &pairs, &made(best, Some(extreme)), order.end)
    }

    fn item_at_best(&mut self, call: &Call<'_>, stream: &Stream, keys: &Stream, best: &Callable, end: End) -> Option<Choice> {
        match self.place_of(call, keys, best, end)? {
            Some(found) => self.item_found(call, stream, &found),
            None => Some(Choice::none()),
        }
    }
}

/// Whether a comparison is that of its two arguments in this order, or the other way round.
fn compares_itself(callable: &Callable) -> Option<bool> {
    match callable {
        Callable::Path(path) => path.segments.last().is_some_and(|name| is_comparison(&name.ident)).then_some(true),
        Callable::Closure(closure) => {
            let names: Vec<String> = closure.syntax.inputs.iter().filter_map(bound_name).collect();
            let compared = comparison_of(&closure.syntax.body)?;
            match (names.as_slice(), compared) {
                ([first, second], [left, right]) if (*first == left, *second == right) == (true, true) => Some(true),
                ([first, second], [left, right]) if (*first == right, *second == left) == (true, true) => Some(false),
                _ => None,
            }
        }
        Callable::Local(_) => None,
    }
}

fn is_comparison(name: &syn::Ident) -> bool {
    name == "total_cmp" || name == "partial_cmp"
}

/// Whether `f64::max` is given, or `f64::min`.
pub(super) fn picks_largest(callable: &Callable) -> Option<bool> {
    let Callable::Path(path) = callable else { return None };
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["f64" | "f32", "max"] => Some(true),
        ["f64" | "f32", "min"] => Some(false),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn bound_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(name) if name.subpat.is_none() => Some(name.ident.to_string()),
        syn::Pat::Reference(inner) => bound_name(&inner.pat),
        syn::Pat::Type(typed) => bound_name(&typed.pat),
        _ => None,
    }
}

/// The names that `a.total_cmp(b)` or `a.partial_cmp(b).unwrap()` compares.
fn comparison_of(body: &syn::Expr) -> Option<[String; 2]> {
    let syn::Expr::MethodCall(call) = body else { return None };
    match call.args.first() {
        Some(other) if is_comparison(&call.method) => Some([name_in(&call.receiver)?, name_in(other)?]),
        _ if call.method == "unwrap" || call.method == "expect" => comparison_of(&call.receiver),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn name_in(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        syn::Expr::Reference(inner) => name_in(&inner.expr),
        syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) => name_in(expr),
        syn::Expr::Paren(inner) => name_in(&inner.expr),
        _ => None,
    }
}
