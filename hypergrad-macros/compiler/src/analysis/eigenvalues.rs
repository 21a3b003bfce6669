//! Bounds of the eigenvalues of a symmetric `F_1` that hold at every x, as numbers of the data and y.
//!
//! `F_1` is a diagonal and a sum of `Jᵀ diag(h) J` with J free of x. The ends of the entries of h over all x bound such a
//! term by matrices that are free of x: between `-|Jᵀ diag(h⁻) J|` and `|Jᵀ diag(h⁺) J|`, h⁻ and h⁺ the parts of either
//! sign. The norm of such a matrix is at most its trace, and at most the product of the largest
//! sums of magnitudes along the rows of J and along the columns of `diag(h) J`.

use super::composition::{self, Piece};
use super::conditions::Assumed;
use super::facts::Facts;
use super::gram;
use super::interval::{Interval, Intervals};
use super::sign::signs;
use crate::differentiate::{EigenvalueBounds, Quantities};
use crate::ir::{Affine, Func, Graph, Id, Number, Op, Operand, Product, Reduction, Term, View, Wire};

/// What is proved.
pub fn bounds(graph: &mut Graph, q: &Quantities, facts: &Facts) -> EigenvalueBounds {
    if !facts.f1_symmetric.holds || !facts.smooth.holds {
        return EigenvalueBounds::default();
    }
    let Some(parts) = parts(graph, q, facts) else { return EigenvalueBounds::default() };
    EigenvalueBounds { least: least(graph, q, &parts), most: most(graph, q, &parts) }
}

/// A summand of `F_1`.
enum Part {
    /// A diagonal in one block of x, and what its entries lie between.
    Diagonal { block: usize, entries: Interval },
    /// `Jᵀ diag(h) J`.
    Gram { weights: Interval, vectors: Vec<Id> },
}

/// `F_1` as a sum of them.
fn parts(graph: &mut Graph, q: &Quantities, facts: &Facts) -> Option<Vec<Part>> {
    if facts.f1_diagonal.holds {
        return Some(diagonals(graph, q.f_1_diagonal.iter().copied().enumerate().collect()));
    }
    if let Some(pieces) = composition::pieces(graph, q) {
        let ends = composition::intervals(graph, &pieces);
        return pieces.iter().zip(ends).map(|(piece, ends)| part(graph, q, piece, ends)).collect();
    }
    let (diagonal, pieces) = gram::terms(graph, q, &Assumed::new())?.pieces(graph, q.x[0]);
    let mut parts = diagonals(graph, vec![(0, diagonal)]);
    let ends = composition::intervals(graph, &pieces);
    for (piece, ends) in pieces.iter().zip(ends) {
        parts.push(part(graph, q, piece, ends)?);
    }
    Some(parts)
}

fn diagonals(graph: &mut Graph, nodes: Vec<(usize, Id)>) -> Vec<Part> {
    let mut intervals = Intervals::new(graph);
    nodes.into_iter().map(|(block, node)| Part::Diagonal { block, entries: intervals.of(graph, node) }).collect()
}

/// A piece, where x does not occur in its J.
fn part(graph: &mut Graph, q: &Quantities, piece: &Piece, weights: Interval) -> Option<Part> {
    let intervals = Intervals::new(graph);
    if !piece.jacobian().iter().all(|node| intervals.is_free_of_x(*node)) {
        return None;
    }
    if !piece.is_coupled(graph, q) {
        let mut end = |weights: Option<Id>| piece.with(weights?).diagonal(graph, q);
        let (low, high) = (end(weights.low), end(weights.high));
        let block = low.or(high)?.0;
        let entries = Interval { low: low.map(|(_, node)| node), high: high.map(|(_, node)| node) };
        return Some(Part::Diagonal { block, entries });
    }
    Some(Part::Gram { weights, vectors: piece.jacobian().to_vec() })
}

