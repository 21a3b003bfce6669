//! `c u^p - c a u^(p-1) = c (u - a) u^(p-1)` for a sum `u = a + ..`: the second derivative of `s = √(t² + ε²)` is
//! `ε²/s³`, not `1/s - t²/s³`, of which nothing is left for second t.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::flatten::flatten_where;
use crate::ir::{Affine, Func, Graph, Id, Number, Op, Size, Term, View, Wire};

/// A product of entries at the same index: a coefficient, and what is read at which axes of the result.
#[derive(Clone)]
struct Factors {
    coefficient: f64,
    views: Vec<View>,
}

/// More terms are not looked at.
const MOST_TERMS: usize = 16;

/// A sum with a pair of such terms made one, if there is one.
pub fn less_summand(graph: &mut Graph, terms: &BTreeMap<View, f64>, shape: &[Size]) -> Option<Id> {
    if terms.len() > MOST_TERMS || !terms.keys().any(|view| may_have_power(graph, view.node)) {
        return None;
    }
    let factors: Vec<(&View, Factors)> =
        terms.iter().filter_map(|(view, coefficient)| Some((view, factors(graph, view, *coefficient)?))).collect();
    for (first_view, first) in &factors {
        for (second_view, second) in &factors {
            if first_view == second_view {
                continue;
            }
            let Some(replacement) = combined(graph, first, second) else { continue };
            let kept = terms.iter().filter(|(view, _)| view != first_view && view != second_view);
            let mut sum: Vec<Term> = kept.map(|(view, c)| Term { coefficient: Number::new(*c), view: view.clone() }).collect();
            for part in replacement {
                let node = graph.times(part.coefficient, &part.views, shape.to_vec());
                sum.push(graph.term(1.0, node));
            }
            return Some(graph.sum(sum, shape.to_vec()));
        }
    }
    None
}

/// A quick look: whether a power of a sum is near.
fn may_have_power(graph: &Graph, node: Id) -> bool {
    let is_power = |id: Id| power(graph, &graph.whole(id)).is_some();
    let below = |id: Id| graph.op(id).operands();
    is_power(node)
        || matches!(graph.op(node), Op::Product(_))
            && below(node)
                .into_iter()
                .any(|id| is_power(id) || matches!(graph.op(id), Op::Product(_)) && below(id).into_iter().any(is_power))
}

/// A term as a product of entries, where it is one.
fn factors(graph: &Graph, view: &View, coefficient: f64) -> Option<Factors> {
    let Op::Product(product) = graph.op(view.node) else {
        return Some(Factors { coefficient, views: vec![view.clone()] });
    };
    let product = flatten_where(graph, product, &|inner| inner.summed().is_empty())?;
    let natural = product.out.iter().enumerate().all(|(axis, index)| *index == Affine::wire(Wire(axis as u32)));
    if !natural || product.extents.len() != product.out.len() || !product.guards.is_empty() {
        return None;
    }
    let views = product.operands.iter().map(|operand| {
        let axes = operand.index.iter().map(|index| index.as_wire().map(|wire| view.axes[wire.0 as usize]));
        Some(View { node: operand.node, axes: axes.collect::<Option<_>>()? })
    });
    Some(Factors { coefficient: coefficient * product.coefficient.get(), views: views.collect::<Option<_>>()? })
}

/// The sum that a factor is a power of, and the exponent.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
fn power(graph: &Graph, view: &View) -> Option<(View, f64)> {
    let Op::Map(func, args) = graph.op(view.node) else { return None };
    let inner = View { node: args[0].node, axes: args[0].axes.iter().map(|axis| view.axes[*axis]).collect() };
    match func {
        Func::Powf(p) | Func::NormPow(p) => is_sum(graph, inner.node).then(|| (inner, p.get())),
        Func::Sqrt => is_sum(graph, inner.node).then_some((inner, 0.5)),
        Func::Hypot => Some((view.clone(), 0.5)),
        Func::Powi(n) if is_sum(graph, inner.node) => Some((inner, f64::from(*n))),
        Func::Powi(n) => power(graph, &inner).filter(|(_, p)| *p == 0.5).map(|(base, p)| (base, p * f64::from(*n))),
        _ => None,
    }
}

