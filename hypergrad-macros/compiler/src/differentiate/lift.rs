//! From products with a direction to dense derivatives: what is linear in an input is evaluated on
//! all unit directions at once, by giving every node that depends on it one more group of axes.
//! The unit directions are Kronecker deltas, which the product constructor eliminates.

use rustc_hash::FxHashMap;

use crate::ir::{Affine, Graph, Id, Number, Product, Size, Wire};

/// `nodes`, linear in `seed`, as dense derivatives: the axes of the seed follow the node's own.
pub fn lift(graph: &mut Graph, nodes: &[Id], seed: Id) -> Vec<Id> {
    let axes: Vec<usize> = (0..graph.order(seed)).collect();
    lift_along(graph, nodes, seed, &axes)
}

/// The same, summed over those axes of the seed that are not named: its directions are units along
/// the named axes and ones along the others.
pub fn lift_along(graph: &mut Graph, nodes: &[Id], seed: Id, axes: &[usize]) -> Vec<Id> {
    let whole = graph.shape(seed).to_vec();
    let seed_shape: Vec<Size> = axes.iter().map(|a| whole[*a].clone()).collect();
    let mut lifted: FxHashMap<Id, Id> = FxHashMap::default();
    let unit = unit_directions(graph, &whole, axes);
    lifted.insert(seed, unit);
    graph.batch(nodes, &mut lifted, &seed_shape);
    nodes
        .iter()
        .map(|node| match lifted.get(node) {
            Some(image) => *image,
            None => {
                let shape = lifted_shape(graph, *node, &seed_shape);
                graph.zero(shape)
            }
        })
        .collect()
}

fn lifted_shape(graph: &Graph, id: Id, seed_shape: &[Size]) -> Vec<Size> {
    graph.shape(id).iter().chain(seed_shape).cloned().collect()
}

/// `δ(i, j)` per lifted axis, 1 along the others: all axes of the seed, then the lifted ones.
fn unit_directions(graph: &mut Graph, whole: &[Size], axes: &[usize]) -> Id {
    let wires: Vec<Affine> = (0..whole.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let lifted: Vec<Affine> = axes.iter().map(|a| wires[*a].clone()).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: whole.to_vec(),
        operands: Vec::new(),
        guards: Vec::new(),
        out: [wires, lifted].concat(),
    };
    let shape = whole.iter().chain(axes.iter().map(|a| &whole[*a])).cloned().collect();
    graph.product(product, shape)
}
