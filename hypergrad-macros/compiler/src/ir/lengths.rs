//! Where nodes take sizes for numbers: everywhere but as the extents of axes that are read one by one.

use super::affine::Affine;
use super::graph::Graph;
use super::node::{Id, Op, Product};
use super::size::Size;

impl Graph {
    /// Whether what the roots read takes one of these sizes for a number.
    pub fn counts(&self, roots: &[Id], sizes: &dyn Fn(&Size) -> bool) -> bool {
        let own = |id: Id, axes: std::ops::RangeFrom<usize>| self.shape(id)[axes].iter().any(sizes);
        self.reachable(roots).into_iter().any(|id| match self.op(id) {
            Op::Input(_) | Op::Constant(_) | Op::Iota | Op::Sum(_) | Op::Map(..) => false,
            Op::Count(size) => sizes(size),
            Op::Product(product) => indices(product)
                .any(|index| sizes(&index.constant) || index.terms.iter().any(|(_, coefficient)| sizes(coefficient))),
            // What reads a whole axis reads what lies beyond a length, too.
            Op::Reduce { arg, keep, .. } | Op::Weights { arg, keep, .. } => own(*arg, *keep..),
            Op::Exclusive { arg, .. } => own(*arg, self.order(*arg).saturating_sub(1)..),
            Op::Factor { arg, .. } => self.shape(*arg).iter().take(2).any(sizes),
            Op::Solve { rhs, .. } => self.shape(*rhs).iter().take(1).any(sizes),
            Op::Scan(scan) => sizes(&scan.steps),
            Op::Determinant { .. } | Op::Lower { .. } | Op::State { .. } | Op::Slot(_) => false,
        })
    }
}

/// Without the guards: what they say of such a size is that an access stays within an axis.
fn indices(product: &Product) -> impl Iterator<Item = &Affine> {
    product.operands.iter().flat_map(|operand| &operand.index).chain(&product.out)
}
