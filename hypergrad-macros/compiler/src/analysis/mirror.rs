//! Products that are positive semidefinite kernels in two groups of indices.
//!
//! A product `Σ L(i, p, k) H(p, q) L(j, q, k) W(k)` that is symmetric in i and j is positive semidefinite if
//! `W >= 0` and every H is: for each k the entries are a sum over p and q of products of positive
//! semidefinite kernels (Schur), and `L L` is one.

use super::sign::{Sign, of_factors};
use crate::ir::flatten::flatten;
use crate::ir::mirror::{Mirrored, find};
use crate::ir::{Graph, Id, Op};

/// Whether `factor` times a matrix (axes: rows, then columns) is positive semidefinite.
pub fn semidefinite(graph: &Graph, matrix: Id, factor: f64, signs: &[Sign]) -> bool {
    let sign = Sign::of(factor);
    if graph.is_zero(matrix) {
        return true;
    }
    if graph.order(matrix) == 0 {
        return sign.times(signs[matrix.0 as usize]).is_nonnegative();
    }
    match graph.op(matrix) {
        Op::Sum(terms) => terms.iter().all(|t| {
            in_order(&t.view.axes, graph.order(matrix)) && semidefinite(graph, t.view.node, factor * t.coefficient.get(), signs)
        }),
        Op::Product(product) => {
            let Some(product) = flatten(graph, product) else { return false };
            let (rows, columns) = product.out.split_at(product.out.len() / 2);
            let sign = sign.times(Sign::of(product.coefficient.get()));
            find(&product, rows, columns, &mut |m| is_positive(graph, m, sign, signs))
        }
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
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
        | Op::Slot(_) => false,
    }
}

/// Whether a sorted product is a positive semidefinite kernel, `sign` being that of its coefficient.
pub fn is_positive(graph: &Graph, mirrored: &Mirrored, sign: Sign, signs: &[Sign]) -> bool {
    sign.times(of_factors(&mirrored.fixed, signs)).is_nonnegative()
        && mirrored.kernels.iter().all(|k| k.is_matrix && semidefinite(graph, k.operand.node, 1.0, signs))
}

/// All axes, each in its place.
fn in_order(axes: &[usize], order: usize) -> bool {
    axes.len() == order && axes.iter().enumerate().all(|(position, axis)| position == *axis)
}
