//! Derivatives of recursions: their adjoint runs through the steps the other way.
//!
//! With `s_{t+1} = N(s_t, q_t, c)` and a cotangent `a_t` of every state, `λ_T = a_T` and
//! `λ_t = a_t + (∂N/∂s)ᵀ λ_{t+1}` is a recursion over the stacked states; then the start has the cotangent
//! `λ_0`, entry t of the sequence `(∂N/∂q)ᵀ λ_{t+1}`, and what else is read `Σ_t (∂N/∂c)ᵀ λ_{t+1}`: all
//! steps at once, outside of any recursion. Where the states are checkpoints, a step computes again what a segment
//! did, which is never had of all steps at once: then these are states of the adjoint recursion, what else is read
//! by the sum so far.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::reverse::{Sweep, gradient};
use crate::ir::{Affine, Graph, Id, Kept, Number, Op, Operand, Product, Recurrence, Scan, Sequence, Size, Variable, Wire};

impl Sweep<'_> {
    /// From the cotangents of the stacked states of a recursion to those of what it reads.
    pub(super) fn scan(&mut self, id: Id, cotangents: &[(usize, Id)]) {
        let Some(scan) = self.graph.as_scan(id).cloned() else { return };
        let stacked: Vec<Id> = (0..scan.states.len()).map(|position| self.graph.state(id, position)).collect();
        let cotangents: Vec<Id> = (0..scan.states.len())
            .map(|position| {
                let own: Vec<Id> = cotangents.iter().filter(|(k, _)| *k == position).map(|(_, node)| *node).collect();
                let shape = self.graph.shape(stacked[position]).to_vec();
                self.graph.add_all(&own, shape)
            })
            .collect();
        let met = &self.met;
        let step = Step::new(self.graph, &scan, &|captured| captured < id && met.contains(&captured));
        if scan.checkpointed {
            self.in_steps(&step, &stacked, &cotangents);
        } else {
            self.at_once(&step, &stacked, &cotangents);
        }
    }

    /// The cotangents of what steps read, of all steps at once.
    fn at_once(&mut self, step: &Step, stacked: &[Id], cotangents: &[Id]) {
        let (scan, (adjoint, _)) = (&step.scan, step.adjoint(self.graph, stacked, cotangents));
        let adjoints = self.graph.scan(adjoint);
        self.starts(scan, &adjoints);
        let mut images = step.all_steps(self.graph, stacked, &adjoints);
        let steps = [scan.steps.clone()];
        for (sequence, cotangent) in scan.sequences.iter().zip(&step.of_sequences) {
            if self.depends(sequence.node) && !self.graph.is_zero(*cotangent) {
                self.graph.batch(&[*cotangent], &mut images, &steps);
                let all = self.graph.image_or_spread(*cotangent, &images, &steps);
                let placed = placed(self.graph, all, sequence);
                self.contribute(sequence.node, placed);
            }
        }
        for (captured, cotangent) in step.captured.iter().zip(&step.of_captured) {
            if self.depends(*captured) && !self.graph.is_zero(*cotangent) {
                self.graph.batch(&[*cotangent], &mut images, &steps);
                let all = self.graph.image_or_spread(*cotangent, &images, &steps);
                let total = total(self.graph, all);
                self.contribute(*captured, total);
            }
        }
    }

    /// The cotangents of what steps read as states of the adjoint recursion: of sequences what a step leaves, of what
    /// else is read the sum so far.
    fn in_steps(&mut self, step: &Step, stacked: &[Id], cotangents: &[Id]) {
        let (mut adjoint, images) = step.adjoint(self.graph, stacked, cotangents);
        let (scan, count) = (&step.scan, adjoint.states.len());
        let is_wanted = |(node, cotangent): &(Id, Id)| self.depends(*node) && !self.graph.is_zero(*cotangent);
        let of_sequences = scan.sequences.iter().zip(step.of_sequences.iter().copied());
        let sequences: Vec<(&Sequence, Id)> = of_sequences.filter(|(own, next)| is_wanted(&(own.node, *next))).collect();
        let of_captured = step.captured.iter().copied().zip(step.of_captured.iter().copied());
        let captured: Vec<(Id, Id)> = of_captured.filter(is_wanted).collect();
        let nexts: Vec<Id> = sequences.iter().map(|(_, next)| *next).chain(captured.iter().map(|(_, next)| *next)).collect();
        let nexts = self.graph.substitute_slots(&nexts, 1 << scan.level, images);
        for (k, next) in nexts.into_iter().enumerate() {
            let state = if k < sequences.len() { left(self.graph, next) } else { summed(self.graph, &adjoint, next) };
            adjoint.states.push(state);
        }
        let shift = adjoint.after();
        let all = self.graph.scan(adjoint);
        self.starts(scan, &all[..count]);
        for ((sequence, _), left) in sequences.iter().zip(&all[count..]) {
            let all = part(self.graph, *left, shift, &scan.steps);
            let placed = placed(self.graph, all, sequence);
            self.contribute(sequence.node, placed);
        }
        for ((captured, _), sum) in captured.iter().zip(&all[count + sequences.len()..]) {
            let total = entry(self.graph, *sum, &Size::zero());
            self.contribute(*captured, total);
        }
    }

    /// The cotangents of what the states begin with.
    fn starts(&mut self, scan: &Scan, adjoints: &[Id]) {
        for (state, adjoint) in scan.states.iter().zip(adjoints) {
            if self.depends(state.start) {
                let at_start = entry(self.graph, *adjoint, &scan.first());
                self.contribute(state.start, at_start);
            }
        }
    }
}

