//! Products that a kernel of the runtime computes.

use super::differences::{self, Squares};
use super::khatri_rao;
use super::reading::{lies_stored, plain};
use crate::ir::{Affine, Graph, Id, Product, Sparse, Wire};

/// An operand read as a matrix: its first `split` axes, as one, are the rows, the others the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix {
    pub position: usize,
    pub split: usize,
    pub transposed: bool,
}

/// Which kernel; operands by position in the product. An index can stand for several axes side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `out_i = Σ_k a_ik x_k`, or `a_ki` where transposed.
    MatrixVector { matrix: Matrix, vector: usize },
    /// The same of a sparse matrix, or `out_ij = Σ_k a_ik x_kj` for each column of a matrix.
    Sparse { matrix: usize, other: usize, transposed: bool },
    /// `Σ a b` over all axes of two tensors of one shape.
    Dot { left: usize, right: usize },
    /// `out_ij = Σ_k a b`: left has i, right has j.
    MatrixMatrix { left: Matrix, right: Matrix },
    /// `Σ_k a_ki a_kj`.
    Gram { matrix: Matrix },
    /// `Σ_k a_ki d_k a_kj`.
    WeightedGram { matrix: usize, weights: usize },
    /// `Σ_k a_ki b_kj · c_kl ..`, see [`khatri_rao::factors`].
    KhatriRao { left: Vec<usize>, right: Vec<usize> },
    /// Squares of differences of rows, see [`differences::squares`].
    Squares(Squares),
}

impl Pattern {
    /// The operands that the kernel reads from storage.
    pub fn stored(self) -> Vec<usize> {
        match self {
            Self::MatrixVector { matrix, vector } => vec![matrix.position, vector],
            Self::Sparse { other, .. } => vec![other],
            Self::Dot { .. } => Vec::new(),
            Self::MatrixMatrix { left, right } => vec![left.position, right.position],
            Self::Gram { matrix } => vec![matrix.position],
            Self::WeightedGram { matrix, weights } => vec![matrix, weights],
            Self::KhatriRao { left, right } => [left, right].concat(),
            Self::Squares(squares) => squares.weights(),
        }
    }

    /// What the kernel reads from storage that is no operand, but inside of one.
    pub fn inside(&self) -> Vec<Id> {
        match self {
            Self::Squares(squares) => squares.sides.map(|side| side.node).to_vec(),
            Self::MatrixVector { .. }
            | Self::Sparse { .. }
            | Self::Dot { .. }
            | Self::MatrixMatrix { .. }
            | Self::Gram { .. }
            | Self::WeightedGram { .. }
            | Self::KhatriRao { .. } => Vec::new(),
        }
    }
}

/// The pattern of a product, scalars aside.
pub fn recognise(graph: &Graph, product: &Product) -> Option<Pattern> {
    if !product.guards.is_empty() {
        return None;
    }
    let tensors: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
    let has_support = |k: &usize| !graph.supports(product.operands[*k].node).is_empty();
    if graph.has_sparse() && tensors.iter().any(has_support) {
        return sparse(graph, product, &tensors);
    }
    if let Some((left, right)) = khatri_rao::factors(graph, product) {
        return Some(Pattern::KhatriRao { left, right });
    }
    if let Some(squares) = differences::squares(graph, product) {
        return Some(Pattern::Squares(squares));
    }
    if tensors.len() == 3 {
        return weighted_gram(graph, product);
    }
    let [first, second] = tensors.as_slice() else { return None };
    let (first, second) = (*first, *second);
    if [first, second].iter().any(|k| !lies_stored(graph, product.operands[*k].node)) {
        return None;
    }
    let a = plain(graph, product, &product.operands[first])?;
    let b = plain(graph, product, &product.operands[second])?;
    let out: Option<Vec<Wire>> = product.out.iter().map(Affine::as_wire).collect();
    let out = out?;
    if out.is_empty() && a == b {
        return Some(Pattern::Dot { left: first, right: second });
    }
    contraction(product, (first, &a), (second, &b), &out).or_else(|| contraction(product, (second, &b), (first, &a), &out))
}

