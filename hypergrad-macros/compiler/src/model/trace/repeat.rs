//! `for` loops, `for_each` and `fold`: one step is read for all items of the iterator at once.
//!
//! Items of a list are steps of their own. Where a step needs the one before, and there are few of them,
//! they are written out ([`super::unroll`]).

use std::rc::Rc;

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Tracer;
use super::cells::{Cells, FrameKind};
use super::condition::Condition;
use super::contract::Factor;
use super::piece::Piece;
use super::stream::Stream;
use super::value::{Callable, LoopVariable, Tensor, Value};
use crate::ir::{Guard, Size};
use crate::shape::Sizes;

/// What a piece of an iterator says of the steps that are done for it.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    pub variables: Vec<LoopVariable>,
    pub extents: Vec<Size>,
    pub guards: Vec<Guard>,
    pub pattern: Option<Factor>,
}

/// Reads one step of a loop, for an item.
pub type Step<'s> = &'s mut dyn FnMut(&mut Tracer<'_>, Value);

impl Tracer<'_> {
    pub(super) fn for_loop(&mut self, repeated: &syn::ExprForLoop) -> Option<Value> {
        let unit = Some(Value::Tuple(Vec::new()));
        let iterated = self.expression(&repeated.expr);
        let Some(iterated) = iterated else {
            // Its mistakes are reported all the same.
            self.bind_refused(&repeated.pat);
            self.block(&repeated.body, None);
            return unit;
        };
        let found = iterated.describe();
        let Some(stream) = self.iterator_of(iterated) else {
            let message = format!("`for` runs over ranges, iterators, vectors and arrays, and found {found}");
            self.diagnostics.error(&*repeated.expr, message);
            return unit;
        };
        let mut changed = self.changed_in_block(&repeated.body, &[&repeated.pat]);
        changed.extend(stream.cells());
        self.repeat(&stream, changed, repeated.for_token.span(), &mut |tracer, item| {
            let outer = tracer.environment.clone();
            tracer.bind_pattern(&repeated.pat, Some(item));
            tracer.block(&repeated.body, None);
            tracer.environment = outer;
        });
        unit
    }

    /// What `for` runs over: iterators, and references to what has entries.
    fn iterator_of(&mut self, value: Value) -> Option<Stream> {
        match value {
            Value::Reference(place) => self.entries_of_place(&place),
            value => self.stream_of(value),
        }
    }

    pub(super) fn for_each(&mut self, stream: &Stream, callable: &Callable, span: Span) -> Option<Value> {
        let mut changed = self.changed_by(callable);
        changed.extend(stream.cells());
        self.repeat(stream, changed, span, &mut |tracer, item| {
            tracer.call_within(callable, vec![item], span);
        });
        Some(Value::Tuple(Vec::new()))
    }

    /// `fold`: the state is a cell that only this loop knows.
    pub(super) fn fold(&mut self, stream: &Stream, first: Value, callable: &Callable, span: Span) -> Option<Value> {
        let Value::Reference(place) = self.new_cell("the state of this `fold`".to_owned(), Some(first)) else { return None };
        let mut changed = self.changed_by(callable);
        changed.extend(stream.cells());
        changed.push(place.cell);
        self.repeat(stream, changed, span, &mut |tracer, item| {
            let state = tracer.cells.get(place.cell).value.clone();
            let next = state.and_then(|state| tracer.call_within(callable, vec![state, item], span));
            tracer.cells.set(place.cell, next);
        });
        self.load(&place, span)
    }

    /// Does a step for each item of an iterator.
    pub(super) fn repeat(&mut self, stream: &Stream, changed: Vec<usize>, span: Span, step: Step<'_>) {
        let changed = self.cells.known(changed);
        if stream.is_endless() {
            self.diagnostics.error_with_help(span, "this loop has no end", "give the range an end: `0..n`");
            return;
        }
        if let Some(items) = self.listed_items(stream) {
            return self.steps_in_order(items, span, step);
        }
        let (mistakes, before) = (self.diagnostics.len(), self.cells.snapshot());
        let earlier = std::mem::replace(&mut self.cells.needs_steps, false);
        let (environment, arms, inferred) = (self.environment.clone(), self.arms.len(), self.inferred.len());
        let apart = self.all_at_once(stream, changed, span, step);
        let needs_steps = std::mem::replace(&mut self.cells.needs_steps, earlier);
        if !needs_steps && apart.is_none() {
            return;
        }
        if let Some(items) = self.reread(apart, |tracer| tracer.few_items(stream)) {
            self.diagnostics.truncate(mistakes);
            self.cells.restore(&before);
            self.environment = environment;
            self.arms.truncate(arms);
            self.inferred.truncate(inferred);
            self.steps_in_order(items, span, step);
        } else {
            self.cells.needs_steps = earlier || needs_steps;
        }
    }

    /// What was known before items of their own sizes were read, if they were: then it is to be read again.
    fn all_at_once(&mut self, stream: &Stream, changed: Vec<usize>, span: Span, step: Step<'_>) -> Option<Rc<Sizes>> {
        let Some(pieces) = self.pieces(stream, false) else {
            self.diagnostics.error_with_help(
                span,
                "how many steps this loop has is not found: a factor of an index in its bounds has no known sign",
                "use bounds that are sums of indices and counts, and a condition on the index inside",
            );
            return None;
        };
        let variables: Vec<LoopVariable> = pieces.iter().flat_map(|piece| piece.variables.clone()).collect();
        let before: Vec<Option<Value>> = changed.iter().map(|cell| self.cells.get(*cell).value.clone()).collect();
        let fixed = self.fixed_cells();
        let frame = self.cells.enter(FrameKind::Loop, changed.clone(), self.arms.len());
        let mut done: Vec<(Steps, Vec<Option<Value>>)> = Vec::new();
        for piece in pieces {
            for (cell, value) in changed.iter().zip(&before) {
                let state = value.clone().and_then(|value| self.as_state(frame, *cell, value));
                self.cells.set(*cell, state);
            }
            let depth = self.arms.len();
            let steps = self.in_order(fixed, |tracer| tracer.piece_step(piece, span, step));
            self.arms.truncate(depth);
            let after = changed.iter().map(|cell| self.cells.get(*cell).value.clone()).collect();
            if let Some(steps) = steps {
                done.push((steps, after));
            }
        }
        let apart = self.apart_at(&variables);
        let reads = self.cells.frames.pop().map(|frame| frame.reads).unwrap_or_default();
        for (k, (cell, value)) in changed.iter().zip(before).enumerate() {
            let after: Vec<(&Steps, Option<Value>)> = done.iter().map(|(steps, all)| (steps, all[k].clone())).collect();
            let own: Vec<_> = reads.iter().filter(|read| read.cell == *cell).cloned().collect();
            let value = value.and_then(|value| self.finished(value, after, &own, (frame, *cell), span));
            self.cells.set(*cell, value);
        }
        apart
    }

    /// One step, for all items of a piece.
    fn piece_step(&mut self, piece: Piece, span: Span, step: Step<'_>) -> Option<Steps> {
        self.arms.extend(piece.guards.iter().cloned().map(Condition::Index));
        let (condition, item) = self.for_each_index(|tracer| tracer.filtered_item(&piece))?;
        self.where_holds(&condition, span, |tracer| tracer.one_step(item, step));
        let Piece { variables, extents, guards, pattern, .. } = piece;
        Some(Steps { variables, extents, guards, pattern })
    }

    /// A step, inside of the conditions under which it is done.
    fn one_step(&mut self, item: Value, step: Step<'_>) {
        let arms = self.arms.len();
        if let Some(frame) = self.cells.innermost_loop_mut() {
            frame.begin(arms);
        }
        // `begin` forgot the exits of the step before.
        self.in_order(self.sequence.fixed, |tracer| step(tracer, item));
    }

    /// Steps that are each read by itself.
    pub(super) fn steps_in_order(&mut self, items: Vec<(Condition, Value)>, span: Span, step: Step<'_>) {
        let fixed = self.fixed_cells();
        self.cells.enter(FrameKind::Steps, Vec::new(), self.arms.len());
        let around = self.cells.written_out;
        self.cells.written_out *= items.len().max(1);
        for (condition, item) in items {
            let broken = self.cells.innermost_loop().map(|frame| frame.broken.clone()).unwrap_or_default();
            let reached = broken.into_iter().fold(condition, |all, exit| all.and(exit.not()));
            self.where_holds(&reached, span, |tracer| tracer.in_order(fixed, |tracer| tracer.one_step(item, step)));
        }
        self.cells.written_out = around;
        self.cells.frames.pop();
    }

    /// The items of a list, in order.
    fn listed_items(&mut self, stream: &Stream) -> Option<Vec<(Condition, Value)>> {
        if !stream.is_list() {
            return None;
        }
        let mut pieces = self.pieces(stream, true)?;
        let place = |piece: &Piece| piece.position.as_ref().and_then(|p| p.as_size()).and_then(Size::as_constant);
        let plain = |piece: &Piece| piece.variables.is_empty() && piece.guards.is_empty() && piece.filters.is_empty();
        if !pieces.iter().all(|piece| plain(piece) && place(piece).is_some()) {
            return None;
        }
        pieces.sort_by_key(place);
        let items = pieces.iter().map(|piece| Some((Condition::Constant(true), self.item_value(&piece.item)?)));
        items.collect()
    }

    /// A value with its numbers as states of a loop.
    fn as_state(&mut self, frame: u64, cell: usize, value: Value) -> Option<Value> {
        let name = self.cells.get(cell).name.clone();
        let mut leaf = 0;
        self.leaves_as_states(frame, cell, &name, &mut leaf, value)
    }

    fn leaves_as_states(&mut self, frame: u64, cell: usize, name: &str, leaf: &mut usize, value: Value) -> Option<Value> {
        let mut all = |tracer: &mut Self, values: Vec<Value>| -> Option<Vec<Value>> {
            values.into_iter().map(|value| tracer.leaves_as_states(frame, cell, name, leaf, value)).collect()
        };
        Some(match value {
            Value::Tuple(values) => Value::Tuple(all(self, values)?),
            Value::Array(values) => Value::Array(all(self, values)?),
            Value::Struct(structure) => {
                let (names, values): (Vec<String>, Vec<Value>) = structure.fields.into_iter().unzip();
                let values = all(self, values)?;
                Value::structure(structure.name, names.into_iter().zip(values).collect())
            }
            value => match self.first_of(&value) {
                Some(first) => {
                    *leaf += 1;
                    let key = super::accumulate::Key { frame, cell, leaf: *leaf };
                    let before = std::rc::Rc::new(value);
                    let update = super::accumulate::Update::Kept;
                    Value::State(Box::new(super::accumulate::State { key, name: name.to_owned(), before, first, update }))
                }
                None => value,
            },
        })
    }

    /// The value before all loops of what a loop can change.
    fn first_of(&mut self, value: &Value) -> Option<Tensor> {
        match value {
            Value::Tensor(tensor) | Value::Integer(tensor) => Some(tensor.clone()),
            Value::Index(index) => Some(self.number_of_index(index)),
            Value::State(state) => Some(state.first.clone()),
            Value::Bool(condition) => Some(self.mask(condition)),
            Value::Infinity(value) => Some(self.number(*value)),
            _ => None,
        }
    }
}