/// A state that is what the step leaves, whatever it was.
fn left(graph: &mut Graph, next: Id) -> Recurrence {
    let shape = graph.shape(next).to_vec();
    Recurrence { start: graph.zero(shape), next, kept: Kept::All }
}

/// One more state: the sum over the steps.
fn summed(graph: &mut Graph, scan: &Scan, summand: Id) -> Recurrence {
    let shape = graph.shape(summand).to_vec();
    let own = graph.slot(scan.level, Variable::State(scan.states.len()), shape.clone());
    let next = graph.add_all(&[own, summand], shape.clone());
    Recurrence { start: graph.zero(shape), next, kept: Kept::Last }
}

/// One step of a recursion, differentiated: cotangents over its slots and those of the adjoints after it.
struct Step {
    scan: Scan,
    captured: Vec<Id>,
    states: Vec<Id>,
    sequences: Vec<Id>,
    /// Slots of the adjoints: the states after those of the recursion.
    after: Vec<Id>,
    of_states: Vec<Id>,
    of_sequences: Vec<Id>,
    of_captured: Vec<Id>,
}

impl Step {
    /// `is_met`: whether the sweep comes to a node after the recursion.
    fn new(graph: &mut Graph, scan: &Scan, is_met: &dyn Fn(Id) -> bool) -> Self {
        let count = scan.states.len();
        let states: Vec<Id> = (0..count).map(|position| graph.slot_of_state(scan, position)).collect();
        let sequences: Vec<Id> = (0..scan.sequences.len()).map(|position| graph.slot_of_sequence(scan, position)).collect();
        let after: Vec<Id> = (0..count)
            .map(|position| {
                let shape = graph.shape(states[position]).to_vec();
                graph.slot(scan.level, Variable::State(count + position), shape)
            })
            .collect();
        // What a step sets to a node outside has the cotangent of the state: a product of the two would read what that
        // node views, of which a sweep by the node itself knows nothing.
        let bit = 1 << scan.level;
        let is_outside = |next: Id| graph.open_levels(next) & bit == 0 && is_met(next);
        let (set, computed): (Vec<_>, Vec<_>) =
            scan.nexts().into_iter().zip(after.iter().copied()).partition(|(next, _)| is_outside(*next));
        let parts: Vec<Id> = computed.into_iter().map(|(next, after)| graph.inner(after, next)).collect();
        let total = graph.add_all(&parts, Vec::new());
        // Of the total, not of the recursion: what a product views is part of it, and no node there. What the total
        // was simplified to, a factor of all of it, is part of the step: nothing else reads it.
        let outside = graph.read_from_outside(&[total], bit, is_met);
        // Solutions pass on to the matrix, not to its factor.
        let matrix = |id: Id| if let Op::Factor { arg, .. } = graph.op(id) { *arg } else { id };
        let captured: BTreeSet<Id> = outside.into_iter().map(matrix).collect();
        let mut captured: Vec<Id> = captured.into_iter().collect();
        let inputs: Vec<Id> = states.iter().chain(&sequences).chain(&captured).copied().collect();
        let mut of_states = gradient(graph, total, &inputs);
        let mut of_sequences = of_states.split_off(count);
        let mut of_captured = of_sequences.split_off(sequences.len());
        captured.extend(set.iter().map(|(next, _)| *next));
        of_captured.extend(set.iter().map(|(_, after)| *after));
        Self { scan: scan.clone(), captured, states, sequences, after, of_states, of_sequences, of_captured }
    }

