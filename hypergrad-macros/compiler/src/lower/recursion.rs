//! Recursions as loops over their steps. What does not change with the steps is computed before them; a step
//! copies the states before it, and writes those after it to where they stay. A state of which the last value alone is kept
//! is written over when everything of the step has been computed.

use super::body::Body;
use super::program::{Expr, Place, Stmt, natural_strides};
use crate::ir::{Affine, Guard, Id, Kept, Op, Scan, Size, Test, Variable, Wire};

impl Body<'_> {
    pub(super) fn recursion(&mut self, node: Id, scan: &Scan, place: &Place) {
        let graph = self.context.graph;
        graph.reads(node).into_iter().for_each(|id| self.make_ready(id));
        let stacks: Vec<Place> = (0..scan.states.len()).map(|position| self.stack(scan, position, place)).collect();
        // Of less than no steps, `3..n` at n = 2, nothing is stacked.
        let statements = if scan.steps.is_nonnegative() {
            self.steps(scan, &stacks);
            return;
        } else {
            self.branch(|body| body.steps(scan, &stacks))
        };
        let conditions = vec![Guard { affine: Affine::constant(scan.steps.clone()), test: Test::NonNegative }];
        self.statements.push(Stmt::Given { conditions, body: statements });
    }

    fn steps(&mut self, scan: &Scan, stacks: &[Place]) {
        let graph = self.context.graph;
        for (position, (state, stack)) in scan.states.iter().zip(stacks).enumerate() {
            let entries = Size::product(graph.shape(state.start));
            let strides = natural_strides(graph.shape(state.start));
            let offset = stack.offset.add(&entries.mul(&scan.first_of(position)));
            self.write(state.start, &Place { source: stack.source, offset, strides });
        }
        let variable = Wire(self.fresh_variables(1));
        let step = if scan.reversed {
            Affine::constant(scan.steps.sub(&Size::constant(1))).sub(&Affine::wire(variable))
        } else {
            Affine::wire(variable)
        };
        let outer = self.slots.clone();
        self.bind_slots(scan, stacks, &step);
        let body = self.branch(|body| {
            let of_kind = |kept: Kept| scan.states.iter().zip(stacks).filter(move |(state, _)| state.kept == kept);
            for (state, stack) in of_kind(Kept::All) {
                body.write_state(state.next, stack, &moved(&step, scan.after()));
            }
            of_kind(Kept::Last).for_each(|(state, _)| body.make_ready(state.next));
            for (state, stack) in of_kind(Kept::Last) {
                body.write_state(state.next, stack, &Affine::default());
            }
        });
        self.slots = outer;
        let (scratch, body): (Vec<Stmt>, Vec<Stmt>) = body.into_iter().partition(|s| matches!(s, Stmt::Scratch(_)));
        self.statements.extend(scratch);
        self.statements.push(Stmt::Steps { variable, extent: scan.steps.clone(), body });
    }

    /// Where the stacked values of a state lie, in what the recursion packs at this place.
    fn stack(&self, scan: &Scan, position: usize, place: &Place) -> Place {
        let graph = self.context.graph;
        let values = scan.values_of(position);
        let shape: Vec<Size> = graph.shape(scan.states[position].start).iter().cloned().chain([values]).collect();
        let offset = place.offset.add(&graph.offset_of_state(scan, position));
        Place { source: place.source, offset, strides: natural_strides(&shape) }
    }

    fn bind_slots(&mut self, scan: &Scan, stacks: &[Place], step: &Affine) {
        let graph = self.context.graph;
        for id in graph.body(scan) {
            let Op::Slot(slot) = graph.op(id) else { continue };
            if slot.level != scan.level {
                continue;
            }
            let (place, shift) = match slot.variable {
                Variable::State(k) if scan.states[k].kept == Kept::Last => {
                    self.slots.insert(id, (stacks[k].clone(), Affine::default()));
                    continue;
                }
                Variable::State(k) => (stacks[k].clone(), scan.before()),
                Variable::Sequence(k) => {
                    let sequence = &scan.sequences[k];
                    let Some(place) = self.context.place(sequence.node) else { unreachable!("sequences are stored") };
                    (place, sequence.shift)
                }
            };
            self.slots.insert(id, (place, moved(step, shift)));
        }
    }

    /// An entry of a slot.
    pub(super) fn at_this_step(&mut self, slot: Id, index: &[Affine]) -> Expr {
        let Some((place, step)) = self.slots.get(&slot).cloned() else { unreachable!("a slot outside of its recursion") };
        let offset = place.offset_at(&[index, &[step]].concat());
        Expr::Load { source: place.source, offset }
    }

    /// The new value of a state, among the stacked ones.
    fn write_state(&mut self, next: Id, stack: &Place, step: &Affine) {
        let shape = self.context.graph.shape(next).to_vec();
        let index = self.fresh_index(shape.len());
        let value = self.expression(next, &index);
        self.fill(&[index.as_slice(), std::slice::from_ref(step)].concat(), &shape, stack, value);
    }

    /// Computes what is stored of a node, or below one that is computed where it is read.
    fn make_ready(&mut self, node: Id) {
        match self.context.place(node) {
            Some(place) => self.require(place.source),
            None => self.context.graph.reads(node).into_iter().for_each(|read| self.make_ready(read)),
        }
    }
}

fn moved(step: &Affine, shift: i64) -> Affine {
    step.add(&Affine::constant(Size::constant(shift)))
}