/// The least entry of the diagonal, less what the other parts may take away.
fn least(graph: &mut Graph, q: &Quantities, parts: &[Part]) -> Option<Id> {
    let diagonal = of_diagonals(graph, q, parts, Reduction::Min, |entries| entries.low)?;
    let mut terms = vec![graph.term(1.0, diagonal)];
    for part in parts {
        let Part::Gram { weights, vectors } = part else { continue };
        let opposite = graph.scaled(-1.0, weights.low?);
        if let Some(weights) = positive_part(graph, opposite) {
            let norm = norm(graph, weights, vectors);
            terms.push(graph.term(-1.0, norm));
        }
    }
    Some(graph.sum(terms, Vec::new()))
}

/// The largest entry of the diagonal, and the norms of the other parts.
fn most(graph: &mut Graph, q: &Quantities, parts: &[Part]) -> Option<Id> {
    let diagonal = of_diagonals(graph, q, parts, Reduction::Max, |entries| entries.high)?;
    let mut terms = vec![graph.term(1.0, diagonal)];
    for part in parts {
        let Part::Gram { weights, vectors } = part else { continue };
        if let Some(weights) = positive_part(graph, weights.high?) {
            let norm = norm(graph, weights, vectors);
            terms.push(graph.term(1.0, norm));
        }
    }
    Some(graph.sum(terms, Vec::new()))
}

/// The extreme entry of the sum of the diagonals, over all blocks of x.
fn of_diagonals(
    graph: &mut Graph,
    q: &Quantities,
    parts: &[Part],
    extreme: Reduction,
    end: fn(&Interval) -> Option<Id>,
) -> Option<Id> {
    let mut found = None;
    for (k, x) in q.x.iter().enumerate() {
        let mut terms = Vec::new();
        for part in parts {
            match part {
                Part::Diagonal { block, entries } if *block == k => terms.push(end(entries)?),
                Part::Diagonal { .. } | Part::Gram { .. } => {}
            }
        }
        let shape = graph.shape(*x).to_vec();
        let total = graph.add_all(&terms, shape);
        let own = extreme_entry(graph, extreme, total);
        let func = if extreme == Reduction::Max { Func::Max } else { Func::Min };
        found = Some(found.map_or(own, |found| graph.apply(func, &[found, own])));
    }
    found
}

/// The extreme entry of a node: its one value where it is a number spread.
fn extreme_entry(graph: &mut Graph, extreme: Reduction, node: Id) -> Id {
    if let Some(value) = graph.as_uniform(node) {
        return graph.constant(value);
    }
    match graph.as_view(node) {
        Some((factor, view)) if view.axes.is_empty() => graph.scaled(factor, view.node),
        _ => graph.reduce(extreme, node, 0),
    }
}

/// `max(node, 0)`; `None` where that is 0.
fn positive_part(graph: &mut Graph, node: Id) -> Option<Id> {
    let sign = signs(graph, &Assumed::new())[node.0 as usize];
    if sign.is_nonpositive() {
        return None;
    }
    let zero = graph.constant(0.0);
    let shape = graph.shape(node).to_vec();
    let args = vec![graph.whole(node), View { node: zero, axes: Vec::new() }];
    Some(if sign.is_nonnegative() { node } else { graph.map(Func::Max, args, shape) })
}

/// At least the norm of `Jᵀ diag(h) J`, `h >= 0`.
fn norm(graph: &mut Graph, weights: Id, vectors: &[Id]) -> Id {
    let terms: Vec<Vec<Id>> = vectors.iter().map(|node| summands(graph, *node)).collect();
    // The squares of sums of deltas, and the magnitudes of sparse fields, would be dense.
    if terms.iter().any(|terms| terms.len() > 1) {
        return rows_and_columns(graph, weights, &terms);
    }
    let trace = trace(graph, weights, vectors);
    if graph.has_sparse() {
        return trace;
    }
    let product = rows_and_columns(graph, weights, &terms);
    graph.apply(Func::Min, &[trace, product])
}

