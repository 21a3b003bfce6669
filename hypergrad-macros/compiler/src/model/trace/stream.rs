//! Iterators, as a chain of adapters says them. What there is to know of one:
//!
//! - its `lengths`: how many items, exactly, by cases of sizes and outer indices ([`super::length`]);
//! - its items, in two ways: at fresh index variables, for a consumer, or at a given position, for an
//!   iterator that it is zipped with ([`super::piece`]).

use std::rc::Rc;

use syn::spanned::Spanned;

use super::Tracer;
use super::call::Call;
use super::compose::made_with;
use super::condition::{Comparison, Condition, conjunction};
use super::csr::{CsrRow, Part};
use super::grow::Made;
use super::list::List;
use super::place::Place;
use super::value::{Callable, Range, Tensor, Value};
use crate::ir::{Affine, Guard, Size};
use crate::model::Form;

#[derive(Clone, Debug)]
pub enum Stream {
    /// One item for each index of `start..end`, or of `start..`.
    Run {
        start: Affine,
        end: Option<Affine>,
        items: Items,
    },
    /// The entries of a matrix, column by column.
    Entries(Tensor),
    /// The stored entries of a row of a sparse matrix, read as all columns with a pattern.
    Stored(CsrRow, Part),
    Values(Vec<Value>),
    Mapped(Box<Stream>, Callable),
    Filtered(Box<Stream>, Callable),
    /// The items of the iterators that a closure makes of the items of one.
    Flat(Box<Stream>, Callable),
    Zipped(Box<Stream>, Box<Stream>),
    Enumerated(Box<Stream>),
    Reversed(Box<Stream>),
    Skipped(Box<Stream>, Affine),
    Taken(Box<Stream>, Affine),
    Strided(Box<Stream>, Size),
    Chained(Box<Stream>, Box<Stream>),
    /// Without a length of its own: read as far as a consumer asks.
    Steps(Steps),
    /// One of several: the guards of exactly one hold.
    Cases(Vec<(Vec<Guard>, Stream)>),
}

/// Items that are made one after the other.
#[derive(Clone, Debug)]
pub enum Steps {
    /// An item, and what a closure makes of it, and so on.
    Successors(Box<Value>, Callable),
    /// What a closure gives each time.
    Calls(Callable),
}

/// What stands at an index of a [`Stream::Run`].
#[derive(Clone, Debug)]
pub enum Items {
    Numbers,
    /// Of a vector.
    Entries(Tensor),
    Rows(Tensor),
    Columns(Tensor),
    /// Neighbouring entries of a vector, so many at a time.
    Windows(Tensor, Size),
    /// Of a list.
    Listed(List),
    /// Of a list that loops made.
    Made(Rc<Made>),
    /// References to the entries of a place, column by column, and a tensor of its shape.
    Places(Box<Place>, Tensor),
    /// References to neighbouring entries, so many at a time.
    WindowPlaces(Box<Place>, Size),
    /// References to the items of a list that is kept by its columns.
    ItemPlaces(Box<Place>),
    RowPlaces(Box<Place>, Tensor),
    ColumnPlaces(Box<Place>, Tensor),
}

impl Items {
    /// The cell to whose parts these are references.
    pub fn cell(&self) -> Option<usize> {
        match self {
            Self::ItemPlaces(place)
            | Self::Places(place, _)
            | Self::WindowPlaces(place, ..)
            | Self::RowPlaces(place, _)
            | Self::ColumnPlaces(place, _) => Some(place.cell),
            Self::Numbers | Self::Entries(_) | Self::Rows(_) | Self::Columns(_) | Self::Windows(..) => None,
            Self::Listed(_) | Self::Made(_) => None,
        }
    }
}

impl Stream {
    /// Over `0..length`.
    pub fn over(length: Size, items: Items) -> Self {
        Self::Run { start: Affine::default(), end: Some(Affine::constant(length)), items }
    }

    pub fn entries(tensor: Tensor) -> Self {
        match tensor.form {
            Form::Matrix => Self::Entries(tensor),
            Form::Scalar | Form::Column | Form::Row => Self::over(tensor.length(), Items::Entries(tensor)),
        }
    }

