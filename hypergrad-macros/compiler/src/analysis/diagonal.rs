//! Matrices that vanish off their diagonal.

use crate::differentiate::Matrix;
use crate::ir::{Affine, Func, Graph, Guard, Id, Op, Product, Test, View};

/// Whether a matrix of blocks vanishes off its diagonal.
pub fn off_diagonal_vanishes(graph: &Graph, matrix: &Matrix) -> bool {
    off_diagonal_blocks_vanish(graph, matrix)
        && matrix.iter().enumerate().all(|(k, row)| {
            let half = graph.order(row[k]) / 2;
            let pairs: Vec<(usize, usize)> = (0..half).map(|a| (a, half + a)).collect();
            vanishes_off(graph, row[k], &pairs)
        })
}

/// Whether the blocks off the diagonal are zero.
pub fn off_diagonal_blocks_vanish(graph: &Graph, matrix: &Matrix) -> bool {
    matrix.iter().enumerate().all(|(i, row)| row.iter().enumerate().all(|(j, block)| i == j || graph.is_zero(*block)))
}

/// Whether every entry of `node` is zero unless the indices of each pair of axes are equal.
pub fn vanishes_off(graph: &Graph, node: Id, pairs: &[(usize, usize)]) -> bool {
    if graph.is_zero(node) || pairs.is_empty() {
        return true;
    }
    let inside = |view: &View| translate(view, pairs).is_some_and(|inner| vanishes_off(graph, view.node, &inner));
    match graph.op(node) {
        Op::Product(product) => product_vanishes_off(graph, product, pairs),
        Op::Sum(terms) => terms.iter().all(|term| inside(&term.view)),
        Op::Map(Func::Select, args) => inside(&args[1]) && inside(&args[2]),
        // Zero where its first argument is.
        Op::Map(func, args) => keeps_zero(*func) && inside(&args[0]),
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
        | Op::Slot(_) => false,
    }
}

/// The pairs in the axes of what is viewed.
fn translate(view: &View, pairs: &[(usize, usize)]) -> Option<Vec<(usize, usize)>> {
    let position = |axis: usize| view.axes.iter().position(|a| *a == axis);
    pairs.iter().map(|(row, column)| Some((position(*row)?, position(*column)?))).collect()
}

/// The same of a product that is no node.
pub fn product_vanishes_off(graph: &Graph, product: &Product, pairs: &[(usize, usize)]) -> bool {
    pairs.iter().all(|pair| pair_vanishes_off(graph, product, *pair))
}

fn pair_vanishes_off(graph: &Graph, product: &Product, (row, column): (usize, usize)) -> bool {
    let (left, right) = (&product.out[row], &product.out[column]);
    left == right || guarded(product, left, right) || product.operands.iter().any(|o| connects(graph, o, left, right))
}

/// A guard `left - right = 0`.
fn guarded(product: &Product, left: &Affine, right: &Affine) -> bool {
    [left.sub(right), right.sub(left)].into_iter().any(|affine| product.guards.contains(&Guard { affine, test: Test::Zero }))
}

/// An operand that is itself diagonal in the two indices.
fn connects(graph: &Graph, operand: &crate::ir::Operand, left: &Affine, right: &Affine) -> bool {
    let position = |index: &Affine| operand.index.iter().position(|i| i == index);
    match (position(left), position(right)) {
        (Some(a), Some(b)) => vanishes_off(graph, operand.node, &[(a, b)]),
        _ => false,
    }
}

fn keeps_zero(func: Func) -> bool {
    func.arity() == 1 && func.evaluate(&[0.0]) == 0.0
}
