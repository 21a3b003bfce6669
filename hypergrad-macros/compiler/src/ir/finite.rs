//! What the rules of algebra must not touch: `0·t` is 0 where t is finite only, and a function of
//! constants that is not finite is left as it is.

use super::graph::Graph;
use super::node::{Id, Op, Reduction};
use super::size::Size;

impl Graph {
    /// Whether a node is finite wherever its inputs are, overflow of sums and products aside.
    pub fn is_finite_everywhere(&self, id: Id) -> bool {
        self.reachable(&[id]).iter().all(|node| match self.op(*node) {
            Op::Map(func, _) => func.definition().safe.is_none(),
            // Of no entries: infinite.
            Op::Reduce { arg, keep, .. } => !self.may_be_of_none(*arg, *keep),
            // Singular matrices; recursions whose states grow without bound.
            Op::Factor { .. } | Op::Solve { .. } | Op::Lower { .. } | Op::Determinant { .. } | Op::Scan(_) | Op::State { .. } => {
                false
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Slot(_) => true,
        })
    }

    /// Whether a reduction of all axes from `keep` on may find no entries.
    pub fn may_be_of_none(&self, arg: Id, keep: usize) -> bool {
        let one = Size::constant(1);
        !self.shape(arg).iter().skip(keep).all(|extent| extent.sub(&one).is_nonnegative())
    }

    /// Whether a node reads a log-sum-exp of entries that there may be none of: then it is `-∞`.
    pub fn reads_logarithm_of_none(&self, id: Id) -> bool {
        self.of_none[id.0 as usize]
    }

    /// Notes whether a node that was just made reads a log-sum-exp of no entries.
    pub(super) fn note_of_none(&mut self, id: Id) {
        let own = match *self.op(id) {
            Op::Reduce { kind: Reduction::LogSumExp, arg, keep } => self.may_be_of_none(arg, keep),
            Op::Input(_)
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
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => false,
        };
        let reads = own || self.op(id).any_operand(&mut |operand| self.reads_logarithm_of_none(operand));
        self.of_none.push(reads);
    }

    /// Whether a node reads a function of constants that was not folded: it has no finite value.
    pub fn is_not_finite(&self, id: Id) -> bool {
        self.reachable(&[id]).iter().any(|node| match self.op(*node) {
            Op::Map(_, args) => args.iter().all(|arg| self.as_constant(arg.node).is_some()),
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => false,
        })
    }
}
