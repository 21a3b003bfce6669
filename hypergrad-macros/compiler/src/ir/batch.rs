//! Nodes evaluated for many values of some of their leaves at once: every node that depends on these has
//! more axes, after its own.

use rustc_hash::FxHashMap;

use super::affine::{Affine, Wire};
use super::graph::Graph;
use super::node::{Id, Op, Operand, Product, Term, View};
use super::scan::{Recurrence, Scan, Sequence, Variable};
use super::size::Size;

/// The images of nodes, each with the axes of its node and then the additional ones.
type Images = FxHashMap<Id, Id>;

impl Graph {
    /// Adds the images of all nodes below the roots that depend on what has an image already.
    pub fn batch(&mut self, roots: &[Id], images: &mut Images, more: &[Size]) {
        for id in self.surface(roots) {
            if !images.contains_key(&id) && self.reads(id).iter().any(|read| images.contains_key(read)) {
                let image = self.batched(id, images, more);
                images.insert(id, image);
            }
        }
    }

    /// The image of a node, or the node spread over the additional axes.
    pub fn image_or_spread(&mut self, id: Id, images: &Images, more: &[Size]) -> Id {
        match images.get(&id) {
            Some(image) => *image,
            None => {
                let view = self.whole(id);
                let shape = [self.shape(id), more].concat();
                self.view(1.0, &view, shape)
            }
        }
    }

    fn batched(&mut self, id: Id, images: &Images, more: &[Size]) -> Id {
        let shape = [self.shape(id), more].concat();
        let own = self.order(id);
        let view = |v: &View| match images.get(&v.node) {
            Some(image) => View { node: *image, axes: v.axes.iter().copied().chain(own..own + more.len()).collect() },
            None => v.clone(),
        };
        match self.op(id).clone() {
            Op::Product(product) => {
                let product = batched_product(product, images, more);
                self.product(product, shape)
            }
            Op::Sum(terms) => {
                let terms = terms.iter().map(|t| Term { coefficient: t.coefficient, view: view(&t.view) }).collect();
                self.sum(terms, shape)
            }
            Op::Map(func, args) => self.map(func, args.iter().map(view).collect(), shape),
            Op::Reduce { kind, arg, keep } => {
                let arg = self.inward(images[&arg], keep, more.len());
                self.reduce(kind, arg, keep + more.len())
            }
            Op::Weights { kind, arg, keep } => {
                let arg = self.inward(images[&arg], keep, more.len());
                let weights = self.weights(kind, arg, keep + more.len());
                self.outward(weights, keep, more.len())
            }
            Op::Exclusive { arg, order } => {
                let keep = self.order(arg) - 1;
                let arg = self.inward(images[&arg], keep, more.len());
                let product = self.exclusive(arg, order);
                self.outward(product, keep, more.len())
            }
            Op::Factor { elimination, arg } => self.factor(elimination, images[&arg]),
            Op::Lower { factor } => self.lower(images[&factor]),
            Op::Determinant { factor, logarithm } => self.determinant(images[&factor], logarithm),
            Op::Solve { factor, rhs, transposed } => self.batched_solve((factor, rhs, transposed), images, more),
            Op::Scan(scan) => self.batched_scan(&scan, images, more),
            Op::State { scan, position } => self.batched_state((scan, position), images, own - 1, more),
            op @ (Op::Input(_) | Op::Constant(_) | Op::Count(_) | Op::Iota | Op::Slot(_)) => {
                unreachable!("{op:?} reads nothing")
            }
        }
    }

    /// Of a node with so many last axes: they come after the first `keep`.
    fn inward(&mut self, node: Id, keep: usize, last: usize) -> Id {
        let (own, total) = (self.order(node) - last, self.order(node));
        let axes: Vec<usize> = (0..keep).chain(own..total).chain(keep..own).collect();
        self.permuted(node, &axes)
    }

    /// The opposite of [`Self::inward`].
    fn outward(&mut self, node: Id, keep: usize, last: usize) -> Id {
        let total = self.order(node);
        let axes: Vec<usize> = (0..keep).chain(keep + last..total).chain(keep..keep + last).collect();
        self.permuted(node, &axes)
    }

