//! Loops whose steps need each other: what the loop carries from step to step becomes the states of a recursion.
//!
//! The step is read for all values of its index at once, as it is for sums, with a leaf in place of what each
//! state is before the step. Which values are carried shows when a use of one is refused that needs the step
//! before: the step is then read again with that one carried. What is only added to stays a sum, over the
//! stacked states.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;

use rustc_hash::FxHashMap;

use super::Tracer;
use super::accumulate::{Entries, State, Update};
use super::condition::Condition;
use super::piece::Piece;
use super::place::Part;
use super::repeat::Steps;
use super::value::{LoopVariable, Tensor, Value};
use super::variant::EnumName;
use crate::ir::{
    Affine, Guard, Id, Kept, Number, Operand, Product, Recurrence, Scan, Size, Test, Wire, segments::Segments, slice::Slicer,
};

/// A leaf of a cell that a loop changes.
pub type Leaf = (usize, usize);

/// What a loop carries, and how the states of one of its pieces are read.
#[derive(Debug)]
pub struct Carried {
    /// The variables of outer loops that each state depends on besides those of its start.
    leaves: BTreeMap<Leaf, BTreeSet<LoopVariable>>,
    /// Of the piece that is read.
    placeholders: BTreeMap<Leaf, Placeholder>,
    /// A state was found to depend on a variable more.
    pub is_wider: bool,
    /// The loop.
    pub span: Option<Span>,
    /// Whether it may end early: if it goes on is carried.
    pub breaks: bool,
    /// The cell that says so.
    pub going_on: Option<usize>,
    /// What is carried for checkpoints alone: steps only add to it. `None` where that was tried, and the steps refused.
    instead: Option<BTreeSet<Leaf>>,
}

/// What stands for a state before a step.
#[derive(Clone, Debug)]
struct Placeholder {
    /// With the variable of the loop last in its batch.
    value: Tensor,
    start: Tensor,
    kind: Kind,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    Number,
    Integer,
    Truth,
    /// One of the variants of this enum, by its place.
    Variant(EnumName),
}

/// How the steps of a piece follow each other.
pub struct Order {
    pub variable: LoopVariable,
    pub steps: Size,
    pub reversed: bool,
}

impl Default for Carried {
    fn default() -> Self {
        Self {
            leaves: BTreeMap::new(),
            placeholders: BTreeMap::new(),
            is_wider: false,
            span: None,
            breaks: false,
            going_on: None,
            instead: Some(BTreeSet::new()),
        }
    }
}

impl Carried {
    /// After the steps were refused: whether they can be read again without what is carried for checkpoints alone.
    pub fn keep_all_states(&mut self) -> bool {
        let Some(instead) = self.instead.take_if(|instead| !instead.is_empty()) else { return false };
        self.leaves.retain(|leaf, _| !instead.contains(leaf));
        true
    }

    pub fn contains(&self, leaf: Leaf) -> bool {
        self.leaves.contains_key(&leaf)
    }

    /// Carries whether the loop goes on, in this cell.
    pub fn go_on_by(&mut self, cell: usize) {
        // Each reading has a cell of its own.
        let known = self.going_on.replace(cell).and_then(|before| self.leaves.remove(&(before, 1)));
        self.leaves.insert((cell, 1), known.unwrap_or_default());
    }

    /// Adds leaves; `false` where all of them are carried already.
    pub fn add(&mut self, leaves: impl IntoIterator<Item = Leaf>) -> bool {
        let before = self.leaves.len();
        leaves.into_iter().for_each(|leaf| {
            self.leaves.entry(leaf).or_default();
        });
        self.leaves.len() > before
    }

    /// All leaves.
    pub fn all(&self) -> BTreeSet<Leaf> {
        self.leaves.keys().copied().collect()
    }

    pub fn begin(&mut self) {
        self.placeholders.clear();
        self.is_wider = false;
    }
}

