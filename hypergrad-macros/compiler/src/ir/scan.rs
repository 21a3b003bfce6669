//! Recursions: `s_{t+1} = next(s_t, q_t)` for every step t, with sequences q and whatever else the body reads.
//!
//! The body is a piece of the graph over *slots*: leaves that stand for a state before the step and for the
//! entries of a sequence at the step. A slot belongs to the recursion of its level, which is higher than
//! the levels of all recursions inside of its body; so equal bodies are equal nodes, and no two slots that
//! are open at one place are confused. A node with a slot that is not inside of the slot's recursion is
//! *open*; roots are closed.
//!
//! Backwards in time (`reversed`) the states are those after the step: `s_t = next(s_{t+1}, q_t)`.
//!
//! The states of a recursion by segments ([`super::segments`]) are *checkpoints*: a step is many steps, which its
//! derivatives compute again one by one.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::graph::Graph;
use super::node::{Id, Op, Operands};
use super::size::Size;

/// Levels of recursions, a bit each.
pub type Levels = u64;

/// The level of slots that no recursion has yet.
const UNBOUND: u32 = Levels::BITS - 1;

/// A recursion.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scan {
    pub level: u32,
    pub steps: Size,
    pub reversed: bool,
    /// Whether what a step computes is too much to be had of all steps at once: derivatives add up in the steps.
    pub checkpointed: bool,
    pub states: Vec<Recurrence>,
    pub sequences: Vec<Sequence>,
}

/// A state: where it begins, and what a step makes of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Recurrence {
    pub start: Id,
    /// Shaped like the start; over the slots of the recursion.
    pub next: Id,
    pub kept: Kept,
}

/// Which values of a state are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kept {
    /// That before the first step, and those after every one.
    All,
    /// The one after the last step; of a recursion of at least no steps.
    Last,
}

/// What a step reads at its own place: entry `t + shift` along the last axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sequence {
    pub node: Id,
    pub shift: i64,
}

/// A leaf of the body of a recursion.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Slot {
    pub level: u32,
    pub variable: Variable,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Variable {
    State(usize),
    Sequence(usize),
}

impl Scan {
    pub fn operands(&self) -> Operands {
        let states = self.states.iter().flat_map(|state| [state.start, state.next]);
        states.chain(self.sequences.iter().map(|sequence| sequence.node)).collect()
    }

    pub fn nexts(&self) -> Vec<Id> {
        self.states.iter().map(|state| state.next).collect()
    }

    /// Where the stacked states have the one that recursion begins with, and the shift of those before and
    /// after step t.
    pub fn first(&self) -> Size {
        if self.reversed { self.steps.clone() } else { Size::zero() }
    }

    pub fn last(&self) -> Size {
        if self.reversed { Size::zero() } else { self.steps.clone() }
    }

    /// How many values of a state are kept.
    pub fn values_of(&self, position: usize) -> Size {
        match self.states[position].kept {
            Kept::All => self.steps.add(&Size::constant(1)),
            Kept::Last => Size::constant(1),
        }
    }

    /// Where a state stands before the first step, and after the last one, among those that are kept.
    pub fn first_of(&self, position: usize) -> Size {
        match self.states[position].kept {
            Kept::All => self.first(),
            Kept::Last => Size::zero(),
        }
    }

    pub fn last_of(&self, position: usize) -> Size {
        match self.states[position].kept {
            Kept::All => self.last(),
            Kept::Last => Size::zero(),
        }
    }

    /// A state before step t stands at `t + before`, after it at `t + after`.
    pub fn before(&self) -> i64 {
        i64::from(self.reversed)
    }

    pub fn after(&self) -> i64 {
        i64::from(!self.reversed)
    }

    fn bit(&self) -> Levels {
        1 << self.level
    }
}

impl Graph {
    /// A leaf of the body of the recursion of this level.
    pub fn slot(&mut self, level: u32, variable: Variable, shape: Vec<Size>) -> Id {
        self.intern(Op::Slot(Slot { level, variable }), shape)
    }

    /// A leaf that stands for a state until its recursion is known. Each call makes a distinct one.
    pub fn unbound_slot(&mut self, shape: Vec<Size>) -> Id {
        self.unbound_slots += 1;
        self.slot(UNBOUND, Variable::State(self.unbound_slots), shape)
    }

