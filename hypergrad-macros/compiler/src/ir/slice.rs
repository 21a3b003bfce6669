//! From a step that was read for all values of its index at once to the body of a recursion: what has an axis
//! for the steps loses it. What does not depend on the states is a sequence.
//!
//! A product that reads a state at the index `e` of its wires, and has `e` as its index for the steps, is the
//! same product at one step. Whatever else reads those wires (other operands, guards, scatters to places that
//! the step decides) is a tensor of its own, with an axis for the steps, and so a sequence.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::affine::{Affine, Wire};
use super::func::{Func, Number};
use super::graph::Graph;
use super::node::{Guard, Id, Op, Operand, Product, Term, View};
use super::scan::{Recurrence, Scan, Sequence, Slot, Variable};
use super::size::Size;

/// A step under way to be the body of a recursion.
pub struct Slicer<'g> {
    graph: &'g mut Graph,
    level: u32,
    /// Leaves that stand for the states at all steps: their axis for the steps, and the slot at one.
    states: FxHashMap<Id, (usize, Id)>,
    /// By node and axis; `None` where a node is not known at one step alone.
    known: FxHashMap<(Id, usize), Option<Id>>,
    pub sequences: Vec<Sequence>,
    /// Recursions inside of the body, by the axis of a state of them.
    inside: FxHashMap<(Id, usize, usize), Option<Id>>,
    /// Of the slots of those: the axis for the steps, and the slot without it.
    slots: FxHashMap<Id, (usize, Id)>,
    /// What is known of [`Self::reads_states`], until more slots are sliced.
    reading: FxHashMap<Id, bool>,
}

impl<'g> Slicer<'g> {
    pub fn new(graph: &'g mut Graph, level: u32, states: FxHashMap<Id, (usize, Id)>) -> Self {
        let (known, inside, slots) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        Self { graph, level, states, known, sequences: Vec::new(), inside, slots, reading: FxHashMap::default() }
    }

    /// A node at one step, which is along this axis of it.
    pub fn at_step(&mut self, node: Id, axis: usize) -> Option<Id> {
        if let Some(known) = self.known.get(&(node, axis)) {
            return *known;
        }
        let sliced = self.sliced(node, axis);
        self.known.insert((node, axis), sliced);
        sliced
    }

    /// A node without an axis for the steps. Recursions of which only other states read those of the steps are narrowed to
    /// what it needs; `None` where it reads them all the same.
    pub fn at_all_steps(&mut self, node: Id) -> Option<Id> {
        if !self.reads_states(node) {
            return Some(node);
        }
        let mut images = FxHashMap::default();
        for id in self.graph.surface(&[node]) {
            if let Op::State { scan, position } = *self.graph.op(id)
                && self.reads_states(id)
            {
                images.insert(id, self.graph.narrowed(scan, position)?);
            }
        }
        let narrowed = self.graph.replace(&[node], &images)[0];
        (!self.reads_states(narrowed)).then_some(narrowed)
    }

    /// Whether a node reads what has another value at each step: a state, or a slot that is sliced of a recursion
    /// inside.
    fn reads_states(&mut self, node: Id) -> bool {
        if let Some(known) = self.reading.get(&node) {
            return *known;
        }
        let own = self.states.contains_key(&node) || self.slots.contains_key(&node);
        let reads = own || self.graph.reads(node).into_iter().any(|read| self.reads_states(read));
        self.reading.insert(node, reads);
        reads
    }

