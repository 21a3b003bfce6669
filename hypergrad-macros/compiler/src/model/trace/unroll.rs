//! Loops whose steps need each other: written out where there are few of them.

use super::Tracer;
use super::condition::Condition;
use super::stream::Stream;
use super::value::{Callable, Value};
use crate::ir::{Affine, Id, Op, Role, Size};

/// So many steps of one loop are written out.
pub const MOST_STEPS: i64 = 16;

/// So many in all, of loops inside of each other.
pub const MOST_IN_ALL: usize = 256;

/// Functions inside of one another, beyond which steps that were written out are read as a recursion.
const DEEPEST_STEPS: usize = 8;

/// So few steps stay written out, however deep: a recursion inside of another is longer than two of its steps.
pub const FEWEST_IN_RECURSION: usize = 3;

/// So few nodes are no long chain.
const FEW_NODES: usize = 64;

impl Tracer<'_> {
    /// Whether the nodes from `first` on have long chains of functions, and of products of two.
    pub(super) fn is_deep(&self, first: usize) -> bool {
        if self.graph.len() < first + FEW_NODES {
            return false;
        }
        let mut depths = vec![0_usize; self.graph.len() - first];
        for at in first..self.graph.len() {
            let op = self.graph.op(Id(at as u32));
            let operands = op.operands();
            let below = operands.iter().filter_map(|operand| (operand.0 as usize).checked_sub(first)).map(|k| depths[k]);
            let deepest = below.max().unwrap_or(0);
            let own = match op {
                Op::Input(_)
                | Op::Constant(_)
                | Op::Count(_)
                | Op::Iota
                | Op::Sum(_)
                | Op::Factor { .. }
                | Op::State { .. }
                | Op::Slot(_) => 0,
                Op::Product(_) => usize::from(operands.iter().filter(|operand| self.may_vary(**operand)).count() > 1),
                Op::Map(..)
                | Op::Reduce { .. }
                | Op::Weights { .. }
                | Op::Exclusive { .. }
                | Op::Solve { .. }
                | Op::Lower { .. }
                | Op::Determinant { .. }
                | Op::Scan(_) => 1,
            };
            depths[at - first] = deepest + own;
        }
        depths.into_iter().max() > Some(DEEPEST_STEPS)
    }

    fn may_vary(&self, node: Id) -> bool {
        let op = self.graph.op(node);
        if let Op::Input(input) = op {
            return self.graph.input_info(*input).role != Role::Data;
        }
        !matches!(op, Op::Constant(_) | Op::Count(_) | Op::Iota)
    }

    /// The items of an iterator that has a small constant number of them, in order; of a filtered one, each
    /// with the condition under which it is there.
    pub(super) fn few_items(&mut self, stream: &Stream) -> Option<Vec<(Condition, Value)>> {
        let (stream, filters) = unfiltered(stream);
        let lengths = self.lengths(stream)?;
        let [(guards, length)] = lengths.as_slice() else { return None };
        let count = length.as_size().and_then(|size| self.sizes.resolve(size).as_constant())?;
        if !guards.is_empty() || !(0..=MOST_STEPS).contains(&count) {
            return None;
        }
        if self.cells.written_out * count as usize > MOST_IN_ALL {
            return None;
        }
        (0..count).map(|k| self.step_item(stream, k, &filters)).collect()
    }

    fn step_item(&mut self, stream: &Stream, position: i64, filters: &[&Callable]) -> Option<(Condition, Value)> {
        let value = self.single_item(stream, &Affine::constant(Size::constant(position)))?;
        let mut all = Condition::Constant(true);
        for filter in filters {
            if let Value::Bool(condition) = self.call_value(filter, vec![value.clone()], filter.place())? {
                all = all.and(condition);
            } else {
                return None;
            }
        }
        Some((all, value))
    }
}

/// A stream without the filters that come last, the first one first.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other value is refused or passed on as it is")]
fn unfiltered(stream: &Stream) -> (&Stream, Vec<&Callable>) {
    match stream {
        Stream::Filtered(inner, filter) => {
            let (inner, mut filters) = unfiltered(inner);
            filters.push(filter);
            (inner, filters)
        }
        other => (other, Vec::new()),
    }
}