    pub fn list(list: List) -> Self {
        Self::over(list.length(), Items::Listed(list))
    }

    pub fn rows(tensor: Tensor) -> Self {
        Self::over(tensor.rows.clone(), Items::Rows(tensor))
    }

    pub fn columns(tensor: Tensor) -> Self {
        Self::over(tensor.columns.clone(), Items::Columns(tensor))
    }

    /// Of a column.
    pub fn windows(tensor: Tensor, width: Size) -> Self {
        Self::over(tensor.length().sub(&width).add(&Size::constant(1)), Items::Windows(tensor, width))
    }

    /// The list or array of which it is the whole.
    pub fn whole_list(&self) -> Option<Value> {
        match self {
            Self::Values(values) => Some(Value::Array(values.clone())),
            Self::Run { items: Items::Listed(list), start, end } => {
                let is_whole = *start == Affine::default() && end.as_ref().and_then(Affine::as_size) == Some(&list.length());
                is_whole.then(|| Value::List(Box::new(list.clone())))
            }
            Self::Run { .. }
            | Self::Entries(_)
            | Self::Stored(..)
            | Self::Mapped(..)
            | Self::Filtered(..)
            | Self::Flat(..)
            | Self::Zipped(..)
            | Self::Enumerated(_)
            | Self::Reversed(_)
            | Self::Skipped(..)
            | Self::Taken(..)
            | Self::Strided(..)
            | Self::Chained(..)
            | Self::Steps(_)
            | Self::Cases(_) => None,
        }
    }

