//! Ranges, and what counts as an iterator.

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::stream::Stream;
use super::value::{Range, Value};
use super::words::RangeWord;
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

    /// `(a..b).contains(&t)`, of integers or numbers.
    pub(super) fn range_contains(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Value>> {
        let RangeWord::contains = RangeWord::named(&call.method.to_string())?;
        let syn::Expr::Paren(receiver) = &*call.receiver else { return None };
        let (syn::Expr::Range(range), Some(item)) = (&*receiver.expr, call.args.first()) else { return None };
        Some(self.is_contained(range, item).map(Value::Bool))
    }

    fn is_contained(&mut self, range: &syn::ExprRange, item: &syn::Expr) -> Option<Condition> {
        let bounds = [&range.start, &range.end].map(|bound| bound.as_deref().map(|bound| self.expression(bound)));
        let item = self.expression(item);
        let before_end = if matches!(range.limits, syn::RangeLimits::Closed(_)) { Comparison::Le } else { Comparison::Lt };
        let mut inside = Condition::Constant(true);
        for (bound, comparison) in bounds.into_iter().zip([Comparison::Ge, before_end]) {
            if let Some(bound) = bound {
                inside = inside.and(self.compared(comparison, item.clone()?, bound?)?);
            }
        }
        Some(inside)
    }

    /// A value as an iterator, where it is one: ranges, iterators, arrays.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn stream_of(&mut self, value: Value) -> Option<Stream> {
        match value {
            Value::Stream(stream) => Some(*stream),
            Value::Range(range) => Some(self.range_stream(range)),
            Value::List(list) => Some(Stream::list(*list)),
            Value::Array(values) => Some(Stream::Values(values)),
            // An `Option`: the item, where there is one.
            Value::Choice(choice) if choice.name == super::variant::EnumName::Option => {
                let Some(item) = choice.payload().cloned() else { return Some(Stream::Values(Vec::new())) };
                let there = Some(Value::Bool(choice.is("Some")));
                let there = super::compose::made(quote::quote!(|_| __given), there);
                Some(Stream::Filtered(Box::new(Stream::Values(vec![item])), there))
            }
            Value::Tensor(tensor) if tensor.form != Form::Scalar => Some(Stream::entries(tensor)),
            Value::Integer(tensor) if tensor.form != Form::Scalar => {
                let whole = super::compose::made(quote::quote!(|t| t.__whole()), None);
                Some(Stream::Mapped(Box::new(Stream::entries(tensor)), whole))
            }
            _ => None,
        }
    }
}
