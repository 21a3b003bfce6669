//! Where a node can be other than zero, as far as sparse data and selections decide it. Known of every node from
//! the time when it is made.

use super::affine::{Affine, Wire};
use super::graph::Graph;
use super::node::{Id, Op, Product, Term};

/// A node is zero unless entry `(row, column)` of a sparse field is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Support {
    /// The values of the field.
    pub matrix: Id,
    pub row: Affine,
    pub column: Affine,
}

impl Support {
    pub fn substitute(&self, value: &dyn Fn(Wire) -> Affine) -> Self {
        Self { matrix: self.matrix, row: self.row.substitute(value), column: self.column.substitute(value) }
    }
}

impl Graph {
    /// Where a node can be other than zero; axis `k` is wire `k`.
    pub fn supports(&self, id: Id) -> &[Support] {
        self.supports.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Where the terms of a product can be other than zero, in its wires.
    pub fn supports_of(&self, product: &Product) -> Vec<Support> {
        let mut found: Vec<Support> = Vec::new();
        for operand in &product.operands {
            for support in self.supports(operand.node) {
                let support = support.substitute(&|axis| operand.index[axis.0 as usize].clone());
                if !found.contains(&support) {
                    found.push(support);
                }
            }
        }
        found
    }

    /// Notes what is known of a node that was just made.
    pub(super) fn note_supports(&mut self, id: Id) {
        if !self.has_sparse() {
            return;
        }
        let found = match self.op(id) {
            Op::Input(_) => self.stored_values(id).map_or_else(Vec::new, |matrix| {
                vec![Support { matrix, row: Affine::wire(Wire(0)), column: Affine::wire(Wire(1)) }]
            }),
            // Also of a contraction, where the entry is one of the result's.
            Op::Product(product) => {
                let axis = |wire: Wire| product.out.iter().position(|o| *o == Affine::wire(wire));
                let kept = |support: &Support| support.row.wires().chain(support.column.wires()).all(|w| axis(w).is_some());
                let in_axes = |s: Support| s.substitute(&|wire| Affine::wire(Wire(axis(wire).unwrap_or_default() as u32)));
                self.supports_of(product).into_iter().filter(kept).map(in_axes).collect()
            }
            Op::Sum(terms) => self.common_supports(terms),
            Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
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
            | Op::Slot(_) => Vec::new(),
        };
        if !found.is_empty() {
            self.supports.insert(id, found);
        }
    }

    fn common_supports(&self, terms: &[Term]) -> Vec<Support> {
        let of_term = |term: &Term| -> Vec<Support> {
            let axis = |wire: Wire| Affine::wire(Wire(term.view.axes[wire.0 as usize] as u32));
            self.supports(term.view.node).iter().map(|s| s.substitute(&axis)).collect()
        };
        let Some((first, rest)) = terms.split_first() else { return Vec::new() };
        let mut common = of_term(first);
        for term in rest {
            if common.is_empty() {
                break;
            }
            let other = of_term(term);
            common.retain(|s| other.contains(s));
        }
        common
    }
}