    /// The stacked states of a recursion. A state that no step changes is its start everywhere, and one that
    /// is never other than zero is zero: `Err` with the state that stays, and its value.
    pub fn scan(&mut self, mut scan: Scan) -> Vec<Id> {
        let mut kept: Vec<Result<usize, Id>> = (0..scan.states.len()).map(Ok).collect();
        let values: Vec<Size> = (0..scan.states.len()).map(|position| scan.values_of(position)).collect();
        while let Some((position, value)) = self.resting(&scan) {
            let own = self.slot_of_state(&scan, position);
            scan.states.remove(position);
            let mut images = FxHashMap::from_iter([(own, value)]);
            for later in position..scan.states.len() {
                let (from, to) = (Variable::State(later + 1), Variable::State(later));
                let shape = self.shape(scan.states[later].start).to_vec();
                let (from, to) = (self.slot(scan.level, from, shape.clone()), self.slot(scan.level, to, shape));
                images.insert(from, to);
            }
            self.substitute_in_body(&mut scan, images);
            for place in &mut kept {
                *place = match *place {
                    Ok(own) if own == position => Err(value),
                    Ok(own) if own > position => Ok(own - 1),
                    other => other,
                };
            }
        }
        self.drop_unread_sequences(&mut scan);
        let node = (!scan.states.is_empty()).then(|| self.intern_scan(scan));
        kept.into_iter()
            .zip(values)
            .map(|(place, values)| match (place, node) {
                (Ok(position), Some(node)) => self.state(node, position),
                (Err(value), _) => {
                    let shape = self.shape(value).to_vec();
                    let view = self.whole(value);
                    self.view(1.0, &view, [shape.as_slice(), std::slice::from_ref(&values)].concat())
                }
                (Ok(_), None) => unreachable!("a recursion without states"),
            })
            .collect()
    }

    /// A state that has one value at all steps, and that value.
    fn resting(&mut self, scan: &Scan) -> Option<(usize, Id)> {
        let slots: Vec<Id> = (0..scan.states.len()).map(|position| self.slot_of_state(scan, position)).collect();
        if let Some(position) = (0..slots.len()).find(|k| scan.states[*k].next == slots[*k]) {
            return Some((position, scan.states[position].start));
        }
        let mut zero: BTreeSet<usize> = (0..slots.len()).filter(|k| self.is_zero(scan.states[*k].start)).collect();
        while !zero.is_empty() {
            let images = zero.iter().map(|k| (slots[*k], scan.states[*k].start)).collect();
            let nexts = self.substitute_slots(&scan.nexts(), scan.bit(), images);
            let moved: Vec<usize> = zero.iter().copied().filter(|k| !self.is_zero(nexts[*k])).collect();
            if moved.is_empty() {
                return zero.first().map(|position| (*position, scan.states[*position].start));
            }
            moved.iter().for_each(|k| {
                zero.remove(k);
            });
        }
        None
    }

    pub fn slot_of_state(&mut self, scan: &Scan, position: usize) -> Id {
        let shape = self.shape(scan.states[position].start).to_vec();
        self.slot(scan.level, Variable::State(position), shape)
    }

    pub fn slot_of_sequence(&mut self, scan: &Scan, position: usize) -> Id {
        let shape = self.shape(scan.sequences[position].node);
        let shape = shape[..shape.len() - 1].to_vec();
        self.slot(scan.level, Variable::Sequence(position), shape)
    }

    fn substitute_in_body(&mut self, scan: &mut Scan, images: FxHashMap<Id, Id>) {
        let nexts = self.substitute_slots(&scan.nexts(), scan.bit(), images);
        for (state, next) in scan.states.iter_mut().zip(nexts) {
            state.next = next;
        }
    }

