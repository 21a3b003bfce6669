//! Which recursions keep checkpoints in place of all their states: where these are known to need too much memory, and
//! all of them in a module that says so. They are done by segments ([`crate::ir::segments`]).

use std::collections::BTreeSet;

use super::Tracer;
use super::accumulate::{Entries, State, Update};
use super::recursion::{Carried, Leaf, leaves_with_values};
use super::value::{Tensor, Value};
use crate::ir::segments::Segments;
use crate::ir::{Id, Op, Scan, Size};
use crate::shape::SymbolSource;

/// States of constant sizes that are more numbers than these, 1 MiB in double precision, are too many: what is of constant
/// size lies in arrays, on the stack.
const MOST_STACKED: i64 = 1 << 17;

/// Steps of a segment where how many steps there are is known only when the program runs.
const SEGMENT: i64 = 128;

/// When recursions keep checkpoints alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checkpoints {
    /// Where the states are known to be more numbers than these.
    Above(i64),
    Always,
    /// In segments of so many steps.
    #[cfg(test)]
    Every(i64),
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self::Above(MOST_STACKED)
    }
}

impl Tracer<'_> {
    #[must_use]
    pub fn with_checkpoints(self, checkpoints: Checkpoints) -> Self {
        Self { checkpoints, ..self }
    }

    /// The segments of a recursion of which checkpoints alone are to be kept; `None` where all states are.
    pub(super) fn segments(&mut self, scan: &Scan) -> Option<Segments> {
        // A step of a recursion further out, whose segments are those of this one too.
        if scan.operands().into_iter().any(|id| self.graph.is_unbound(id)) {
            return None;
        }
        let steps = &scan.steps;
        let length = match self.checkpoints {
            Checkpoints::Above(most) => {
                let entries = scan.states.iter().map(|state| Size::product(self.graph.shape(state.start)));
                let entries = entries.fold(Size::zero(), |sum, own| sum.add(&own));
                let stacked = steps.as_constant()?.checked_add(1)?.checked_mul(entries.as_constant()?);
                if stacked.is_some_and(|stacked| stacked <= most) {
                    return None;
                }
                balanced(steps.as_constant()?)
            }
            Checkpoints::Always => steps.as_constant().map_or(SEGMENT, balanced),
            #[cfg(test)]
            Checkpoints::Every(length) => length,
        };
        let count = self.count_of_segments(steps, length)?;
        // One segment keeps all states.
        let is_worth = count.as_constant().is_none_or(|count| count > 1);
        is_worth.then_some(Segments { count, length })
    }

    /// How many whole segments there are.
    fn count_of_segments(&mut self, steps: &Size, length: i64) -> Option<Size> {
        if let Some(steps) = steps.as_constant() {
            return Some(Size::constant(steps.div_euclid(length).max(0)));
        }
        if self.sizes.varies(&self.sizes.resolve(steps)) {
            return None;
        }
        let name = format!("({}) / {length}", self.sizes.display(steps));
        let source = SymbolSource::Quotient { dividend: steps.clone(), divisor: Size::constant(length) };
        Some(self.sizes.once(name, source))
    }

    /// What the steps only add to or multiply and reads their states, to be carried in place of a sum over all of them;
    /// `None` where all states are read all the same.
    pub(super) fn carried_instead(
        &self,
        carried: &Carried,
        placeholders: &[Id],
        (cells, after): (&[usize], &[Option<Value>]),
    ) -> Option<BTreeSet<Leaf>> {
        let reads = |tensor: &Tensor| self.graph.surface(&[tensor.node]).iter().any(|id| placeholders.contains(id));
        let is_state = |id: &Id| matches!(self.graph.op(*id), Op::Slot(_)) && self.graph.is_unbound(*id);
        let reads_others = |tensor: &Tensor| {
            let read = self.graph.surface(&[tensor.node]);
            read.iter().any(|id| is_state(id) && !placeholders.contains(id))
        };
        if self.gathers.iter().any(|gather| reads(&gather.factor.tensor)) {
            return None;
        }
        let mut found = BTreeSet::new();
        for (cell, value) in cells.iter().zip(after) {
            let Some(value) = value else { continue };
            if matches!(value, Value::Growing(_)) {
                return None;
            }
            for (leaf, value) in leaves_with_values(value, *cell) {
                if carried.contains(leaf) {
                    continue;
                }
                if let Value::State(state) = &value
                    && state.tensors().into_iter().any(reads)
                {
                    // What reads the states of a recursion further out has no segments of its own.
                    let has_others = [&state.first].into_iter().chain(state.tensors()).any(reads_others);
                    if has_others || !state.is_carried_well() {
                        return None;
                    }
                    found.insert(leaf);
                }
            }
        }
        Some(found)
    }
}

impl State {
    /// Whether the state of a recursion can be in place of a sum, a product or an extreme value: of the whole, and of no
    /// loop further out.
    fn is_carried_well(&self) -> bool {
        let is_whole = match &self.update {
            Update::Kept | Update::Times(_) | Update::Extreme(..) => true,
            Update::Sum(Entries { adds, sets }) => sets.is_empty() && adds.iter().all(|summand| summand.part.is_none()),
        };
        is_whole && matches!(&*self.before, Value::Tensor(_) | Value::Infinity(_))
    }

    /// What a step does to it.
    fn tensors(&self) -> Vec<&Tensor> {
        match &self.update {
            Update::Kept => Vec::new(),
            Update::Sum(Entries { adds, sets }) => {
                let summands = adds.iter().chain(sets);
                summands.flat_map(|s| [&s.value].into_iter().chain(s.pattern.iter().map(|f| &f.tensor))).collect()
            }
            Update::Times(tensor) | Update::Extreme(_, tensor) => vec![tensor],
        }
    }
}

/// Steps of a segment of which there are about as many: a divisor of all steps, where one is near, leaves no rest, which
/// would be written beside the segments.
fn balanced(steps: i64) -> i64 {
    let root = (steps.max(1) as f64).sqrt().ceil() as i64;
    (root..=2 * root).find(|length| steps % length == 0).unwrap_or(root)
}