/// `out = left right`, the left one having the first wires of the result.
fn contraction(product: &Product, left: (usize, &[Wire]), right: (usize, &[Wire]), out: &[Wire]) -> Option<Pattern> {
    let common: Vec<Wire> = left.1.iter().copied().filter(|w| right.1.contains(w)).collect();
    if common.is_empty() || common.iter().any(|w| out.contains(w)) {
        return None;
    }
    let own = |wires: &[Wire]| wires.iter().copied().filter(|w| !common.contains(w)).collect::<Vec<_>>();
    let (rows, columns) = (own(left.1), own(right.1));
    if rows.is_empty() || out != [rows.as_slice(), &columns].concat() {
        return None;
    }
    let matrix = as_matrix(left, &rows, &common)?;
    if columns.is_empty() {
        return (right.1 == common).then_some(Pattern::MatrixVector { matrix, vector: right.0 });
    }
    let other = as_matrix(right, &common, &columns)?;
    let same = product.operands[matrix.position].node == product.operands[other.position].node;
    if same && matrix.transposed && !other.transposed && matrix.split == other.split {
        return Some(Pattern::Gram { matrix: other });
    }
    Some(Pattern::MatrixMatrix { left: matrix, right: other })
}

/// An operand with these wires as a matrix with these rows and columns.
fn as_matrix((position, wires): (usize, &[Wire]), rows: &[Wire], columns: &[Wire]) -> Option<Matrix> {
    let plain = wires == [rows, columns].concat();
    let transposed = wires == [columns, rows].concat();
    let split = if plain { rows.len() } else { columns.len() };
    (plain || transposed).then_some(Matrix { position, split, transposed })
}

/// A sparse matrix times a dense vector or matrix.
fn sparse(graph: &Graph, product: &Product, tensors: &[usize]) -> Option<Pattern> {
    let [first, second] = *tensors else { return None };
    let is_matrix = |k: usize| graph.sparse(product.operands[k].node) == Some(Sparse::Values);
    let (matrix, other) = if is_matrix(first) { (first, second) } else { (second, first) };
    if !is_matrix(matrix) || !graph.supports(product.operands[other].node).is_empty() {
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

/// Three tensors: one matrix twice, and weights of its rows.
fn weighted_gram(graph: &Graph, product: &Product) -> Option<Pattern> {
    let (pair, rest) = twice(graph, product)?;
    let [weights] = rest.as_slice() else { return None };
    (product.operands[*weights].index.len() == 1).then_some(Pattern::WeightedGram { matrix: pair, weights: *weights })
}

/// `Σ_k a_ki a_kj Πd_k`: the position of a matrix that is read at `[k, i]` and `[k, j]`, with the
/// result `[i, j]`, and the positions of the other tensors, which are read at k alone.
pub fn twice(graph: &Graph, product: &Product) -> Option<(usize, Vec<usize>)> {
    let Pair { first, row, rest } = pair(graph, product)?;
    let by_row = rest.iter().all(|k| plain(graph, product, &product.operands[*k]).is_some_and(|w| w == [row]));
    by_row.then_some((first, rest))
}

/// A matrix that a product reads twice, see [`pair`].
pub struct Pair {
    /// Its first position.
    pub first: usize,
    /// k.
    pub row: Wire,
    /// The positions of the other tensors.
    pub rest: Vec<usize>,
}

/// `Σ a_ki a_kj ..` with the result `[i, j]`, where nothing else is read at i or j.
pub fn pair(graph: &Graph, product: &Product) -> Option<Pair> {
    let [i, j] = product.out.as_slice() else { return None };
    let (i, j) = (i.as_wire()?, j.as_wire()?);
    if i == j || !product.guards.is_empty() {
        return None;
    }
    let reads = |k: &usize, wire: Wire| product.operands[*k].index.iter().any(|index| index.mentions(wire));
    let all = || 0..product.operands.len();
    let pair: Vec<usize> = all().filter(|k| reads(k, i) || reads(k, j)).collect();
    let [first, second] = pair[..] else { return None };
    let (a, b) = (plain(graph, product, &product.operands[first])?, plain(graph, product, &product.operands[second])?);
    let ([row, left], [other, right]) = (&a[..], &b[..]) else { return None };
    let same = product.operands[first].node == product.operands[second].node && row == other;
    let spans = [*left, *right] == [i, j] || [*left, *right] == [j, i];
    let rest = all().filter(|k| !pair.contains(k) && !product.operands[*k].index.is_empty()).collect();
    (same && spans).then_some(Pair { first, row: *row, rest })
}