/// The terms of a sum that has deltas among them, else the node.
fn summands(graph: &mut Graph, node: Id) -> Vec<Id> {
    let Op::Sum(terms) = graph.op(node).clone() else { return vec![node] };
    let is_delta = |term: &Term| matches!(graph.op(term.view.node), Op::Product(product) if product.operands.is_empty());
    if !terms.iter().any(is_delta) {
        return vec![node];
    }
    let shape = graph.shape(node).to_vec();
    terms.iter().map(|term| graph.view(term.coefficient.get(), &term.view, shape.clone())).collect()
}

/// `Σ h J²`.
fn trace(graph: &mut Graph, weights: Id, vectors: &[Id]) -> Id {
    let terms: Vec<Id> = vectors.iter().map(|node| weighted(graph, (*node, &[*node, weights]), Keep::Nothing)).collect();
    graph.add_all(&terms, Vec::new())
}

/// `max_t Σ_i |J_ti| · max_i Σ_t h_t |J_ti|`, J a sum of terms for each block of x.
fn rows_and_columns(graph: &mut Graph, weights: Id, vectors: &[Vec<Id>]) -> Id {
    let own = graph.shape(weights).to_vec();
    let sizes: Vec<Vec<Id>> = vectors.iter().map(|terms| terms.iter().map(|node| magnitude(graph, *node)).collect()).collect();
    let rows: Vec<Id> = sizes.iter().flatten().map(|size| weighted(graph, (*size, &[]), Keep::Last(own.len()))).collect();
    let rows = graph.add_all(&rows, own.clone());
    let row = extreme_entry(graph, Reduction::Max, rows);
    let mut largest = None;
    for terms in sizes {
        let kept = graph.order(terms[0]) - own.len();
        let shape = graph.shape(terms[0])[..kept].to_vec();
        let columns: Vec<Id> = terms.iter().map(|size| weighted(graph, (*size, &[weights]), Keep::First(kept))).collect();
        let columns = graph.add_all(&columns, shape);
        let column = extreme_entry(graph, Reduction::Max, columns);
        largest = Some(largest.map_or(column, |largest| graph.apply(Func::Max, &[largest, column])));
    }
    let factors: Vec<View> = std::iter::once(row).chain(largest).map(|node| graph.whole(node)).collect();
    graph.times(1.0, &factors, Vec::new())
}

/// The magnitudes of a matrix, factor by factor where each entry is one product.
fn magnitude(graph: &mut Graph, node: Id) -> Id {
    if let Op::Product(mut product) = graph.op(node).clone()
        && product.summed().is_empty()
    {
        product.coefficient = Number::new(product.coefficient.get().abs());
        for operand in &mut product.operands {
            operand.node = graph.apply(Func::Abs, &[operand.node]);
        }
        let shape = graph.shape(node).to_vec();
        graph.product(product, shape)
    } else {
        graph.apply(Func::Abs, &[node])
    }
}

/// The axes of a matrix that a sum leaves.
enum Keep {
    Nothing,
    First(usize),
    Last(usize),
}

/// `Σ matrix · factors`, each factor with the last axes of the matrix.
fn weighted(graph: &mut Graph, (matrix, factors): (Id, &[Id]), keep: Keep) -> Id {
    let shape = graph.shape(matrix).to_vec();
    let wires: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let operand = |node: Id, order: usize| Operand { node, index: wires[wires.len() - order..].to_vec() };
    let operands = std::iter::once(matrix).chain(factors.iter().copied()).map(|node| operand(node, graph.order(node))).collect();
    let kept = match keep {
        Keep::Nothing => 0..0,
        Keep::First(axes) => 0..axes,
        Keep::Last(axes) => shape.len() - axes..shape.len(),
    };
    let out = wires[kept.clone()].to_vec();
    let product = Product { coefficient: Number::new(1.0), extents: shape.clone(), operands, guards: Vec::new(), out };
    graph.product_inlining(product, shape[kept].to_vec(), &|operand| operand == matrix)
}
