//! Which nodes are stored, and which are computed inside the loops that read them.

use std::collections::{BTreeMap, BTreeSet};

use super::cost::{CHEAP, FEW_COLUMNS, LARGE_AXIS, LONGEST, MOST_WRITTEN, TRANSCENDENTAL};
use super::decisions::{Hoist, Storage};
use super::pattern::{self, Pattern};
use super::reading::{
    computed_over_slices, is_contraction, is_elementwise, is_gathered, is_opaque, is_small, maps_in_place, storable,
};
use super::sparse;
use crate::analysis::{Stage, Stages};
use crate::ir::{Affine, Cost, Graph, Id, Kept, Op, View};

#[expect(clippy::struct_excessive_bools, reason = "independent facts of one reading")]
struct Edge {
    reader: Id,
    /// The reader needs storage (a kernel's operand).
    kernel: bool,
    /// It is a reduction, which has no other form than its kernel.
    reduction: bool,
    /// The reader begins with a copy of it.
    in_place: bool,
    /// The reader loops over more than this node's axes.
    expands: bool,
    /// Read by a sum, without broadcast.
    summand: bool,
}

/// Decides for all nodes that the roots (and hoisted forms) read.
pub fn decide(graph: &Graph, stages: &mut Stages, roots: &[Id], hoists: &BTreeMap<Id, Hoist>) -> Storage {
    let all: Vec<Id> = roots.iter().copied().chain(hoists.values().map(|h| h.hoisted)).collect();
    let order = graph.reachable(&all);
    let edges = edges(graph, &order);
    let hoisted: BTreeSet<Id> = hoists.values().map(|h| h.hoisted).collect();
    let root_set: BTreeSet<Id> = roots.iter().copied().collect();
    // Dense tables as large as a sparse matrix written densely are never made.
    let mut in_place = sparse::read_at_stored_entries(graph, &order, LARGE_AXIS);
    in_place.retain(|id| is_gathered(graph, *id));
    let of_many_columns = sparse::read_at_stored_entries(graph, &order, FEW_COLUMNS);
    let mut storage = Storage::default();
    let mut costs: BTreeMap<Id, f64> = BTreeMap::new();
    let mut lengths: BTreeMap<Id, f64> = BTreeMap::new();
    // Readers first: whether a node is absorbed depends on its readers only.
    for id in order.iter().rev() {
        let own = &edges[id.0 as usize];
        let contraction = is_contraction(graph, *id) && !in_place.contains(id);
        let alone = own.len() == 1 && own[0].summand;
        let stage = stages.get(graph, *id);
        // Kernels share nothing that depends on their directions: each computes it for itself.
        let kept = root_set.contains(id) && stage != Stage::Direction;
        if contraction && alone && !kept && stage == stages.get(graph, own[0].reader) {
            storage.absorbed.insert(*id);
        }
    }
    for id in &order {
        let node = *id;
        costs.insert(node, inline_cost(graph, node, &costs, &storage));
        let length = length_of_expression(graph, node, &lengths, &storage);
        lengths.insert(node, length);
        let own = &edges[node.0 as usize];
        let is_leaf = matches!(graph.op(node), Op::Input(_) | Op::Constant(_) | Op::Count(_) | Op::State { .. });
        if is_leaf || storage.absorbed.contains(&node) {
            continue;
        }
        let only_output = own.is_empty() && (root_set.contains(&node) || hoisted.contains(&node));
        let opaque = is_opaque(graph.op(node));
        // Written to where its reader computes: the matrix that is factored, the right side.
        // What is only an output may lie in pieces, unless a call makes it.
        let in_one_piece = |reader: Id| is_opaque(graph.op(reader)) || !edges[reader.0 as usize].is_empty();
        let in_its_place = own.len() == 1 && own[0].in_place && !root_set.contains(&node) && in_one_piece(own[0].reader);
        if in_its_place && !opaque && stages.get(graph, node) == stages.get(graph, own[0].reader) {
            continue;
        }
        let sparse = in_place.contains(&node) || !is_contraction(graph, node) && sparse::is_mostly_zero(graph, node, LARGE_AXIS);
        let reduced = own.iter().any(|edge| edge.reduction);
        let is_long = !only_output && length > LONGEST;
        let is_narrow = || !of_many_columns.contains(&node) && !sparse::is_mostly_zero(graph, node, FEW_COLUMNS);
        let is_written_out = length > MOST_WRITTEN || is_long && (is_small(graph.shape(node)) || is_narrow());
        if sparse && !opaque && !reduced && !is_written_out {
            continue;
        }
        if opaque || reduced || is_long || (!only_output && must_store(graph, stages, node, own, costs[&node], &storage)) {
            storage.stored.insert(node);
        }
    }
    storage
}

