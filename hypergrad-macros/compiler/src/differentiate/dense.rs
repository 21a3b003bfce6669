//! Dense derivatives from products with a direction: columns, diagonals, tensors of order three.

use std::collections::BTreeSet;

use super::lift;
use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size, View, Wire};

/// One node per block of x (or y).
pub type Vector = Vec<Id>;
/// `[row block][column block]`; a node has the row block's axes, then the column block's.
pub type Matrix = Vec<Vec<Id>>;
/// `[first][second][third]` blocks.
pub type Cube = Vec<Vec<Vec<Id>>>;

/// A tensor of order three is written out where it has at most so many blocks,
const MOST_BLOCKS: usize = 8;
/// and where at most so many nodes are made for it.
const MOST_NODES: usize = 400;
/// A matrix may take so many nodes for each that its product reads, and these besides.
const MOST_A_NODE: usize = 6;
const FEW: usize = 200;
/// Operands that a matrix may read beyond twice those of its product.
const FEW_MORE: usize = 12;
/// What reads so many operands is left to kernels that are there anyway.
const LONG: usize = 1000;

/// `Σ ⟨aₖ, bₖ⟩` over blocks.
pub fn pairing(graph: &mut Graph, a: &[Id], b: &[Id]) -> Id {
    let terms: Vec<Id> = a.iter().zip(b).map(|(a, b)| graph.inner(*a, *b)).collect();
    graph.add_all(&terms, Vec::new())
}

/// The matrix of a linear map of the blocks of a direction.
pub fn columns(graph: &mut Graph, rows: &[Id], direction: &[Id]) -> Matrix {
    let mut matrix = vec![Vec::new(); rows.len()];
    direction.iter().for_each(|seed| add_column(graph, rows, direction, *seed, &mut matrix));
    matrix
}

/// The blocks for one block of the direction.
fn add_column(graph: &mut Graph, rows: &[Id], direction: &[Id], seed: Id, matrix: &mut Matrix) {
    let others: Vec<Id> = direction.iter().copied().filter(|d| *d != seed).collect();
    let alone = without(graph, rows, &others);
    for (row, node) in lift(graph, &alone, seed).into_iter().enumerate() {
        matrix[row].push(node);
    }
}

/// [`columns`], unless the formulas would be long: they have to be found within a few nodes for each that
/// the product has.
pub fn written(graph: &mut Graph, rows: &[Id], direction: &[Id]) -> Option<Matrix> {
    let limit = graph.len() + FEW + MOST_A_NODE * graph.reachable(rows).len();
    let mut matrix = vec![Vec::new(); rows.len()];
    for seed in direction {
        if graph.len() > limit {
            return None;
        }
        add_column(graph, rows, direction, *seed, &mut matrix);
    }
    Some(matrix)
}

/// Whether a matrix computes at most about twice what its product with a direction does, for each call, and is not long
/// in itself.
pub fn is_short(graph: &Graph, matrix: &Matrix, product: &[Id], direction: &[Id]) -> bool {
    let along = graph.reachable(product);
    let mut moves: BTreeSet<Id> = direction.iter().copied().collect();
    for id in &along {
        if graph.op(*id).operands().iter().any(|operand| moves.contains(operand)) {
            moves.insert(*id);
        }
    }
    let alone = length_beside(graph, &matrix.concat(), &along);
    alone <= 2 * length(graph, moves) + FEW_MORE && alone <= LONG
}

/// Whether nodes compute much that others do not.
pub fn is_long(graph: &Graph, nodes: &[Id], others: &[Id]) -> bool {
    length_beside(graph, nodes, &graph.reachable(others)) > LONG
}

fn length_beside(graph: &Graph, nodes: &[Id], others: &[Id]) -> usize {
    let shared: BTreeSet<Id> = others.iter().copied().collect();
    length(graph, graph.reachable(nodes).into_iter().filter(|id| !shared.contains(id)))
}

/// Operands of nodes, recursions with their bodies.
fn length(graph: &Graph, nodes: impl IntoIterator<Item = Id>) -> usize {
    nodes.into_iter().map(|id| graph.op(id).operands().len()).sum()
}

