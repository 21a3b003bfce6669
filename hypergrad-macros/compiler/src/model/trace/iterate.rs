//! Iterator methods, and the consumers: a sum over a range is one product, however long it is.

use quote::quote_spanned;

use super::Tracer;
use super::call::{Call, Outcome};
use super::compose::made;
use super::condition::{Comparison, Condition};
use super::contract::{Contraction, Factor};
use super::csr::STORED_HELP;
use super::length::Lengths;
use super::piece::Piece;
use super::result::collects_options;
use super::search::End;
use super::stream::Stream;
use super::value::{LoopVariable, Tensor, Value};
use super::words::{
    self, AdapterWithWord, AdapterWord, ComposedWord, ConsumerWord, EntryWord, ItemWord, SearchWord, StateWord, StepsWord,
};
use crate::ir::{Affine, Guard, Size, Test};
use crate::model::Form;

pub fn names() -> Vec<&'static str> {
    words::names(&[
        AdapterWord::NAMES,
        AdapterWithWord::NAMES,
        ConsumerWord::NAMES,
        StepsWord::NAMES,
        StateWord::NAMES,
        ComposedWord::NAMES,
        ItemWord::NAMES,
        SearchWord::NAMES,
    ])
}

/// A piece with its item evaluated: what exists there, under which conditions.
pub struct Opened {
    pub(super) variables: Vec<LoopVariable>,
    pub(super) extents: Vec<Size>,
    pub(super) guards: Vec<Guard>,
    /// Of the filters.
    pub(super) condition: Condition,
    pub(super) position: Option<Affine>,
    pub(super) item: Value,
    pub(super) pattern: Option<Factor>,
}

