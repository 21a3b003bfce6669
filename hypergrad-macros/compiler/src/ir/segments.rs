//! Recursions by segments: of all their states only those between segments are kept, as checkpoints.
//!
//! T steps are m segments of b steps and a rest. A segment is one step of an outer recursion, whose body is a
//! recursion of b steps that begins with the outer state; so derivatives of the outer one, which are the steps
//! of another recursion, compute the states of one segment again at a time: m + b states in place of T.

use super::affine::{Affine, Wire};
use super::func::Number;
use super::graph::Graph;
use super::node::{Id, Operand, Product};
use super::scan::{Kept, Recurrence, Scan, Sequence, Variable};
use super::size::Size;

/// So many segments of so many steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segments {
    /// At least 0, and no more than the recursion has.
    pub count: Size,
    pub length: i64,
}

impl Graph {
    /// The states after the last step of a recursion that is done by segments. Of less than no steps, those that it
    /// begins with.
    pub fn last_by_segments(&mut self, scan: &Scan, segments: &Segments) -> Vec<Id> {
        let whole = segments.count.scale(segments.length);
        let rest = scan.steps.sub(&whole);
        let starts: Vec<Id> = scan.states.iter().map(|state| state.start).collect();
        if scan.reversed {
            let between = self.last_of_rest(scan, &starts, &whole, rest);
            self.last_of_segments(scan, &between, segments)
        } else {
            let between = self.last_of_segments(scan, &starts, segments);
            self.last_of_rest(scan, &between, &whole, rest)
        }
    }

    /// The outer recursion.
    fn last_of_segments(&mut self, scan: &Scan, starts: &[Id], segments: &Segments) -> Vec<Id> {
        if segments.count.is_zero() {
            return starts.to_vec();
        }
        let level = self.level_of_segments(scan);
        let (mut inner, mut outer) = (Vec::new(), Vec::new());
        for sequence in &scan.sequences {
            let node = self.in_segments(sequence, segments);
            let shape = self.shape(node);
            let shape = shape[..shape.len() - 1].to_vec();
            let slot = self.slot(level, Variable::Sequence(outer.len()), shape);
            inner.push(Sequence { node: slot, shift: 0 });
            outer.push(Sequence { node, shift: 0 });
        }
        let begun: Vec<Recurrence> = scan
            .states
            .iter()
            .enumerate()
            .map(|(position, state)| {
                let shape = self.shape(state.start).to_vec();
                Recurrence { start: self.slot(level, Variable::State(position), shape), ..state.clone() }
            })
            .collect();
        let segment = Scan { steps: Size::constant(segments.length), states: begun, sequences: inner, ..scan.clone() };
        let nexts = self.last_states(segment);
        let states = starts.iter().zip(nexts).map(|(start, next)| Recurrence { start: *start, next, kept: Kept::All }).collect();
        let (steps, reversed) = (segments.count.clone(), scan.reversed);
        self.last_states(Scan { level, steps, reversed, checkpointed: true, states, sequences: outer })
    }

    /// Above the recursion, and those inside of it.
    fn level_of_segments(&mut self, scan: &Scan) -> u32 {
        self.level_above(&scan.nexts()).max(scan.level + 1)
    }

    /// The steps that are in no segment.
    fn last_of_rest(&mut self, scan: &Scan, starts: &[Id], first: &Size, steps: Size) -> Vec<Id> {
        if steps.is_zero() {
            return starts.to_vec();
        }
        let states = scan.states.iter().zip(starts).map(|(state, start)| Recurrence { start: *start, ..state.clone() }).collect();
        let mut sequences = Vec::with_capacity(scan.sequences.len());
        for sequence in &scan.sequences {
            let shape = self.shape(sequence.node);
            let shape = [&shape[..shape.len() - 1], std::slice::from_ref(&steps)].concat();
            let step = Affine::wire(Wire(shape.len() as u32 - 1)).add(&Affine::constant(first.clone()));
            let node = self.entries_at_steps(sequence, step, shape);
            sequences.push(Sequence { node, shift: 0 });
        }
        self.last_states(Scan { steps, states, sequences, ..scan.clone() })
    }

    /// A sequence with an axis for the steps of a segment and one for the segments.
    fn in_segments(&mut self, sequence: &Sequence, segments: &Segments) -> Id {
        let shape = self.shape(sequence.node);
        let axes = shape.len() as u32;
        let split = [Size::constant(segments.length), segments.count.clone()];
        let shape = [&shape[..shape.len() - 1], &split].concat();
        let segment = Affine::wire(Wire(axes)).scale(&Size::constant(segments.length));
        self.entries_at_steps(sequence, Affine::wire(Wire(axes - 1)).add(&segment), shape)
    }

    /// `sequence[.., step + shift]`, the step by wires after those of the axes before.
    fn entries_at_steps(&mut self, sequence: &Sequence, step: Affine, shape: Vec<Size>) -> Id {
        let out: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let before = self.order(sequence.node) - 1;
        let at = step.add(&Affine::constant(Size::constant(sequence.shift)));
        let operand = Operand { node: sequence.node, index: [&out[..before], &[at]].concat() };
        self.read(operand, out, shape)
    }

    /// The states after the last step of a recursion.
    fn last_states(&mut self, scan: Scan) -> Vec<Id> {
        let last = Affine::constant(scan.last());
        let stacked = self.scan(scan);
        stacked
            .into_iter()
            .map(|node| {
                let shape = self.shape(node)[..self.order(node) - 1].to_vec();
                let out: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
                let index = [out.as_slice(), std::slice::from_ref(&last)].concat();
                self.read(Operand { node, index }, out, shape)
            })
            .collect()
    }

    fn read(&mut self, operand: Operand, out: Vec<Affine>, shape: Vec<Size>) -> Id {
        let (coefficient, extents) = (Number::new(1.0), shape.clone());
        self.product(Product { coefficient, extents, operands: vec![operand], guards: Vec::new(), out }, shape)
    }
}
