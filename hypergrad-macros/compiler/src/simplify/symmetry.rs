//! A symmetric matrix is read in one order of its indices: `½ (K + Kᵀ) x` of a kernel matrix K is
//! `K x`. After differentiation, since derivatives bring the transposes.

use std::collections::HashMap;

use crate::analysis::Parities;
use crate::differentiate::Quantities;
use crate::ir::{Graph, Id, Number, Op, Product, Term, View};

/// Rewrites what the quantities read.
pub fn untranspose(graph: &mut Graph, quantities: &mut Quantities) {
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let mut parities = Parities::default();
    let images = graph.rewrite(&roots, &mut |graph, op, images| in_one_order(graph, &mut parities, op, images));
    for (root, image) in quantities.roots().into_iter().zip(images) {
        *root = image;
    }
}

/// The operation with its operands read in ascending order of indices, where that only changes signs.
fn in_one_order(graph: &Graph, parities: &mut Parities, op: &Op, images: &HashMap<Id, Id>) -> Option<Op> {
    let mut changed = false;
    let mut ordered = |node: Id, axes: &[usize]| {
        let (sign, axes) = ascending(graph, parities, images[&node], axes)?;
        Some((sign, View { node, axes }))
    };
    let op = match op {
        Op::Product(product) => return in_product(graph, parities, product, images).map(Op::Product),
        Op::Sum(terms) => {
            let mut terms = terms.clone();
            for term in &mut terms {
                if let Some((sign, view)) = ordered(term.view.node, &term.view.axes) {
                    *term = Term { coefficient: signed(term.coefficient, sign), view };
                    changed = true;
                }
            }
            Op::Sum(terms)
        }
        Op::Map(func, args) => {
            let mut args = args.clone();
            for arg in &mut args {
                if let Some((_, view)) = ordered(arg.node, &arg.axes).filter(|(sign, _)| *sign > 0.0) {
                    *arg = view;
                    changed = true;
                }
            }
            Op::Map(*func, args)
        }
        _ => return None,
    };
    changed.then_some(op)
}

fn in_product(graph: &Graph, parities: &mut Parities, product: &Product, images: &HashMap<Id, Id>) -> Option<Product> {
    let mut product = product.clone();
    let mut changed = false;
    for operand in &mut product.operands {
        if let Some((sign, index)) = ascending(graph, parities, images[&operand.node], &operand.index) {
            product.coefficient = signed(product.coefficient, sign);
            operand.index = index;
            changed = true;
        }
    }
    changed.then_some(product)
}

fn signed(coefficient: Number, sign: f64) -> Number {
    Number::new(sign * coefficient.get())
}

/// The indices with the first two that stand in descending order exchanged, if that only changes
/// the sign of what is read, and that sign.
fn ascending<T: Ord + Clone>(graph: &Graph, parities: &mut Parities, node: Id, index: &[T]) -> Option<(f64, Vec<T>)> {
    let shape = graph.shape(node);
    let pairs = (0..index.len()).flat_map(|a| (a + 1..index.len()).map(move |b| (a, b)));
    pairs.filter(|(a, b)| index[*a] > index[*b] && shape[*a] == shape[*b]).find_map(|(a, b)| {
        let mut swap: Vec<usize> = (0..index.len()).collect();
        swap.swap(a, b);
        let sign = parities.of(graph, node, &swap)?.sign();
        let mut index = index.to_vec();
        index.swap(a, b);
        Some((sign, index))
    })
}
