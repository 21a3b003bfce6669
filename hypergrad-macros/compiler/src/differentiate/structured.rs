//! What the proved structure of `F_1` makes of it: its blocks and its diagonal, without its dense form.
//!
//! A matrix whose samples are not coupled is known from its products with directions that are alike
//! in all samples: `(F_1 u)[r, s] = F_1[(r, s), (c, s)]` for `u[c', s'] = δ(c', c)`. A diagonal one is
//! known from its product with ones. A diagonal plus a Gram matrix is known from its diagonal and its roots.

use super::dense::{Matrix, Vector, diagonal_of_terms, pairing, without};
use super::quantities::Quantities;
use super::{gradient, lift_along};
use crate::analysis::Facts;
use crate::ir::{Affine, Func, Graph, Id, Number, Operand, Product, Size, Term, View, Wire};

/// Adds the blocks of `F_1` and what decides the facts that hang on data, and replaces its diagonal by one that reads no dense `F_1`.
pub fn exploit(graph: &mut Graph, q: &mut Quantities, facts: &Facts) {
    if let Some(samples) = &facts.samples {
        q.f_1_blocks = blocks(graph, q, &samples.axes);
        let diagonal = (0..q.x.len()).map(|k| diagonal(graph, q, &samples.axes, k)).collect();
        replace_diagonal(graph, q, diagonal);
    } else if facts.f1_diagonal.holds {
        let diagonal = (0..q.x.len()).map(|k| alike(graph, q, k, &[])[k]).collect();
        replace_diagonal(graph, q, diagonal);
    }
    let n = q.x.iter().fold(Size::zero(), |n, x| n.add(&Size::product(graph.shape(*x))));
    q.f_1_parts = facts.gram.clone().filter(|gram| gram.may_pay(&n));
    q.violations = facts.conditions().into_iter().map(|node| violations(graph, node)).collect();
}

/// How many entries are not at least 0; what is no number is not.
fn violations(graph: &mut Graph, node: Id) -> Id {
    let zero = graph.constant(0.0);
    let shape = graph.shape(node).to_vec();
    let at_least = [graph.whole(node), View { node: zero, axes: Vec::new() }];
    let holds = graph.map(Func::Ge, at_least.to_vec(), shape.clone());
    let one = graph.constant(1.0);
    let terms = vec![Term { coefficient: Number::new(1.0), view: View { node: one, axes: Vec::new() } }, graph.term(-1.0, holds)];
    let fails = graph.sum(terms, shape.clone());
    let index = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: shape,
        operands: vec![Operand { node: fails, index }],
        guards: Vec::new(),
        out: Vec::new(),
    };
    graph.product(product, Vec::new())
}

fn replace_diagonal(graph: &mut Graph, q: &mut Quantities, diagonal: Vector) {
    q.f_1_diagonal = diagonal;
    let along = pairing(graph, &q.f_1_diagonal, &q.u);
    q.f_1_diagonal_2_tr_mul = gradient(graph, along, &q.y);
}

/// `F_1 u` for the u that are units along these axes of block k, ones along its other axes, and 0 in
/// the other blocks.
fn alike(graph: &mut Graph, q: &Quantities, k: usize, axes: &[usize]) -> Vec<Id> {
    let seed = q.u[k];
    let others: Vec<Id> = q.u.iter().copied().filter(|u| *u != seed).collect();
    let alone = without(graph, &q.f_1_mul, &others);
    lift_along(graph, &alone, seed, axes)
}

/// Axes: those of a block of rows and of one of columns without their samples, then the samples.
fn blocks(graph: &mut Graph, q: &Quantities, samples: &[usize]) -> Matrix {
    let mut blocks = vec![Vec::new(); q.x.len()];
    for (column, sample) in samples.iter().enumerate() {
        let axes: Vec<usize> = (0..graph.order(q.x[column])).filter(|a| a != sample).collect();
        for (row, node) in alike(graph, q, column, &axes).into_iter().enumerate() {
            let last = samples_last(graph, node, samples[row]);
            blocks[row].push(last);
        }
    }
    blocks
}

/// The node with one of its axes moved behind the others.
fn samples_last(graph: &mut Graph, node: Id, axis: usize) -> Id {
    let order = graph.order(node);
    let axes: Vec<usize> = (0..order).map(|a| if a == axis { order - 1 } else { a - usize::from(a > axis) }).collect();
    let old = graph.shape(node).to_vec();
    let shape: Vec<Size> = (0..order).filter(|a| *a != axis).chain([axis]).map(|a| old[a].clone()).collect();
    graph.view(1.0, &View { node, axes }, shape)
}

/// `d[r, s] = B[r, r, s]`, shaped like block k of x.
fn diagonal(graph: &mut Graph, q: &Quantities, samples: &[usize], k: usize) -> Id {
    let shape = graph.shape(q.x[k]).to_vec();
    let out: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let rest: Vec<Affine> = (0..shape.len()).filter(|a| *a != samples[k]).map(|a| out[a].clone()).collect();
    let index = [rest.clone(), rest, vec![out[samples[k]].clone()]].concat();
    let operand = Operand { node: q.f_1_blocks[k][k], index };
    let product =
        Product { coefficient: Number::new(1.0), extents: shape.clone(), operands: vec![operand], guards: Vec::new(), out };
    diagonal_of_terms(graph, product, shape)
}
