//! F on some samples at a time: where each reads x at its own place only, steps along F go through the samples in blocks
//! that stay in the cache.
//!
//! What is emitted for any number of samples is right for a part of them, if every tensor on the way to F either has
//! the samples as its last axis, each entry computed from the same sample of others, or has nothing to do with them.
//! Then the entries of some samples lie side by side in everything that is stored.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::cost::MOST_OF_BLOCKS;
use super::program::{Argument, Computes, Kernel, Program, Samples, Source, Stmt};
use crate::analysis::Stage;
use crate::differentiate::{Quantities, Quantity};
use crate::ir::{Affine, Graph, Guard, Id, Op, Product, Size, Symbol, View, Wire};
use crate::shape::{Sizes, SymbolSource};

/// Where the last axis of x, its one block, is that of samples which do not read each other.
pub fn samples(context: &Context<'_>, sizes: &Sizes, q: &Quantities, program: &Program) -> Option<Samples> {
    let ([x], [residual]) = (&q.x[..], &q.residual[..]) else { return None };
    let count = context.graph.shape(*x).last()?.as_symbol()?;
    let mut along = Along { graph: context.graph, context, count, longer: BTreeSet::new() };
    let is_rest = |size: &Size| !size.symbols().contains(&count);
    let quotients = (0..sizes.len() as u32).all(|k| {
        let SymbolSource::Quotient { dividend, divisor } = sizes.source(Symbol(k)) else { return true };
        [dividend, divisor].into_iter().all(|size| is_rest(&sizes.resolve(size)))
    });
    // Where a block of y lies would depend on the samples.
    let at_fixed_places = q.y.len() <= 1 || q.y.iter().all(|y| context.graph.shape(*y).iter().all(is_rest));
    if !quotients || !at_fixed_places || !along.keeps_all_apart(*residual) {
        return None;
    }
    let function = program.functions.iter().find(|f| f.computes == Computes::Problem(Quantity::Residual))?;
    let mut inlined = Inlined { program, kept: BTreeSet::new(), scratch: BTreeSet::new() };
    let body = inlined.inline(&function.body, &mut BTreeSet::new()).filter(|_| inlined.scratch.len() <= MOST_OF_BLOCKS)?;
    let starts = along.starts(&body);
    Some(Samples { count, kept: inlined.kept, body, rows: along.entries(*x)?, starts })
}

/// The statements of F under construction.
struct Inlined<'p> {
    program: &'p Program,
    kept: BTreeSet<usize>,
    scratch: BTreeSet<usize>,
}

impl Inlined<'_> {
    /// Statements with those of the buffers that they ask for in front, unless these are ready; `None` for what is not
    /// known to be right for a part of the samples.
    fn inline(&mut self, statements: &[Stmt], ready: &mut BTreeSet<usize>) -> Option<Vec<Stmt>> {
        let mut body = Vec::new();
        for statement in statements {
            match statement {
                Stmt::Ensure(buffer) if self.program.buffers[*buffer].stage < Stage::X => {
                    self.kept.insert(*buffer);
                }
                Stmt::Ensure(buffer) => {
                    if !self.program.is_made_alone(*buffer) {
                        return None;
                    }
                    self.scratch.insert(*buffer);
                    if ready.insert(*buffer) {
                        body.extend(self.inline(&self.program.computations[*buffer], ready)?);
                    }
                }
                Stmt::Kernel(kernel) if kernel.arguments.iter().all(is_plain) && kernel.returns.is_none() => {
                    body.push(Stmt::Kernel(Kernel { along: None, ..kernel.clone() }));
                }
                Stmt::Scratch(_) | Stmt::Zero { .. } | Stmt::Loop { .. } => body.push(statement.clone()),
                Stmt::Choose { choice, hoisted, plain } => {
                    // What one of them makes ready is not ready after them.
                    let hoisted = self.inline(hoisted, &mut ready.clone())?;
                    let plain = self.inline(plain, &mut ready.clone())?;
                    body.push(Stmt::Choose { choice: *choice, hoisted, plain });
                }
                Stmt::Steps { .. }
                | Stmt::Entries { .. }
                | Stmt::When { .. }
                | Stmt::Given { .. }
                | Stmt::Store { .. }
                | Stmt::Let { .. }
                | Stmt::Sum { .. }
                | Stmt::Kernel(_) => return None,
            }
        }
        Some(body)
    }
}

/// Whether a kernel needs nothing but what it is given.
fn is_plain(argument: &Argument) -> bool {
    match argument {
        Argument::Value(_) | Argument::Slice(_) | Argument::Slices(_) | Argument::Size(_) | Argument::Sizes(_) => true,
        Argument::Sparse(_) | Argument::Scratch { .. } | Argument::Elimination { .. } | Argument::Panel { .. } => false,
    }
}

/// Everything that is read.
fn sources(body: &[Stmt], reads: &mut BTreeSet<Source>) {
    for statement in body {
        statement.sources(reads, &mut BTreeSet::new());
        if let Stmt::Choose { hoisted, plain, .. } = statement {
            sources(hoisted, reads);
            sources(plain, reads);
        }
    }
}

/// The axis of so many samples.
struct Along<'c> {
    graph: &'c Graph,
    context: &'c Context<'c>,
    count: Symbol,
    /// What is stored and has more, of which the first ones are read.
    longer: BTreeSet<Id>,
}