    /// `skip`: of a run, one that starts later.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub fn skipped(self, count: &Affine) -> Self {
        match self {
            Self::Run { start, end, items } => Self::Run { start: start.add(count), end, items },
            Self::Mapped(inner, callable) => Self::Mapped(Box::new(inner.skipped(count)), callable),
            other => Self::Skipped(Box::new(other), count.clone()),
        }
    }

    /// Whether values decide which items there are, so that none has a known position.
    pub fn is_filtered(&self) -> bool {
        match self {
            Self::Filtered(..) | Self::Flat(..) => true,
            Self::Run { .. } | Self::Entries(_) | Self::Stored(..) | Self::Values(_) | Self::Steps(_) => false,
            Self::Mapped(inner, _)
            | Self::Enumerated(inner)
            | Self::Reversed(inner)
            | Self::Skipped(inner, _)
            | Self::Taken(inner, _)
            | Self::Strided(inner, _) => inner.is_filtered(),
            Self::Cases(cases) => cases.iter().any(|(_, inner)| inner.is_filtered()),
            Self::Zipped(first, second) | Self::Chained(first, second) => first.is_filtered() || second.is_filtered(),
        }
    }

    /// Whether it is one of several ranges `start..end`.
    pub fn is_range(&self) -> bool {
        let Self::Cases(cases) = self else { return false };
        cases.iter().all(|(_, range)| matches!(range, Self::Run { end: Some(_), items: Items::Numbers, .. }))
    }

    /// Whether its pieces, where there are several, are in the order of its items.
    pub fn is_in_order(&self) -> bool {
        match self {
            Self::Run { .. } | Self::Entries(_) | Self::Stored(..) | Self::Values(_) | Self::Steps(_) => true,
            Self::Mapped(inner, _)
            | Self::Filtered(inner, _)
            | Self::Enumerated(inner)
            | Self::Skipped(inner, _)
            | Self::Taken(inner, _) => inner.is_in_order(),
            Self::Zipped(first, second) | Self::Chained(first, second) => first.is_in_order() && second.is_in_order(),
            Self::Reversed(_) | Self::Strided(..) | Self::Flat(..) | Self::Cases(_) => false,
        }
    }

    /// Whether it is to be made as far as it is read.
    pub fn is_made_in_steps(&self) -> bool {
        match self {
            Self::Steps(_) => true,
            Self::Run { .. } | Self::Entries(_) | Self::Stored(..) | Self::Values(_) => false,
            Self::Mapped(inner, _)
            | Self::Filtered(inner, _)
            | Self::Flat(inner, _)
            | Self::Enumerated(inner)
            | Self::Reversed(inner)
            | Self::Skipped(inner, _)
            | Self::Taken(inner, _)
            | Self::Strided(inner, _) => inner.is_made_in_steps(),
            Self::Zipped(first, second) | Self::Chained(first, second) => first.is_made_in_steps() || second.is_made_in_steps(),
            Self::Cases(cases) => cases.iter().any(|(_, inner)| inner.is_made_in_steps()),
        }
    }

    /// Whether its items are those that are made in steps, each or what a closure makes of it.
    pub fn is_as_made_in_steps(&self) -> bool {
        match self {
            Self::Steps(_) => true,
            Self::Mapped(inner, _) => inner.is_as_made_in_steps(),
            Self::Run { .. }
            | Self::Entries(_)
            | Self::Stored(..)
            | Self::Values(_)
            | Self::Filtered(..)
            | Self::Flat(..)
            | Self::Zipped(..)
            | Self::Enumerated(_)
            | Self::Reversed(_)
            | Self::Skipped(..)
            | Self::Taken(..)
            | Self::Strided(..)
            | Self::Chained(..)
            | Self::Cases(_) => false,
        }
    }

    pub fn is_endless(&self) -> bool {
        match self {
            Self::Run { end, .. } => end.is_none(),
            Self::Steps(_) => true,
            Self::Entries(_) | Self::Stored(..) | Self::Values(_) | Self::Taken(..) => false,
            Self::Mapped(inner, _)
            | Self::Filtered(inner, _)
            | Self::Flat(inner, _)
            | Self::Enumerated(inner)
            | Self::Reversed(inner)
            | Self::Skipped(inner, _)
            | Self::Strided(inner, _) => inner.is_endless(),
            Self::Cases(cases) => cases.iter().any(|(_, inner)| inner.is_endless()),
            Self::Zipped(first, second) => first.is_endless() && second.is_endless(),
            Self::Chained(first, second) => first.is_endless() || second.is_endless(),
        }
    }

    /// The axes of the tensor whose entries, rows or columns the items are, one for each.
    fn tensor_axes(&self) -> Option<Vec<Size>> {
        match self {
            Self::Run { start, end, items } => {
                let length = match items {
                    Items::Listed(list) => list.length(),
                    Items::Made(made) => made.length(),
                    Items::Places(_, tensor) if tensor.form == Form::Matrix => {
                        return Some(vec![tensor.columns.clone(), tensor.rows.clone()]);
                    }
                    Items::Entries(tensor) | Items::Places(_, tensor) => tensor.length(),
                    Items::Rows(tensor) | Items::RowPlaces(_, tensor) => tensor.rows.clone(),
                    Items::Columns(tensor) | Items::ColumnPlaces(_, tensor) => tensor.columns.clone(),
                    Items::Numbers | Items::Windows(..) | Items::WindowPlaces(..) | Items::ItemPlaces(_) => return None,
                };
                let whole = *start == Affine::default() && end.as_ref().and_then(Affine::as_size) == Some(&length);
                whole.then(|| vec![length])
            }
            Self::Entries(tensor) => Some(vec![tensor.columns.clone(), tensor.rows.clone()]),
            Self::Mapped(inner, _) | Self::Enumerated(inner) | Self::Reversed(inner) => inner.tensor_axes(),
            Self::Zipped(first, second) => first.tensor_axes().filter(|_| second.tensor_axes().is_some()),
            Self::Stored(..)
            | Self::Values(_)
            | Self::Filtered(..)
            | Self::Flat(..)
            | Self::Skipped(..)
            | Self::Taken(..)
            | Self::Strided(..)
            | Self::Chained(..)
            | Self::Steps(_)
            | Self::Cases(..) => None,
        }
    }
}