impl Tracer<'_> {
    /// How the steps of a piece follow each other: one by one, in the order of its variable or against it.
    pub(super) fn order_of_steps(&mut self, piece: &Piece, span: Span) -> Option<Order> {
        if let ([variable], [extent], Some(order), None) =
            (piece.variables.as_slice(), piece.extents.as_slice(), &piece.order, &piece.pattern)
        {
            let along = order.coefficient(*variable).as_constant();
            if let Some(along) = along.filter(|along| along.abs() == 1) {
                return Some(Order { variable: *variable, steps: self.sizes.resolve(extent), reversed: along < 0 });
            }
        }
        self.refuse_order(span);
        None
    }

    pub(super) fn refuse_order(&mut self, span: Span) {
        self.diagnostics.error_with_help(
            span,
            "a step of this loop needs the one before, and in which order they are done is not found",
            "loop over a range, `for t in 0..n`, or the entries of one vector, with a condition on what a step does",
        );
    }

    /// The values with which the next piece begins: those that are carried as they are now.
    pub(super) fn carried_on(
        &mut self,
        carried: &Carried,
        cells: &[usize],
        (start, after): (&[Option<Value>], &[Option<Value>]),
    ) -> Vec<Option<Value>> {
        let mut last = BTreeMap::new();
        for (cell, value) in cells.iter().zip(after) {
            if let Some(value) = value {
                collect(value, (*cell, &mut 0), &mut last);
            }
        }
        last.retain(|leaf, _| carried.contains(*leaf));
        let mut start = start.to_vec();
        for (cell, value) in cells.iter().zip(&mut start) {
            if let Some(value) = value {
                self.with_states(value, (*cell, &mut 0), &FxHashMap::default(), &last);
            }
        }
        start
    }

    /// A carried value, as a step begins with it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    pub(super) fn placeholder(
        &mut self,
        carried: &mut Carried,
        leaf: Leaf,
        before: &Value,
        variable: LoopVariable,
    ) -> Option<Value> {
        let (start, kind) = match before {
            Value::Tensor(tensor) if !tensor.is_scalar() && self.reads_infinity(tensor) => {
                // An entry at an index of the steps is a sum with a mask, and 0 times what is infinite is no 0.
                let name = self.cells.get(leaf.0).name.clone();
                self.diagnostics.error_with_help(
                    carried.span.unwrap_or_else(|| self.diagnostics.reading()),
                    format!("steps of a loop need each other by entries of `{name}`, some of which begin infinite"),
                    "begin with a number that is larger than all others, `1e30`, or carry numbers one by one",
                );
                return None;
            }
            Value::Tensor(tensor) => (tensor.clone(), Kind::Number),
            Value::Integer(tensor) => (tensor.clone(), Kind::Integer),
            Value::Index(index) => (self.number_of_index(index), Kind::Integer),
            cases @ Value::Cases(_) => (self.integer_as_number(cases.clone())?, Kind::Integer),
            Value::Bool(condition) => (self.mask(condition), Kind::Truth),
            Value::Choice(choice) if choice.is_plain() && self.has_values(&choice.name) => {
                let name = self.cells.get(leaf.0).name.clone();
                self.refuse_step(&name, carried.span.unwrap_or_else(|| self.diagnostics.reading()));
                return None;
            }
            Value::Choice(choice) if choice.is_plain() => (self.number_of_variant(choice), Kind::Variant(choice.name.clone())),
            // Where a largest or smallest value begins: comparisons and choices read it.
            Value::Infinity(infinite) => (self.number(*infinite), Kind::Number),
            Value::State(outer) => {
                // The loop further out carries it.
                self.cells.needs_steps = true;
                self.cells.needed.insert(outer.key.leaf());
                return None;
            }
            _ => return None,
        };
        let more = carried.leaves.get(&leaf)?.clone();
        let start = self.spread(&start, &more);
        let batch: Vec<LoopVariable> = start.batch.iter().copied().chain([variable]).collect();
        let shape = batch.iter().map(|v| self.extent(*v)).chain(start.own_shape()).collect();
        let node = self.graph.unbound_slot(shape);
        let value = Tensor { node, batch, ..start.clone() };
        carried.placeholders.insert(leaf, Placeholder { value: value.clone(), start, kind: kind.clone() });
        Some(self.of_kind(&kind, value))
    }

    /// What a number of a state stands for.
    fn of_kind(&mut self, kind: &Kind, number: Tensor) -> Value {
        match kind {
            Kind::Number => Value::Tensor(number),
            Kind::Integer => Value::Integer(number),
            Kind::Truth => Value::Bool(Condition::Scalar(number)),
            Kind::Variant(name) => Value::Choice(Box::new(self.variant_of_number(name, &number))),
        }
    }

    /// A tensor for all values of more variables.
    fn spread(&mut self, tensor: &Tensor, more: &BTreeSet<LoopVariable>) -> Tensor {
        let batch: BTreeSet<LoopVariable> = tensor.batch.iter().chain(more).copied().collect();
        if batch.len() == tensor.batch.len() {
            return tensor.clone();
        }
        let batch: Vec<LoopVariable> = batch.into_iter().collect();
        let own = tensor.own_shape();
        let place = |v: &LoopVariable| batch.iter().position(|b| b == v);
        let axes = tensor.batch.iter().filter_map(place).chain(batch.len()..batch.len() + own.len()).collect();
        let shape = batch.iter().map(|v| self.extent(*v)).chain(own).collect();
        let node = self.graph.view(1.0, &crate::ir::View { node: tensor.node, axes }, shape);
        Tensor { node, batch, ..tensor.clone() }
    }

    /// The values of all changed cells after the steps of a piece: states as they are in the end, sums over the
    /// stacked states. `None` where the steps were refused.
    pub(super) fn in_steps(
        &mut self,
        carried: &mut Carried,
        order: &Order,
        steps: &Steps,
        (cells, mut after): (&[usize], Vec<Option<Value>>),
        span: Span,
    ) -> Option<Vec<Option<Value>>> {
        let nexts = self.nexts(carried, steps, (cells, &after), span)?;
        let scan = self.recursion(carried, order, &nexts, span)?;
        let mut images = FxHashMap::default();
        let mut last = BTreeMap::new();
        if let Some(segments) = self.checkpointed(carried, &scan, (cells, &after))? {
            let ends = self.graph.last_by_segments(&scan, &segments);
            for ((leaf, Placeholder { start, kind, .. }), end) in carried.placeholders.clone().into_iter().zip(ends) {
                let node = self.after_steps(&order.steps, end, start.node);
                last.insert(leaf, self.of_kind(&kind, Tensor { node, ..start }));
            }
            self.end_with(cells, &mut after, &images, &last);
            return Some(after);
        }
        let stacked = self.graph.scan(scan);
        for ((leaf, placeholder), stacked) in carried.placeholders.iter().zip(stacked) {
            let Placeholder { value, start, kind } = placeholder.clone();
            let before = i64::from(order.reversed);
            images.insert(value.node, self.before_steps(stacked, value.batch.len() - 1, before, &order.steps));
            let at = if order.reversed { Size::zero() } else { order.steps.clone() };
            let node = self.state_at(stacked, &at);
            let node = self.after_steps(&order.steps, node, start.node);
            let end = Tensor { node, ..start.clone() };
            last.insert(*leaf, self.of_kind(&kind, end));
        }
        self.gather_by_states(&images);
        self.end_with(cells, &mut after, &images, &last);
        Some(after)
    }

    /// The segments of a recursion that keeps checkpoints alone, if it does; `None` where the steps have to be read again,
    /// with what they add to among the states.
    #[expect(clippy::option_option, reason = "whether the steps are known, and how they are done")]
    fn checkpointed(
        &mut self,
        carried: &mut Carried,
        scan: &Scan,
        values: (&[usize], &[Option<Value>]),
    ) -> Option<Option<Segments>> {
        let (Some(_), Some(segments)) = (&carried.instead, self.segments(scan)) else { return Some(None) };
        let placeholders: Vec<Id> = carried.placeholders.values().map(|placeholder| placeholder.value.node).collect();
        let Some(leaves) = self.carried_instead(carried, &placeholders, values) else { return Some(None) };
        if leaves.is_empty() {
            return Some(Some(segments));
        }
        carried.add(leaves.iter().copied());
        carried.instead.iter_mut().for_each(|instead| instead.extend(leaves.iter().copied()));
        carried.is_wider = true;
        None
    }

    fn end_with(
        &mut self,
        cells: &[usize],
        after: &mut [Option<Value>],
        images: &FxHashMap<Id, Id>,
        last: &BTreeMap<Leaf, Value>,
    ) {
        for (cell, value) in cells.iter().zip(after) {
            if let Some(value) = value {
                self.with_states(value, (*cell, &mut 0), images, last);
            }
        }
    }

    /// What a step makes of each carried value.
    fn nexts(
        &mut self,
        carried: &Carried,
        steps: &Steps,
        (cells, after): (&[usize], &[Option<Value>]),
        span: Span,
    ) -> Option<Vec<Tensor>> {
        let mut found: BTreeMap<Leaf, Value> = BTreeMap::new();
        for (cell, value) in cells.iter().zip(after) {
            collect(value.as_ref()?, (*cell, &mut 0), &mut found);
        }
        // In an arm that is not taken states stay: what overflows there is no number times 0 in derivatives.
        let is_done = Self::is_done(steps).and(self.taken_by_values());
        let mut nexts = Vec::with_capacity(carried.placeholders.len());
        for (leaf, placeholder) in &carried.placeholders {
            let next = match (found.remove(leaf), &placeholder.kind) {
                (Some(Value::Bool(condition)), Kind::Truth) => self.mask(&condition),
                (Some(value @ (Value::Index(_) | Value::Integer(_) | Value::Cases(_))), Kind::Integer) => {
                    self.integer_as_number(value)?
                }
                (Some(Value::Choice(choice)), Kind::Variant(name)) if choice.is_plain() && choice.name == *name => {
                    self.number_of_variant(&choice)
                }
                (Some(value), Kind::Number) => self.in_shape(&Part::whole(&placeholder.start), value, span)?,
                (_, Kind::Integer | Kind::Truth | Kind::Variant(_)) | (None, Kind::Number) => {
                    let name = self.cells.get(leaf.0).name.clone();
                    self.refuse_step(&name, span);
                    return None;
                }
            };
            nexts.push(self.select(&is_done, &next, &placeholder.value));
        }
        Some(nexts)
    }

    /// The steps as a recursion.
    fn recursion(&mut self, carried: &mut Carried, order: &Order, nexts: &[Tensor], span: Span) -> Option<Scan> {
        let mut is_wider = false;
        for (leaf, next) in carried.placeholders.keys().zip(nexts) {
            let known = &carried.placeholders[leaf].value.batch;
            for variable in next.batch.iter().filter(|v| !known.contains(v)) {
                carried.leaves.entry(*leaf).or_default().insert(*variable);
                is_wider = true;
            }
        }
        if is_wider {
            carried.is_wider = true;
            return None;
        }
        let level = self.graph.level_above(&nexts.iter().map(|next| next.node).collect::<Vec<_>>());
        let mut slots = FxHashMap::default();
        for (k, placeholder) in carried.placeholders.values().enumerate() {
            let shape = self.graph.shape(placeholder.start.node).to_vec();
            let slot = self.graph.slot(level, crate::ir::Variable::State(k), shape);
            slots.insert(placeholder.value.node, (placeholder.value.batch.len() - 1, slot));
        }
        let mut slicer = Slicer::new(self.graph, level, slots);
        let mut sliced = Vec::with_capacity(nexts.len());
        for next in nexts {
            sliced.push(match next.batch.iter().position(|v| *v == order.variable) {
                Some(axis) => slicer.at_step(next.node, axis),
                None => slicer.at_all_steps(next.node),
            });
        }
        let sequences = std::mem::take(&mut slicer.sequences);
        let mut states = Vec::with_capacity(nexts.len());
        for (((leaf, placeholder), next), sliced) in carried.placeholders.iter().zip(nexts).zip(sliced) {
            let Some(node) = sliced else {
                let name = self.cells.get(leaf.0).name.clone();
                self.refuse_step(&name, span);
                return None;
            };
            let batch = next.batch.iter().copied().filter(|v| *v != order.variable).collect();
            let more = placeholder.start.batch.iter().copied().collect();
            let next = self.spread(&Tensor { node, batch, ..next.clone() }, &more);
            states.push(Recurrence { start: placeholder.start.node, next: next.node, kept: Kept::All });
        }
        let (steps, reversed) = (order.steps.clone(), order.reversed);
        Some(Scan { level, steps, reversed, checkpointed: false, states, sequences })
    }

    /// `states[.., shift .. shift + steps]`, with the axis for the steps after so many others.
    fn before_steps(&mut self, states: Id, batch: usize, shift: i64, steps: &Size) -> Id {
        let mut shape = self.graph.shape(states).to_vec();
        shape.pop();
        let wires: Vec<Affine> = (0..=shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        shape.insert(batch, steps.clone());
        let own = wires.iter().enumerate().filter(|(k, _)| *k != batch).map(|(_, wire)| wire.clone());
        let step = wires[batch].add(&Affine::constant(Size::constant(shift)));
        let index = own.chain([step]).collect();
        self.read(Operand { node: states, index }, shape.clone(), wires, shape)
    }

    /// `states[.., at]`
    fn state_at(&mut self, states: Id, at: &Size) -> Id {
        let mut shape = self.graph.shape(states).to_vec();
        shape.pop();
        let wires: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let index = wires.iter().cloned().chain([Affine::constant(at.clone())]).collect();
        self.read(Operand { node: states, index }, shape.clone(), wires, shape)
    }

    /// The state in the end; of less than no steps, `3..n` at n = 2, what it begins with.
    fn after_steps(&mut self, steps: &Size, end: Id, start: Id) -> Id {
        if steps.is_nonnegative() {
            return end;
        }
        let shape = self.graph.shape(start).to_vec();
        let mut part = |node: Id, bound: Size| {
            let wires: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
            let guard = Guard { affine: Affine::constant(bound), test: Test::NonNegative };
            let operands = vec![Operand { node, index: wires.clone() }];
            let (coefficient, extents) = (Number::new(1.0), shape.clone());
            self.graph.product(Product { coefficient, extents, operands, guards: vec![guard], out: wires }, shape.clone())
        };
        let none = Size::zero().sub(steps).sub(&Size::constant(1));
        let parts = [part(end, steps.clone()), part(start, none)];
        self.graph.add_all(&parts, shape)
    }

    fn read(&mut self, operand: Operand, extents: Vec<Size>, out: Vec<Affine>, shape: Vec<Size>) -> Id {
        let product = Product { coefficient: Number::new(1.0), extents, operands: vec![operand], guards: Vec::new(), out };
        self.graph.product(product, shape)
    }

    /// Puts the states in the end where they are carried, and the stacked ones into sums.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
    fn with_states(
        &mut self,
        value: &mut Value,
        (cell, leaf): (usize, &mut usize),
        images: &FxHashMap<Id, Id>,
        last: &BTreeMap<Leaf, Value>,
    ) {
        match value {
            Value::Tuple(values) | Value::Array(values) => {
                values.iter_mut().for_each(|value| self.with_states(value, (cell, leaf), images, last));
            }
            Value::Struct(structure) => {
                structure.fields.iter_mut().for_each(|(_, value)| self.with_states(value, (cell, leaf), images, last));
            }
            Value::Choice(choice) if choice.perhaps().is_some() => {
                let Some([mut condition, mut payload]) = Value::Choice(choice.clone()).perhaps() else { return };
                self.with_states(&mut condition, (cell, leaf), images, last);
                self.with_states(&mut payload, (cell, leaf), images, last);
                if let Some(whole) = Value::from_perhaps([condition, payload]) {
                    *value = whole;
                }
            }
            Value::Growing(growing) => {
                growing.replace(&mut |tensor| tensor.node = self.graph.replace(&[tensor.node], images)[0]);
            }
            value if is_leaf(value) => {
                *leaf += 1;
                if let Some(end) = last.get(&(cell, *leaf)) {
                    *value = end.clone();
                } else if let Value::State(state) = value {
                    self.sum_over_states(state, images);
                }
            }
            _ => {}
        }
    }

    fn sum_over_states(&mut self, state: &mut State, images: &FxHashMap<Id, Id>) {
        let tensors: Vec<&mut Tensor> = match &mut state.update {
            Update::Kept => Vec::new(),
            Update::Sum(Entries { adds, sets }) => {
                let summands = adds.iter_mut().chain(sets);
                summands.flat_map(|s| [&mut s.value].into_iter().chain(s.pattern.iter_mut().map(|f| &mut f.tensor))).collect()
            }
            Update::Times(tensor) | Update::Extreme(_, tensor) => vec![tensor],
        };
        for tensor in tensors {
            tensor.node = self.graph.replace(&[tensor.node], images)[0];
        }
    }
}