    /// Right sides are columns, which stand before the batch; matrices are a batch.
    fn batched_solve(&mut self, (factor, rhs, transposed): (Id, Id, bool), images: &Images, more: &[Size]) -> Id {
        if let Some(factor) = images.get(&factor).copied() {
            let rhs = self.image_or_spread(rhs, images, more);
            return self.solve(factor, rhs, transposed);
        }
        let columns = self.order(rhs) - (self.order(factor) - 1);
        let rhs = self.inward(images[&rhs], columns, more.len());
        let solution = self.solve(factor, rhs, transposed);
        self.outward(solution, columns, more.len())
    }

    /// States that depend on what has images have the additional axes before the steps.
    fn batched_scan(&mut self, scan: &Scan, images: &Images, more: &[Size]) -> Id {
        let moved = self.moved_states(scan, images);
        let mut inside = images.clone();
        for (position, state) in scan.states.iter().enumerate().filter(|(position, _)| moved[*position]) {
            let shape = [self.shape(state.start), more].concat();
            let image = self.slot(scan.level, Variable::State(position), shape);
            inside.insert(self.slot_of_state(scan, position), image);
        }
        let mut sequences = Vec::with_capacity(scan.sequences.len());
        for (position, sequence) in scan.sequences.iter().enumerate() {
            let Some(image) = images.get(&sequence.node).copied() else {
                sequences.push(sequence.clone());
                continue;
            };
            let keep = self.order(sequence.node) - 1;
            let slot = self.slot_of_sequence(scan, position);
            let shape = [self.shape(slot), more].concat();
            inside.insert(slot, self.slot(scan.level, Variable::Sequence(position), shape));
            sequences.push(Sequence { node: self.inward(image, keep, more.len()), shift: sequence.shift });
        }
        self.batch(&scan.nexts(), &mut inside, more);
        let states = scan.states.iter().zip(&moved).map(|(state, moved)| {
            if !moved {
                return state.clone();
            }
            let start = self.image_or_spread(state.start, images, more);
            Recurrence { start, next: self.image_or_spread(state.next, &inside, more), ..state.clone() }
        });
        let states = states.collect();
        self.intern_scan(Scan { states, sequences, ..scan.clone() })
    }

    /// The states of a recursion that depend on what has images.
    fn moved_states(&mut self, scan: &Scan, images: &Images) -> Vec<bool> {
        let has_image = |id: Id| images.contains_key(&id);
        let mut moved: Vec<bool> = scan.states.iter().map(|state| has_image(state.start)).collect();
        let order = self.surface(&scan.nexts());
        let slots: Vec<Id> = (0..scan.states.len()).map(|position| self.slot_of_state(scan, position)).collect();
        let read: Vec<Id> = (0..scan.sequences.len()).map(|position| self.slot_of_sequence(scan, position)).collect();
        loop {
            let mut depends: FxHashMap<Id, bool> = FxHashMap::default();
            for id in &order {
                let state = slots.iter().position(|slot| slot == id).map(|position| moved[position]);
                let sequence = read.iter().position(|slot| slot == id).map(|k| has_image(scan.sequences[k].node));
                let reads = || self.reads(*id).iter().any(|read| depends.get(read).copied().unwrap_or(false));
                let own = has_image(*id) || state.or(sequence).unwrap_or_else(reads);
                depends.insert(*id, own);
            }
            let next: Vec<bool> = scan.states.iter().zip(&moved).map(|(state, own)| *own || depends[&state.next]).collect();
            if next == moved {
                return moved;
            }
            moved = next;
        }
    }

    fn batched_state(&mut self, (scan, position): (Id, usize), images: &Images, keep: usize, more: &[Size]) -> Id {
        let state = self.state(images[&scan], position);
        if self.order(state) == keep + 1 {
            let view = self.whole(state);
            let shape = [self.shape(state), more].concat();
            return self.view(1.0, &view, shape);
        }
        self.outward(state, keep, more.len())
    }
}

fn batched_product(product: Product, images: &Images, more: &[Size]) -> Product {
    let first = product.extents.len() as u32;
    let fresh: Vec<Affine> = (0..more.len() as u32).map(|k| Affine::wire(Wire(first + k))).collect();
    let operands = product
        .operands
        .into_iter()
        .map(|operand| match images.get(&operand.node) {
            Some(image) => Operand { node: *image, index: [operand.index, fresh.clone()].concat() },
            None => operand,
        })
        .collect();
    Product {
        operands,
        extents: product.extents.iter().chain(more).cloned().collect(),
        out: [product.out, fresh].concat(),
        ..product
    }
}
