//! Facts on condition: what is proved where some expressions of the data are not negative.
//!
//! A proof is tried with no assumption; then with every expression of the data of unknown sign taken to be at
//! least 0, and with fewer and fewer of them. Those that are left are evaluated once, when the problem is made.

use std::collections::BTreeSet;

use super::dependence::dependence;
use super::sign::{Sign, signs};
use super::stage::{Stage, stages};
use crate::ir::{Graph, Id, Input, Op, Product, Role};
use crate::shape::Sizes;

/// Expressions that are taken to be at least 0, entry by entry.
pub type Assumed = BTreeSet<Id>;

/// What was proved, and the expressions of the data that have to be at least 0 for it.
pub struct Given<T> {
    pub proved: T,
    pub conditions: Vec<Id>,
}

/// The expressions of data below the roots whose sign only the data decides, and that cost no more than reading it.
pub fn candidates(graph: &Graph, sizes: &Sizes, roots: &[Id]) -> Vec<Id> {
    let (stages, signs) = (stages(graph, sizes), signs(graph, &Assumed::new()));
    let on_data = dependence(graph, &[Role::Data]);
    let cheap = cheap(graph);
    let counts = |id: &Id| matches!(graph.op(*id), Op::Count(_));
    let decides = |id: &Id| {
        let k = id.0 as usize;
        (on_data[k] || counts(id)) && stages[k] == Stage::Data && signs[k] == Sign::Unknown && cheap[k]
    };
    graph.reachable(roots).into_iter().filter(decides).collect()
}

/// For every node, whether it is computed without sparse fields and by loops no deeper than some field below it has axes.
fn cheap(graph: &Graph) -> Vec<bool> {
    let mut deepest: Vec<Option<usize>> = Vec::with_capacity(graph.len());
    for id in (0..graph.len() as u32).map(Id) {
        let below = || graph.op(id).operands().into_iter().map(|operand| deepest[operand.0 as usize]);
        let axes = match graph.op(id) {
            Op::Input(input) => field_axes(graph, id, *input),
            // Recursions are not run to find a sign.
            Op::Scan(_) | Op::State { .. } | Op::Slot(_) => None,
            op @ (Op::Constant(_)
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
            | Op::Determinant { .. }) => {
                below().try_fold(0, |most, own| own.map(|own| most.max(own))).filter(|most| loops(graph, id, op) <= *most)
            }
        };
        deepest.push(axes);
    }
    deepest.into_iter().map(|axes| axes.is_some()).collect()
}

fn field_axes(graph: &Graph, id: Id, input: Input) -> Option<usize> {
    let is_dense_field = graph.input_info(input).role == Role::Data && graph.sparse(id).is_none();
    is_dense_field.then(|| graph.order(id))
}

/// How deep the loops are that compute a node. Numbers and counts, without axes, cost nothing.
fn loops(graph: &Graph, id: Id, op: &Op) -> usize {
    match op {
        Op::Product(Product { extents, .. }) => extents.iter().filter(|extent| !extent.is_one()).count(),
        Op::Reduce { arg, .. } | Op::Weights { arg, .. } | Op::Exclusive { arg, .. } => graph.order(*arg),
        // As deep as those of an elimination.
        Op::Factor { arg, .. } => graph.order(*arg) + 1,
        Op::Solve { .. } => graph.order(id) + 1,
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Sum(_)
        | Op::Map(..)
        | Op::Lower { .. }
        | Op::Determinant { .. } => graph.order(id),
        Op::Scan(_) | Op::State { .. } | Op::Slot(_) => usize::MAX,
    }
}

/// A claim with as few assumptions as it was found to need, none if possible. Later expressions are done without
/// first, so that fields themselves are what is left.
pub fn prove<T>(
    graph: &mut Graph,
    candidates: &[Id],
    claim: &mut dyn FnMut(&mut Graph, &Assumed) -> Option<T>,
) -> Option<Given<T>> {
    if let Some(proved) = claim(graph, &Assumed::new()) {
        return Some(Given { proved, conditions: Vec::new() });
    }
    let mut assumed: Assumed = candidates.iter().copied().collect();
    if assumed.is_empty() {
        return None;
    }
    let mut proved = claim(graph, &assumed)?;
    let mut size = candidates.len().div_ceil(2);
    loop {
        for chunk in candidates.rchunks(size) {
            let fewer: Assumed = assumed.iter().copied().filter(|id| !chunk.contains(id)).collect();
            if fewer.len() < assumed.len()
                && let Some(found) = claim(graph, &fewer)
            {
                (assumed, proved) = (fewer, found);
            }
        }
        if size == 1 {
            return Some(Given { proved, conditions: assumed.into_iter().collect() });
        }
        size = size.div_ceil(2);
    }
}
