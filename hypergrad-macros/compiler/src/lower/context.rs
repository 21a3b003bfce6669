//! What lowering knows of the whole module: stages, places, choices, facts of the sizes.

use std::collections::{BTreeMap, BTreeSet};

use super::decisions::{Hoist, Storage};
use super::program::{Place, Source};
use crate::analysis::{Stage, Stages};
use crate::ir::{Affine, Graph, Id, Op};
use crate::shape::{CheckKind, Sizes};

/// What lowering knows of the whole module.
pub struct Context<'g> {
    pub graph: &'g Graph,
    pub stages: Vec<Stage>,
    pub storage: Storage,
    pub hoists: BTreeMap<Id, Hoist>,
    /// Number of each stored node's buffer, and of each choice.
    pub buffers: BTreeMap<Id, usize>,
    pub choices: BTreeMap<Id, usize>,
    /// The node of each buffer.
    pub nodes: Vec<Id>,
    /// Buffers that only one function reads: scratch of that function.
    pub local: BTreeSet<usize>,
    /// Of the sizes, each at least 0: what is checked before any kernel runs.
    pub facts: Vec<Affine>,
}

impl<'g> Context<'g> {
    pub fn new(graph: &'g Graph, sizes: &Sizes, stages: &mut Stages, storage: Storage, hoists: BTreeMap<Id, Hoist>) -> Self {
        let nodes: Vec<Id> = storage.stored.iter().copied().collect();
        let buffers = nodes.iter().enumerate().map(|(k, id)| (*id, k)).collect();
        let choices = hoists.keys().enumerate().map(|(k, id)| (*id, k)).collect();
        let stages = (0..graph.len() as u32).map(|k| stages.get(graph, Id(k))).collect();
        Self { graph, stages, storage, hoists, buffers, choices, nodes, local: BTreeSet::new(), facts: facts(sizes) }
    }

    pub fn stage(&self, id: Id) -> Stage {
        self.stages[id.0 as usize]
    }

    /// The stage at which a node's buffer is kept.
    pub fn buffer_stage(&self, id: Id) -> Stage {
        let local = self.buffers.get(&id).is_some_and(|number| self.local.contains(number));
        // What a step computes is scratch of the function that runs the recursion.
        if local { Stage::Direction } else { self.stage(id).min(Stage::Direction) }
    }

    /// Where a node lies, if it is stored.
    pub fn place(&self, id: Id) -> Option<Place> {
        let source = match self.graph.op(id) {
            Op::Input(_) if self.graph.sparse(id).is_some() => return None,
            Op::Input(_) => Source::Input(id),
            Op::State { scan, position } => {
                let (packed, recursion) = (self.place(*scan)?, self.graph.as_scan(*scan)?);
                let place = Place::natural(packed.source, self.graph.shape(id));
                return Some(Place { offset: self.graph.offset_of_state(recursion, *position), ..place });
            }
            Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_)
            | Op::Slot(_) => Source::Buffer(*self.buffers.get(&id)?),
        };
        Some(Place::natural(source, self.graph.shape(id)))
    }
}

fn facts(sizes: &Sizes) -> Vec<Affine> {
    let checks = sizes.checks();
    let at_least = checks.iter().filter(|check| check.kind == CheckKind::AtLeast);
    at_least.map(|check| Affine::constant(check.left.sub(&check.right))).collect()
}
