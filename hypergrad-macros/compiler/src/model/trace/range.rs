//! Ranges, and what counts as an iterator.

use super::Tracer;
use super::stream::Stream;
use super::value::{Range, Value};
use crate::ir::{Affine, Size};
use crate::model::Form;

impl Tracer<'_> {
    pub(super) fn range(&mut self, range: &syn::ExprRange) -> Option<Value> {
        let written: Vec<&syn::Expr> = [&range.start, &range.end].into_iter().flatten().map(|bound| &**bound).collect();
        let bounds = self.list(written.iter().copied())?;
        // A bound can differ by case: `i.saturating_sub(1)..n.min(i + 2)`.
        self.by_case(bounds, &mut |tracer, bounds| {
            let indices = bounds.into_iter().zip(&written).map(|(bound, place)| tracer.index_at(bound, place));
            let mut indices = indices.collect::<Option<Vec<Affine>>>()?.into_iter();
            let start = range.start.as_ref().and_then(|_| indices.next());
            let end = indices.next().map(|end| match range.limits {
                syn::RangeLimits::Closed(_) => end.add(&Affine::constant(Size::constant(1))),
                syn::RangeLimits::HalfOpen(_) => end,
            });
            Some(Value::Range(Range { start, end }))
        })
    }

    /// A value as an iterator, where it is one: ranges, iterators, arrays.
    pub(super) fn stream_of(&mut self, value: Value) -> Option<Stream> {
        match value {
            Value::Stream(stream) => Some(*stream),
            Value::Range(range) => Some(self.range_stream(range)),
            Value::List(list) => Some(Stream::list(*list)),
            Value::Array(values) => Some(Stream::Values(values)),
            Value::Tensor(tensor) if tensor.form != Form::Scalar => Some(Stream::entries(tensor)),
            _ => None,
        }
    }
}