impl Along<'_> {
    fn is_rest(&self, size: &Size) -> bool {
        !size.symbols().contains(&self.count)
    }

    /// Entries of one sample; `None` of what has nothing to do with them.
    fn entries(&self, id: Id) -> Option<Size> {
        let (last, others) = self.graph.shape(id).split_last()?;
        (last.as_symbol() == Some(self.count) || self.longer.contains(&id)).then(|| Size::product(others))
    }

    /// Of everything that holds all samples: x, data, what is computed before x is known.
    fn starts(&self, body: &[Stmt]) -> BTreeMap<Source, Size> {
        let mut reads = BTreeSet::new();
        sources(body, &mut reads);
        let node = |source: Source| match source {
            Source::Input(id) => Some(id),
            Source::Buffer(buffer) => Some(self.context.nodes[buffer]).filter(|id| self.is_before(*id)),
            Source::Sparse(_) | Source::Out => None,
        };
        reads.into_iter().filter_map(|source| Some((source, self.entries(node(source)?)?))).collect()
    }

    /// Whether a node is stored before x is known.
    fn is_before(&self, id: Id) -> bool {
        self.context.buffers.contains_key(&id) && self.context.buffer_stage(id) < Stage::X
    }

    /// Whether a node and all that it is computed from, as far as it depends on x, keeps samples apart.
    fn keeps_all_apart(&mut self, root: Id) -> bool {
        let nodes = self.nodes(root);
        self.longer = nodes.iter().flat_map(|id| self.read_in_part(*id)).collect();
        nodes.iter().all(|id| self.keeps_apart(*id))
    }

    /// A node and all that it is computed from, as far as it is not stored before x is known.
    fn nodes(&self, root: Id) -> BTreeSet<Id> {
        let (mut open, mut seen) = (vec![root], BTreeSet::new());
        while let Some(id) = open.pop() {
            if seen.insert(id) && !self.is_before(id) {
                open.extend(self.graph.op(id).operands());
            }
        }
        seen
    }

    /// The wire of the samples of a product.
    fn sample(&self, id: Id, product: &Product) -> Option<Wire> {
        self.entries(id).and_then(|_| product.out.last()?.as_wire())
    }

    /// What a product reads at the sample along an axis of another length.
    fn read_in_part(&self, id: Id) -> Vec<Id> {
        let Op::Product(product) = self.graph.op(id) else { return Vec::new() };
        let Some(sample) = self.sample(id, product).filter(|_| !self.is_before(id)) else { return Vec::new() };
        let is_stored = |node: Id| self.is_before(node) || matches!(self.graph.op(node), Op::Input(_));
        let in_part = product.operands.iter().filter(|operand| {
            let at_sample = operand.index.last().and_then(Affine::as_wire) == Some(sample);
            at_sample && self.entries(operand.node).is_none() && is_stored(operand.node)
        });
        in_part.map(|operand| operand.node).collect()
    }

    fn keeps_apart(&self, id: Id) -> bool {
        let shape = self.graph.shape(id);
        let one_axis = match shape.split_last() {
            Some((last, others)) => {
                others.iter().all(|size| self.is_rest(size)) && (self.entries(id).is_some() || self.is_rest(last))
            }
            None => true,
        };
        one_axis
            && match self.graph.op(id) {
                _ if self.is_before(id) => true,
                Op::Input(_) => self.graph.sparse(id).is_none(),
                Op::Constant(_) => true,
                Op::Count(size) => self.is_rest(size),
                Op::Iota => self.entries(id).is_none(),
                Op::Product(product) => self.multiplies_apart(id, product),
                Op::Sum(terms) => terms.iter().all(|term| self.views_apart(id, &term.view)),
                Op::Map(_, views) => views.iter().all(|view| self.views_apart(id, view)),
                Op::Reduce { .. }
                | Op::Weights { .. }
                | Op::Exclusive { .. }
                | Op::Factor { .. }
                | Op::Solve { .. }
                | Op::Lower { .. }
                | Op::Determinant { .. }
                | Op::Scan(_)
                | Op::State { .. }
                | Op::Slot(_) => false,
            }
    }

    /// Whether the samples of a view are those of its reader.
    fn views_apart(&self, reader: Id, view: &View) -> bool {
        self.entries(view.node).is_none() || view.axes.last().is_some_and(|axis| axis + 1 == self.graph.order(reader))
    }

    /// Whether one wire runs over the samples, of the result and of every operand that has them.
    fn multiplies_apart(&self, id: Id, product: &Product) -> bool {
        let wire = self.sample(id, product);
        let is_sample = |affine: &Affine| wire.is_some() && affine.as_wire() == wire;
        let is_rest = |affine: &Affine| self.is_without(affine, wire);
        let runs = |wires: &[Affine], has_samples: bool| match wires.split_last() {
            Some((last, others)) => others.iter().all(is_rest) && if has_samples { is_sample(last) } else { is_rest(last) },
            None => true,
        };
        product.extents.iter().enumerate().all(|(k, extent)| self.is_rest(extent) || wire == Some(Wire(k as u32)))
            && product.operands.iter().all(|operand| runs(&operand.index, self.entries(operand.node).is_some()))
            && runs(&product.out, self.entries(id).is_some())
            && product.guards.iter().all(|Guard { affine, .. }| is_rest(affine))
    }

    /// Whether an index has nothing to do with the samples.
    fn is_without(&self, affine: &Affine, sample: Option<Wire>) -> bool {
        let start = affine.substitute(&|_| Affine::default());
        let fixed = start.as_size().is_some_and(|size| self.is_rest(size));
        fixed && affine.wires().all(|wire| Some(wire) != sample && self.is_rest(&affine.coefficient(wire)))
    }
}