impl Tracer<'_> {
    /// Item `k` is item `k % n` of n.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn cycled(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Stream> {
        if self.refuse_filtered(call, stream) {
            return None;
        }
        let length = self.constant_length(call, stream)?;
        let function = self.calls.last().cloned().unwrap_or_default();
        let place = || format!("{function}: {}", call.name());
        let is_some = self.sizes.require_at_least(&length, &Size::constant(1), &place).is_ok();
        let items = self.collected(call, stream)?;
        let items = match items {
            items if !is_some || matches!(items, Value::Stream(_)) => {
                self.diagnostics.error_with_help(
                    call.site.span,
                    "`cycle` is read of numbers, and of lists that are written out",
                    "read items at their indices: `(0..n).map(|i| &v[i % v.len()])`",
                );
                return None;
            }
            Value::Array(items) => match self.tensor_of(Value::Array(items.clone())) {
                Some(column) => Value::Tensor(column),
                None => Value::Array(items),
            },
            other => other,
        };
        let span = call.site.span;
        let item = made_with(quote::quote_spanned! { span=> |k| __first[k % __second] }, [items, Value::count(length)]);
        let endless = Stream::Run { start: Affine::default(), end: None, items: Items::Numbers };
        Some(Stream::Mapped(Box::new(endless), item))
    }

    /// A range as an iterator.
    pub(super) fn range_stream(&mut self, range: Range) -> Stream {
        let resolve = |index: &Affine| index.map_sizes(&|size| self.sizes.resolve(size));
        let (start, end) = (resolve(&range.start.unwrap_or_default()), range.end.as_ref().map(resolve));
        Stream::Run { start, end, items: Items::Numbers }
    }

    /// `zip`: tensors whose lengths are not known are taken to be equally long, which is checked
    /// when the program runs.
    pub(super) fn zipped(&mut self, first: Stream, second: Stream) -> Stream {
        if let (Some(a), Some(b)) = (first.tensor_axes(), second.tensor_axes())
            && a.len() == b.len()
        {
            for (a, b) in a.iter().zip(&b) {
                let (a, b) = (self.sizes.resolve(a), self.sizes.resolve(b));
                if a.as_symbol().is_some() && b.as_symbol().is_some() {
                    // Two symbols are always made equal.
                    let _unified = self.sizes.unify(&a, &b);
                }
            }
        }
        Stream::Zipped(Box::new(first), Box::new(second))
    }

    /// `take`: of a run, one that ends earlier, where it is known which end comes first.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn taken(&mut self, stream: Stream, count: &Affine) -> Stream {
        match stream {
            Stream::Run { start, end: Some(end), items } => {
                let cut = start.add(count);
                match self.compare_indices(Comparison::Le, &end, &cut) {
                    Condition::Constant(true) => Stream::Run { start, end: Some(end), items },
                    Condition::Constant(false) => Stream::Run { start, end: Some(cut), items },
                    Condition::Index(_) | Condition::Scalar(_) | Condition::Not(_) | Condition::And(_) | Condition::Or(_) => {
                        Stream::Taken(Box::new(Stream::Run { start, end: Some(end), items }), count.clone())
                    }
                }
            }
            Stream::Run { start, end: None, items } => {
                let end = Some(start.add(count));
                Stream::Run { start, end, items }
            }
            Stream::Mapped(inner, callable) => Stream::Mapped(Box::new(self.taken(*inner, count)), callable),
            other => Stream::Taken(Box::new(other), count.clone()),
        }
    }

    /// `if condition { first } else { second }`, where indices decide the condition.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn either(&mut self, condition: &Condition, first: Stream, second: Stream) -> Option<Stream> {
        let (then, rest) = (condition.cases()?, condition.clone().not().cases()?);
        let mut all = Vec::new();
        for (cases, stream) in [(then, first), (rest, second)] {
            let parts = match stream {
                Stream::Cases(parts) => parts,
                stream => vec![(Vec::new(), stream)],
            };
            for guards in cases {
                let both = parts.iter().filter_map(|(own, part)| Some((conjunction(&guards, own)?, part.clone())));
                all.extend(both);
                if self.has_too_many_cases(all.len()) {
                    return None;
                }
            }
        }
        Some(Stream::Cases(all))
    }
}

impl Callable {
    pub(super) fn span(&self) -> proc_macro2::Span {
        match self {
            Self::Closure(closure) => closure.syntax.inputs_begin.span(),
            Self::Local(local) => local.function.sig.ident.span(),
            Self::Path(path) => path.span(),
        }
    }
}
