//! From products with a direction to dense derivatives: what is linear in an input is evaluated on
//! all unit directions at once, by giving every node that depends on it one more group of axes.
//! The unit directions are Kronecker deltas, which the product constructor eliminates.

use std::collections::HashMap;

use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size, Term, View, Wire};

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
    let mut lifted: HashMap<Id, Id> = HashMap::new();
    let unit = unit_directions(graph, &whole, axes);
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
        // Directions are columns: they stand before the batch.
        Op::Solve { factor, rhs, transposed } => match lifted.get(&rhs) {
            Some(image) => {
                let batch = graph.order(factor) - 1;
                let (columns, total) = (own - batch, own + seed_shape.len());
                let inward: Vec<usize> = (0..columns).chain(own..total).chain(columns..own).collect();
                let outward: Vec<usize> = (0..columns).chain(total - batch..total).chain(columns..total - batch).collect();
                let rhs = graph.permuted(*image, &inward);
                let solution = graph.solve(factor, rhs, transposed);
                graph.permuted(solution, &outward)
            }
            None => id,
        },
        op @ (Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }) => unreachable!("{op:?} is not linear"),
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