/// `rows` with the given inputs set to zero.
pub fn without(graph: &mut Graph, rows: &[Id], inputs: &[Id]) -> Vec<Id> {
    if inputs.is_empty() {
        return rows.to_vec();
    }
    let zeros = inputs
        .iter()
        .map(|input| {
            let shape = graph.shape(*input).to_vec();
            (*input, graph.zero(shape))
        })
        .collect();
    graph.replace(rows, &zeros)
}

/// `t[i, j, k]` from nodes indexed j that are linear in v (index i) and u (index k); `None` where the
/// formulas would be many or long.
pub fn tensor(graph: &mut Graph, middle: &[Id], first: &[Id], last: &[Id]) -> Option<Cube> {
    let limit = graph.len() + MOST_NODES;
    if middle.len() * first.len() * last.len() > MOST_BLOCKS || graph.reachable(middle).len() > MOST_NODES {
        return None;
    }
    let over_first = columns(graph, middle, first);
    let mut cube = vec![vec![Vec::new(); middle.len()]; first.len()];
    for (j, row) in over_first.into_iter().enumerate() {
        for (i, blocks) in columns(graph, &row, last).into_iter().enumerate() {
            if graph.len() > limit {
                return None;
            }
            for node in blocks {
                let swapped = swap_leading(graph, node, middle[j], first[i]);
                cube[i][j].push(swapped);
            }
        }
    }
    Some(cube)
}

/// `[j, i, k]` to `[i, j, k]`, groups of axes.
fn swap_leading(graph: &mut Graph, node: Id, j: Id, i: Id) -> Id {
    let (nj, ni, total) = (graph.order(j), graph.order(i), graph.order(node));
    let axes: Vec<usize> = (ni..ni + nj).chain(0..ni).chain(ni + nj..total).collect();
    let mut shape: Vec<Size> = graph.shape(node).to_vec();
    let old = graph.shape(node).to_vec();
    for (own, new) in axes.iter().enumerate() {
        shape[*new] = old[own].clone();
    }
    graph.view(1.0, &View { node, axes }, shape)
}

/// `d[i] = a[i, i]`, for groups of axes.
pub fn diagonal(graph: &mut Graph, matrix: Id) -> Id {
    let half = graph.order(matrix) / 2;
    let shape = graph.shape(matrix)[..half].to_vec();
    let wires: Vec<Affine> = (0..half as u32).map(|w| Affine::wire(Wire(w))).collect();
    let product = Product {
        coefficient: Number::new(1.0),
        extents: shape.clone(),
        operands: vec![Operand { node: matrix, index: [wires.clone(), wires.clone()].concat() }],
        guards: Vec::new(),
        out: wires,
    };
    diagonal_of_terms(graph, product, shape)
}

/// The diagonal of a sum is the sum of diagonals, that of a product one product: no matrix is formed.
pub fn diagonal_of_terms(graph: &mut Graph, product: Product, shape: Vec<Size>) -> Id {
    diagonal_within(graph, product, shape, &mut { MOST_DIAGONALS })
}

/// Products that one diagonal may be taken apart into; the others are read from their matrix.
const MOST_DIAGONALS: usize = 64;

/// What is read at an index twice, `a[i, i]`, is taken apart until no such matrix is left.
fn diagonal_within(graph: &mut Graph, product: Product, shape: Vec<Size>, left: &mut usize) -> Id {
    let twice = |index: &[Affine]| (1..index.len()).any(|k| !index[k].terms.is_empty() && index[..k].contains(&index[k]));
    let made = |o: &Operand| twice(&o.index) && matches!(graph.op(o.node), Op::Sum(_) | Op::Product(_));
    let Some(position) = product.operands.iter().position(made).filter(|_| *left > 0) else {
        return graph.product(product, shape);
    };
    *left -= 1;
    let target = product.operands[position].clone();
    let Op::Sum(terms) = graph.op(target.node).clone() else {
        let whole = graph.product_inlining(product, shape.clone(), &|operand| operand == target.node);
        return if let Op::Product(next) = graph.op(whole).clone() { diagonal_within(graph, next, shape, left) } else { whole };
    };
    let mut parts = Vec::new();
    for term in &terms {
        let mut part = product.clone();
        let index = term.view.axes.iter().map(|a| target.index[*a].clone()).collect();
        part.operands[position] = Operand { node: term.view.node, index };
        part.coefficient = Number::new(product.coefficient.get() * term.coefficient.get());
        parts.push(diagonal_within(graph, part, shape.clone(), left));
    }
    graph.add_all(&parts, shape)
}
