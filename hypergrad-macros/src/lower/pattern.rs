//! Products that a kernel of the runtime computes.

use super::sparse::supports;
use crate::ir::{Affine, Graph, Operand, Product, Sparse, Wire};

/// Which kernel; operands by position in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// `out_i = Σ_k a_ik x_k`, or `a_ki` where transposed.
    MatrixVector { matrix: usize, vector: usize, transposed: bool },
    /// The same of a sparse matrix, or `out_ij = Σ_k a_ik x_kj` for each column of a matrix.
    Sparse { matrix: usize, other: usize, transposed: bool },
    /// `Σ a b` over all axes of two tensors of one shape.
    Dot { left: usize, right: usize },
    /// `out_ij = Σ_k a b`: left has i, right has j.
    MatrixMatrix { left: usize, left_transposed: bool, right: usize, right_transposed: bool },
    /// `Σ_k a_ki a_kj`.
    Gram { matrix: usize },
    /// `Σ_k a_ki d_k a_kj`.
    WeightedGram { matrix: usize, weights: usize },
}

impl Pattern {
    /// The operands that the kernel reads from storage.
    pub fn stored(self) -> Vec<usize> {
        match self {
            Self::MatrixVector { matrix, vector, .. } => vec![matrix, vector],
            Self::Sparse { other, .. } => vec![other],
            Self::Dot { .. } => Vec::new(),
            Self::MatrixMatrix { left, right, .. } => vec![left, right],
            Self::Gram { matrix } => vec![matrix],
            Self::WeightedGram { matrix, weights } => vec![matrix, weights],
        }
    }
}

/// The pattern of a product, scalars aside.
pub fn recognise(graph: &Graph, product: &Product) -> Option<Pattern> {
    if !product.guards.is_empty() {
        return None;
    }
    let tensors: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
    let has_support = |k: &usize| !supports(graph, product.operands[*k].node).is_empty();
    if graph.has_sparse() && tensors.iter().any(has_support) {
        return sparse(graph, product, &tensors);
    }
    if tensors.len() == 3 {
        return weighted_gram(graph, product);
    }
    let [first, second] = tensors.as_slice() else { return None };
    let (first, second) = (*first, *second);
    let a = plain(graph, product, &product.operands[first])?;
    let b = plain(graph, product, &product.operands[second])?;
    let out: Option<Vec<Wire>> = product.out.iter().map(Affine::as_wire).collect();
    let out = out?;
    match (a.as_slice(), b.as_slice(), out.as_slice()) {
        (_, _, []) if a == b => Some(Pattern::Dot { left: first, right: second }),
        ([p, q], [k], [i]) => matrix_vector(first, second, (*p, *q), *k, *i),
        ([k], [p, q], [i]) => matrix_vector(second, first, (*p, *q), *k, *i),
        ([_, _], [_, _], [i, j]) if i != j => matrix_matrix(product, (first, &a), (second, &b), (*i, *j)),
        _ => None,
    }
}

/// A sparse matrix times a dense vector or matrix.
fn sparse(graph: &Graph, product: &Product, tensors: &[usize]) -> Option<Pattern> {
    let [first, second] = *tensors else { return None };
    let is_matrix = |k: usize| graph.sparse(product.operands[k].node) == Some(Sparse::Values);
    let (matrix, other) = if is_matrix(first) { (first, second) } else { (second, first) };
    if !is_matrix(matrix) || !supports(graph, product.operands[other].node).is_empty() {
        return None;
    }
    let a = plain(graph, product, &product.operands[matrix])?;
    let b = plain(graph, product, &product.operands[other])?;
    let out: Option<Vec<Wire>> = product.out.iter().map(Affine::as_wire).collect();
    let out = out?;
    let (inner, rest) = b.split_first()?;
    let (row, rest_out) = out.split_first()?;
    let transposed = a == [*inner, *row];
    let fits = (transposed || a == [*row, *inner]) && row != inner && rest == rest_out && rest.len() <= 1;
    (fits && !rest.iter().any(|w| a.contains(w))).then_some(Pattern::Sparse { matrix, other, transposed })
}

fn matrix_vector(matrix: usize, vector: usize, (p, q): (Wire, Wire), k: Wire, i: Wire) -> Option<Pattern> {
    if (p, q) == (i, k) && i != k {
        Some(Pattern::MatrixVector { matrix, vector, transposed: false })
    } else if (p, q) == (k, i) && i != k {
        Some(Pattern::MatrixVector { matrix, vector, transposed: true })
    } else {
        None
    }
}

fn matrix_matrix(
    product: &Product,
    (first, a): (usize, &[Wire]),
    (second, b): (usize, &[Wire]),
    (i, j): (Wire, Wire),
) -> Option<Pattern> {
    let (left, l, right, r) = if a.contains(&i) { (first, a, second, b) } else { (second, b, first, a) };
    let k = *l.iter().find(|w| **w != i)?;
    if !l.contains(&i) || !r.contains(&j) || !r.contains(&k) || k == j || l.contains(&j) || r.contains(&i) {
        return None;
    }
    let (left_transposed, right_transposed) = (l[0] == k, r[0] == j);
    if left_transposed && !right_transposed {
        let (x, y) = (&product.operands[left], &product.operands[right]);
        if x.node == y.node {
            return Some(Pattern::Gram { matrix: left });
        }
    }
    Some(Pattern::MatrixMatrix { left, left_transposed, right, right_transposed })
}

/// Three tensors: one matrix twice, and weights of its rows.
fn weighted_gram(graph: &Graph, product: &Product) -> Option<Pattern> {
    let (pair, rest) = twice(graph, product)?;
    let [weights] = rest.as_slice() else { return None };
    (product.operands[*weights].index.len() == 1).then_some(Pattern::WeightedGram { matrix: pair, weights: *weights })
}

/// `Σ_k a_ki a_kj Πd_k`: the position of a matrix that is read at `[k, i]` and `[k, j]`, with the
/// result `[i, j]`, and the positions of the other tensors, which are read at k alone.
pub fn twice(graph: &Graph, product: &Product) -> Option<(usize, Vec<usize>)> {
    let [i, j] = product.out.as_slice() else { return None };
    let (i, j) = (i.as_wire()?, j.as_wire()?);
    if i == j || !product.guards.is_empty() {
        return None;
    }
    let matrices: Vec<usize> = (0..product.operands.len()).filter(|k| product.operands[*k].index.len() == 2).collect();
    let [first, second] = matrices.as_slice() else { return None };
    let (a, b) = (plain(graph, product, &product.operands[*first])?, plain(graph, product, &product.operands[*second])?);
    let same = product.operands[*first].node == product.operands[*second].node && a[0] == b[0];
    let spans = [a[1], b[1]] == [i, j] || [a[1], b[1]] == [j, i];
    let rest: Vec<usize> =
        (0..product.operands.len()).filter(|k| !matrices.contains(k) && !product.operands[*k].index.is_empty()).collect();
    let by_row = rest.iter().all(|k| plain(graph, product, &product.operands[*k]).is_some_and(|w| w == [a[0]]));
    (same && spans && by_row).then_some((*first, rest))
}

/// The wires of an operand that is read whole, each axis by a wire of its own.
fn plain(graph: &Graph, product: &Product, operand: &Operand) -> Option<Vec<Wire>> {
    let shape = graph.shape(operand.node);
    let mut wires = Vec::with_capacity(shape.len());
    for (axis, index) in operand.index.iter().enumerate() {
        let wire = index.as_wire()?;
        if wires.contains(&wire) || product.extent(wire) != shape[axis] {
            return None;
        }
        wires.push(wire);
    }
    Some(wires)
}