impl Stream {
    /// The cells to whose parts the items are references.
    fn cells(&self) -> Vec<usize> {
        let cell = |value: &Value| if let Value::Reference(place) = value { Some(place.cell) } else { None };
        match self {
            Self::Run { items, .. } => items.cell().into_iter().collect(),
            Self::Values(values) => values.iter().filter_map(cell).collect(),
            Self::Entries(_) | Self::Stored(..) => Vec::new(),
            Self::Mapped(inner, _)
            | Self::Filtered(inner, _)
            | Self::Flat(inner, _)
            | Self::Enumerated(inner)
            | Self::Reversed(inner)
            | Self::Skipped(inner, _)
            | Self::Taken(inner, _)
            | Self::Strided(inner, _) => inner.cells(),
            Self::Zipped(first, second) | Self::Chained(first, second) => [first.cells(), second.cells()].concat(),
            Self::Cases(cases) => cases.iter().flat_map(|(_, inner)| inner.cells()).collect(),
        }
    }

    /// Whether the items are written out, one by one.
    fn is_list(&self) -> bool {
        match self {
            Self::Values(_) => true,
            Self::Mapped(inner, _) | Self::Enumerated(inner) | Self::Reversed(inner) => inner.is_list(),
            Self::Skipped(inner, _) | Self::Taken(inner, _) | Self::Strided(inner, _) => inner.is_list(),
            Self::Zipped(first, second) => first.is_list() || second.is_list(),
            Self::Chained(first, second) => first.is_list() && second.is_list(),
            Self::Run { .. } | Self::Entries(_) | Self::Stored(..) => false,
            Self::Filtered(..) | Self::Flat(..) | Self::Cases(_) => false,
        }
    }
}

impl Cells {
    /// Those among these cells that a loop can change.
    pub fn known(&self, cells: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut cells: Vec<usize> = cells.into_iter().filter(|cell| *cell < self.len()).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }
}