    /// Sequences that the body reads, each once.
    fn drop_unread_sequences(&mut self, scan: &mut Scan) {
        let slots: Vec<Id> = (0..scan.sequences.len()).map(|position| self.slot_of_sequence(scan, position)).collect();
        let read: BTreeSet<Id> = self.open_nodes(&scan.nexts(), scan.bit()).into_iter().collect();
        let (mut kept, mut images) = (Vec::<Sequence>::new(), FxHashMap::default());
        for (sequence, slot) in scan.sequences.clone().into_iter().zip(slots) {
            if !read.contains(&slot) {
                continue;
            }
            let position = kept.iter().position(|own| *own == sequence).unwrap_or_else(|| {
                kept.push(sequence);
                kept.len() - 1
            });
            let shape = self.shape(slot).to_vec();
            images.insert(slot, self.slot(scan.level, Variable::Sequence(position), shape));
        }
        self.substitute_in_body(scan, images);
        scan.sequences = kept;
    }

    /// A recursion as it is.
    pub fn intern_scan(&mut self, scan: Scan) -> Id {
        let packed = self.offsets(&scan).1;
        self.intern(Op::Scan(Box::new(scan)), vec![packed])
    }

    /// Where the values of each state begin in what the recursion packs, and how many entries they have together.
    fn offsets(&self, scan: &Scan) -> (Vec<Size>, Size) {
        let (mut offsets, mut total) = (Vec::with_capacity(scan.states.len()), Size::zero());
        for (position, state) in scan.states.iter().enumerate() {
            offsets.push(total.clone());
            total = total.add(&Size::product(self.shape(state.start)).mul(&scan.values_of(position)));
        }
        (offsets, total)
    }

    /// Where a stacked state begins in what its recursion packs.
    pub fn offset_of_state(&self, scan: &Scan, position: usize) -> Size {
        self.offsets(scan).0[position].clone()
    }

    /// One state of a recursion, stacked.
    pub fn state(&mut self, scan: Id, position: usize) -> Id {
        let Some(recursion) = self.as_scan(scan) else { unreachable!("states are of recursions") };
        let values = recursion.values_of(position);
        let shape = self.shape(recursion.states[position].start).iter().cloned().chain([values]).collect();
        self.intern(Op::State { scan, position }, shape)
    }

    /// One state of a recursion, stacked, by a recursion of those states alone that it depends on.
    pub(super) fn narrowed(&mut self, scan: Id, position: usize) -> Option<Id> {
        let scan = self.as_scan(scan)?.clone();
        let slots: Vec<Id> = (0..scan.states.len()).map(|k| self.slot_of_state(&scan, k)).collect();
        let (mut needed, mut pending) = (BTreeSet::from([position]), vec![position]);
        while let Some(own) = pending.pop() {
            let open = self.open_nodes(&[scan.states[own].next], scan.bit());
            let read = (0..slots.len()).filter(|k| open.contains(&slots[*k]));
            pending.extend(read.filter(|k| needed.insert(*k)));
        }
        let mut images = FxHashMap::default();
        for (place, own) in needed.iter().enumerate() {
            let shape = self.shape(slots[*own]).to_vec();
            images.insert(slots[*own], self.slot(scan.level, Variable::State(place), shape));
        }
        let states = needed.iter().map(|k| scan.states[*k].clone()).collect();
        let mut narrow = Scan { states, ..scan };
        self.substitute_in_body(&mut narrow, images);
        let stacked = self.scan(narrow);
        needed.iter().zip(stacked).find(|(own, _)| **own == position).map(|(_, stacked)| stacked)
    }

    pub fn as_scan(&self, id: Id) -> Option<&Scan> {
        if let Op::Scan(scan) = self.op(id) { Some(scan) } else { None }
    }

    /// The level of a recursion with this body: above those inside of it.
    pub fn level_above(&self, nexts: &[Id]) -> u32 {
        let inside = self.reachable(nexts).into_iter().filter_map(|id| self.as_scan(id).map(|scan| scan.level + 1));
        inside.max().unwrap_or(0)
    }

    /// Whether a node has slots of recursions that it is not inside of.
    pub fn is_open(&self, id: Id) -> bool {
        self.open[id.0 as usize] != 0
    }

    /// Whether a node is inside of the body of a recursion that is known.
    pub(super) fn is_inside(&self, id: Id) -> bool {
        self.open_levels(id) & !(1 << UNBOUND) != 0
    }