    /// The adjoints of the states, a recursion the other way, and what stands for the slots in it.
    fn adjoint(&self, graph: &mut Graph, stacked: &[Id], cotangents: &[Id]) -> (Scan, FxHashMap<Id, Id>) {
        let (scan, count) = (&self.scan, self.states.len());
        let mut adjoint = Scan { reversed: !scan.reversed, states: Vec::new(), ..scan.clone() };
        let mut images: FxHashMap<Id, Id> = FxHashMap::default();
        // What a step read is one sequence more, as are the cotangents of what it read.
        let mut direct = Vec::with_capacity(count);
        for (position, state) in scan.states.iter().enumerate() {
            direct.push(match state.kept {
                Kept::All => {
                    let sequence = Sequence { node: stacked[position], shift: scan.before() };
                    images.insert(self.states[position], sequence_slot(graph, &mut adjoint, sequence));
                    let node = part(graph, cotangents[position], scan.before(), &scan.steps);
                    Some(sequence_slot(graph, &mut adjoint, Sequence { node, shift: 0 }))
                }
                // A sum, which no derivative reads, and of which only the last value has a cotangent.
                Kept::Last => None,
            });
        }
        for (position, after) in self.after.iter().enumerate() {
            let shape = graph.shape(*after).to_vec();
            images.insert(*after, graph.slot(scan.level, Variable::State(position), shape));
        }
        let moved = graph.substitute_slots(&self.of_states, 1 << scan.level, images.clone());
        for (position, (own, direct)) in moved.iter().zip(&direct).enumerate() {
            let shape = graph.shape(*own).to_vec();
            let direct = direct.filter(|_| !graph.is_zero(cotangents[position]));
            let parts: Vec<Id> = [*own].into_iter().chain(direct).collect();
            let next = graph.add_all(&parts, shape);
            let start = entry(graph, cotangents[position], &scan.last_of(position));
            adjoint.states.push(Recurrence { start, next, kept: Kept::All });
        }
        (adjoint, images)
    }

    /// The slots at all steps at once.
    fn all_steps(&self, graph: &mut Graph, stacked: &[Id], adjoints: &[Id]) -> FxHashMap<Id, Id> {
        let (scan, mut images) = (&self.scan, FxHashMap::default());
        for (slot, node) in self.states.iter().zip(stacked) {
            images.insert(*slot, part(graph, *node, scan.before(), &scan.steps));
        }
        for (slot, sequence) in self.sequences.iter().zip(&scan.sequences) {
            images.insert(*slot, part(graph, sequence.node, sequence.shift, &scan.steps));
        }
        for (slot, node) in self.after.iter().zip(adjoints) {
            images.insert(*slot, part(graph, *node, scan.after(), &scan.steps));
        }
        images
    }
}

