//! From products with a direction to dense derivatives: what is linear in an input is evaluated on
//! all unit directions at once, by giving every node that depends on it one more group of axes.
//! The unit directions are Kronecker deltas, which the product constructor eliminates.

use std::collections::HashMap;

use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size, Term, View, Wire};

/// `nodes`, linear in `seed`, as dense derivatives: the axes of the seed follow the node's own.
pub fn lift(graph: &mut Graph, nodes: &[Id], seed: Id) -> Vec<Id> {
    let seed_shape = graph.shape(seed).to_vec();
    let mut lifted: HashMap<Id, Id> = HashMap::new();
    let unit = unit_directions(graph, &seed_shape);
    lifted.insert(seed, unit);
    for id in graph.reachable(nodes) {
        if lifted.contains_key(&id) || !graph.op(id).operands().iter().any(|o| lifted.contains_key(o)) {
            continue;
        }
        let image = lift_node(graph, id, &lifted, &seed_shape);
        lifted.insert(id, image);
    }
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

/// `δ(i, j)` per axis of the seed: own axes first, then the lifted ones.
fn unit_directions(graph: &mut Graph, seed_shape: &[Size]) -> Id {
    let wires: Vec<Affine> = (0..seed_shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: seed_shape.to_vec(),
        operands: Vec::new(),
        guards: Vec::new(),
        out: [wires.clone(), wires].concat(),
    };
    let shape = [seed_shape, seed_shape].concat();
    graph.product(product, shape)
}

fn lift_node(graph: &mut Graph, id: Id, lifted: &HashMap<Id, Id>, seed_shape: &[Size]) -> Id {
    let shape = lifted_shape(graph, id, seed_shape);
    let own = graph.order(id);
    let view = |v: &View| match lifted.get(&v.node) {
        Some(image) => View { node: *image, axes: v.axes.iter().copied().chain(own..own + seed_shape.len()).collect() },
        None => v.clone(),
    };
    match graph.op(id).clone() {
        Op::Product(product) => {
            let product = lift_product(product, lifted, seed_shape);
            graph.product(product, shape)
        }
        Op::Sum(terms) => {
            let terms = terms.iter().map(|t| Term { coefficient: t.coefficient, view: view(&t.view) }).collect();
            graph.sum(terms, shape)
        }
        // Only the arms of a select can depend on a direction linearly.
        Op::Map(func, args) => graph.map(func, args.iter().map(view).collect(), shape),
        op => unreachable!("{op:?} is not linear"),
    }
}

fn lift_product(product: Product, lifted: &HashMap<Id, Id>, seed_shape: &[Size]) -> Product {
    let first = product.extents.len() as u32;
    let fresh: Vec<Affine> = (0..seed_shape.len() as u32).map(|k| Affine::wire(Wire(first + k))).collect();
    let operands = product
        .operands
        .into_iter()
        .map(|operand| match lifted.get(&operand.node) {
            Some(image) => Operand { node: *image, index: [operand.index, fresh.clone()].concat() },
            None => operand,
        })
        .collect();
    Product {
        operands,
        extents: product.extents.iter().chain(seed_shape).cloned().collect(),
        out: [product.out, fresh].concat(),
        ..product
    }
}
