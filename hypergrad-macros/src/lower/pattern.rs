//! Products that a kernel of the runtime computes.

use crate::ir::{Affine, Graph, Op, Operand, Product, Wire};

/// Which kernel; operands by position in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// `out_i = Σ_k a_ik x_k`, or `a_ki` where transposed.
    MatrixVector { matrix: usize, vector: usize, transposed: bool },
    /// `Σ a b` over all axes of two tensors of one shape.
    Dot { left: usize, right: usize },
    /// `out_ij = Σ_k a b`: left has i, right has j.
    MatrixMatrix { left: usize, left_transposed: bool, right: usize, right_transposed: bool },
    /// `Σ_k a_ki a_kj`.
    Gram { matrix: usize },
    /// `Σ_k a_ki d_k a_kj`; `scaled` is the operand `d_k a_k·`, not stored.
    WeightedGram { matrix: usize, scaled: usize },
}

impl Pattern {
    /// The operands that the kernel reads from storage.
    pub fn stored(self) -> Vec<usize> {
        match self {
            Self::MatrixVector { matrix, vector, .. } => vec![matrix, vector],
            Self::Dot { .. } => Vec::new(),
            Self::MatrixMatrix { left, right, .. } => vec![left, right],
            Self::Gram { matrix } | Self::WeightedGram { matrix, .. } => vec![matrix],
        }
    }
}

/// The pattern of a product, scalars aside.
pub fn recognise(graph: &Graph, product: &Product) -> Option<Pattern> {
    if !product.guards.is_empty() {
        return None;
    }
    let tensors: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
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
        ([_, _], [_, _], [i, j]) if i != j => matrix_matrix(graph, product, (first, &a), (second, &b), (*i, *j)),
        _ => None,
    }
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
    graph: &Graph,
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
        for (matrix, scaled) in [(left, right), (right, left)] {
            if weights(graph, product, matrix, scaled).is_some() {
                return Some(Pattern::WeightedGram { matrix, scaled });
            }
        }
    }
    Some(Pattern::MatrixMatrix { left, left_transposed, right, right_transposed })
}

/// The factors of `scaled` besides the matrix, where it is the matrix with scaled rows.
pub fn weights(graph: &Graph, product: &Product, matrix: usize, scaled: usize) -> Option<(f64, Vec<Operand>)> {
    let Op::Product(inner) = graph.op(product.operands[scaled].node) else { return None };
    if !inner.guards.is_empty() || inner.extents.len() != 2 {
        return None;
    }
    let rows = inner.out.first()?.as_wire()?;
    let columns = inner.out.get(1)?.as_wire()?;
    let whole = [Affine::wire(rows), Affine::wire(columns)];
    let node = product.operands[matrix].node;
    let position = inner.operands.iter().position(|o| o.node == node && o.index == whole)?;
    let rest: Vec<Operand> = inner.operands.iter().enumerate().filter(|(k, _)| *k != position).map(|(_, o)| o.clone()).collect();
    let by_row = rest.iter().all(|o| o.index.iter().all(|i| !i.mentions(columns)));
    (by_row && !rest.is_empty()).then(|| (inner.coefficient.get(), rest))
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
