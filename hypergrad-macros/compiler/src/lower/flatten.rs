//! Products of products become one product, so that the contraction order can be chosen freely
//! afterwards: where the inner one has no other reader and the same stage, or sums nothing.

use rustc_hash::FxHashMap;

use super::cost::{MOST_OPERANDS, MOST_REPEATED};
use super::reading::is_elementwise;
use crate::analysis::{Stage, stages};
use crate::ir::{Graph, Id, Op, Operand, Product};
use crate::shape::Sizes;

/// The roots, rebuilt.
pub fn flatten(graph: &mut Graph, sizes: &Sizes, roots: &[Id]) -> Vec<Id> {
    let stage = stages(graph, sizes);
    let readers = count_readers(graph, roots);
    let mut images: FxHashMap<Id, Id> = FxHashMap::default();
    let mut absorbable: FxHashMap<Id, Stage> = FxHashMap::default();
    for id in graph.reachable(roots) {
        let node = graph.shared(id);
        let image = match &node.op {
            Op::Product(product) => {
                let own = stage[id.0 as usize];
                let mut operands = Vec::with_capacity(product.operands.len());
                for operand in &product.operands {
                    let node = images.get(&operand.node).copied().unwrap_or(operand.node);
                    operands.push(Operand { node, index: operand.index.clone() });
                }
                let product = Product {
                    coefficient: product.coefficient,
                    extents: product.extents.clone(),
                    operands,
                    guards: product.guards.clone(),
                    out: product.out.clone(),
                };
                let total: usize = product.operands.iter().map(|o| inner_operands(graph, o.node)).sum();
                let fits = total <= MOST_OPERANDS;
                // What others read too is computed anew only in contractions and in short products, so that
                // factors of an earlier stage meet: a long chain of products would be repeated in each of its links.
                let repeats = !is_elementwise(&product) || total <= MOST_REPEATED;
                let views = if repeats { elementwise(graph, &product) } else { Vec::new() };
                graph.product_inlining(product, node.shape.clone(), &|node| {
                    fits && (absorbable.get(&node) == Some(&own) || views.contains(&node))
                })
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
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
            | Op::State { .. }
            | Op::Slot(_) => replaced(graph, id, &mut images),
        };
        if readers[id.0 as usize] == 1 && matches!(graph.op(image), Op::Product(_)) {
            absorbable.insert(image, stage[id.0 as usize]);
        } else {
            absorbable.remove(&image);
        }
        images.insert(id, image);
    }
    roots.iter().map(|r| images[r]).collect()
}

/// Operands that only multiply entries: their factors may be grouped anew.
pub fn elementwise(graph: &Graph, product: &Product) -> Vec<Id> {
    let is_plain =
        |id: Id| if let Op::Product(inner) = graph.op(id) { inner.guards.is_empty() && is_elementwise(inner) } else { false };
    product.operands.iter().map(|o| o.node).filter(|id| is_plain(*id)).collect()
}

fn inner_operands(graph: &Graph, id: Id) -> usize {
    if let Op::Product(p) = graph.op(id) { p.operands.len().max(1) } else { 1 }
}

fn replaced(graph: &mut Graph, id: Id, images: &mut FxHashMap<Id, Id>) -> Id {
    graph.rebuild_with(id, images)
}

/// How often each node is read, by other nodes or as a root.
pub fn count_readers(graph: &Graph, roots: &[Id]) -> Vec<usize> {
    let mut readers = vec![0; graph.len()];
    let mut distinct = roots.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    for root in &distinct {
        readers[root.0 as usize] += 1;
    }
    for id in graph.reachable(roots) {
        graph.op(id).any_operand(&mut |operand| {
            readers[operand.0 as usize] += 1;
            false
        });
    }
    readers
}