fn is_sum(graph: &Graph, node: Id) -> bool {
    matches!(graph.op(node), Op::Sum(terms) if terms.len() > 1)
}

/// `first = R u^p`, `second = -R a u^(p-1)`: the terms of `R (u - a) u^(p-1)`.
fn combined(graph: &Graph, first: &Factors, second: &Factors) -> Option<Vec<Factors>> {
    for base in bases(graph, first) {
        let (upper, lower) = (split(graph, first, &base), split(graph, second, &base));
        if upper.exponent - lower.exponent != 1.0 {
            continue;
        }
        let Some(summand) = subtracted(&lower.rest, &upper.rest) else { continue };
        let parts = summands(graph, &base)?;
        let matches = |part: &Factors| {
            let expected = -first.coefficient * part.coefficient;
            sorted(&part.views) == summand && (second.coefficient - expected).abs() <= 4.0 * f64::EPSILON * expected.abs()
        };
        let Some(position) = parts.iter().position(matches) else { continue };
        let of_part = |part: &Factors| Factors {
            coefficient: first.coefficient * part.coefficient,
            views: [&upper.rest[..], &part.views, &lower.powers].concat(),
        };
        return Some(parts.iter().enumerate().filter(|(k, _)| *k != position).map(|(_, part)| of_part(part)).collect());
    }
    None
}

/// The sums of which some factor is a power.
fn bases(graph: &Graph, of: &Factors) -> BTreeSet<View> {
    of.views.iter().filter_map(|view| Some(power(graph, view)?.0)).collect()
}

/// Factors that are powers of one sum, their exponents added, and the others.
struct Split {
    exponent: f64,
    powers: Vec<View>,
    rest: Vec<View>,
}

fn split(graph: &Graph, of: &Factors, base: &View) -> Split {
    let mut split = Split { exponent: 0.0, powers: Vec::new(), rest: Vec::new() };
    for view in &of.views {
        match power(graph, view) {
            Some((own, exponent)) if own == *base => {
                split.exponent += exponent;
                split.powers.push(view.clone());
            }
            _ => split.rest.push(view.clone()),
        }
    }
    split
}

/// The terms of the sum, at its index.
fn summands(graph: &Graph, base: &View) -> Option<Vec<Factors>> {
    let at = |view: &View| View { node: view.node, axes: view.axes.iter().map(|axis| base.axes[*axis]).collect() };
    match graph.op(base.node) {
        Op::Sum(terms) => terms.iter().map(|term| factors(graph, &at(&term.view), term.coefficient.get())).collect(),
        Op::Map(Func::Hypot, args) => args.iter().map(|arg| squared(graph, &at(arg))).collect(),
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
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
        | Op::Slot(_) => None,
    }
}

fn squared(graph: &Graph, view: &View) -> Option<Factors> {
    let once = factors(graph, view, 1.0)?;
    Some(match graph.as_uniform(view.node) {
        Some(value) => Factors { coefficient: value * value, views: Vec::new() },
        None => Factors { coefficient: once.coefficient * once.coefficient, views: [once.views.clone(), once.views].concat() },
    })
}

fn sorted(views: &[View]) -> Vec<View> {
    let mut sorted = views.to_vec();
    sorted.sort();
    sorted
}

/// What is left of some factors without others, in order; `None` where one of these is missing.
fn subtracted(all: &[View], gone: &[View]) -> Option<Vec<View>> {
    let mut left = all.to_vec();
    for view in gone {
        let position = left.iter().position(|other| other == view)?;
        left.swap_remove(position);
    }
    Some(sorted(&left))
}
