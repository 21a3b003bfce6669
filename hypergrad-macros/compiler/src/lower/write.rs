//! What computes a node, chosen by its operation: fills, accumulations, kernels' calls, recursions.

use std::collections::BTreeSet;

use super::body::Body;
use super::calls::{reduction_name, weights_name};
use super::conditions::{within, without_implied};
use super::guarded;
use super::nest::Nest;
use super::pattern;
use super::program::{Expr, Place, Source, Stmt, natural_strides};
use super::reading::{computed_over_slices, is_contraction, maps_in_place};
use super::sparse;
use crate::analysis::Stage;
use crate::ir::{Affine, Guard, Id, Op, Product, Size, Term, Wire};

impl Body<'_> {
    /// Writes a node to a place, every entry.
    pub fn write(&mut self, node: Id, place: &Place) {
        let context = self.context;
        if let Some(source) = context.place(node).filter(|p| self.own.is_none_or(|own| p.source != Source::Buffer(own))) {
            return self.copy(node, &source, place);
        }
        self.write_fresh(node, place);
    }

    /// Writes a node by computing it here.
    fn write_fresh(&mut self, node: Id, place: &Place) {
        if let Some(hoist) = self.context.hoists.get(&node) {
            let choice = self.context.choices[&node];
            self.require_of_both(node, hoist.hoisted);
            let hoisted = self.branch(|body| body.write(hoist.hoisted, place));
            let plain = self.branch(|body| body.write_plain(node, place));
            self.statements.push(Stmt::Choose { choice, hoisted, plain });
        } else {
            self.write_plain(node, place);
        }
    }

    fn write_plain(&mut self, node: Id, place: &Place) {
        match self.context.graph.op(node).clone() {
            Op::Sum(terms) => {
                let (absorbed, direct): (Vec<_>, Vec<_>) = terms.into_iter().partition(|t| self.is_accumulated(t));
                let shape = self.context.graph.shape(node).to_vec();
                if direct.is_empty() {
                    self.statements.push(Stmt::Zero { place: place.clone(), shape });
                } else {
                    let index = self.fresh_index(shape.len());
                    let terms = direct
                        .iter()
                        .map(|t| {
                            let own: Vec<Affine> = t.view.axes.iter().map(|a| index[*a].clone()).collect();
                            (t.coefficient.get(), self.expression(t.view.node, &own))
                        })
                        .collect();
                    self.fill(&index, &shape, place, Expr::Sum(terms));
                }
                for term in absorbed {
                    let strides = term.view.axes.iter().map(|a| place.strides[*a].clone()).collect();
                    let target = Place { strides, ..place.clone() };
                    if self.context.storage.absorbed.contains(&term.view.node) {
                        self.accumulate_node(term.view.node, term.coefficient.get(), &target);
                    } else {
                        self.accumulate_any(term.view.node, term.coefficient.get(), &target);
                    }
                }
            }
            _ if !self.context.graph.supports(node).is_empty() => {
                let shape = self.context.graph.shape(node).to_vec();
                self.statements.push(Stmt::Zero { place: place.clone(), shape });
                self.accumulate_any(node, 1.0, place);
            }
            Op::Product(_) if is_contraction(self.context.graph, node) => {
                let shape = self.context.graph.shape(node).to_vec();
                self.statements.push(Stmt::Zero { place: place.clone(), shape });
                self.accumulate_plain(node, 1.0, place);
            }
            Op::Reduce { kind, arg, keep } => self.reduction(node, reduction_name(kind), arg, keep, None),
            Op::Weights { kind, arg, keep } => self.reduction(node, weights_name(kind), arg, keep, None),
            Op::Exclusive { arg, order } => {
                let keep = self.context.graph.order(arg) - 1;
                self.reduction(node, "exclusive_product", arg, keep, Some(order));
            }
            Op::Factor { elimination, arg } => self.eliminated(node, elimination, arg, place),
            Op::Solve { factor, rhs, transposed } => self.solve(factor, rhs, transposed, place),
            Op::Lower { factor } => self.lower(node, factor, place),
            Op::Determinant { factor, logarithm } => self.determinant(node, factor, logarithm, place),
            Op::Scan(scan) => self.recursion(node, &scan, place),
            Op::Map(func, args) if self.lies_in_one_piece(node, place) && computed_over_slices(self.context.graph, node) => {
                let shape = self.context.graph.shape(node).to_vec();
                if let Some(argument) = maps_in_place(self.context.graph, node) {
                    self.write(argument, place);
                } else {
                    let index = self.fresh_index(shape.len());
                    let own: Vec<Affine> = args[0].axes.iter().map(|a| index[*a].clone()).collect();
                    let argument = self.expression(args[0].node, &own);
                    self.fill(&index, &shape, place, argument);
                }
                self.call(func.definition().kernel.name, Vec::new(), place, Size::product(&shape), None);
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Map(..)
            | Op::State { .. }
            | Op::Slot(_) => {
                let shape = self.context.graph.shape(node).to_vec();
                let index = self.fresh_index(shape.len());
                let value = self.elementwise(node, &index);
                self.fill(&index, &shape, place, value);
            }
        }
    }

    /// Whether a whole tensor is written to consecutive entries.
    fn lies_in_one_piece(&self, node: Id, place: &Place) -> bool {
        place.strides == natural_strides(self.context.graph.shape(node))
    }

    /// Whether a term of a sum is added by loops of its own.
    fn is_accumulated(&self, term: &Term) -> bool {
        let node = term.view.node;
        let graph = self.context.graph;
        let own_loops = term.view.axes.len() == graph.order(node) && self.context.place(node).is_none();
        self.context.storage.absorbed.contains(&node) || own_loops && !graph.supports(node).is_empty()
    }

    /// `place += scale · node`, for a contraction.
    fn accumulate_node(&mut self, node: Id, scale: f64, place: &Place) {
        let Some(hoist) = self.context.hoists.get(&node) else { return self.accumulate_plain(node, scale, place) };
        let choice = self.context.choices[&node];
        self.require_of_both(node, hoist.hoisted);
        let hoisted = self.branch(|body| body.accumulate_any(hoist.hoisted, scale, place));
        let plain = self.branch(|body| body.accumulate_plain(node, scale, place));
        self.statements.push(Stmt::Choose { choice, hoisted, plain });
    }

    /// `place += scale · node`, for any node.
    fn accumulate_any(&mut self, node: Id, scale: f64, place: &Place) {
        let context = self.context;
        if context.place(node).is_none() {
            match context.graph.op(node).clone() {
                Op::Sum(terms) => {
                    for term in terms {
                        if term.view.axes.len() == place.strides.len() {
                            let strides = term.view.axes.iter().map(|a| place.strides[*a].clone()).collect();
                            let target = Place { strides, ..place.clone() };
                            self.accumulate_any(term.view.node, scale * term.coefficient.get(), &target);
                        } else {
                            let index = self.fresh_index(place.strides.len());
                            let own: Vec<Affine> = term.view.axes.iter().map(|a| index[*a].clone()).collect();
                            let value = self.expression(term.view.node, &own);
                            let shape = context.graph.shape(node).to_vec();
                            self.add(&index, &shape, place, Expr::Product(scale * term.coefficient.get(), vec![value]));
                        }
                    }
                    return;
                }
                Op::Product(_) if is_contraction(context.graph, node) => return self.accumulate_plain(node, scale, place),
                Op::Product(product) if !context.graph.supports(node).is_empty() => {
                    return self.nest(&product, context.graph.shape(node), scale, place);
                }
                Op::Input(_) => {
                    return self.nest(&sparse::copied(context.graph, node), context.graph.shape(node), scale, place);
                }
                Op::Constant(_)
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
                | Op::Slot(_) => {}
            }
        }
        let shape = context.graph.shape(node).to_vec();
        let index = self.fresh_index(shape.len());
        let value = self.expression(node, &index);
        self.add(&index, &shape, place, Expr::Product(scale, vec![value]));
    }

    /// `place += scale · product`: a kernel's call, or a loop nest.
    fn accumulate_plain(&mut self, node: Id, scale: f64, place: &Place) {
        let Op::Product(product) = self.context.graph.op(node).clone() else { return };
        if let Some(found) = pattern::recognise(self.context.graph, &product)
            && self.kernel(&product, found, scale, place)
        {
            return;
        }
        let context = self.context;
        self.nest(&product, context.graph.shape(node), scale, place);
    }

    /// `place += scale · product` by loops, the place being of this shape.
    fn nest(&mut self, product: &Product, shape: &[Size], scale: f64, place: &Place) {
        let supports = self.context.graph.supports_of(product);
        if !supports.is_empty() {
            return self.sparse_nest(product, shape, &supports, scale, place);
        }
        let first = self.next_variable;
        self.next_variable += product.extents.len() as u32;
        let rename = |affine: &Affine| affine.substitute(&|w| Affine::wire(Wire(w.0 + first)));
        let extent = |wire: Wire| product.extent(Wire(wire.0 - first));
        let mut conditions: Vec<Guard> =
            product.guards.iter().map(|g| Guard { affine: rename(&g.affine), test: g.test }).collect();
        let mut factors = Vec::new();
        for operand in &product.operands {
            let index: Vec<Affine> = operand.index.iter().map(rename).collect();
            let shape = self.context.graph.shape(operand.node).to_vec();
            within(&index, &shape, &extent, &mut conditions);
            factors.push(self.expression(operand.node, &index));
        }
        let extents: Vec<(Wire, Size)> =
            product.extents.iter().enumerate().map(|(k, e)| (Wire(first + k as u32), e.clone())).collect();
        let factors = factors.into_iter().map(|factor| self.settled(factor, &extents)).collect();
        let factors = guarded::lift(factors, &mut conditions);
        let out: Vec<Affine> = product.out.iter().map(rename).collect();
        // What lies outside of the result is not written.
        let mut in_range = Vec::new();
        within(&out, shape, &extent, &mut in_range);
        conditions.extend(in_range.iter().cloned());
        let mut conditions = without_implied(conditions, &self.context.facts, &extent);
        conditions.sort();
        conditions.dedup();
        let value = Expr::Product(scale * product.coefficient.get(), factors);
        let nest = Nest {
            extents,
            conditions,
            in_range,
            facts: &self.context.facts,
            target: place.source,
            offset: place.offset_at(&out),
            out: out.iter().flat_map(Affine::wires).collect(),
            value,
            local: self.next_local,
        };
        self.next_local += 1;
        self.statements.extend(nest.statements());
    }

    /// Makes ready what both forms of a node read: in each branch by itself, code would double with every choice
    /// that another one reads.
    fn require_of_both(&mut self, plain: Id, hoisted: Id) {
        let (plain, hoisted) = (self.demanded(self.context.graph.reads(plain).to_vec()), self.demanded(vec![hoisted]));
        for buffer in plain.intersection(&hoisted) {
            self.require(Source::Buffer(*buffer));
        }
    }

    /// The buffers that these nodes are in, or are computed from.
    fn demanded(&self, mut pending: Vec<Id>) -> BTreeSet<usize> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        while let Some(read) = pending.pop() {
            if !seen.insert(read) {
                continue;
            }
            match self.context.place(read).map(|place| place.source) {
                Some(Source::Buffer(buffer)) => {
                    found.insert(buffer);
                }
                Some(_) => {}
                None => pending.extend(self.context.graph.reads(read)),
            }
        }
        found
    }

    fn copy(&mut self, node: Id, source: &Place, place: &Place) {
        self.require(source.source);
        let shape = self.context.graph.shape(node).to_vec();
        let index = self.fresh_index(shape.len());
        let value = Expr::Load { source: source.source, offset: source.offset_at(&index) };
        self.fill(&index, &shape, place, value);
    }

    /// Makes a buffer ready before the statement under construction.
    pub(super) fn require(&mut self, source: Source) {
        let Source::Buffer(buffer) = source else { return };
        if !self.ready.insert(buffer) {
            return;
        }
        let node = self.context.nodes[buffer];
        if self.context.buffer_stage(node) != Stage::Direction {
            self.statements.push(Stmt::Ensure(buffer));
            return;
        }
        self.statements.push(Stmt::Scratch(buffer));
        let place = Place::natural(source, self.context.graph.shape(node));
        let (outer, active) = (self.own.replace(buffer), std::mem::take(&mut self.active));
        self.write_fresh(node, &place);
        (self.own, self.active) = (outer, active);
    }
}
