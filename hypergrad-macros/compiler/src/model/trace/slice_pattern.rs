//! Patterns that take elements apart: `(a, b)`, `[first, .., last]`, `[first, rest @ ..]`.

use proc_macro2::Span;

use super::Tracer;
use super::condition::{Comparison, Condition};
use super::spell::spell;
use super::value::Value;
use crate::ir::{Affine, Size};
use crate::model::Form;

/// Where a value has as many elements as the patterns take, and what each of them is.
pub(super) struct Parted {
    pub condition: Condition,
    /// `None` where it was refused, or where the number of elements never agrees.
    pub elements: Vec<Option<Value>>,
}

impl Tracer<'_> {
    pub(super) fn parted(&mut self, patterns: &[&syn::Pat], value: &Value) -> Option<Parted> {
        let span = patterns.first().map_or_else(Span::call_site, syn::spanned::Spanned::span);
        let length = self.element_count(value, span)?;
        let rest = patterns.iter().position(|pattern| is_rest(pattern));
        let fixed = Size::constant((patterns.len() - usize::from(rest.is_some())) as i64);
        let comparison = if rest.is_some() { Comparison::Ge } else { Comparison::Eq };
        let (all, taken) = (Affine::constant(length.clone()), Affine::constant(fixed.clone()));
        let condition = self.compare_indices(comparison, &all, &taken);
        if condition == Condition::Constant(false) {
            return Some(Parted { condition, elements: vec![None; patterns.len()] });
        }
        let elements = self.under(condition.clone(), |tracer| {
            let element = |(k, pattern): (usize, &&syn::Pat)| {
                let here = Size::constant(k as i64);
                match rest {
                    Some(rest) if k == rest => tracer.rest(value, k, length.sub(&fixed), pattern),
                    // What follows `..` counts from the end.
                    Some(rest) if k > rest => {
                        let behind = Size::constant((patterns.len() - k) as i64);
                        tracer.element(value, &length.sub(&behind))
                    }
                    _ => tracer.element(value, &here),
                }
            };
            patterns.iter().enumerate().map(element).collect()
        });
        Some(Parted { condition, elements })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn element_count(&mut self, value: &Value, span: Span) -> Option<Size> {
        match value {
            Value::Tuple(values) | Value::Array(values) => Some(Size::constant(values.len() as i64)),
            Value::List(list) => Some(self.sizes.resolve(&list.length())),
            Value::Tensor(tensor) if tensor.form == Form::Column => Some(self.sizes.resolve(&tensor.rows)),
            other => {
                self.diagnostics
                    .error(span, format!("this pattern takes a tuple or an array apart, and found {}", other.describe()));
                None
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn element(&mut self, value: &Value, place: &Size) -> Option<Value> {
        match value {
            Value::Tuple(values) | Value::Array(values) => values.get(usize::try_from(place.as_constant()?).ok()?).cloned(),
            Value::List(list) => self.list_item(list, &Affine::constant(place.clone())),
            Value::Tensor(tensor) => {
                Some(Value::Tensor(self.entry(tensor, &Affine::constant(place.clone()), &Affine::default())))
            }
            _ => None,
        }
    }

    /// The elements that `..` stands for, where they have a name: `rest @ ..`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn rest(&mut self, value: &Value, start: usize, count: Size, pattern: &syn::Pat) -> Option<Value> {
        if matches!(pattern, syn::Pat::Rest(_)) {
            return None;
        }
        match value {
            Value::Array(values) => {
                let end = start + usize::try_from(count.as_constant()?).ok()?;
                values.get(start..end).map(|part| Value::Array(part.to_vec()))
            }
            Value::List(list) => Some(Value::List(Box::new(list.part(&Affine::constant(Size::constant(start as i64)), count)))),
            Value::Tensor(tensor) => {
                let start = Affine::constant(Size::constant(start as i64));
                let part = self.rows_of(tensor, &start, &count);
                let reached = || format!("the pattern `{}`", spell(pattern));
                // A length that may be negative is none.
                if self.sizes.require_at_least(&count, &Size::constant(0), &reached).is_err() {
                    self.diagnostics.error(pattern, "there are fewer elements than this pattern takes");
                    return None;
                }
                Some(Value::Tensor(part))
            }
            _ => None,
        }
    }
}

/// `..`, or `rest @ ..`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
pub(super) fn is_rest(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Rest(_) => true,
        syn::Pat::Ident(name) => name.subpat.as_ref().is_some_and(|(_, inner)| is_rest(inner)),
        _ => false,
    }
}
