//! Stable forms: expressions that overflow or cancel are recognised when nodes are made, before and
//! after differentiation, however they are written (FORMULAS part 4).

use std::collections::BTreeMap;

use crate::ir::{Func, Graph, Id, Op, Operand, Product, Reduction, Size, Term, View};

/// `func(args)` in a stable form.
pub fn map(graph: &mut Graph, func: Func, args: &[View], shape: &[Size]) -> Option<Id> {
    let node = args[0].node;
    match func {
        // ln(e^t) = t
        Func::Ln if as_func(graph, node, Func::Exp).is_some() => {
            let inner = compose(&as_func(graph, node, Func::Exp)?, &args[0]);
            Some(graph.view(1.0, &inner, shape.to_vec()))
        }
        // ln(1 + e^t) = softplus(t)
        Func::Ln => {
            if let Some(exponent) = one_plus_exp(graph, node) {
                return Some(at(graph, Func::Logistic(0), exponent, &args[0], shape));
            }
            // ln σ(t) = -softplus(-t)
            if let Some(t) = as_func(graph, node, Func::Logistic(1)) {
                let negative = negate(graph, &compose(&t, &args[0]), shape);
                let soft = graph.apply(Func::Logistic(0), &[negative]);
                return Some(graph.scaled(-1.0, soft));
            }
            log_sum_exp(graph, node).map(|lse| graph.view(1.0, &View { node: lse, ..args[0].clone() }, shape.to_vec()))
        }
        // ln_1p(e^t) = softplus(t)
        Func::Ln1p => {
            let exponent = as_func(graph, node, Func::Exp)?;
            Some(graph.map(Func::Logistic(0), vec![compose(&exponent, &args[0])], shape.to_vec()))
        }
        // 1 / (1 + e^t) = σ(-t)
        Func::Powi(-1) => {
            let exponent = one_plus_exp(graph, node)?;
            let negative = graph.scaled(-1.0, exponent);
            Some(at(graph, Func::Logistic(1), negative, &args[0], shape))
        }
        _ => None,
    }
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
        } else if let Some(t) = as_func(graph, view.node, Func::Logistic(1)) {
            sigmoid = Some((*coefficient, compose(&t, view)));
        }
    }
    let (one, (coefficient, t)) = (constant?, sigmoid?);
    if one + coefficient != 0.0 || t.axes.len() != shape.len() {
        return None;
    }
    let negative = negate(graph, &t, shape);
    let complement = graph.apply(Func::Logistic(1), &[negative]);
    Some(graph.scaled(one, complement))
}

