//! A symmetric matrix is read in one order of its indices: `½ (K + Kᵀ) x` of a kernel matrix K is
//! `K x`. After differentiation, since derivatives bring the transposes.

use std::collections::HashMap;

use crate::analysis::parity;
use crate::differentiate::Quantities;
use crate::ir::{Graph, Id, Number, Op, Product, Term, View};

/// Rewrites what the quantities read.
pub fn untranspose(graph: &mut Graph, quantities: &mut Quantities) {
    let roots: Vec<Id> = quantities.roots().iter().map(|id| **id).collect();
    let images = graph.rewrite(&roots, &in_one_order);
    for (root, image) in quantities.roots().into_iter().zip(images) {
        *root = image;
    }
}

/// The operation with its operands read in ascending order of indices, where that only changes signs.
fn in_one_order(graph: &Graph, op: &Op, images: &HashMap<Id, Id>) -> Option<Op> {
    let view = |view: &View| {
        let (sign, axes) = ascending(graph, images[&view.node], &view.axes)?;
        Some((sign, View { node: view.node, axes }))
    };
    match op {
        Op::Product(product) => in_product(graph, product, images).map(Op::Product),
        Op::Sum(terms) if terms.iter().any(|t| view(&t.view).is_some()) => {
            let term = |t: &Term| {
                view(&t.view).map_or_else(|| t.clone(), |(sign, view)| Term { coefficient: signed(t.coefficient, sign), view })
            };
            Some(Op::Sum(terms.iter().map(term).collect()))
        }
        Op::Map(func, args) if args.iter().any(|a| view(a).is_some()) => {
            let even = |a: &View| view(a).filter(|(sign, _)| *sign > 0.0).map_or_else(|| a.clone(), |(_, view)| view);
            Some(Op::Map(*func, args.iter().map(even).collect()))
        }
        _ => None,
    }
}

fn in_product(graph: &Graph, product: &Product, images: &HashMap<Id, Id>) -> Option<Product> {
    let mut changed = product.clone();
    let mut any = false;
    for operand in &mut changed.operands {
        if let Some((sign, index)) = ascending(graph, images[&operand.node], &operand.index) {
            changed.coefficient = signed(changed.coefficient, sign);
            operand.index = index;
            any = true;
        }
    }
    any.then_some(changed)
}

fn signed(coefficient: Number, sign: f64) -> Number {
    Number::new(sign * coefficient.get())
}

/// The indices with the first two that stand in descending order exchanged, if that only changes
/// the sign of what is read, and that sign.
fn ascending<T: Ord + Clone>(graph: &Graph, node: Id, index: &[T]) -> Option<(f64, Vec<T>)> {
    let shape = graph.shape(node);
    let pairs = (0..index.len()).flat_map(|a| (a + 1..index.len()).map(move |b| (a, b)));
    pairs.filter(|(a, b)| index[*a] > index[*b] && shape[*a] == shape[*b]).find_map(|(a, b)| {
        let mut swap: Vec<usize> = (0..index.len()).collect();
        swap.swap(a, b);
        let sign = parity(graph, node, &swap)?.sign();
        let mut index = index.to_vec();
        index.swap(a, b);
        Some((sign, index))
    })
}
