//! Stable forms: expressions that overflow or cancel are recognised when nodes are made, before and
//! after differentiation, however they are written (docs/formulas.md, part 4).

mod alike;
mod exponential;
mod logarithm;
mod root;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::ir::{Func, Graph, Id, Number, Op, Product, Reduction, Size, Term, View};
use exponential::{argument, exponential, fused, reciprocal};
use logarithm::{logarithm, parts};
use root::less_summand;

/// `func(args)` in a stable form.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
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

impl Graph {
    /// Whether the logarithm of a node is a sum of exponents: it is positive by its form. A determinant may be of a
    /// matrix that is singular where nobody asks.
    pub fn has_logarithm_by_form(&mut self, node: Id) -> bool {
        !matches!(self.op(node), Op::Determinant { .. }) && logarithm(self, node).is_some()
    }

    /// Whether `1/node` has a stable form that is bounded, whatever the exponents are: the node is a positive constant and
    /// exponentials, or a power or product of such.
    pub fn has_bounded_reciprocal(&mut self, node: Id) -> bool {
        match self.op(node).clone() {
            Op::Sum(terms) => {
                let shape = self.shape(node).to_vec();
                parts(self, &terms, &shape).is_some_and(|parts| parts.constant.is_some())
            }
            Op::Map(Func::Sqrt, args) => self.has_bounded_reciprocal(args[0].node),
            Op::Map(Func::Powi(n), args) => n > 0 && self.has_bounded_reciprocal(args[0].node),
            Op::Product(product) => {
                let is_entrywise = product.guards.is_empty() && product.summed().is_empty() && !product.operands.is_empty();
                is_entrywise
                    && product.coefficient.get() > 0.0
                    && product.operands.iter().all(|operand| self.has_bounded_reciprocal(operand.node))
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
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
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
    softplus_less_argument(graph, terms, shape)
        .or_else(|| softplus_by_modulus(graph, terms, shape))
        .or_else(|| complement_of_sigmoid(graph, terms, shape))
        .or_else(|| less_summand(graph, terms, shape))
        .or_else(|| complement_of_erf(graph, terms, shape))
}

/// A view of what `outer` reads, as seen from where `outer` stands.
fn through(outer: &View, inner: &View) -> View {
    View { node: inner.node, axes: inner.axes.iter().map(|a| outer.axes[*a]).collect() }
}

/// `max(t, 0) + softplus(-|t|) = softplus(t)`, as one writes it in floats: the kinks cancel.
fn softplus_by_modulus(graph: &mut Graph, terms: &BTreeMap<View, f64>, shape: &[Size]) -> Option<Id> {
    for (view, coefficient) in terms {
        let Some(minus) = argument(graph, view.node, Func::Logistic(0)) else { continue };
        let Some((-1.0, modulus)) = graph.as_view(minus.node) else { continue };
        let Some(t) = argument(graph, modulus.node, Func::Abs) else { continue };
        let own = through(&minus, &through(&modulus, &t));
        let Some((positive, sign)) = positive_part(graph, terms, *coefficient, &through(view, &own)) else { continue };
        let positive = positive.clone();
        let argument = graph.view(sign, &own, graph.shape(view.node).to_vec());
        let softplus = graph.apply(Func::Logistic(0), &[argument]);
        return Some(replaced(graph, terms, &[view, &positive], (*coefficient, softplus, &view.axes), shape));
    }
    None
}

/// The term `coefficient · max(±t, 0)`, and the sign.
fn positive_part<'t>(graph: &Graph, terms: &'t BTreeMap<View, f64>, coefficient: f64, t: &View) -> Option<(&'t View, f64)> {
    terms.iter().filter(|(_, c)| **c == coefficient).find_map(|(part, _)| {
        let Op::Map(Func::Max, args) = graph.op(part.node) else { return None };
        let zero = args.iter().position(|arg| graph.as_uniform(arg.node) == Some(0.0))?;
        let other = through(part, &args[1 - zero]);
        let minus = graph.as_view(other.node).filter(|(c, _)| *c == -1.0).map(|(_, inner)| through(&other, &inner));
        let sign = if other == *t { Some(1.0) } else { minus.filter(|m| m == t).map(|_| -1.0) };
        Some((part, sign?))
    })
}

/// The sum with some terms replaced by one.
fn replaced(
    graph: &mut Graph,
    terms: &BTreeMap<View, f64>,
    gone: &[&View],
    (coefficient, node, axes): (f64, Id, &[usize]),
    shape: &[Size],
) -> Id {
    let kept = terms.iter().filter(|(part, _)| !gone.contains(part));
    let mut rest: Vec<Term> = kept.map(|(part, c)| Term { coefficient: Number::new(*c), view: part.clone() }).collect();
    rest.push(Term { coefficient: Number::new(coefficient), view: View { node, axes: axes.to_vec() } });
    graph.sum(rest, shape.to_vec())
}

/// `softplus(t) - t = softplus(-t)`: what cancels for large t is gone.
fn softplus_less_argument(graph: &mut Graph, terms: &BTreeMap<View, f64>, shape: &[Size]) -> Option<Id> {
    for (view, coefficient) in terms {
        let Some(t) = argument(graph, view.node, Func::Logistic(0)) else { continue };
        let mut subtracted = BTreeMap::new();
        graph.merge(&mut subtracted, -coefficient, through(view, &t));
        let stands = |(part, amount): (&View, &f64)| terms.get(part) == Some(amount);
        if subtracted.is_empty() || !subtracted.iter().all(stands) {
            continue;
        }
        let own = graph.shape(view.node).to_vec();
        let negative = graph.view(-1.0, &t, own);
        let softplus = graph.apply(Func::Logistic(0), &[negative]);
        let gone: Vec<&View> = subtracted.keys().chain([view]).collect();
        return Some(replaced(graph, terms, &gone, (*coefficient, softplus, &view.axes), shape));
    }
    None
}

/// `1 - σ(t) = σ(-t)`
fn complement_of_sigmoid(graph: &mut Graph, terms: &BTreeMap<View, f64>, shape: &[Size]) -> Option<Id> {
    let (one, coefficient, t) = constant_and(graph, terms, Func::Logistic(1))?;
    if one + coefficient != 0.0 || t.axes.len() != shape.len() {
        return None;
    }
    let negative = graph.view(-1.0, &t, shape.to_vec());
    let complement = graph.apply(Func::Logistic(1), &[negative]);
    Some(graph.scaled(one, complement))
}

/// `1 - erf(t) = erfc(t)`, `1 + erf(t) = erfc(-t)`
fn complement_of_erf(graph: &mut Graph, terms: &BTreeMap<View, f64>, shape: &[Size]) -> Option<Id> {
    let (one, coefficient, t) = constant_and(graph, terms, Func::Erf)?;
    if one.abs() != coefficient.abs() || t.axes.len() != shape.len() {
        return None;
    }
    let argument = graph.view(-one.signum() * coefficient.signum(), &t, shape.to_vec());
    let complement = graph.apply(Func::Erfc, &[argument]);
    Some(graph.scaled(one, complement))
}

/// A constant, and a multiple of this function of t: `a + b·func(t)`.
fn constant_and(graph: &mut Graph, terms: &BTreeMap<View, f64>, func: Func) -> Option<(f64, f64, View)> {
    if terms.len() != 2 {
        return None;
    }
    let (mut constant, mut multiple) = (None, None);
    for (view, coefficient) in terms {
        if graph.as_constant(view.node) == Some(1.0) {
            constant = Some(*coefficient);
        } else if let Some(t) = argument(graph, view.node, func) {
            multiple = Some((*coefficient, through(view, &t)));
        }
    }
    let (coefficient, t) = multiple?;
    Some((constant?, coefficient, t))
}

/// A product in a stable form: exponentials that cancel are one.
pub fn product(graph: &mut Graph, product: &Product, shape: &[Size]) -> Option<Id> {
    if product.operands.len() < 2 {
        return None;
    }
    let fused = fused(graph, product)?;
    Some(graph.product(fused, shape.to_vec()))
}

/// `lse(z + b) = lse(z) + b` where b lacks the reduced axes: an explicit max shift vanishes. Not where b subtracts a
/// log-sum-exp and there may be no entries: `ln Σ softmax(z)` is 0, of no entries it is `-∞`, not `-∞ + ∞`.
pub fn reduce(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Id> {
    if let Some(alike) = alike::reduce(graph, kind, arg, keep) {
        return Some(alike);
    }
    let (shifted, rest) = split_shift(graph, kind, arg, keep)?;
    let is_added = |term: &Term| {
        let is_reduced = matches!(graph.op(term.view.node), Op::Reduce { .. });
        is_reduced && term.coefficient.get() > 0.0
    };
    let may_be_infinite = |term: &Term| !is_added(term) && graph.reads_logarithm_of_none(term.view.node);
    if graph.may_be_of_none(rest, keep) && shifted.iter().any(may_be_infinite) {
        return None;
    }
    let inner = graph.reduce(kind, rest, keep);
    let shape = graph.shape(inner).to_vec();
    let mut terms = shifted;
    terms.push(graph.term(1.0, inner));
    Some(graph.sum(terms, shape))
}

/// `softmax(z + b) = softmax(z)` where b lacks the reduced axes.
pub fn weights(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Id> {
    if let Some(alike) = alike::weights(graph, kind, arg, keep) {
        return Some(alike);
    }
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