fn must_store(graph: &Graph, stages: &mut Stages, node: Id, edges: &[Edge], cost: f64, storage: &Storage) -> bool {
    if is_contraction(graph, node) || has_absorbed_term(graph, node, storage) {
        return true;
    }
    if !storable(graph.shape(node)) {
        return false;
    }
    let in_place = maps_in_place(graph, node).is_some_and(|arg| is_contraction(graph, arg) && !storage.stored.contains(&arg));
    if in_place || edges.iter().any(|e| e.kernel) || computed_over_slices(graph, node) && is_as_large(graph, node, storage) {
        return true;
    }
    let stage = stages.get(graph, node);
    let later = edges.iter().any(|e| stages.get(graph, e.reader) > stage);
    let expanded = edges.iter().any(|e| e.expands);
    (edges.len() > 1 && cost > 2.0 * CHEAP) || ((later || expanded) && cost >= CHEAP)
}

/// Whether a table of this shape needs no more memory than what it is computed from: one large axis, or
/// something below that has all of its axes.
fn is_as_large(graph: &Graph, node: Id, storage: &Storage) -> bool {
    let large = |id: Id| graph.shape(id).iter().filter(|s| s.as_constant().is_none_or(|c| c > LARGE_AXIS)).count();
    let held = |id: Id| storage.stored.contains(&id) || matches!(graph.op(id), Op::Input(_));
    let below = |id: Id| -> Vec<Id> {
        match graph.op(id) {
            Op::Map(_, args) => args.iter().map(|v| v.node).collect(),
            Op::Sum(terms) => terms.iter().map(|t| t.view.node).collect(),
            Op::Product(product) => product.operands.iter().map(|o| o.node).collect(),
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
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
        }
    };
    let axes = large(node);
    let mut open = below(node);
    while let Some(id) = open.pop().filter(|_| axes > 1) {
        if large(id) >= axes {
            if held(id) {
                return true;
            }
            open.extend(below(id));
        }
    }
    axes <= 1
}

pub fn has_absorbed_term(graph: &Graph, id: Id, storage: &Storage) -> bool {
    if let Op::Sum(terms) = graph.op(id) { terms.iter().any(|t| storage.absorbed.contains(&t.view.node)) } else { false }
}

/// Operations per entry when computed in place, as far as nothing below is stored yet.
fn inline_cost(graph: &Graph, id: Id, costs: &BTreeMap<Id, f64>, storage: &Storage) -> f64 {
    let read = |node: Id| if storage.stored.contains(&node) { 0.0 } else { costs.get(&node).copied().unwrap_or(0.0) };
    match graph.op(id) {
        Op::Input(_) | Op::Constant(_) | Op::Count(_) | Op::Iota => 0.0,
        Op::Product(p) if is_elementwise(p) => {
            let factors = p.operands.len() as f64 - f64::from(u8::from(p.coefficient.get().abs() == 1.0));
            factors.max(0.0) + p.operands.iter().map(|o| read(o.node)).sum::<f64>()
        }
        Op::Sum(terms) => terms.len() as f64 - 1.0 + terms.iter().map(|t| read(t.view.node)).sum::<f64>(),
        Op::Map(func, args) => {
            let own = match func.definition().cost {
                Cost::Arithmetic => 1.0,
                Cost::Transcendental => TRANSCENDENTAL,
            };
            own + args.iter().map(|v| read(v.node)).sum::<f64>()
        }
        Op::Product(_)
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => 0.0,
    }
}

