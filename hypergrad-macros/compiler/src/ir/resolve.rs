//! Rebuilding a graph: with resolved sizes, or with nodes replaced.

use rustc_hash::FxHashMap;

use super::affine::Affine;
use super::graph::Graph;
use super::node::{Guard, Id, Op, Operand, Product, Term, View};
use super::scan::{Recurrence, Scan, Sequence};
use super::size::Size;

impl Graph {
    /// Rebuilds what `roots` reach with resolved sizes and forgets the rest. Inputs keep their
    /// numbers and get new ids.
    pub fn resolve_sizes(&mut self, roots: &[Id], resolve: &dyn Fn(&Size) -> Size) -> Vec<Id> {
        let mut resolved = Graph::new();
        let mut images: FxHashMap<Id, Id> = FxHashMap::default();
        for (_, info, id) in self.inputs() {
            let shape = self.shape(id).iter().map(resolve).collect();
            images.insert(id, resolved.input(info.clone(), shape));
        }
        resolved.declared.clone_from(&self.declared);
        resolved.copy_sparse(self, |id| images[&id]);
        for id in self.reachable(roots) {
            if !images.contains_key(&id) {
                let image = resolved.rebuild(self.op(id), self.shape(id), &images, Some(resolve));
                images.insert(id, image);
            }
        }
        *self = resolved;
        roots.iter().map(|r| images[r]).collect()
    }

    /// Rebuilds `roots` with some nodes replaced by others of the same shape.
    pub fn replace(&mut self, roots: &[Id], replacement: &FxHashMap<Id, Id>) -> Vec<Id> {
        let mut images: FxHashMap<Id, Id> = replacement.clone();
        for id in self.reachable(roots) {
            if images.contains_key(&id) {
                continue;
            }
            let node = self.shared(id);
            let changed = node.op.any_operand(&mut |o| images.get(&o).is_some_and(|image| *image != o));
            let image = if changed { self.rebuild(&node.op, &node.shape, &images, None) } else { id };
            images.insert(id, image);
        }
        roots.iter().map(|r| images[r]).collect()
    }

    /// Rebuilds `roots`, each operation as `change` wants it, which knows the images of its operands.
    pub fn rewrite(&mut self, roots: &[Id], change: &mut dyn FnMut(&Self, &Op, &FxHashMap<Id, Id>) -> Option<Op>) -> Vec<Id> {
        let mut images: FxHashMap<Id, Id> = FxHashMap::default();
        for id in self.reachable(roots) {
            let node = self.shared(id);
            let changed = change(self, &node.op, &images);
            let moved = node.op.any_operand(&mut |o| images[&o] != o);
            let image = match changed {
                None if !moved => id,
                changed => self.rebuild(changed.as_ref().unwrap_or(&node.op), &node.shape, &images, None),
            };
            images.insert(id, image);
        }
        roots.iter().map(|r| images[r]).collect()
    }

    /// One node with its operands replaced by their images, where they have one.
    pub fn rebuild_with(&mut self, id: Id, images: &mut FxHashMap<Id, Id>) -> Id {
        let node = self.shared(id);
        let mut changed = false;
        node.op.any_operand(&mut |operand| {
            changed |= *images.entry(operand).or_insert(operand) != operand;
            false
        });
        if changed { self.rebuild(&node.op, &node.shape, images, None) } else { id }
    }

    /// All nodes that the roots read, themselves included, operands first.
    pub fn reachable(&self, roots: &[Id]) -> Vec<Id> {
        self.below(roots, &|id, stack| self.op(id).extend_by_operands(stack))
    }

    /// All nodes to which `next` leads from the roots, themselves included, by their ids.
    pub(super) fn below(&self, roots: &[Id], next: &dyn Fn(Id, &mut Vec<Id>)) -> Vec<Id> {
        /// A part of the graph that is smaller than this is sorted sooner than the graph is walked through.
        const FEW: usize = 16;
        let mut seen = vec![false; self.len()];
        let (mut stack, mut found) = (roots.to_vec(), Vec::new());
        while let Some(id) = stack.pop() {
            if !std::mem::replace(&mut seen[id.0 as usize], true) {
                found.push(id);
                next(id, &mut stack);
            }
        }
        if found.len() * FEW < self.len() {
            found.sort_unstable();
            return found;
        }
        (0..self.len() as u32).map(Id).filter(|id| seen[id.0 as usize]).collect()
    }

    /// An operation on the images of its operands, with other sizes where a map of them is given.
    fn rebuild(&mut self, op: &Op, shape: &[Size], images: &FxHashMap<Id, Id>, map: Option<&dyn Fn(&Size) -> Size>) -> Id {
        let size = |size: &Size| map.map_or_else(|| size.clone(), |map| map(size));
        let affine = |affine: &Affine| map.map_or_else(|| affine.clone(), |map| affine.map_sizes(map));
        let shape: Vec<Size> = shape.iter().map(size).collect();
        let view = |v: &View| View { node: images[&v.node], axes: v.axes.clone() };
        match op {
            // Inputs are always replaced before.
            Op::Input(_) => unreachable!("inputs have images"),
            Op::Constant(number) => self.constant(number.get()),
            Op::Count(count) => self.count(size(count)),
            Op::Iota => self.iota(shape.into_iter().next().unwrap_or_default()),
            Op::Product(p) => {
                let product = Product {
                    coefficient: p.coefficient,
                    extents: p.extents.iter().map(size).collect(),
                    operands: p
                        .operands
                        .iter()
                        .map(|o| Operand { node: images[&o.node], index: o.index.iter().map(affine).collect() })
                        .collect(),
                    guards: p.guards.iter().map(|g| Guard { affine: affine(&g.affine), test: g.test }).collect(),
                    out: p.out.iter().map(affine).collect(),
                };
                self.product(product, shape)
            }
            Op::Sum(terms) => {
                let terms = terms.iter().map(|t| Term { coefficient: t.coefficient, view: view(&t.view) }).collect();
                self.sum(terms, shape)
            }
            Op::Map(func, args) => self.map(*func, args.iter().map(view).collect(), shape),
            Op::Reduce { kind, arg, keep } => self.reduce(*kind, images[arg], *keep),
            Op::Weights { kind, arg, keep } => self.weights(*kind, images[arg], *keep),
            Op::Exclusive { arg, order } => self.exclusive(images[arg], *order),
            Op::Factor { elimination, arg } => self.factor(*elimination, images[arg]),
            Op::Solve { factor, rhs, transposed } => self.solve(images[factor], images[rhs], *transposed),
            Op::Lower { factor } => self.lower(images[factor]),
            Op::Determinant { factor, logarithm } => self.determinant(images[factor], *logarithm),
            Op::Scan(scan) => {
                let states =
                    scan.states.iter().map(|s| Recurrence { start: images[&s.start], next: images[&s.next], ..s.clone() });
                let sequences = scan.sequences.iter().map(|s| Sequence { node: images[&s.node], ..s.clone() });
                let (states, sequences) = (states.collect(), sequences.collect());
                self.intern_scan(Scan { steps: size(&scan.steps), states, sequences, ..(**scan).clone() })
            }
            Op::State { scan, position } => self.state(images[scan], *position),
            Op::Slot(slot) => self.slot(slot.level, slot.variable, shape),
        }
    }
}
