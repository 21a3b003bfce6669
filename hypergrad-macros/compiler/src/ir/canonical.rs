//! The order of a product's operands and the numbers of its wires: equal products are one node.

use super::affine::{Affine, Wire};
use super::func::Number;
use super::node::{Guard, Operand, Product};
use super::normalise::Normalizer;
use super::size::Size;

impl Normalizer<'_> {
    /// Operands in canonical order, wires numbered by first occurrence: outputs, then operands.
    pub(super) fn canonical(self) -> Product {
        let mut numbering = Numbering { numbers: vec![None; self.extents.len()], order: Vec::new() };
        self.out.iter().for_each(|o| numbering.visit(o));
        let mut remaining = self.operands;
        let mut operands = Vec::with_capacity(remaining.len());
        while !remaining.is_empty() {
            let mut first = 0;
            for k in 1..remaining.len() {
                if numbering.is_before(&remaining[k], &remaining[first]) {
                    first = k;
                }
            }
            let operand = remaining.remove(first);
            operand.index.iter().for_each(|i| numbering.visit(i));
            operands.push(operand);
        }
        self.guards.iter().for_each(|g| numbering.visit(&g.affine));
        let rename = |affine: &Affine| affine.renamed(&|wire| numbering.number(wire));
        let mut operands: Vec<Operand> =
            operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(rename).collect() }).collect();
        operands.sort();
        let mut guards: Vec<Guard> = self.guards.iter().map(|g| Guard { affine: rename(&g.affine), test: g.test }).collect();
        guards.sort();
        guards.dedup();
        Product {
            coefficient: Number::new(self.coefficient),
            extents: numbering.order.iter().map(|w| self.extents[w.0 as usize].clone().unwrap_or_default()).collect(),
            operands,
            guards,
            out: self.out.iter().map(rename).collect(),
        }
    }
}

/// Known wires and coefficients per index, constants per index.
type IndexKey = (Vec<Vec<(u32, Size)>>, Vec<Size>);

/// New numbers for wires, in the order in which they are met.
struct Numbering {
    numbers: Vec<Option<u32>>,
    order: Vec<Wire>,
}

impl Numbering {
    /// Wires of one index in the order of their coefficients, so that former numbers do not show.
    fn visit(&mut self, affine: &Affine) {
        if let [(wire, _)] = &*affine.terms {
            return self.meet(*wire);
        }
        let mut terms: Vec<&(Wire, Size)> = affine.terms.iter().collect();
        terms.sort_by_key(|(_, coefficient)| std::cmp::Reverse(coefficient.clone()));
        let wires: Vec<Wire> = terms.into_iter().map(|(wire, _)| *wire).collect();
        wires.into_iter().for_each(|wire| self.meet(wire));
    }

    fn meet(&mut self, wire: Wire) {
        let slot = &mut self.numbers[wire.0 as usize];
        if slot.is_none() {
            *slot = Some(self.order.len() as u32);
            self.order.push(wire);
        }
    }

    fn number(&self, wire: Wire) -> Wire {
        Wire(self.numbers[wire.0 as usize].unwrap_or(u32::MAX))
    }

    /// Orders operands by node, then by what is known of their indices; unknown wires last.
    fn is_before(&self, one: &Operand, other: &Operand) -> bool {
        if one.node == other.node { self.key(one) < self.key(other) } else { one.node < other.node }
    }

    fn key(&self, operand: &Operand) -> IndexKey {
        let terms = operand
            .index
            .iter()
            .map(|i| {
                let mut terms: Vec<(u32, Size)> =
                    i.terms.iter().map(|(w, c)| (self.numbers[w.0 as usize].unwrap_or(u32::MAX), c.clone())).collect();
                terms.sort();
                terms
            })
            .collect();
        (terms, operand.index.iter().map(|i| i.constant.clone()).collect())
    }
}