/// Operations of an expression that computes an entry in place, as often as they are written.
fn length_of_expression(graph: &Graph, id: Id, lengths: &BTreeMap<Id, f64>, storage: &Storage) -> f64 {
    let read = |node: &Id| if storage.stored.contains(node) { 0.0 } else { lengths.get(node).copied().unwrap_or(0.0) };
    1.0 + graph.op(id).operands().iter().map(read).sum::<f64>()
}

/// What a call of a kernel reads.
fn call(reader: Id) -> Edge {
    Edge { reader, kernel: true, reduction: false, in_place: false, expands: false, summand: false }
}

fn edges(graph: &Graph, order: &[Id]) -> Vec<Vec<Edge>> {
    let mut edges: Vec<Vec<Edge>> = (0..graph.len()).map(|_| Vec::new()).collect();
    for reader in order {
        let reader = *reader;
        let axes = graph.order(reader);
        let view = |v: &View, summand: bool| Edge {
            reader,
            kernel: false,
            reduction: false,
            in_place: false,
            expands: v.axes.len() < axes,
            summand: summand && v.axes.len() == axes,
        };
        match graph.op(reader) {
            Op::Product(product) => {
                let found = pattern::recognise(graph, product);
                found.iter().flat_map(Pattern::inside).for_each(|id| edges[id.0 as usize].push(call(reader)));
                let stored = found.map(Pattern::stored).unwrap_or_default();
                for (position, operand) in product.operands.iter().enumerate() {
                    let mut wires: Vec<_> = operand.index.iter().flat_map(Affine::wires).collect();
                    wires.sort_unstable();
                    wires.dedup();
                    let expands = wires.len() < product.extents.len();
                    edges[operand.node.0 as usize].push(Edge {
                        reader,
                        kernel: stored.contains(&position),
                        reduction: false,
                        in_place: false,
                        expands,
                        summand: false,
                    });
                }
            }
            Op::Sum(terms) => terms.iter().for_each(|t| edges[t.view.node.0 as usize].push(view(&t.view, true))),
            Op::Map(_, args) => {
                let in_place = maps_in_place(graph, reader).is_some();
                args.iter().for_each(|v| edges[v.node.0 as usize].push(Edge { in_place, ..view(v, false) }));
            }
            Op::Reduce { arg, .. } | Op::Weights { arg, .. } | Op::Exclusive { arg, .. } => {
                edges[arg.0 as usize].push(Edge { reduction: true, ..call(reader) });
            }
            Op::Factor { arg, .. } => edges[arg.0 as usize].push(Edge { kernel: false, in_place: true, ..call(reader) }),
            Op::Solve { factor, rhs, .. } => {
                edges[factor.0 as usize].push(call(reader));
                edges[rhs.0 as usize].push(Edge { kernel: false, in_place: true, ..call(reader) });
            }
            Op::Determinant { factor, .. } | Op::Lower { factor } => edges[factor.0 as usize].push(call(reader)),
            Op::State { scan, .. } => edges[scan.0 as usize].push(call(reader)),
            Op::Scan(scan) => {
                for state in &scan.states {
                    edges[state.start.0 as usize].push(Edge { kernel: false, in_place: true, ..call(reader) });
                    // Set when all others have read what it was before.
                    let reduction = state.kept == Kept::Last;
                    edges[state.next.0 as usize].push(Edge { kernel: false, reduction, ..call(reader) });
                }
                // Every step reads them: computed once, before the first.
                for sequence in &scan.sequences {
                    edges[sequence.node.0 as usize].push(Edge { reduction: true, ..call(reader) });
                }
                graph.captured(reader).iter().for_each(|id| edges[id.0 as usize].push(call(reader)));
            }
            Op::Input(_) | Op::Constant(_) | Op::Count(_) | Op::Iota | Op::Slot(_) => {}
        }
    }
    edges
}
