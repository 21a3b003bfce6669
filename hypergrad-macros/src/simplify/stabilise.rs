//! Stable forms: expressions that overflow or cancel are recognised when nodes are made, before and
//! after differentiation, however they are written (FORMULAS part 4).

use std::collections::BTreeMap;

use super::exponential::{argument, exponential, fused, reciprocal};
use super::logarithm::logarithm;
use crate::ir::{Func, Graph, Id, Op, Product, Reduction, Size, Term, View};

/// `func(args)` in a stable form.
pub fn map(graph: &mut Graph, func: Func, args: &[View], shape: &[Size]) -> Option<Id> {
    let node = args[0].node;
    let stable = match func {
        Func::Ln => logarithm(graph, node)?,
        // ln_1p(e^t) = softplus(t)
        Func::Ln1p => {
            let exponent = logarithm(graph, node)?;
            graph.apply(Func::Logistic(0), &[exponent])
        }
        Func::Exp => exponential(graph, node)?,
        Func::Powi(-1) => reciprocal(graph, node)?,
        // s^{-n} = (1/s)^n
        Func::Powi(n @ -4..=-2) => {
            let inverse = reciprocal(graph, node)?;
            graph.apply(Func::Powi(-n), &[inverse])
        }
        // (e^t)^p = e^{pt}
        Func::Powi(_) | Func::Powf(_) | Func::Sqrt => power(graph, func, node)?,
        _ => return None,
    };
    Some(graph.view(1.0, &View { node: stable, axes: args[0].axes.clone() }, shape.to_vec()))
}

fn power(graph: &mut Graph, func: Func, node: Id) -> Option<Id> {
    let exponent = match func {
        Func::Powi(n) => f64::from(n),
        Func::Powf(p) => p.get(),
        _ => 0.5,
    };
    let inner = argument(graph, node, Func::Exp)?;
    let shape = graph.shape(node).to_vec();
    let scaled = graph.view(exponent, &inner, shape);
    Some(graph.apply(Func::Exp, &[scaled]))
}

/// A sum in a stable form.
pub fn sum(graph: &mut Graph, terms: &BTreeMap<View, f64>, shape: &[Size]) -> Option<Id> {
    // 1 - σ(t) = σ(-t)
    if terms.len() != 2 {
        return None;
    }
    let mut constant = None;
    let mut sigmoid = None;
    for (view, coefficient) in terms {
        if graph.as_constant(view.node) == Some(1.0) {
            constant = Some(*coefficient);
        } else if let Some(t) = argument(graph, view.node, Func::Logistic(1)) {
            let t = View { node: t.node, axes: t.axes.iter().map(|a| view.axes[*a]).collect() };
            sigmoid = Some((*coefficient, t));
        }
    }
    let (one, (coefficient, t)) = (constant?, sigmoid?);
    if one + coefficient != 0.0 || t.axes.len() != shape.len() {
        return None;
    }
    let negative = graph.view(-1.0, &t, shape.to_vec());
    let complement = graph.apply(Func::Logistic(1), &[negative]);
    Some(graph.scaled(one, complement))
}

/// A product in a stable form: exponentials that cancel are one.
pub fn product(graph: &mut Graph, product: &Product, shape: &[Size]) -> Option<Id> {
    if product.operands.len() < 2 {
        return None;
    }
    let fused = fused(graph, product)?;
    Some(graph.product(fused, shape.to_vec()))
}

/// `lse(z + b) = lse(z) + b` where b lacks the reduced axes: an explicit max shift vanishes.
pub fn reduce(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Id> {
    let (shifted, rest) = split_shift(graph, kind, arg, keep)?;
    let inner = graph.reduce(kind, rest, keep);
    let shape = graph.shape(inner).to_vec();
    let mut terms = shifted;
    terms.push(graph.term(1.0, inner));
    Some(graph.sum(terms, shape))
}

/// `softmax(z + b) = softmax(z)` where b lacks the reduced axes.
pub fn weights(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Id> {
    let (_, rest) = split_shift(graph, kind, arg, keep)?;
    Some(graph.weights(kind, rest, keep))
}

/// The terms of a sum that lack the reduced axes, and the sum of the others.
fn split_shift(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<(Vec<Term>, Id)> {
    if kind != Reduction::LogSumExp {
        return None;
    }
    let Op::Sum(terms) = graph.op(arg) else { return None };
    let (shift, rest): (Vec<Term>, Vec<Term>) = terms.clone().into_iter().partition(|t| t.view.axes.iter().all(|a| *a < keep));
    if shift.is_empty() || rest.is_empty() {
        return None;
    }
    let shape = graph.shape(arg).to_vec();
    Some((shift, graph.sum(rest, shape)))
}
