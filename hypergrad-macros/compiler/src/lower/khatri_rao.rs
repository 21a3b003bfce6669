//! Gram matrices of features that are products of features: `Σ_k a_ki p_kj a_kl p_km`, as the Hessian
//! of a softmax regression has them. One kernel computes them, where the factors of a product can be
//! sorted by row and column and a product of sums is taken apart.

use super::cost::MOST_TERMS;
use super::reading::plain;
use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Size, Term, Wire};

/// The factors of `Σ_k a_ki b_kj · c_kl ..` with three indices or more in the result, by position:
/// those of its first half with weights `w_k`, those of the second, each in the order of the result.
pub fn factors(graph: &Graph, product: &Product) -> Option<(Vec<usize>, Vec<usize>)> {
    let out: Vec<Wire> = product.out.iter().map(Affine::as_wire).collect::<Option<_>>()?;
    let [row] = product.summed()[..] else { return None };
    if out.len() < 3 || !may_be_one(graph, product) {
        return None;
    }
    let mut weights = Vec::new();
    let mut factors = vec![None; out.len()];
    for (position, operand) in product.operands.iter().enumerate().filter(|(_, o)| !o.index.is_empty()) {
        match plain(graph, product, operand)?[..] {
            [k] if k == row => weights.push(position),
            [k, own] if k == row => {
                let slot = &mut factors[out.iter().position(|w| *w == own)?];
                slot.is_none().then_some(())?;
                *slot = Some(position);
            }
            _ => return None,
        }
    }
    let factors: Vec<usize> = factors.into_iter().collect::<Option<_>>()?;
    let (left, right) = factors.split_at(out.len().div_ceil(2));
    Some(([left, &weights].concat(), right.to_vec()))
}

/// What the parts have in common with the whole; small constant sizes are left to loops.
fn may_be_one(graph: &Graph, product: &Product) -> bool {
    let dynamic = product.extents.iter().any(|e| e.as_constant().is_none());
    product.out.len() >= 3 && product.summed().len() == 1 && product.guards.is_empty() && dynamic && !graph.has_sparse()
}

/// A product as a sum of such contractions, if all of its terms are some: sums among its operands are
/// distributed, and a result that repeats an index is embedded after the contraction.
pub fn distributed(graph: &mut Graph, product: &Product, shape: &[Size]) -> Option<Id> {
    if !may_be_one(graph, product) || factors(graph, product).is_some() {
        return None;
    }
    let mut open = vec![product.clone()];
    let mut parts = Vec::new();
    while let Some(product) = open.pop() {
        match terms(graph, &product) {
            Some((position, terms)) if open.len() + parts.len() + terms.len() <= MOST_TERMS => {
                for term in terms {
                    open.push(with_term(graph, &product, position, &term, shape)?);
                }
            }
            _ => parts.push(embedded(graph, &product, shape)?),
        }
    }
    Some(graph.add_all(&parts, shape.to_vec()))
}

/// The first operand that is a sum of tensors of more than two axes.
fn terms(graph: &Graph, product: &Product) -> Option<(usize, Vec<Term>)> {
    let of_sum = |operand: &Operand| {
        if let Op::Sum(terms) = graph.op(operand.node)
            && graph.order(operand.node) > 2
        {
            Some(terms.clone())
        } else {
            None
        }
    };
    product.operands.iter().enumerate().find_map(|(position, operand)| Some((position, of_sum(operand)?)))
}

/// The product with one term in place of the sum, its own factors among the others.
fn with_term(graph: &mut Graph, product: &Product, position: usize, term: &Term, shape: &[Size]) -> Option<Product> {
    let index = &product.operands[position].index;
    let mut operands = product.operands.clone();
    operands[position] = Operand { node: term.view.node, index: term.view.axes.iter().map(|a| index[*a].clone()).collect() };
    let coefficient = Number::new(product.coefficient.get() * term.coefficient.get());
    let replaced = Product { coefficient, operands, ..product.clone() };
    let inner = term.view.node;
    let node = graph.product_inlining(replaced, shape.to_vec(), &|n| n == inner);
    if let Op::Product(product) = graph.op(node) { Some(product.clone()) } else { None }
}

/// The contraction over distinct indices, embedded where the result repeats them.
fn embedded(graph: &mut Graph, product: &Product, shape: &[Size]) -> Option<Id> {
    let mut out: Vec<Affine> = Vec::new();
    for index in &product.out {
        index.as_wire()?;
        if !out.contains(index) {
            out.push(index.clone());
        }
    }
    let inner = Product { out: out.clone(), ..product.clone() };
    factors(graph, &inner)?;
    let inner_shape: Vec<Size> = out.iter().filter_map(Affine::as_wire).map(|w| product.extent(w)).collect();
    if out == product.out {
        return Some(graph.product(inner, shape.to_vec()));
    }
    let node = graph.product(inner, inner_shape.clone());
    let wires: Vec<Affine> = (0..out.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let image = |index: &Affine| out.iter().position(|o| o == index).map(|k| wires[k].clone());
    let embedding = Product {
        coefficient: Number::new(1.0),
        extents: inner_shape,
        operands: vec![Operand { node, index: wires.clone() }],
        guards: Vec::new(),
        out: product.out.iter().map(image).collect::<Option<_>>()?,
    };
    Some(graph.product(embedding, shape.to_vec()))
}