/// Whether a value is one that a loop carries, or one part of it.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value has parts, or is not carried")]
pub fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Tensor(_)
        | Value::Integer(_)
        | Value::Index(_)
        | Value::Cases(_)
        | Value::State(_)
        | Value::Bool(_)
        | Value::Infinity(_) => true,
        Value::Choice(choice) => choice.is_plain(),
        _ => false,
    }
}

/// The leaves of a cell that steps only set: what the last step leaves in them is not known from one of its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is a leaf, or has no parts that are set")]
pub fn set_leaves(before: &Value, after: &Value, (cell, leaf): (usize, &mut usize), found: &mut Vec<Leaf>) {
    let parts = |value: &Value| match value {
        Value::Tuple(values) | Value::Array(values) => Some(values.clone()),
        Value::Struct(structure) => Some(structure.fields.iter().map(|(_, value)| value.clone()).collect()),
        value => value.perhaps().map(Vec::from),
    };
    let count = leaves_of(before, cell).len();
    match (after, parts(before), parts(after)) {
        (Value::Last, ..) => {
            found.extend((1..=count).map(|k| (cell, *leaf + k)));
            *leaf += count;
        }
        (_, Some(before), Some(after)) if before.len() == after.len() => {
            before.iter().zip(&after).for_each(|(before, after)| set_leaves(before, after, (cell, leaf), found));
        }
        _ => *leaf += count,
    }
}

/// The leaves of a value of a cell.
pub fn leaves_of(value: &Value, cell: usize) -> Vec<Leaf> {
    leaves_with_values(value, cell).into_keys().collect()
}

/// The leaves of a value of a cell, and what each is.
pub fn leaves_with_values(value: &Value, cell: usize) -> BTreeMap<Leaf, Value> {
    let mut found = BTreeMap::new();
    collect(value, (cell, &mut 0), &mut found);
    found
}

/// The leaves of a value, numbered as they are when a loop begins.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
fn collect(value: &Value, (cell, leaf): (usize, &mut usize), found: &mut BTreeMap<Leaf, Value>) {
    match value {
        Value::Tuple(values) | Value::Array(values) => values.iter().for_each(|value| collect(value, (cell, leaf), found)),
        Value::Struct(structure) => structure.fields.iter().for_each(|(_, value)| collect(value, (cell, leaf), found)),
        Value::Growing(growing) => growing.next().into_iter().for_each(|value| collect(value, (cell, leaf), found)),
        value if is_leaf(value) => {
            *leaf += 1;
            found.insert((cell, *leaf), value.clone());
        }
        value => value.perhaps().iter().flatten().for_each(|value| collect(value, (cell, leaf), found)),
    }
}
