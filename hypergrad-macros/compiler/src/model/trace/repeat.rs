//! `for` loops, `for_each` and `fold`: one step is read for all items of the iterator at once.
//!
//! Items of a list are steps of their own. Where a step needs the one before, and there are few of them,
//! they are written out ([`super::unroll`]).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::Span;
use syn::spanned::Spanned;

use super::Tracer;
use super::cells::{Cell, Cells, FrameKind};
use super::changed::Changes;
use super::condition::Condition;
use super::contract::Factor;
use super::count::Counts;
use super::environment::Environment;
use super::piece::Piece;
use super::recursion::{Carried, Leaf, leaves_of, set_leaves};
use super::spell::spell;
use super::stream::Stream;
use super::unroll::FEWEST_IN_RECURSION;
use super::value::{Callable, LoopVariable, Tensor, Value};
use crate::ir::{Affine, Guard, Size};
use crate::shape::Sizes;

/// What a piece of an iterator says of the steps that are done for it.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    pub variables: Vec<LoopVariable>,
    pub extents: Vec<Size>,
    pub guards: Vec<Guard>,
    pub pattern: Option<Factor>,
}

/// Whether a use was refused that needs the step before, and of what.
type Needs = (bool, bool, BTreeSet<Leaf>);

/// What a loop is read from.
pub(super) struct Start {
    mistakes: usize,
    cells: Vec<Cell>,
    environment: Environment,
    arms: usize,
    inferred: usize,
    granted: usize,
}

impl Start {
    pub(super) fn mistakes(&self) -> usize {
        self.mistakes
    }

    fn leaves(&self, cell: usize) -> Vec<Leaf> {
        self.cells[cell].value.iter().flat_map(|value| leaves_of(value, cell)).collect()
    }
}

/// What a loop carries, and the variable of its steps.
pub type Carrying<'c> = Option<(&'c mut Carried, LoopVariable)>;

