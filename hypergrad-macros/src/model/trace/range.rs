//! Ranges, and what counts as an iterator.

use super::Tracer;
use super::stream::Stream;
use super::value::{Range, Value};
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Tracer<'_> {
    pub(super) fn range(&mut self, range: &syn::ExprRange) -> Option<Value> {
        let mut bound = |expression: &Option<Box<syn::Expr>>| match expression {
            Some(expression) => {
                let value = self.expression(expression)?;
                self.index_at(value, &**expression).map(Some)
            }
            None => Some(None),
        };
        let (start, end) = (bound(&range.start), bound(&range.end));
        let (start, end) = (start?, end?);
        let end = match range.limits {
            syn::RangeLimits::Closed(_) => end.map(|end| end.add(&Affine::constant(Size::constant(1)))),
            syn::RangeLimits::HalfOpen(_) => end,
        };
        Some(Value::Range(Range { start, end }))
    }

    /// A value as an iterator, where it is one: ranges, iterators, arrays.
    pub(super) fn stream_of(&mut self, value: Value) -> Option<Stream> {
        match value {
            Value::Stream(stream) => Some(*stream),
            Value::Range(range) => Some(self.range_stream(range)),
            Value::Array(values) => Some(Stream::Values(values)),
            Value::Tensor(tensor) if tensor.form != Form::Scalar => Some(Stream::Entries(tensor)),
            _ => None,
        }
    }

    fn range_stream(&mut self, range: Range) -> Stream {
        let resolve = |index: &Affine| index.map_sizes(&|size| self.sizes.resolve(size));
        let start = resolve(&range.start.unwrap_or_default());
        let Some(end) = range.end.as_ref().map(resolve) else { return Stream::Endless { start } };
        // The smallest start and the largest end that the outer indices allow.
        let low =
            start.bounds(&|v| self.extent(v)).map(|(low, _)| low).filter(|low| start.terms.is_empty() || low.is_nonnegative());
        let low = low.unwrap_or_default();
        let high = end.bounds(&|v| self.extent(v)).map_or_else(|| end.constant.clone(), |(_, high)| high);
        let extent = high.sub(&low);
        let extent = if extent.as_constant().is_some_and(|extent| extent < 0) { Size::zero() } else { extent };
        Stream::Range { start, end, low, extent }
    }
}