impl Tracer<'_> {
    pub(super) fn stream_method(&mut self, call: &Call<'_>, mut stream: Stream, mut arguments: Vec<Value>) -> Outcome {
        if stream.is_endless() && reads_to_the_end(call.name()) {
            stream = self.ended_by_constants(&stream).unwrap_or(stream);
        }
        if let Some(word) = StepsWord::named(call.name()) {
            return self.done_in_steps(call, word, &stream, arguments);
        }
        let stream = if needs_places(call.name()) { self.unnested(stream, call.site.span) } else { stream };
        if let Some(word) = ComposedWord::named(call.name()) {
            return self.composed_stream(call, word, stream, &arguments);
        }
        if let Some(word) = StateWord::named(call.name()) {
            return self.stateful_stream(call, word, &stream, &arguments);
        }
        if EntryWord::named(call.name()) == Some(EntryWord::first) && arguments.is_empty() {
            let first = if stream.is_filtered() {
                self.kept_item(call, &stream, End::Front)
            } else {
                self.item_if_any(call, &stream, &Affine::default())
            };
            return Outcome::Known(first.map(|first| Value::Choice(Box::new(first))));
        }
        if let Some(word) = SearchWord::named(call.name()) {
            return self.searched(call, word, stream, &arguments);
        }
        if let Some(word) = ItemWord::named(call.name()) {
            return self.one_item(call, word, &stream, &arguments);
        }
        match (AdapterWord::named(call.name()), ConsumerWord::named(call.name()), AdapterWithWord::named(call.name())) {
            (Some(word), ..) if arguments.is_empty() => self.adapted(call, word, stream),
            (_, Some(word), _) if arguments.is_empty() => self.consumed(call, word, &stream),
            (.., Some(word)) if arguments.len() == 1 => match arguments.pop() {
                Some(argument) => self.adapted_with(call, word, stream, argument),
                None => Outcome::Unknown,
            },
            _ => Outcome::Unknown,
        }
    }

    fn done_in_steps(&mut self, call: &Call<'_>, word: StepsWord, stream: &Stream, mut arguments: Vec<Value>) -> Outcome {
        let count = match word {
            StepsWord::fold | StepsWord::rfold | StepsWord::try_fold => 2,
            StepsWord::for_each | StepsWord::try_for_each => 1,
        };
        if arguments.len() != count {
            return Outcome::Unknown;
        }
        let Some(callable) = self.callable_at(call, &arguments[count - 1..], 0) else { return Outcome::Known(None) };
        Outcome::Known(match word {
            StepsWord::rfold if stream.is_endless() => self.refuse_endless(call),
            StepsWord::rfold => {
                let reversed = Stream::Reversed(Box::new(stream.clone()));
                self.fold(&reversed, arguments.swap_remove(0), &callable, call.site.span)
            }
            StepsWord::fold => self.fold(stream, arguments.swap_remove(0), &callable, call.site.span),
            StepsWord::try_fold => self.try_fold(stream, arguments.swap_remove(0), &callable, call.site.span),
            StepsWord::try_for_each => {
                let step = made(quote_spanned! { call.site.span=> |_, item| __given(item) }, Some(Value::Callable(callable)));
                self.try_fold(stream, Value::Tuple(Vec::new()), &step, call.site.span)
            }
            StepsWord::for_each => self.for_each(stream, &callable, call.site.span),
        })
    }

    fn adapted(&mut self, call: &Call<'_>, word: AdapterWord, stream: Stream) -> Outcome {
        match word {
            AdapterWord::iter | AdapterWord::into_iter | AdapterWord::copied | AdapterWord::cloned | AdapterWord::peekable => {
                self.wrapped(call, stream)
            }
            AdapterWord::enumerate if stream.is_filtered() => match self.written_kept(call, &stream) {
                Some(written) => self.wrapped(call, Stream::Enumerated(Box::new(written))),
                None => self.of_kept(call, &stream, |tracer| tracer.ranked(call, &stream)),
            },
            AdapterWord::enumerate => self.wrapped(call, Stream::Enumerated(Box::new(stream))),
            AdapterWord::rev if stream.is_endless() => Outcome::Known(self.refuse_endless(call)),
            AdapterWord::cycle if stream.is_endless() => self.wrapped(call, stream),
            AdapterWord::cycle => match self.cycled(call, &stream) {
                Some(stream) => self.wrapped(call, stream),
                None => Outcome::Known(None),
            },
            AdapterWord::rev => self.wrapped(call, Stream::Reversed(Box::new(stream))),
        }
    }

    fn consumed(&mut self, call: &Call<'_>, word: ConsumerWord, stream: &Stream) -> Outcome {
        if word != ConsumerWord::sum && stream.stored_row().is_some() {
            return self.refuse_stored(call);
        }
        if word == ConsumerWord::collect {
            if let Some(own) = self.collected_as_own(call, &Value::Stream(Box::new(stream.clone()))) {
                return Outcome::Known(own);
            }
            if self.refuse_collected(call) {
                return Outcome::Known(None);
            }
        }
        Outcome::Known(match word {
            ConsumerWord::sum => self.sum_stream(call, stream),
            ConsumerWord::product => self.product_stream(call, stream),
            ConsumerWord::count | ConsumerWord::len => self.count_stream(call, stream),
            ConsumerWord::is_empty => {
                let count = self.count_stream(call, stream);
                count.and_then(|count| self.compared(Comparison::Eq, count, Value::count(Size::constant(0)))).map(Value::Bool)
            }
            ConsumerWord::collect if collects_options(call) => {
                self.of_all_there(call, stream, &mut |tracer, held| tracer.gathered_items(call, held))
            }
            ConsumerWord::collect if self.collects_results(call, stream) => {
                self.of_all_right(call, stream, &mut |tracer, held| tracer.gathered_items(call, held))
            }
            ConsumerWord::collect if stream.is_filtered() => match self.written_kept(call, stream) {
                Some(written) => self.collected(call, &written),
                None => self.kept_items(stream),
            },
            ConsumerWord::collect => self.collected(call, stream),
        })
    }

    fn adapted_with(&mut self, call: &Call<'_>, word: AdapterWithWord, stream: Stream, argument: Value) -> Outcome {
        let counts = match word {
            AdapterWithWord::zip | AdapterWithWord::skip | AdapterWithWord::take | AdapterWithWord::step_by => true,
            AdapterWithWord::map | AdapterWithWord::filter | AdapterWithWord::flat_map | AdapterWithWord::chain => false,
        };
        let stream = if counts && stream.is_filtered() { self.written_kept(call, &stream).unwrap_or(stream) } else { stream };
        match word {
            AdapterWithWord::map | AdapterWithWord::filter => {
                let Some(callable) = self.callable_at(call, std::slice::from_ref(&argument), 0) else {
                    return Outcome::Known(None);
                };
                if word == AdapterWithWord::map
                    && let Some(mapped) = self.mapped_in_steps(call, &stream, &callable)
                {
                    return Outcome::Known(mapped.map(|stream| Value::Stream(Box::new(stream))));
                }
                let with = if word == AdapterWithWord::map { Stream::Mapped } else { Stream::Filtered };
                self.wrapped(call, with(Box::new(stream), callable))
            }
            AdapterWithWord::flat_map => {
                let Some(callable) = self.callable_at(call, std::slice::from_ref(&argument), 0) else {
                    return Outcome::Known(None);
                };
                self.wrapped(call, Stream::Flat(Box::new(stream), callable))
            }
            AdapterWithWord::chain => match self.other_stream(call, argument) {
                Some(other) => self.wrapped(call, Stream::Chained(Box::new(stream), Box::new(other))),
                None => Outcome::Known(None),
            },
            // The others count positions.
            AdapterWithWord::skip | AdapterWithWord::take if stream.is_filtered() => {
                let Some(count) = self.index_at(argument, &call.place(1)) else { return Outcome::Known(None) };
                let (first, count) = (word == AdapterWithWord::take, Value::Index(count));
                self.of_kept(call, &stream, |tracer| tracer.kept_beside(call, &stream, &count, first))
            }
            AdapterWithWord::step_by if stream.is_filtered() => {
                let Some(step) = self.size_at(argument, &call.place(1)) else { return Outcome::Known(None) };
                self.of_kept(call, &stream, |tracer| tracer.kept_by_steps(call, &stream, &step))
            }
            AdapterWithWord::zip if stream.is_filtered() => {
                let Some(list) = self.list_beside(call, argument) else { return Outcome::Known(None) };
                self.of_kept(call, &stream, |tracer| tracer.kept_zipped(call, &stream, list, true))
            }
            _ if self.refuse_filtered(call, &stream) => Outcome::Known(None),
            AdapterWithWord::zip => match self.other_stream(call, argument).map(|other| self.unnested(other, call.site.span)) {
                Some(other) if other.is_filtered() && !stream.is_endless() => {
                    let Some(list) = self.collected(call, &stream) else { return Outcome::Known(None) };
                    self.of_kept(call, &other, |tracer| tracer.kept_zipped(call, &other, list, false))
                }
                Some(other) if !self.refuse_filtered(call, &other) => match self.both_ended(call, stream, other) {
                    Some((stream, other)) if stream.is_filtered() => {
                        let Some(list) = self.collected(call, &other) else { return Outcome::Known(None) };
                        self.of_kept(call, &stream, |tracer| tracer.kept_zipped(call, &stream, list, true))
                    }
                    Some((stream, other)) if other.is_filtered() => {
                        let Some(list) = self.collected(call, &stream) else { return Outcome::Known(None) };
                        self.of_kept(call, &other, |tracer| tracer.kept_zipped(call, &other, list, false))
                    }
                    Some((stream, other)) => {
                        let zipped = self.zipped(stream, other);
                        self.wrapped(call, zipped)
                    }
                    None => Outcome::Known(None),
                },
                _ => Outcome::Known(None),
            },
            AdapterWithWord::skip | AdapterWithWord::take => {
                let Some(count) = self.index_at(argument, &call.place(1)) else { return Outcome::Known(None) };
                if word == AdapterWithWord::skip {
                    return self.wrapped(call, stream.skipped(&count));
                }
                let is_as_made = stream.is_as_made_in_steps();
                let Some(stream) = self.as_far_as(call, stream, &count) else { return Outcome::Known(None) };
                if stream.is_filtered() {
                    // Steps that ended early: none of them is beyond the count.
                    return if is_as_made || !self.refuse_filtered(call, &stream) {
                        self.wrapped(call, stream)
                    } else {
                        Outcome::Known(None)
                    };
                }
                let shorter = self.taken(stream, &count);
                self.wrapped(call, shorter)
            }
            AdapterWithWord::step_by => match self.size_at(argument, &call.place(1)) {
                Some(step) if step.is_zero() => {
                    self.diagnostics.error(call.site.span, "`step_by` takes a step of at least 1");
                    Outcome::Known(None)
                }
                Some(step) => self.wrapped(call, Stream::Strided(Box::new(stream), step)),
                None => Outcome::Known(None),
            },
        }
    }

    /// What is zipped with the items that pass a filter, as a list.
    fn list_beside(&mut self, call: &Call<'_>, other: Value) -> Option<Value> {
        let other = self.other_stream(call, other)?;
        let other = self.unnested(other, call.site.span);
        if self.refuse_filtered(call, &other) {
            return None;
        }
        if other.is_endless() {
            return self.refuse_endless(call);
        }
        self.collected(call, &other)
    }

    /// An iterator made of the items that pass a filter, or a refusal where they are of several.
    fn of_kept(&mut self, call: &Call<'_>, stream: &Stream, make: impl FnOnce(&mut Self) -> Option<Stream>) -> Outcome {
        if stream.is_endless() {
            return Outcome::Known(self.refuse_endless(call));
        }
        let before = self.diagnostics.len();
        match make(self) {
            Some(made) => self.wrapped(call, made),
            None => {
                if self.diagnostics.len() == before {
                    self.refuse_filtered(call, stream);
                }
                Outcome::Known(None)
            }
        }
    }

    /// The argument of `zip` and `chain`.
    pub(super) fn other_stream(&mut self, call: &Call<'_>, other: Value) -> Option<Stream> {
        let found = other.describe();
        let other = self.stream_of(other);
        if other.is_none() {
            let place = call.place(1);
            self.diagnostics.error(&place, format!("expected an iterator, found {found}"));
        }
        other
    }

    /// An iterator made of others.
    fn wrapped(&mut self, call: &Call<'_>, stream: Stream) -> Outcome {
        if stream.misreads_stored() {
            return self.refuse_stored(call);
        }
        Outcome::Known(Some(Value::Stream(Box::new(stream))))
    }

    fn refuse_stored(&mut self, call: &Call<'_>) -> Outcome {
        let message = format!("`{}` of the stored entries of a row is not accepted: how many there are is data", call.name());
        self.diagnostics.error_with_help(call.site.span, message, STORED_HELP);
        Outcome::Known(None)
    }

    /// What counts positions has none after a filter.
    pub(super) fn refuse_filtered(&mut self, call: &Call<'_>, stream: &Stream) -> bool {
        let filtered = stream.is_filtered();
        if filtered {
            self.diagnostics.error_with_help(
                call.site.span,
                format!(
                    "`{}` after `filter` or `flat_map` is not accepted: the place of each item is decided there",
                    call.name()
                ),
                "filter last, or weigh by a condition: `.map(|t| if t > 0.0 { t } else { 0.0 })`",
            );
        }
        filtered
    }

    pub(super) fn refuse_endless<T>(&mut self, call: &Call<'_>) -> Option<T> {
        let help = "give the range an end, `0..n`, or take as many items as there can be: `.take(100)`";
        self.diagnostics.error_with_help(call.site.span, "this iterator has no end", help);
        None
    }

    /// The pieces of an iterator.
    fn ended(&mut self, call: &Call<'_>, stream: &Stream, ordered: bool) -> Option<Vec<Piece>> {
        if stream.is_endless() {
            return self.refuse_endless(call);
        }
        let before = self.diagnostics.len();
        let pieces = self.pieces(stream, ordered);
        if pieces.is_none() {
            self.refuse_bounds(call, before);
        }
        pieces
    }

    /// Unless another reason was said since there were so many errors.
    pub(super) fn refuse_bounds(&mut self, call: &Call<'_>, before: usize) {
        if self.diagnostics.len() > before {
            return;
        }
        self.diagnostics.error_with_help(
            call.site.span,
            "how many items this iterator has is not found: a factor of an index in its bounds has no known sign",
            "use bounds that are sums of indices and counts, and a condition on the index inside",
        );
    }

    /// Evaluates the item of a piece, inside the conditions under which it exists; `Some(None)` where it never does.
    fn open(&mut self, piece: Piece) -> Option<Option<Opened>> {
        let depth = self.arms.len();
        self.arms.extend(piece.guards.iter().cloned().map(Condition::Index));
        let found = self.for_each_index(|tracer| tracer.filtered_item(&piece));
        self.arms.truncate(depth);
        let (condition, item) = found?;
        let Piece { variables, extents, guards, position, pattern, .. } = piece;
        Some(item.map(|item| Opened { variables, extents, guards, condition, position, item, pattern }))
    }

    /// The conditions of the filters, each evaluated where the ones before hold, and the item, unless there never is one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn filtered_item(&mut self, piece: &Piece) -> Option<(Condition, Option<Value>)> {
        let mut all = Condition::Constant(true);
        for (item, filter) in &piece.filters {
            let item = self.item_value(item)?;
            match self.call_value(filter, vec![item], filter.place())? {
                Value::Bool(condition) => {
                    if !Self::is_certain(&condition) {
                        self.arms.push(condition.clone());
                    }
                    all = all.and(condition);
                    if all == Condition::Constant(false) {
                        return Some((all, None));
                    }
                }
                other => {
                    let message = format!("the closure of `filter` gives {}: expected a condition", other.describe());
                    self.diagnostics.error(filter.place(), message);
                    return None;
                }
            }
        }
        let item = self.item_value(&piece.item)?;
        Some((all, Some(item)))
    }

    /// All pieces with their items; every mistake is reported.
    pub(super) fn opened(&mut self, call: &Call<'_>, stream: &Stream, ordered: bool) -> Option<Vec<Opened>> {
        let (mistakes, inferred) = (self.diagnostics.len(), self.inferred.len());
        let pieces = self.ended(call, stream, ordered)?;
        let variables: Vec<LoopVariable> = pieces.iter().flat_map(|piece| piece.variables.clone()).collect();
        let opened: Vec<Option<Option<Opened>>> = pieces.into_iter().map(|piece| self.open(piece)).collect();
        if let before @ Some(_) = self.apart_at(&variables)
            && let Some(stream) = self.reread(before, |tracer| tracer.written_out(stream))
        {
            self.diagnostics.truncate(mistakes);
            self.inferred.truncate(inferred);
            return self.opened(call, &stream, ordered);
        }
        let opened: Option<Vec<Option<Opened>>> = opened.into_iter().collect();
        Some(opened?.into_iter().flatten().collect())
    }

    /// `collect`: scalars as a column, a list that is written out as an array; what else there is
    /// stays an iterator, since nothing changes before its items are read.
    pub(super) fn collected(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Value> {
        let mut opened = self.opened(call, stream, true)?;
        let listed = opened.len() != 1 && opened.iter().all(|piece| piece.variables.is_empty() && piece.guards.is_empty());
        if listed {
            opened.sort_by_key(|piece| piece.position.as_ref()?.as_size()?.as_constant());
            return Some(Value::Array(opened.into_iter().map(|piece| piece.item).collect()));
        }
        let scalars = opened.iter().all(|piece| matches!(&piece.item, Value::Tensor(tensor) if tensor.is_scalar()));
        // Where sizes or outer indices decide between several lengths, it is no column.
        if !scalars || self.length_of_most(stream)?.is_none() {
            return self.kept_items(stream);
        }
        self.column_of(call, stream, opened).map(Value::Tensor)
    }

    /// The scalars of an iterator as a column.
    pub(super) fn column_of_stream(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Tensor> {
        if stream.stored_row().is_some() {
            self.refuse_stored(call);
            return None;
        }
        if stream.is_filtered() {
            let stream = self.unnested(stream.clone(), call.site.span);
            return if self.refuse_filtered(call, &stream) { None } else { self.column_of_stream(call, &stream) };
        }
        let opened = self.opened(call, stream, true)?;
        self.column_of(call, stream, opened)
    }

    /// The same of an iterator that is longer for some outer indices than for others: zeros where there is no item.
    pub(super) fn column_as_far(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Tensor> {
        let is_known = stream.stored_row().is_some() || stream.is_filtered() || stream.is_endless();
        if is_known || self.is_of_one_length(stream)? {
            return self.column_of_stream(call, stream);
        }
        let Some(length) = self.reach(stream) else {
            return self.column_of_stream(call, stream);
        };
        let opened = self.opened(call, stream, true)?;
        self.column_of_length(call, &length, opened)
    }

    /// Whether it is equally long for all outer indices.
    pub(super) fn is_of_one_length(&mut self, stream: &Stream) -> Option<bool> {
        let size = self.length_of_most(stream)?;
        Some(size.is_some_and(|(size, _)| !self.sizes.varies(&size)))
    }

    /// Each item at its position.
    fn column_of(&mut self, call: &Call<'_>, stream: &Stream, opened: Vec<Opened>) -> Option<Tensor> {
        let length = self.constant_length(call, stream)?;
        self.column_of_length(call, &length, opened)
    }

    fn column_of_length(&mut self, call: &Call<'_>, length: &Size, opened: Vec<Opened>) -> Option<Tensor> {
        let mut column: Option<Tensor> = None;
        for piece in opened {
            let item = self.summand(call, &piece.item).filter(Tensor::is_scalar)?;
            let contraction = Contraction {
                factors: vec![Factor { tensor: item, index: Vec::new() }],
                guards: piece.guards,
                local: piece.variables,
                out: vec![piece.position?],
                ..Contraction::default()
            };
            let part = self.contract(contraction, Form::Column, length, &Size::constant(1));
            column = Some(match column {
                None => part,
                Some(column) => self.linear(&[(1.0, &column), (1.0, &part)]),
            });
        }
        let zero = self.number(0.0);
        Some(column.unwrap_or_else(|| self.fill(&zero, Form::Column, length, &Size::constant(1))))
    }

    /// A length that is one size for all outer indices. Where sizes decide it (`n - 1`, or nothing),
    /// that they decide for the most is checked when the program runs.
    pub(super) fn constant_length(&mut self, call: &Call<'_>, stream: &Stream) -> Option<Size> {
        let Some((size, needed)) = self.length_of_most(stream)? else {
            let message = format!("`{}` takes as many items for every outer index", call.name());
            self.diagnostics.error_with_help(
                call.site.span,
                message,
                "use a range that is the same for all indices, and a condition on the index inside",
            );
            return None;
        };
        for least in needed.into_iter().chain([size.clone()]) {
            // What no size satisfies was no case.
            let function = self.calls.last().cloned().unwrap_or_default();
            let place = || format!("{function}: {}", call.name());
            let _checked = self.sizes.require_at_least(&least, &Size::zero(), &place);
        }
        Some(size)
    }

    /// The length in the case that all but a few sizes are in, where it is one size, and what is then not negative.
    fn length_of_most(&mut self, stream: &Stream) -> Option<Option<(Size, Vec<Size>)>> {
        let some = self.lengths_of_some(stream)?;
        if some.is_empty() {
            return Some(Some((Size::zero(), Vec::new())));
        }
        let Some((guards, length)) = some.iter().find(|(guards, _)| guards.iter().all(is_general)) else { return Some(None) };
        let size = if guards.is_empty() { self.size_of_index(length) } else { length.as_size().cloned() };
        let Some(size) = size else { return Some(None) };
        let least = |guard: &Guard| least_of(guard, &size, &some);
        let needed = guards.iter().map(least).collect();
        Some(Some((size, needed)))
    }
}

/// `n - 1 >= 0`, which all but a few sizes satisfy.
fn is_general(guard: &Guard) -> bool {
    let grows = guard.affine.constant.terms().all(|(symbols, count)| symbols.is_empty() || count > 0);
    guard.affine.terms.is_empty() && guard.test == Test::NonNegative && grows
}

/// What is not negative where a guard holds, or where it just does not and the length is the same: `take(2)` of two items
/// has two, though it is the case of all.
fn least_of(guard: &Guard, size: &Size, all: &Lengths) -> Size {
    let least = guard.affine.constant.clone();
    let next = least.add(&Size::constant(1));
    // Each of the others is as long there: which of them holds is not looked at.
    let meets = |other: &Size| other.sub(size) == next;
    let mut others = all.iter().map(|(_, other)| other.as_size()).filter(|other| *other != Some(size));
    let is_met = others.clone().next().is_some() && others.all(|other| other.is_some_and(meets));
    if is_met { next } else { least }
}

/// Whether a method asks an iterator for all that it has.
fn reads_to_the_end(name: &str) -> bool {
    let is_consumer = ConsumerWord::named(name).is_some() || StepsWord::named(name).is_some();
    let is_turned = matches!(AdapterWord::named(name), Some(AdapterWord::rev | AdapterWord::cycle));
    let is_lazy = |word: ComposedWord| matches!(word, ComposedWord::inspect | ComposedWord::flatten | ComposedWord::filter_map);
    let is_composed = ComposedWord::named(name).is_some_and(|word| !is_lazy(word));
    let is_while = |word: SearchWord| matches!(word, SearchWord::take_while | SearchWord::skip_while | SearchWord::map_while);
    let is_search = SearchWord::named(name).is_some_and(|word| !is_while(word));
    is_consumer || is_turned || is_composed || is_search || ItemWord::named(name) == Some(ItemWord::last)
}

/// Whether a method of iterators asks for the places of the items.
fn needs_places(name: &str) -> bool {
    let by_item = matches!(AdapterWord::named(name), Some(AdapterWord::enumerate | AdapterWord::cycle));
    let by_count = AdapterWithWord::named(name).is_some_and(|word| match word {
        AdapterWithWord::zip | AdapterWithWord::skip | AdapterWithWord::take | AdapterWithWord::step_by => true,
        AdapterWithWord::map | AdapterWithWord::filter | AdapterWithWord::flat_map | AdapterWithWord::chain => false,
    });
    by_item
        || by_count
        || StateWord::named(name).is_some()
        || SearchWord::named(name).is_some()
        || ItemWord::named(name).is_some()
}
