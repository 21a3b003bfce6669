//! The value of a node at an index: a load, or the node computed in place.

use super::body::Body;
use super::conditions::within_unless;
use super::program::{Expr, Source};
use crate::ir::{Affine, Guard, Id, Op, Product, Size, Support, Test, Wire};

impl Body<'_> {
    /// The value of a node at an index: a load, or computed in place.
    pub(super) fn expression(&mut self, node: Id, index: &[Affine]) -> Expr {
        let own = self.own;
        match self.context.place(node).filter(|p| own.is_none_or(|own| p.source != Source::Buffer(own))) {
            Some(place) => {
                self.require(place.source);
                Expr::Load { source: place.source, offset: place.offset_at(index) }
            }
            None => self.elementwise(node, index),
        }
    }

    pub(super) fn elementwise(&mut self, node: Id, index: &[Affine]) -> Expr {
        let shared = self.context.graph.shared(node);
        match &shared.op {
            Op::Constant(number) => Expr::Number(number.get()),
            Op::Count(size) => Expr::Count(size.clone()),
            Op::Iota => Expr::Index(index[0].clone()),
            Op::Sum(terms) => Expr::Sum(
                terms
                    .iter()
                    .map(|t| {
                        let own: Vec<Affine> = t.view.axes.iter().map(|a| index[*a].clone()).collect();
                        (t.coefficient.get(), self.expression(t.view.node, &own))
                    })
                    .collect(),
            ),
            Op::Map(func, args) => {
                let values = args
                    .iter()
                    .map(|v| {
                        let own: Vec<Affine> = v.axes.iter().map(|a| index[*a].clone()).collect();
                        self.expression(v.node, &own)
                    })
                    .collect();
                Expr::Call(*func, values)
            }
            Op::Product(product) => self.inline_product(product, &shared.shape, index),
            Op::Input(_) => self.stored_entry(node, index),
            Op::Slot(_) => self.at_this_step(node, index),
            op @ (Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::State { .. }) => unreachable!("{op:?} is stored"),
        }
    }

    /// One term per entry: the wires follow from the index; what else the outputs say is a condition.
    fn inline_product(&mut self, product: &Product, shape: &[Size], index: &[Affine]) -> Expr {
        let mut values: Vec<Option<Affine>> = vec![None; product.extents.len()];
        let mut equations = Vec::new();
        let mut beyond = Vec::new();
        let mut summed = Vec::new();
        for ((out, at), size) in product.out.iter().zip(index).zip(shape) {
            match out.as_wire() {
                Some(wire) if values[wire.0 as usize].is_none() => {
                    values[wire.0 as usize] = Some(at.clone());
                    // An axis that is longer than its wire holds nothing beyond it.
                    let extent = product.extent(wire);
                    if !extent.sub(size).is_nonnegative() {
                        let affine = Affine::constant(extent.sub(&Size::constant(1))).sub(at);
                        beyond.push(Guard { affine, test: Test::NonNegative });
                    }
                }
                _ => equations.push((out.clone(), at.clone())),
            }
        }
        for wire in product.summed() {
            let variable = Wire(self.fresh_variables(1));
            values[wire.0 as usize] = Some(Affine::wire(variable));
            summed.push((variable, product.extent(wire)));
        }
        let value_of = |w: Wire| values[w.0 as usize].clone().unwrap_or_default();
        let place = |affine: &Affine| affine.substitute(&value_of);
        let mut conditions: Vec<Guard> = equations
            .iter()
            .map(|(out, at)| Guard { affine: place(out).sub(at), test: Test::Zero })
            .chain(product.guards.iter().map(|g| Guard { affine: place(&g.affine), test: g.test }))
            .chain(beyond)
            .collect();
        let mut reads: Vec<(Id, Vec<Affine>)> = Vec::new();
        for operand in &product.operands {
            let shape = self.context.graph.shape(operand.node).to_vec();
            // In range by the wires' own extents; the caller's index is in range of this node.
            within_unless(&operand.index, &shape, &|w| product.extent(w), &place, &mut conditions);
            reads.push((operand.node, operand.index.iter().map(&place).collect()));
        }
        conditions.sort();
        conditions.dedup();
        let supports: Vec<Support> = self.context.graph.supports_of(product).iter().map(|s| s.substitute(&value_of)).collect();
        let value = self.where_stored(&supports, |body| {
            let factors = reads.iter().map(|(node, index)| body.expression(*node, index)).collect();
            Expr::Product(product.coefficient.get(), factors)
        });
        let value = if conditions.is_empty() { value } else { Expr::Guarded(conditions, Box::new(value)) };
        // A contraction is computed in place only where storing it would make sparse data dense.
        summed.into_iter().fold(value, |value, (variable, extent)| Expr::Total { variable, extent, value: Box::new(value) })
    }
}