/// A product in a stable form: `e^t σ(-t) = σ(t)`, `e^z / Σ e^z = softmax(z)`.
pub fn product(graph: &mut Graph, product: &Product, shape: &[Size]) -> Option<Id> {
    if product.operands.len() < 2 {
        return None;
    }
    for (k, numerator) in product.operands.iter().enumerate() {
        let Some(exponent) = as_func(graph, numerator.node, Func::Exp) else { continue };
        for (l, denominator) in product.operands.iter().enumerate() {
            if k == l {
                continue;
            }
            let fused = fuse_sigmoid(graph, numerator, &exponent, denominator)
                .or_else(|| fuse_softmax(graph, numerator, &exponent, denominator));
            let Some(node) = fused else { continue };
            let mut operands = product.operands.clone();
            operands[k] = Operand { node, index: numerator.index.clone() };
            operands.remove(l);
            return Some(graph.product(Product { operands, ..product.clone() }, shape.to_vec()));
        }
    }
    None
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

/// `e^t` at an index beside `σ(-t)` at the same index: the node of `σ(t)`.
fn fuse_sigmoid(graph: &mut Graph, numerator: &Operand, exponent: &View, denominator: &Operand) -> Option<Id> {
    let t = as_func(graph, denominator.node, Func::Logistic(1))?;
    if numerator.index != denominator.index {
        return None;
    }
    let shape = graph.shape(numerator.node).to_vec();
    let negative = negate(graph, &t, &shape);
    let whole = graph.view(1.0, exponent, shape);
    (negative == whole).then(|| graph.apply(Func::Logistic(1), &[whole]))
}

/// `e^z[kept, w]` beside `1/Σ_w e^z[kept, w]`: the node of `softmax(z)`, shaped like `e^z`.
fn fuse_softmax(graph: &mut Graph, numerator: &Operand, exponent: &View, denominator: &Operand) -> Option<Id> {
    let total = as_func(graph, denominator.node, Func::Powi(-1))?;
    let (summed, kept) = sum_of_exponentials(graph, total.node)?;
    if summed != numerator.node {
        return None;
    }
    // The kept axes of the total, read as the denominator reads them, are those of the numerator.
    let read: Vec<_> = total.axes.iter().map(|a| denominator.index[*a].clone()).collect();
    if kept.iter().zip(&read).any(|(axis, index)| numerator.index[*axis] != *index) {
        return None;
    }
    let shape = graph.shape(numerator.node).to_vec();
    let z = graph.view(1.0, exponent, shape.clone());
    Some(softmax(graph, z, &kept, &shape))
}

/// Softmax of z over the axes not kept, in z's own axis order.
fn softmax(graph: &mut Graph, z: Id, kept: &[usize], shape: &[Size]) -> Id {
    let (order, permuted) = kept_first(graph, z, kept, shape);
    let weights = graph.weights(Reduction::LogSumExp, permuted, kept.len());
    // Axis a of the permuted node is axis order[a] of z.
    graph.view(1.0, &View { node: weights, axes: order }, shape.to_vec())
}

/// z with the kept axes first; `order[a]` is the axis of z at position a.
fn kept_first(graph: &mut Graph, z: Id, kept: &[usize], shape: &[Size]) -> (Vec<usize>, Id) {
    let mut order = kept.to_vec();
    order.extend((0..shape.len()).filter(|a| !kept.contains(a)));
    let axes = (0..shape.len()).map(|a| order.iter().position(|o| *o == a).unwrap_or_default()).collect();
    let permuted_shape = order.iter().map(|a| shape[*a].clone()).collect();
    let permuted = graph.view(1.0, &View { node: z, axes }, permuted_shape);
    (order, permuted)
}

/// `ln Σ_w e^z` of a product that sums exponentials: the node of the log-sum-exp.
fn log_sum_exp(graph: &mut Graph, node: Id) -> Option<Id> {
    let (exponential, kept) = sum_of_exponentials(graph, node)?;
    let exponent = as_func(graph, exponential, Func::Exp)?;
    let shape = graph.shape(exponential).to_vec();
    let z = graph.view(1.0, &exponent, shape.clone());
    let (_, permuted) = kept_first(graph, z, &kept, &shape);
    Some(graph.reduce(Reduction::LogSumExp, permuted, kept.len()))
}

/// A product that is `Σ e^z` over some axes: the exponential and its kept axes in result order.
fn sum_of_exponentials(graph: &Graph, node: Id) -> Option<(Id, Vec<usize>)> {
    let Op::Product(p) = graph.op(node) else { return None };
    let [operand] = p.operands.as_slice() else { return None };
    if p.coefficient.get() != 1.0 || !p.guards.is_empty() || p.summed().is_empty() {
        return None;
    }
    as_func(graph, operand.node, Func::Exp)?;
    let wires: Option<Vec<_>> = operand.index.iter().map(crate::ir::Affine::as_wire).collect();
    let wires = wires?;
    let full =
        wires.len() == p.extents.len() && wires.iter().enumerate().all(|(a, w)| p.extent(*w) == graph.shape(operand.node)[a]);
    let kept: Option<Vec<usize>> = p.out.iter().map(|o| wires.iter().position(|w| o.as_wire() == Some(*w))).collect();
    kept.filter(|_| full).map(|kept| (operand.node, kept))
}

/// The argument of a unary function, where the node is one.
fn as_func(graph: &Graph, node: Id, func: Func) -> Option<View> {
    match graph.op(node) {
        Op::Map(f, args) if *f == func => Some(args[0].clone()),
        _ => None,
    }
}

/// `t`, where the node is `1 + e^t`, at the node's own shape.
fn one_plus_exp(graph: &mut Graph, node: Id) -> Option<Id> {
    let Op::Sum(terms) = graph.op(node) else { return None };
    let [a, b] = terms.as_slice() else { return None };
    if a.coefficient.get() != 1.0 || b.coefficient.get() != 1.0 {
        return None;
    }
    let (one, exponential) = if graph.as_constant(a.view.node) == Some(1.0) { (a, b) } else { (b, a) };
    if graph.as_constant(one.view.node) != Some(1.0) {
        return None;
    }
    let exponent = as_func(graph, exponential.view.node, Func::Exp)?;
    let view = compose(&exponent, &exponential.view);
    let shape = graph.shape(node).to_vec();
    Some(graph.view(1.0, &view, shape))
}

/// `func(node)` read through `outer`.
fn at(graph: &mut Graph, func: Func, node: Id, outer: &View, shape: &[Size]) -> Id {
    let applied = graph.apply(func, &[node]);
    graph.view(1.0, &View { node: applied, axes: outer.axes.clone() }, shape.to_vec())
}

fn negate(graph: &mut Graph, view: &View, shape: &[Size]) -> Id {
    graph.view(-1.0, view, shape.to_vec())
}

/// `inner` read through `outer`.
fn compose(inner: &View, outer: &View) -> View {
    View { node: inner.node, axes: inner.axes.iter().map(|a| outer.axes[*a]).collect() }
}