/// Reads one step of a loop, for an item.
pub type Step<'s> = &'s mut dyn FnMut(&mut Tracer<'_>, Value);

impl Tracer<'_> {
    pub(super) fn for_loop(&mut self, repeated: &syn::ExprForLoop) -> Option<Value> {
        let unit = Some(Value::Tuple(Vec::new()));
        if let Some(read) = self.loop_by_reference(repeated) {
            return read;
        }
        let iterated = match self.referred_items(&repeated.expr) {
            Some(reference) => Some(reference),
            None => self.expression(&repeated.expr),
        };
        let Some(iterated) = iterated else {
            // Nothing is left out without a word, and its mistakes are reported all the same.
            self.refuse_unread(&repeated.expr, &spell(&repeated.expr));
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
        changed.counts = self.counts_in(&repeated.body.stmts);
        changed.cells.extend(stream.cells());
        self.repeat(&stream, changed, repeated.for_token.span(), &mut |tracer, item| {
            let outer = tracer.environment.clone();
            tracer.bind_pattern(&repeated.pat, Some(item));
            tracer.block(&repeated.body, None);
            tracer.environment = outer;
        });
        unit
    }

    /// A name of `&mut [f64]`, over which a loop has references.
    fn referred_items(&mut self, iterated: &syn::Expr) -> Option<Value> {
        let reference = self.borrowed_place(iterated)?;
        let Value::Reference(place) = &reference else { return None };
        let has_entries = self.entries_of_place(place).is_some();
        has_entries.then_some(reference)
    }

    /// What `for` runs over: iterators, and references to what has entries.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn iterator_of(&mut self, value: Value) -> Option<Stream> {
        match value {
            Value::Reference(place) => self.entries_of_place(&place),
            value if value.own_type().is_some() => self.own_iterator(&value, Span::call_site()),
            value => self.stream_of(value),
        }
    }

    pub(super) fn for_each(&mut self, stream: &Stream, callable: &Callable, span: Span) -> Option<Value> {
        let mut changed = self.changed_by(callable);
        changed.cells.extend(stream.cells());
        self.repeat(stream, changed, span, &mut |tracer, item| {
            tracer.call_within(callable, vec![item], span);
        });
        Some(Value::Tuple(Vec::new()))
    }

    /// `fold`: the state is a cell that only this loop knows.
    pub(super) fn fold(&mut self, stream: &Stream, first: Value, callable: &Callable, span: Span) -> Option<Value> {
        let Value::Reference(place) = self.new_cell("the state of this `fold`".to_owned(), Some(first)) else { return None };
        let mut changed = self.changed_by(callable);
        changed.cells.extend(stream.cells());
        changed.cells.push(place.cell);
        self.repeat(stream, changed, span, &mut |tracer, item| {
            let state = tracer.cells.get(place.cell).value.clone();
            let next = state.clone().and_then(|state| tracer.call_within(callable, vec![state, item], span));
            let next = state.zip(next).map(|(state, next)| tracer.refitted(&state, next));
            tracer.cells.set(place.cell, next);
        });
        self.load(&place, span)
    }

    /// Does a step for each item of an iterator.
    pub(super) fn repeat(&mut self, stream: &Stream, changes: Changes, span: Span, step: Step<'_>) {
        if stream.is_endless() {
            if let Some(stream) = self.ended_by_constants(stream) {
                return self.repeat(&stream, changes, span, step);
            }
            self.diagnostics.error_with_help(span, "this loop has no end", "give the range an end: `0..n`");
            return;
        }
        let changed = Changes { cells: self.cells.known(changes.cells), ..changes };
        if let Some(items) = self.listed_items(stream) {
            return self.steps_in_order(items, span, step);
        }
        let without = Changes { counts: Counts::new(), ..changed.clone() };
        if changed.counts.is_empty() {
            return self.repeated_as(stream, &without, span, step);
        }
        // What a loop that may end early has counted is known as a number alone.
        let readings = if changed.may_break { [&without, &changed] } else { [&changed, &without] };
        let (start, sizes) = (self.start_of_loop(), self.sizes.clone());
        let mut said = Vec::new();
        for (k, reading) in readings.into_iter().enumerate() {
            if k > 0 {
                self.back_to(&start);
                // What a wrong count asked of sizes is not asked.
                self.sizes.forget_since(&sizes);
                self.memo = super::memo::Memo::default();
            }
            self.repeated_as(stream, reading, span, &mut *step);
            let is_right = !std::mem::take(&mut self.cells.miscounted);
            if self.diagnostics.len() == start.mistakes && is_right {
                return;
            }
            // What is wrong with a count that is none says nothing of the loop.
            if is_right && (said.is_empty() || !reading.counts.is_empty()) {
                said = self.diagnostics.since(start.mistakes);
            }
        }
        self.diagnostics.truncate(start.mistakes);
        said.into_iter().for_each(|mistake| self.diagnostics.push(mistake));
    }

    fn repeated_as(&mut self, stream: &Stream, changed: &Changes, span: Span, step: Step<'_>) {
        let start = self.start_of_loop();
        let earlier = self.forget_needs();
        let apart = self.all_at_once(stream, changed, (span, &mut *step), None);
        let room = std::mem::take(&mut self.cells.room);
        if !room.is_empty() {
            self.back_to(&start);
            room.into_iter().for_each(|(cell, value)| self.cells.set(cell, Some(value)));
            self.forget_needs();
            self.remember_needs(earlier);
            return self.repeated_as(stream, changed, span, step);
        }
        if self.diagnostics.len() == start.mistakes && !self.cells.needs_steps && apart.is_none() {
            self.carry_last(Carried::default(), &start, (stream, changed), (span, step));
            return self.remember_needs(earlier);
        }
        let has_one_size = apart.is_none();
        let is_needed = self.cells.needs_steps || !has_one_size;
        if let Some(items) = self.reread(apart, |tracer| is_needed.then(|| tracer.few_items(stream)).flatten()) {
            self.back_to(&start);
            self.forget_needs();
            self.remember_needs(earlier);
            let (was_needed, known) = (self.cells.needs_steps, self.graph.len());
            let are_many = items.len() >= FEWEST_IN_RECURSION;
            self.steps_in_order(items, span, &mut *step);
            if self.cells.needs_steps || was_needed || !has_one_size {
                return;
            }
            let said = self.diagnostics.since(start.mistakes);
            // Written out, an integer can have too many cases, which as a recursion is one number.
            if (!said.is_empty() || are_many && self.is_deep(known)) && !self.shortened(&start, (stream, changed), (span, step)) {
                said.into_iter().for_each(|mistake| self.diagnostics.push(mistake));
            }
            return;
        }
        // Mistakes that have nothing to do with the steps before are those of the first reading.
        let said = (!self.cells.needs_steps).then(|| self.diagnostics.since(start.mistakes));
        self.as_recursion(&start, (stream, changed), (span, &mut *step));
        if let Some(said) = said.filter(|_| self.diagnostics.len() > start.mistakes) {
            self.back_to(&start);
            self.forget_needs();
            said.into_iter().for_each(|mistake| self.diagnostics.push(mistake));
            changed.grown.iter().for_each(|cell| self.cells.set(*cell, None));
        }
        self.remember_needs(earlier);
    }

    /// The steps as a recursion, once it is known that they need each other.
    fn as_recursion(&mut self, start: &Start, (stream, changed): (&Stream, &Changes), (span, step): (Span, Step<'_>)) {
        let unnested = (!stream.is_in_order()).then(|| self.unnested(stream.clone(), span));
        let stream = unnested.as_ref().unwrap_or(stream);
        let mut carried = Carried::default();
        // What a step sets is not known where it needs another leaf.
        while carried.is_wider && !self.cells.needs_steps || self.carries_more(&mut carried, start, &changed.cells) {
            self.read_carrying(&mut carried, start, (stream, changed), (span, &mut *step));
            let room = std::mem::take(&mut self.cells.room);
            if !room.is_empty() {
                // What stands behind a `None` that has room now has another number: all is read anew.
                self.back_to(start);
                room.into_iter().for_each(|(cell, value)| self.cells.set(cell, Some(value)));
                self.forget_needs();
                let start = self.start_of_loop();
                self.all_at_once(stream, changed, (span, &mut *step), None);
                return self.as_recursion(&start, (stream, changed), (span, step));
            }
        }
        if self.diagnostics.len() == start.mistakes && !self.cells.needs_steps {
            self.carry_last(carried, start, (stream, changed), (span, step));
        }
    }

    /// Steps that were written out, as a recursion where they can be read so: derivatives of a long chain are long. `false`
    /// where they stay written out, without what was said of them.
    fn shortened(&mut self, start: &Start, (stream, changed): (&Stream, &Changes), (span, step): (Span, Step<'_>)) -> bool {
        let written = self.start_of_loop();
        self.back_to(start);
        self.all_at_once(stream, changed, (span, &mut *step), None);
        let needs_steps = self.cells.needs_steps;
        if needs_steps {
            self.as_recursion(start, (stream, changed), (span, step));
        }
        let is_shorter = needs_steps && !self.cells.needs_steps && self.diagnostics.len() == start.mistakes;
        if !is_shorter {
            self.back_to(&Start { mistakes: start.mistakes, ..written });
            self.forget_needs();
        }
        is_shorter
    }

    fn read_carrying(
        &mut self,
        carried: &mut Carried,
        start: &Start,
        (stream, changed): (&Stream, &Changes),
        (span, step): (Span, Step<'_>),
    ) {
        self.back_to(start);
        self.cells.needs_steps = false;
        carried.begin();
        carried.span = Some(span);
        self.all_at_once(stream, changed, (span, step), Some(carried));
    }

    /// What the last step leaves is the last state of a recursion, where it is one.
    fn carry_last(
        &mut self,
        mut carried: Carried,
        start: &Start,
        (stream, changed): (&Stream, &Changes),
        (span, step): (Span, Step<'_>),
    ) {
        let mut leaves = Vec::new();
        for cell in changed.cells.iter().filter(|cell| !changed.counts.contains_key(cell)) {
            if let (Some(before), Some(after)) = (&start.cells[*cell].value, &self.cells.get(*cell).value) {
                set_leaves(before, after, (*cell, &mut 0), &mut leaves);
            }
        }
        if !carried.add(leaves) {
            return;
        }
        let without = Start { mistakes: self.diagnostics.len(), ..self.start_of_loop() };
        self.read_carrying(&mut carried, start, (stream, changed), (span, &mut *step));
        while carried.is_wider && !self.cells.needs_steps || self.is_refused(start) && carried.keep_all_states() {
            self.read_carrying(&mut carried, start, (stream, changed), (span, &mut *step));
        }
        if self.is_refused(start) {
            self.back_to(&without);
            self.forget_needs();
        }
    }

    /// Whether the steps of a loop were refused.
    fn is_refused(&self, start: &Start) -> bool {
        self.cells.needs_steps || self.diagnostics.len() > start.mistakes
    }

    /// Whether nothing was refused since.
    pub(super) fn is_as_at(&self, start: &Start) -> bool {
        self.diagnostics.len() == start.mistakes
    }

    /// What a loop is read from, to be read again.
    pub(super) fn start_of_loop(&self) -> Start {
        let (mistakes, cells) = (self.diagnostics.len(), self.cells.snapshot());
        Start {
            mistakes,
            cells,
            environment: self.environment.clone(),
            arms: self.arms.len(),
            inferred: self.inferred.len(),
            granted: self.granted.len(),
        }
    }

    pub(super) fn back_to(&mut self, start: &Start) {
        self.diagnostics.truncate(start.mistakes);
        self.cells.restore(&start.cells);
        self.environment = start.environment.clone();
        self.arms.truncate(start.arms);
        self.inferred.truncate(start.inferred);
        self.granted.truncate(start.granted);
    }

    /// Whether there is more to carry, after the steps were read: what was refused because a step needs the one
    /// before, else what a mistake left without a value, else whatever the loop changes.
    fn carries_more(&mut self, carried: &mut Carried, start: &Start, changed: &[usize]) -> bool {
        if std::mem::take(&mut self.cells.needs_break) && !carried.breaks {
            carried.breaks = true;
            return true;
        }
        let (own, outer) = std::mem::take(&mut self.cells.needed).into_iter().partition(|(cell, _)| changed.contains(cell));
        // What is carried and needed all the same is needed by a loop further out.
        let own: BTreeSet<Leaf> = own;
        self.cells.needed = outer;
        if carried.add(own.iter().copied()) {
            return true;
        }
        self.cells.needed.extend(own);
        if self.diagnostics.len() == start.mistakes {
            return false;
        }
        if carried.keep_all_states() {
            return true;
        }
        let leaves = |cell: &usize| start.leaves(*cell);
        let unset = changed.iter().filter(|cell| self.cells.get(**cell).value.is_none());
        carried.add(unset.flat_map(leaves).collect::<Vec<_>>()) || carried.add(changed.iter().flat_map(leaves))
    }

    fn forget_needs(&mut self) -> Needs {
        let Cells { needs_steps, needs_break, needed, .. } = &mut self.cells;
        (std::mem::take(needs_steps), std::mem::take(needs_break), std::mem::take(needed))
    }

    /// What loops further out need as well.
    fn remember_needs(&mut self, (needs_steps, needs_break, needed): Needs) {
        self.cells.needs_steps |= needs_steps;
        self.cells.needs_break = needs_break;
        self.cells.needed.extend(needed);
    }

    /// What was known before items of their own sizes were read, if they were: then it is to be read again.
    #[expect(clippy::too_many_lines, reason = "the steps of one reading, in order")]
    fn all_at_once(
        &mut self,
        stream: &Stream,
        changes: &Changes,
        (span, step): (Span, Step<'_>),
        mut carried: Option<&mut Carried>,
    ) -> Option<Rc<Sizes>> {
        self.cells.room.clear();
        let grown = self.grown_lists(changes);
        let ordered = carried.is_some() || !grown.is_empty() || !changes.counts.is_empty();
        let Some(pieces) = self.pieces(stream, ordered) else {
            self.diagnostics.error_with_help(
                span,
                "how many steps this loop has is not found: a factor of an index in its bounds has no known sign",
                "use bounds that are sums of indices and counts, and a condition on the index inside",
            );
            return None;
        };
        if carried.is_some() && pieces.len() > 1 && !stream.is_in_order() {
            self.refuse_order(span);
            return None;
        }
        let variables: Vec<LoopVariable> = pieces.iter().flat_map(|piece| piece.variables.clone()).collect();
        let going_on = carried.as_deref_mut().and_then(|carried| self.cell_to_go_on(carried));
        let changed: Vec<usize> = changes.cells.iter().copied().chain(going_on).collect();
        let changed = changed.as_slice();
        let before: Vec<Option<Value>> = changed.iter().map(|cell| self.cells.get(*cell).value.clone()).collect();
        let mut start = before.clone();
        let first_counts: Vec<(usize, Option<Value>)> =
            changes.counts.keys().map(|cell| (*cell, self.cells.get(*cell).value.clone())).collect();
        let fixed = self.fixed_cells();
        let frame = self.cells.enter(FrameKind::Loop, changed.to_vec(), self.arms.len());
        if let Some(frame) = self.cells.frame(frame) {
            frame.may_break = going_on.is_some();
            frame.counts = changes.counts.keys().copied().collect();
        }
        let end = self.counted_in_the_end(stream, &changes.counts);
        let mut done: Vec<(Steps, Vec<Option<Value>>)> = Vec::new();
        let mut room = Vec::new();
        let (mut miscounted, count) = (false, pieces.len());
        for piece in pieces {
            let order = match &mut carried {
                Some(carried) => {
                    carried.begin();
                    match self.order_of_steps(&piece, span) {
                        Some(order) => Some(order),
                        None => break,
                    }
                }
                None => None,
            };
            for (cell, value) in changed.iter().zip(&start) {
                let carrying = carried.as_deref_mut().zip(order.as_ref().map(|order| order.variable));
                let state = match value.clone() {
                    Some(list) if grown.contains(cell) => {
                        self.growing_state((frame, *cell), list, piece.position.as_ref(), carrying)
                    }
                    value => value.and_then(|value| self.as_state(frame, *cell, value, carrying)),
                };
                self.cells.set(*cell, state);
            }
            let counted = match &piece.position {
                Some(position) => {
                    first_counts.iter().for_each(|(cell, first)| self.cells.set(*cell, first.clone()));
                    self.counted_at(&changes.counts, position)
                }
                None => Vec::new(),
            };
            miscounted |= counted.len() < changes.counts.len();
            counted.iter().for_each(|(cell, value)| self.cells.set(*cell, Some(Value::Index(value.clone()))));
            let depth = self.arms.len();
            let steps = self.in_order(fixed, |tracer| tracer.piece_step(piece, going_on, span, step));
            self.arms.truncate(depth);
            miscounted |= !self.counted_right(&changes.counts, &counted);
            let mut after: Vec<Option<Value>> = changed.iter().map(|cell| self.cells.get(*cell).value.clone()).collect();
            self.make_room(changed, &before, (&mut after, &mut room));
            let Some(steps) = steps else { continue };
            if let (Some(carried), Some(order)) = (&mut carried, order) {
                match self.in_steps(carried, &order, &steps, (changed, after), span) {
                    Some(values) => after = values,
                    None => break,
                }
                start = self.carried_on(carried, changed, (&start, &after));
            }
            done.push((steps, after));
        }
        self.cells.miscounted = miscounted;
        self.refuse_rest(done.len() < count, carried.as_deref(), span);
        let apart = self.apart_at(&variables);
        let reads = self.cells.frames.pop().map(|frame| frame.reads).unwrap_or_default();
        let leaves = carried.map(|carried| carried.all()).unwrap_or_default();
        let outer = std::mem::replace(&mut self.cells.carried, leaves);
        for (k, (cell, value)) in changed.iter().zip(before).enumerate() {
            let after: Vec<(&Steps, Option<Value>)> = done.iter().map(|(steps, all)| (steps, all[k].clone())).collect();
            let own: Vec<_> = reads.iter().filter(|read| read.cell == *cell).cloned().collect();
            if changes.counts.contains_key(cell) {
                let end = if going_on.is_some() { Some(Value::Last) } else { end.get(cell).cloned() };
                self.cells.set(*cell, end);
                continue;
            }
            if grown.contains(cell) {
                let value = if after.is_empty() { value } else { self.grown(&after, span) };
                self.cells.set(*cell, value);
                continue;
            }
            let value = value.and_then(|value| self.finished(value, after, &own, (frame, *cell), span));
            self.cells.set(*cell, value);
        }
        self.cells.carried = outer;
        // Loops inside of this one have left theirs.
        self.cells.room = room;
        apart
    }

    /// One step, for all items of a piece.
    fn piece_step(&mut self, piece: Piece, going_on: Option<usize>, span: Span, step: Step<'_>) -> Option<Steps> {
        self.arms.extend(piece.guards.iter().cloned().map(Condition::Index));
        let Some((condition, item)) = self.for_each_index(|tracer| tracer.filtered_item(&piece)) else {
            self.refuse_rest(true, None, span);
            return None;
        };
        let reached = self.still_going_on(going_on).and(condition.clone());
        if let Some(item) = item.filter(|_| reached != Condition::Constant(false)) {
            self.where_reached(&reached, span, |tracer| tracer.one_step(item, step));
        }
        self.note_breaks(going_on, &condition);
        let Piece { variables, extents, guards, pattern, .. } = piece;
        Some(Steps { variables, extents, guards, pattern })
    }

    /// What is left of a loop without some of its steps is not the loop.
    fn refuse_rest(&mut self, is_cut: bool, carried: Option<&Carried>, span: Span) {
        if is_cut && !carried.is_some_and(|carried| carried.is_wider) {
            let function = self.calls.last().cloned().unwrap_or_default();
            self.refuse_unread(&proc_macro2::Ident::new("_items", span), &function);
        }
    }

    /// Of a loop that may end early: what says whether it goes on.
    fn cell_to_go_on(&mut self, carried: &mut Carried) -> Option<usize> {
        if !carried.breaks {
            return None;
        }
        let goes_on = Value::Bool(Condition::Constant(true));
        let Value::Reference(place) = self.new_cell("going on".to_owned(), Some(goes_on)) else { return None };
        carried.go_on_by(place.cell);
        Some(place.cell)
    }

    fn still_going_on(&self, going_on: Option<usize>) -> Condition {
        match going_on.and_then(|cell| self.cells.get(cell).value.clone()) {
            Some(Value::Bool(condition)) => condition,
            _ => Condition::Constant(true),
        }
    }

    /// After a step for an item that passes under a condition: where it was left by `break`, the loop does not go on.
    fn note_breaks(&mut self, going_on: Option<usize>, passes: &Condition) {
        let Some(cell) = going_on else { return };
        let broken = self.cells.innermost_loop_mut().map(|frame| std::mem::take(&mut frame.broken)).unwrap_or_default();
        let next = broken.into_iter().fold(self.still_going_on(going_on), |all, exit| all.and(exit.and(passes.clone()).not()));
        self.cells.set(cell, Some(Value::Bool(next)));
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
        for (passes, item) in items {
            let broken = self.cells.innermost_loop().map(|frame| frame.broken.clone()).unwrap_or_default();
            let reached = broken.iter().fold(passes.clone(), |all, exit| all.and(exit.clone().not()));
            self.where_holds(&reached, span, |tracer| tracer.in_order(fixed, |tracer| tracer.one_step(item, step)));
            let Some(frame) = self.cells.innermost_loop_mut() else { continue };
            frame.broken[broken.len()..].iter_mut().for_each(|exit| *exit = exit.clone().and(passes.clone()));
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
    fn as_state(&mut self, frame: u64, cell: usize, value: Value, mut carrying: Carrying<'_>) -> Option<Value> {
        let name = self.cells.get(cell).name.clone();
        self.leaves_as_states((frame, &name), (cell, &mut 0), value, &mut carrying)
    }

    /// What a loop that does all its steps has counted.
    fn counted_in_the_end(&mut self, stream: &Stream, counts: &Counts) -> BTreeMap<usize, Value> {
        let lengths = if counts.is_empty() { None } else { self.lengths(stream) };
        let mut all = BTreeMap::new();
        for cell in counts.keys() {
            let cases = lengths.iter().flatten().filter_map(|(guards, length)| {
                let holds = guards.iter().cloned().map(Condition::Index).fold(Condition::Constant(true), Condition::and);
                let (_, value) = self.counted_at(counts, length).into_iter().find(|(counted, _)| counted == cell)?;
                Some((holds, Value::Index(value)))
            });
            if let Some(value) = Value::one_of(cases.collect()) {
                all.insert(*cell, value);
            }
        }
        all
    }

    /// The lists to which a loop pushes.
    fn grown_lists(&self, changes: &Changes) -> Vec<usize> {
        let is_list = |cell: &usize| {
            let value = &self.cells.get(*cell).value;
            matches!(value, Some(Value::Array(_) | Value::Tensor(_) | Value::Stream(_) | Value::Growing(_)))
        };
        let only_grows = |cell: &usize| changes.cells.contains(cell) && !changes.shrunk.contains(cell);
        changes.grown.iter().copied().filter(only_grows).filter(is_list).collect()
    }

    /// A list with its last item as states of a loop.
    fn growing_state(
        &mut self,
        (frame, cell): (u64, usize),
        list: Value,
        position: Option<&Affine>,
        mut carrying: Carrying<'_>,
    ) -> Option<Value> {
        let mut growing = self.as_growing(cell, list, position);
        if let Some(last) = growing.last.take() {
            let name = growing.name.clone();
            growing.last = self.leaves_as_states((frame, &name), (cell, &mut 0), last, &mut carrying);
        }
        Some(Value::Growing(Box::new(growing)))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn leaves_as_states(
        &mut self,
        (frame, name): (u64, &str),
        (cell, leaf): (usize, &mut usize),
        value: Value,
        carrying: &mut Carrying<'_>,
    ) -> Option<Value> {
        let mut all = |tracer: &mut Self, values: Vec<Value>| -> Option<Vec<Value>> {
            values.into_iter().map(|value| tracer.leaves_as_states((frame, name), (cell, leaf), value, carrying)).collect()
        };
        Some(match value {
            Value::Tuple(values) => Value::Tuple(all(self, values)?),
            Value::Array(values) => Value::Array(all(self, values)?),
            Value::Struct(structure) => {
                let (names, values): (Vec<String>, Vec<Value>) = structure.fields.into_iter().unzip();
                let values = all(self, values)?;
                Value::structure(structure.name, names.into_iter().zip(values).collect())
            }
            Value::Choice(choice) if choice.perhaps().is_some() => {
                return self.perhaps_as_state((frame, name), (cell, leaf), *choice, carrying);
            }
            value => match self.first_of(&value) {
                Some(first) => {
                    *leaf += 1;
                    if let Some((carried, variable)) = carrying.as_mut().filter(|(all, _)| all.contains((cell, *leaf))) {
                        return self.placeholder(carried, (cell, *leaf), &value, *variable);
                    }
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
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn first_of(&mut self, value: &Value) -> Option<Tensor> {
        match value {
            Value::Tensor(tensor) | Value::Integer(tensor) => Some(tensor.clone()),
            Value::Index(index) => Some(self.number_of_index(index)),
            cases @ Value::Cases(_) => self.integer_as_number(cases.clone()),
            Value::State(state) => Some(state.first.clone()),
            Value::Bool(condition) => Some(self.mask(condition)),
            Value::Choice(choice) if choice.is_plain() => Some(self.number_of_variant(choice)),
            Value::Infinity(value) => Some(self.number(*value)),
            _ => None,
        }
    }
}

impl Stream {
    /// The cells to whose parts the items are references.
    pub(super) fn cells(&self) -> Vec<usize> {
        let cell = |value: &Value| if let Value::Reference(place) = value { Some(place.cell) } else { None };
        match self {
            Self::Run { items, .. } => items.cell().into_iter().collect(),
            Self::Values(values) => values.iter().filter_map(cell).collect(),
            Self::Entries(_) | Self::Stored(..) | Self::Steps(_) => Vec::new(),
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
            Self::Run { .. } | Self::Entries(_) | Self::Stored(..) | Self::Steps(_) => false,
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