/// One more sequence of a recursion, and the slot of its entries.
fn sequence_slot(graph: &mut Graph, scan: &mut Scan, sequence: Sequence) -> Id {
    scan.sequences.push(sequence);
    graph.slot_of_sequence(scan, scan.sequences.len() - 1)
}

/// `of[.., at]`
fn entry(graph: &mut Graph, of: Id, at: &Size) -> Id {
    let shape = graph.shape(of)[..graph.order(of) - 1].to_vec();
    let out = wires(shape.len());
    let index = [out.as_slice(), &[Affine::constant(at.clone())]].concat();
    taken(graph, Operand { node: of, index }, &out, &shape)
}

/// `of[.., shift .. shift + steps]`
fn part(graph: &mut Graph, of: Id, shift: i64, steps: &Size) -> Id {
    let mut shape = graph.shape(of).to_vec();
    shape.pop();
    shape.push(steps.clone());
    let out = wires(shape.len());
    let mut index = out.clone();
    shifted(&mut index, shift);
    taken(graph, Operand { node: of, index }, &out, &shape)
}

/// An operand for all values of an index; of a sum the terms, of what was placed in a longer sequence what was: so
/// what lies elsewhere is not read at all.
fn taken(graph: &mut Graph, operand: Operand, out: &[Affine], shape: &[Size]) -> Id {
    let node = graph.shared(operand.node);
    match &node.op {
        Op::Sum(terms) => {
            let parts = terms
                .iter()
                .map(|term| {
                    let index = term.view.axes.iter().map(|axis| operand.index[*axis].clone()).collect();
                    let part = taken(graph, Operand { node: term.view.node, index }, out, shape);
                    graph.scaled(term.coefficient.get(), part)
                })
                .collect::<Vec<_>>();
            graph.add_all(&parts, shape.to_vec())
        }
        Op::Product(product) if product.out.iter().any(|index| index.as_wire().is_none()) => {
            let whole = Product {
                coefficient: Number::new(1.0),
                extents: shape.to_vec(),
                operands: vec![operand.clone()],
                guards: Vec::new(),
                out: out.to_vec(),
            };
            graph.product_inlining(whole, shape.to_vec(), &|inner| inner == operand.node)
        }
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
        | Op::Map(..)
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => read(graph, operand, shape.to_vec(), out.to_vec(), shape.to_vec()),
    }
}

/// The entries of all steps at their places in a sequence that may be longer.
fn placed(graph: &mut Graph, all: Id, sequence: &Sequence) -> Id {
    let (extents, shape) = (graph.shape(all).to_vec(), graph.shape(sequence.node).to_vec());
    let index = wires(extents.len());
    let mut out = index.clone();
    shifted(&mut out, sequence.shift);
    read(graph, Operand { node: all, index }, extents, out, shape)
}

/// The sum over the steps.
fn total(graph: &mut Graph, all: Id) -> Id {
    let extents = graph.shape(all).to_vec();
    let shape = extents[..extents.len() - 1].to_vec();
    let index = wires(extents.len());
    let out = index[..shape.len()].to_vec();
    read(graph, Operand { node: all, index }, extents, out, shape)
}

fn wires(count: usize) -> Vec<Affine> {
    (0..count as u32).map(|w| Affine::wire(Wire(w))).collect()
}

fn shifted(index: &mut [Affine], shift: i64) {
    if let Some(last) = index.last_mut() {
        *last = last.add(&Affine::constant(Size::constant(shift)));
    }
}

fn read(graph: &mut Graph, operand: Operand, extents: Vec<Size>, out: Vec<Affine>, shape: Vec<Size>) -> Id {
    let product = Product { coefficient: Number::new(1.0), extents, operands: vec![operand], guards: Vec::new(), out };
    graph.product(product, shape)
}
