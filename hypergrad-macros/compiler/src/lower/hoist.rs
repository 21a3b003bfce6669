//! Contractions of data alone, kept instead of done again: `AᵀA`.
//!
//! Whether that is cheaper depends on real sizes: where sizes are dynamic both forms are kept and
//! the program chooses when the problem is made.

use super::contract::{Planned, Planner};
use super::cost::{DATA_ONCE, SMALL_TABLE};
use super::decisions::Hoist;
use super::order::Mode;
use crate::analysis::Stage;
use crate::ir::{Affine, Id, Number, Op, Operand, Product, Size, Term, Wire};

impl Planner<'_> {
    /// Constant sizes: the cheaper form. Dynamic sizes: both.
    pub(super) fn choose(&mut self, plain: Planned, hoisted: Planned, product: &Product) -> Id {
        let (mut plain_cost, mut plain_symbolic) = (plain.cost, plain.symbolic);
        // What the plain form reads from sums of contractions is its cost as well.
        for operand in &product.operands {
            let (cost, symbolic) = self.inner_cost(operand.node);
            plain_cost += cost;
            plain_symbolic = plain_symbolic.add(&symbolic);
        }
        let constant = [&plain_symbolic, &hoisted.symbolic, &hoisted.memory].iter().all(|s| s.as_constant().is_some());
        if constant {
            let better =
                hoisted.cost + DATA_ONCE * hoisted.data_cost < plain_cost && hoisted.memory.as_constant() <= Some(SMALL_TABLE);
            return if better { hoisted.node } else { plain.node };
        }
        if hoisted.node != plain.node {
            let hoist = Hoist {
                hoisted: hoisted.node,
                hoisted_cost: hoisted.symbolic,
                plain_cost: plain_symbolic,
                memory: hoisted.memory,
            };
            self.hoists.insert(plain.node, hoist);
        }
        plain.node
    }

    /// The contractions inside a sum (or a product) that the plain form reads.
    fn inner_cost(&mut self, node: Id) -> (f64, Size) {
        let terms = match self.graph.op(node) {
            Op::Sum(terms) => terms.iter().map(|t| t.view.node).collect(),
            Op::Product(_) => vec![node],
            Op::Input(_)
            | Op::Constant(_)
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
        let (mut cost, mut symbolic) = (0.0, Size::zero());
        for term in terms {
            if self.stage(term) == Stage::Data {
                continue;
            }
            if let Op::Product(p) = self.graph.op(term)
                && !p.summed().is_empty()
            {
                let loops = Size::product(&p.extents);
                cost += self.nominal.value(&loops);
                symbolic = symbolic.add(&loops);
            }
        }
        (cost, symbolic)
    }

    /// The form in which data is contracted with data first: directly, or after distributing over
    /// one sum (`Aᵀ(Ax - b) = (AᵀA)x - Aᵀb`, whose error bound is the same). Scalars, such as a
    /// squared residual, are never expanded: that would cancel.
    pub(super) fn hoisted_form(&mut self, product: &Product, shape: &[Size], stage: Stage) -> Option<Planned> {
        let reads_data = product.operands.iter().any(|operand| self.stage(operand.node) == Stage::Data);
        if !reads_data || product.summed().is_empty() {
            return None;
        }
        let direct = self.contract(product, shape, Mode::Hoist, stage);
        if direct.hoists {
            return Some(direct);
        }
        if shape.is_empty() {
            return None;
        }
        (0..product.operands.len()).find_map(|position| self.distributed(product, position, shape, stage))
    }

    fn distributed(&mut self, product: &Product, position: usize, shape: &[Size], stage: Stage) -> Option<Planned> {
        let operand = product.operands[position].clone();
        let alone = product.operands.iter().filter(|o| o.node == operand.node).count() == 1;
        let terms = match self.graph.op(operand.node).clone() {
            Op::Sum(terms) => terms,
            Op::Product(p) if !p.summed().is_empty() => vec![self.graph.term(1.0, operand.node)],
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
            | Op::Slot(_) => return None,
        };
        if !alone || self.stage(operand.node) == Stage::Data || !self.meets_data(product, position) {
            return None;
        }
        let mut total: Option<Planned> = None;
        let mut parts = Vec::new();
        for term in &terms {
            let part = self.distributed_term(product, position, term, shape, stage)?;
            parts.push(part.node);
            total = Some(match total {
                None => part,
                Some(sum) => Planned {
                    node: part.node,
                    cost: sum.cost + part.cost,
                    symbolic: sum.symbolic.add(&part.symbolic),
                    data_cost: sum.data_cost + part.data_cost,
                    memory: sum.memory.add(&part.memory),
                    hoists: sum.hoists || part.hoists,
                },
            });
        }
        let node = self.graph.add_all(&parts, shape.to_vec());
        total.filter(|t| t.hoists).map(|t| Planned { node, ..t })
    }

    /// One term of a distributed product: worth it only where all of its summed wires end in data.
    fn distributed_term(
        &mut self,
        product: &Product,
        position: usize,
        term: &Term,
        shape: &[Size],
        stage: Stage,
    ) -> Option<Planned> {
        let index = &product.operands[position].index;
        let replaced = Operand { node: term.view.node, index: term.view.axes.iter().map(|a| index[*a].clone()).collect() };
        let coefficient = product.coefficient.get() * term.coefficient.get();
        let mut operands = product.operands.clone();
        operands[position] = replaced;
        let inner = term.view.node;
        let flat = Product { coefficient: Number::new(coefficient), operands, ..product.clone() };
        let node = self.graph.product_inlining(flat, shape.to_vec(), &|n| n == inner);
        let (scale, core) = match self.graph.as_view(node) {
            Some((scale, view)) => (scale, view.node),
            None => (1.0, node),
        };
        let Op::Product(flat) = self.graph.op(core).clone() else { return None };
        if self.stage(core) == Stage::Data {
            let data_cost = self.nominal.value(&Size::product(&flat.extents));
            let own = self.graph.shape(core).to_vec();
            let contracted = self.contract(&flat, &own, Mode::Plain, Stage::Data).node;
            let node = self.graph.scaled(scale, contracted);
            let loops = Size::product(shape);
            return Some(Planned {
                node,
                cost: self.nominal.value(&loops),
                symbolic: loops.clone(),
                data_cost,
                memory: loops,
                hoists: true,
            });
        }
        let own = self.graph.shape(core).to_vec();
        let planned = self.contract(&flat, &own, Mode::Hoist, stage);
        if !planned.hoists {
            return None;
        }
        let node = if scale == 1.0 { planned.node } else { self.graph.scaled(scale, planned.node) };
        Some(Planned { node, ..planned })
    }

    /// Whether a data operand shares a summed wire with the operand at `position`.
    fn meets_data(&mut self, product: &Product, position: usize) -> bool {
        let summed = product.summed();
        let wires: Vec<Wire> = product.operands[position].index.iter().flat_map(Affine::wires).collect();
        let others: Vec<Operand> =
            product.operands.iter().enumerate().filter(|(k, _)| *k != position).map(|(_, o)| o.clone()).collect();
        others.iter().any(|o| {
            self.stage(o.node) == Stage::Data
                && o.index.iter().flat_map(Affine::wires).any(|w| summed.contains(&w) && wires.contains(&w))
        })
    }
}
