//! Iterators inside of iterators that are equally long, `flat_map` and `flatten`, as one: item k of them is item `k % n` of
//! the one at `k / n`. So their items have places. Of a list that is written out they are chained, however long they are.

use proc_macro2::Span;
use quote::quote_spanned;

use super::Tracer;
use super::agree::Site;
use super::call::Call;
use super::compose::made_with;
use super::stream::{Items, Stream};
use super::value::{Callable, Value};
use crate::ir::{Affine, Size};

impl Tracer<'_> {
    /// An iterator whose items have places where its inner iterators are equally long; others are as they were.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other iterator has its items at their places, or has none")]
    pub(super) fn unnested(&mut self, stream: Stream, span: Span) -> Stream {
        match stream {
            Stream::Flat(outer, callable) => {
                let outer = self.unnested(*outer, span);
                match self.as_one(&outer, &callable, span) {
                    Some(one) => one,
                    None => Stream::Flat(Box::new(outer), callable),
                }
            }
            Stream::Mapped(inner, callable) => Stream::Mapped(Box::new(self.unnested(*inner, span)), callable),
            Stream::Filtered(inner, callable) => Stream::Filtered(Box::new(self.unnested(*inner, span)), callable),
            Stream::Chained(first, second) => {
                let (first, second) = (self.unnested(*first, span), self.unnested(*second, span));
                Stream::Chained(Box::new(first), Box::new(second))
            }
            other => other,
        }
    }

    fn as_one(&mut self, outer: &Stream, callable: &Callable, span: Span) -> Option<Stream> {
        if outer.is_filtered() || outer.is_endless() {
            return None;
        }
        if let Stream::Values(values) = outer {
            let mut inner = Vec::new();
            for value in values {
                let made = self.call_value(callable, vec![value.clone()], span)?;
                inner.push(self.stream_of(made)?);
            }
            let chained = |all, next| Stream::Chained(Box::new(all), Box::new(next));
            return inner.into_iter().reduce(chained).filter(|all| !all.is_filtered());
        }
        let count = self.length_of_all(outer)?;
        let width = self.width_of_inner(outer, callable, &count, span)?;
        let given = Value::Tuple(vec![Value::Callable(callable.clone()), Value::count(width.clone())]);
        let item = quote_spanned! { span=> |__k| {
            let (__made, __n) = __second;
            let __t = __first.nth(__k / __n).unwrap();
            __made(__t).into_iter().nth(__k % __n).unwrap()
        } };
        let item = made_with(item, [Value::Stream(Box::new(outer.clone())), given]);
        Some(Stream::Mapped(Box::new(Stream::over(count.mul(&width), Items::Numbers)), item))
    }

    /// How many items an iterator has, where that is one size.
    fn length_of_all(&mut self, stream: &Stream) -> Option<Size> {
        let lengths = self.lengths_of_some(stream)?;
        let [(guards, length)] = lengths.as_slice() else { return None };
        let size = length.as_size().filter(|_| guards.is_empty()).map(|size| self.sizes.resolve(size))?;
        (!self.sizes.varies(&size)).then_some(size)
    }

    /// How long each of the inner iterators is, where that is one size for all.
    fn width_of_inner(&mut self, outer: &Stream, callable: &Callable, count: &Size, span: Span) -> Option<Size> {
        let mistakes = self.diagnostics.len();
        let place = Affine::wire(self.variable(count));
        let site = Site { span, name: "flat_map".to_owned(), operands: Vec::new() };
        let call = Call { site, generics: None, expected: None, is_read_to_the_end: false };
        let width = self.for_each_index(|tracer| {
            let item = tracer.item_if_any(&call, outer, &place)?.payload().cloned()?;
            let made = tracer.call_value(callable, vec![item], span)?;
            let inner = tracer.stream_of(made).filter(|inner| !inner.is_filtered() && !inner.is_endless())?;
            tracer.length_of_all(&inner)
        });
        // What is wrong inside is said where the items are read.
        self.diagnostics.truncate(mistakes);
        width
    }
}