    fn sliced(&mut self, node: Id, axis: usize) -> Option<Id> {
        if let Some((own, slot)) = self.states.get(&node).or_else(|| self.slots.get(&node)) {
            return (*own == axis).then_some(*slot);
        }
        let mut shape = self.graph.shape(node).to_vec();
        if let Some(value) = self.graph.as_uniform(node) {
            shape.remove(axis);
            let number = self.graph.constant(value);
            return Some(self.graph.broadcast(number, shape));
        }
        let is_factor = matches!(self.graph.op(node), Op::Factor { .. });
        if !self.reads_states(node) && !self.graph.is_inside(node) && !is_factor {
            return Some(self.sequence(node, axis));
        }
        let steps = shape.remove(axis);
        match self.graph.op(node).clone() {
            Op::Product(product) => self.product(&product, axis, steps, shape),
            Op::Sum(terms) => {
                let terms: Option<Vec<Term>> =
                    terms.iter().map(|t| Some(Term { coefficient: t.coefficient, view: self.view(&t.view, axis)? })).collect();
                Some(self.graph.sum(terms?, shape))
            }
            Op::Map(func, args) => {
                let args: Option<Vec<View>> = args.iter().map(|view| self.view(view, axis)).collect();
                Some(self.graph.map(func, args?, shape))
            }
            Op::Reduce { kind, arg, keep } => {
                let arg = self.at_step(arg, axis)?;
                Some(self.graph.reduce(kind, arg, keep - 1))
            }
            Op::Weights { kind, arg, keep } if axis < keep => {
                let arg = self.at_step(arg, axis)?;
                Some(self.graph.weights(kind, arg, keep - 1))
            }
            Op::Exclusive { arg, order } if axis + 1 < self.graph.order(arg) => {
                let arg = self.at_step(arg, axis)?;
                Some(self.graph.exclusive(arg, order))
            }
            Op::Factor { elimination, arg } if axis > 0 => {
                let arg = self.at_step(arg, axis + 1)?;
                Some(self.graph.factor(elimination, arg))
            }
            Op::Solve { factor, rhs, transposed } => self.solve((factor, rhs, transposed), axis),
            Op::Lower { factor } if axis > 1 => {
                let factor = self.at_step(factor, axis - 1)?;
                Some(self.graph.lower(factor))
            }
            Op::Determinant { factor, logarithm } => {
                let factor = self.at_step(factor, axis + 1)?;
                Some(self.graph.determinant(factor, logarithm))
            }
            Op::State { scan, position } => {
                let recursion = self.recursion(scan, position, axis)?;
                Some(self.graph.state(recursion, position))
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Lower { .. }
            | Op::Scan(_)
            | Op::Slot(_) => None,
        }
    }

    /// One more sequence, read at the step.
    fn sequence(&mut self, node: Id, axis: usize) -> Id {
        let order = self.graph.order(node);
        let axes: Vec<usize> = (0..order).filter(|own| *own != axis).chain([axis]).collect();
        let node = if axis + 1 == order { node } else { self.graph.permuted(node, &axes) };
        let shape = self.graph.shape(node)[..order - 1].to_vec();
        self.sequences.push(Sequence { node, shift: 0 });
        self.graph.slot(self.level, Variable::Sequence(self.sequences.len() - 1), shape)
    }

    fn view(&mut self, view: &View, axis: usize) -> Option<View> {
        let node = match view.axes.iter().position(|own| *own == axis) {
            Some(own) => self.at_step(view.node, own)?,
            None if self.reads_states(view.node) => return None,
            None => view.node,
        };
        let rest = view.axes.iter().filter(|own| **own != axis);
        Some(View { node, axes: rest.map(|own| own - usize::from(*own > axis)).collect() })
    }

    fn solve(&mut self, (factor, rhs, transposed): (Id, Id, bool), axis: usize) -> Option<Id> {
        let columns = self.graph.order(rhs) - (self.graph.order(factor) - 1);
        if axis < columns && self.reads_states(factor) {
            return None;
        }
        let factor = if axis < columns { factor } else { self.at_step(factor, 1 + axis - columns)? };
        let rhs = self.at_step(rhs, axis)?;
        Some(self.graph.solve(factor, rhs, transposed))
    }

    fn product(&mut self, product: &Product, axis: usize, steps: Size, shape: Vec<Size>) -> Option<Id> {
        let step = product.out[axis].clone();
        let of_step: BTreeSet<Wire> = step.wires().collect();
        let mentions = |affine: &Affine| affine.wires().any(|wire| of_step.contains(&wire));
        let (mut kept, mut moved) = (Vec::new(), Vec::new());
        for operand in &product.operands {
            if self.reads_states(operand.node) {
                let own = operand.index.iter().position(|index| *index == step)?;
                let mut index = operand.index.clone();
                index.remove(own);
                kept.push(Operand { node: self.at_step(operand.node, own)?, index });
            } else if operand.index.iter().any(mentions) && !self.graph.is_inside(operand.node) {
                moved.push(operand.clone());
            } else if operand.index.iter().any(mentions) {
                return None;
            } else {
                kept.push(operand.clone());
            }
        }
        let (own, guards): (Vec<Guard>, Vec<Guard>) = product.guards.iter().cloned().partition(|guard| mentions(&guard.affine));
        let out: Vec<Affine> = product.out.iter().enumerate().filter(|(k, _)| *k != axis).map(|(_, o)| o.clone()).collect();
        let rest = Product { operands: kept, guards, out, ..product.clone() };
        let own = OfStep { steps, step, operands: moved, guards: own, extents: product.extents.clone() };
        self.at_one_step(rest, &own, shape)
    }

    /// The product at one step, what else depends on the step being one operand.
    fn at_one_step(&mut self, mut rest: Product, own: &OfStep, shape: Vec<Size>) -> Option<Id> {
        let mut places = own.places(self.graph, &mut rest, &shape);
        let shared = own.shared(&rest, &places);
        places.extend(shared);
        let value = if own.is_plain() && places.is_empty() {
            self.graph.product(rest.clone().without_unread_wires(), shape.clone())
        } else {
            let (out, index): (Vec<Affine>, Vec<Wire>) = places.into_iter().unzip();
            let node = own.tensor(self.graph, &own.operands, &out, &index, &rest.extents);
            let node = self.sequence(node, 0);
            rest.operands.push(Operand { node, index: index.into_iter().map(Affine::wire).collect() });
            self.graph.product(rest.clone().without_unread_wires(), shape.clone())
        };
        // Where the step is not meant, its value is not looked at.
        let guarded: BTreeSet<Wire> = own.guards.iter().flat_map(|g| g.affine.wires()).filter(|w| !own.is_of_step(*w)).collect();
        let axes: Option<Vec<usize>> = guarded.iter().map(|w| rest.out.iter().position(|o| o.as_wire() == Some(*w))).collect();
        let Some(axes) = axes.filter(|_| !own.guards.is_empty()) else { return Some(value) };
        let wires: Vec<Wire> = guarded.into_iter().collect();
        let out: Vec<Affine> = wires.iter().map(|wire| Affine::wire(*wire)).collect();
        // An axis may be longer than its wire: there the mask is 0.
        wires.iter().zip(&axes).for_each(|(wire, axis)| rest.extents[wire.0 as usize].clone_from(&shape[*axis]));
        let mask = own.tensor(self.graph, &[], &out, &wires, &rest.extents);
        let mask = self.sequence(mask, 0);
        let zero = self.graph.constant(0.0);
        let args = vec![View { node: mask, axes }, self.graph.whole(value), View { node: zero, axes: Vec::new() }];
        Some(self.graph.map(Func::Select, args, shape))
    }

    /// A recursion inside of the step, whose state has this axis for the steps of the outer one.
    fn recursion(&mut self, id: Id, position: usize, axis: usize) -> Option<Id> {
        if let Some(known) = self.inside.get(&(id, position, axis)) {
            return *known;
        }
        let scan = self.graph.as_scan(id)?.clone();
        // Recursions of one level have slots in common.
        let outside = (self.slots.clone(), self.known.clone(), self.reading.clone());
        let sliced = self.inner_scan(&scan, position, axis);
        (self.slots, self.known, self.reading) = outside;
        self.inside.insert((id, position, axis), sliced);
        sliced
    }

    fn inner_scan(&mut self, scan: &Scan, position: usize, axis: usize) -> Option<Id> {
        let mut axes = self.axes_of_slots(scan, position, axis)?;
        self.with_other_states(scan, &mut axes)?;
        for (slot, axis) in &axes {
            let mut shape = self.graph.shape(*slot).to_vec();
            shape.remove(*axis);
            let Op::Slot(own) = *self.graph.op(*slot) else { return None };
            let image = self.graph.slot(own.level, own.variable, shape);
            self.slots.insert(*slot, (*axis, image));
        }
        self.known.clear();
        self.reading.clear();
        let mut states = Vec::with_capacity(scan.states.len());
        for (k, state) in scan.states.iter().enumerate() {
            let slot = self.graph.slot_of_state(scan, k);
            states.push(match axes.get(&slot) {
                Some(axis) => {
                    let (start, next) = (self.at_step(state.start, *axis)?, self.at_step(state.next, *axis)?);
                    Recurrence { start, next, ..state.clone() }
                }
                None if self.reads_states(state.start) || self.reads_states(state.next) => return None,
                None => state.clone(),
            });
        }
        let mut sequences = Vec::with_capacity(scan.sequences.len());
        for (k, sequence) in scan.sequences.iter().enumerate() {
            let slot = self.graph.slot_of_sequence(scan, k);
            let node = match axes.get(&slot) {
                Some(axis) => self.at_step(sequence.node, *axis)?,
                None if self.reads_states(sequence.node) => return None,
                None => sequence.node,
            };
            sequences.push(Sequence { node, shift: sequence.shift });
        }
        Some(self.graph.intern_scan(Scan { states, sequences, ..scan.clone() }))
    }

    /// Which slots of a recursion inside have an axis for the steps of the outer one: found from one of its states.
    /// `None` where that axis is the one for the recursion's own steps, which a slot has not.
    fn axes_of_slots(&mut self, scan: &Scan, position: usize, axis: usize) -> Option<BTreeMap<Id, usize>> {
        let first = self.graph.slot_of_state(scan, position);
        if axis == self.graph.order(first) {
            return None;
        }
        let mut axes = BTreeMap::from([(first, axis)]);
        let mut pending = vec![(scan.states[position].next, axis)];
        let mut seen = BTreeSet::new();
        while let Some((node, axis)) = pending.pop() {
            // Recursions beside this one have slots of its level.
            let is_inside = self.graph.open_levels(node) & 1 << scan.level != 0;
            if !is_inside || !seen.insert((node, axis)) {
                continue;
            }
            if let Op::Slot(slot) = *self.graph.op(node) {
                if slot.level == scan.level {
                    if *axes.entry(node).or_insert(axis) != axis {
                        return None;
                    }
                    if let Variable::State(k) = slot.variable {
                        pending.push((scan.states[k].next, axis));
                    }
                }
                continue;
            }
            if let Op::State { scan, position } = *self.graph.op(node) {
                pending.extend(self.through(scan, position, axis)?);
                continue;
            }
            pending.extend(along(self.graph, node, axis));
        }
        Some(axes)
    }

    /// States that the first one does not read: their axis for the steps of the outer recursion is the one by which they
    /// read what has been found, or begin with a state of that recursion.
    fn with_other_states(&mut self, scan: &Scan, axes: &mut BTreeMap<Id, usize>) -> Option<()> {
        for k in 0..scan.states.len() {
            let slot = self.graph.slot_of_state(scan, k);
            for axis in 0..self.graph.order(slot) {
                if axes.contains_key(&slot) {
                    break;
                }
                let own = self.axes_of_slots(scan, k, axis)?;
                let agree = own.iter().any(|(slot, axis)| axes.get(slot) == Some(axis));
                if agree || self.is_of_steps(scan.states[k].start, axis) {
                    for (slot, axis) in own {
                        if *axes.entry(slot).or_insert(axis) != axis {
                            return None;
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// Whether an axis of a node is the one for the steps of a state that it reads.
    fn is_of_steps(&mut self, node: Id, axis: usize) -> bool {
        let mut pending = vec![(node, axis)];
        let mut seen = BTreeSet::new();
        while let Some((node, axis)) = pending.pop() {
            if !seen.insert((node, axis)) {
                continue;
            }
            if let Some((own, _)) = self.states.get(&node).or_else(|| self.slots.get(&node)) {
                if *own == axis {
                    return true;
                }
            } else if let Op::State { scan, position } = *self.graph.op(node) {
                pending.extend(self.through(scan, position, axis).unwrap_or_default());
            } else {
                pending.extend(along(self.graph, node, axis));
            }
        }
        false
    }

    /// Where an axis of a state of a recursion is an axis of what the recursion reads.
    fn through(&mut self, id: Id, position: usize, axis: usize) -> Option<Vec<(Id, usize)>> {
        let scan = self.graph.as_scan(id)?.clone();
        if axis == self.graph.order(scan.states[position].start) {
            let last = |sequence: &Sequence| (sequence.node, self.graph.order(sequence.node) - 1);
            return Some(scan.sequences.iter().map(last).collect());
        }
        let mut found = Vec::new();
        for (slot, axis) in self.axes_of_slots(&scan, position, axis)? {
            let Op::Slot(Slot { variable, .. }) = *self.graph.op(slot) else { continue };
            match variable {
                Variable::State(k) => found.extend([(scan.states[k].start, axis), (scan.states[k].next, axis)]),
                Variable::Sequence(k) => found.push((scan.sequences[k].node, axis)),
            }
        }
        Some(found)
    }
}

/// What the steps decide of a product: the index that they are, and whatever else reads its wires.
struct OfStep {
    steps: Size,
    step: Affine,
    operands: Vec<Operand>,
    guards: Vec<Guard>,
    /// Of the product's own wires.
    extents: Vec<Size>,
}

impl OfStep {
    fn is_of_step(&self, wire: Wire) -> bool {
        self.step.mentions(wire)
    }

    fn is_plain(&self) -> bool {
        let whole = self.step.as_wire().is_some_and(|wire| self.extents[wire.0 as usize] == self.steps);
        self.operands.is_empty() && self.guards.is_empty() && whole
    }

    /// Places that the step decides become wires of the rest: where each is, and its wire.
    fn places(&self, graph: &Graph, rest: &mut Product, shape: &[Size]) -> Vec<(Affine, Wire)> {
        let mut found: Vec<(Affine, Wire)> = Vec::new();
        let mut moved = |place: &mut Affine, extent: &Size, extents: &mut Vec<Size>| {
            if place.wires().any(|wire| self.is_of_step(wire)) {
                let wire = Wire(extents.len() as u32);
                extents.push(extent.clone());
                found.push((std::mem::replace(place, Affine::wire(wire)), wire));
            }
        };
        for (place, extent) in rest.out.iter_mut().zip(shape) {
            moved(place, extent, &mut rest.extents);
        }
        for operand in &mut rest.operands {
            for (place, extent) in operand.index.iter_mut().zip(graph.shape(operand.node)) {
                moved(place, extent, &mut rest.extents);
            }
        }
        found
    }

    /// The wires that what is moved has in common with the rest.
    fn shared(&self, rest: &Product, places: &[(Affine, Wire)]) -> Vec<(Affine, Wire)> {
        let places = places.iter().map(|(place, _)| place);
        let inside = self.operands.iter().flat_map(|o| &o.index).chain(self.guards.iter().map(|g| &g.affine)).chain(places);
        let wires: BTreeSet<Wire> = inside.flat_map(Affine::wires).filter(|wire| !self.is_of_step(*wire)).collect();
        let outside = rest.operands.iter().flat_map(|o| &o.index).chain(rest.guards.iter().map(|g| &g.affine)).chain(&rest.out);
        let outside: BTreeSet<Wire> = outside.flat_map(Affine::wires).collect();
        wires.intersection(&outside).map(|wire| (Affine::wire(*wire), *wire)).collect()
    }

    /// The product of operands where the guards hold, with an axis for the steps and one for each of these places.
    fn tensor(&self, graph: &mut Graph, operands: &[Operand], out: &[Affine], wires: &[Wire], extents: &[Size]) -> Id {
        let own = wires.iter().map(|wire| extents[wire.0 as usize].clone());
        let shape = [self.steps.clone()].into_iter().chain(own).collect();
        let product = Product {
            coefficient: Number::new(1.0),
            extents: self.extents.clone(),
            operands: operands.to_vec(),
            guards: self.guards.clone(),
            out: [std::slice::from_ref(&self.step), out].concat(),
        };
        graph.product(product.without_unread_wires(), shape)
    }
}

/// Where an axis of a node is an axis of what it reads.
fn along(graph: &Graph, node: Id, axis: usize) -> Vec<(Id, usize)> {
    let viewed = |view: &View| view.axes.iter().position(|own| *own == axis).map(|own| (view.node, own));
    match graph.op(node) {
        Op::Product(product) => {
            let step = &product.out[axis];
            let place = |operand: &Operand| operand.index.iter().position(|i| i == step).map(|own| (operand.node, own));
            product.operands.iter().filter_map(place).collect()
        }
        Op::Sum(terms) => terms.iter().filter_map(|term| viewed(&term.view)).collect(),
        Op::Map(_, args) => args.iter().filter_map(viewed).collect(),
        Op::Reduce { arg, .. } | Op::Weights { arg, .. } | Op::Exclusive { arg, .. } => vec![(*arg, axis)],
        // Of rows and columns: neither is an axis of what is factored alone.
        Op::Factor { arg, .. } if axis > 0 => vec![(*arg, axis + 1)],
        Op::Lower { factor } if axis > 1 => vec![(*factor, axis - 1)],
        Op::Determinant { factor, .. } => vec![(*factor, axis + 1)],
        Op::Solve { factor, rhs, .. } => {
            let columns = graph.order(*rhs) - (graph.order(*factor) - 1);
            let batch = (axis >= columns).then(|| (*factor, 1 + axis - columns));
            [(*rhs, axis)].into_iter().chain(batch).collect()
        }
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Factor { .. }
        | Op::Lower { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => Vec::new(),
    }
}