    /// Whether a node reads a state whose recursion is not known yet.
    pub fn is_unbound(&self, id: Id) -> bool {
        self.open_levels(id) & (1 << UNBOUND) != 0
    }

    /// The slots that a node has open, by their levels.
    pub fn open_levels(&self, id: Id) -> Levels {
        self.open[id.0 as usize]
    }

    /// The nodes that a node reads; of a recursion what its body reads from outside, in place of the body.
    pub fn reads(&self, id: Id) -> Operands {
        match self.op(id) {
            Op::Scan(scan) => {
                let starts = scan.states.iter().map(|state| state.start);
                let sequences = scan.sequences.iter().map(|sequence| sequence.node);
                starts.chain(sequences).chain(self.captured[&id].iter().copied()).collect()
            }
            op @ (Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::State { .. }
            | Op::Slot(_)) => op.operands(),
        }
    }

    /// What the body of a recursion reads from outside, besides its sequences.
    pub fn captured(&self, scan: Id) -> &[Id] {
        self.captured.get(&scan).map_or(&[], Vec::as_slice)
    }

    /// All nodes that the roots read, themselves included, operands first, without the bodies of recursions.
    pub fn surface(&self, roots: &[Id]) -> Vec<Id> {
        self.below(roots, &|id, stack| stack.extend(self.reads(id)))
    }

    /// The nodes below the roots in which slots of these levels are open, operands first.
    pub fn open_nodes(&self, roots: &[Id], levels: Levels) -> Vec<Id> {
        let mut seen = BTreeSet::new();
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            if self.open_levels(id) & levels != 0 && seen.insert(id) {
                self.op(id).extend_by_operands(&mut stack);
            }
        }
        seen.into_iter().collect()
    }

    /// The nodes of a body, what it reads from outside left out.
    pub fn body(&self, scan: &Scan) -> Vec<Id> {
        self.open_nodes(&scan.nexts(), scan.bit())
    }

    /// The roots with slots of these levels replaced.
    pub fn substitute_slots(&mut self, roots: &[Id], levels: Levels, mut images: FxHashMap<Id, Id>) -> Vec<Id> {
        for id in self.open_nodes(roots, levels) {
            if !images.contains_key(&id) {
                let image = self.rebuild_with(id, &mut images);
                images.insert(id, image);
            }
        }
        roots.iter().map(|root| images.get(root).copied().unwrap_or(*root)).collect()
    }

    /// Notes what is open in a node that was just made, and what a recursion captures.
    pub(super) fn note_open(&mut self, id: Id) {
        let all = |nodes: &mut dyn Iterator<Item = Id>| nodes.fold(0, |levels, node| levels | self.open[node.0 as usize]);
        let open = match self.op(id) {
            Op::Slot(slot) => 1 << slot.level,
            Op::Scan(scan) => {
                let starts = all(&mut scan.states.iter().map(|state| state.start));
                let sequences = all(&mut scan.sequences.iter().map(|sequence| sequence.node));
                starts | sequences | all(&mut scan.nexts().into_iter()) & !scan.bit()
            }
            op @ (Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::State { .. }) => {
                let mut levels = 0;
                op.any_operand(&mut |operand| {
                    levels |= self.open[operand.0 as usize];
                    false
                });
                levels
            }
        };
        self.open.push(open);
        if let Op::Scan(scan) = self.op(id) {
            let captured = self.captured_by(scan);
            self.captured.insert(id, captured);
        }
    }

    fn captured_by(&self, scan: &Scan) -> Vec<Id> {
        self.read_from_outside(&scan.nexts(), scan.bit(), &|_| true)
    }

    /// What these nodes read that is outside and in which no slot of these levels is open, themselves included; numbers
    /// left out.
    pub fn read_from_outside(&self, nodes: &[Id], levels: Levels, is_outside: &dyn Fn(Id) -> bool) -> Vec<Id> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut stack = nodes.to_vec();
        while let Some(id) = stack.pop() {
            if self.open_levels(id) & levels == 0 && is_outside(id) {
                found.insert(id);
            } else if seen.insert(id) {
                stack.extend(self.reads(id));
            }
        }
        found.into_iter().filter(|id| !matches!(self.op(*id), Op::Constant(_) | Op::Count(_))).collect()
    }
}
