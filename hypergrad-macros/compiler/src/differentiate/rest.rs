//! Where an argument rests at 0, as `max(v, 0)` does for v < 0: there a function is constant, even
//! one whose derivative is infinite at 0. `max(v, 0)^1.5` has the second derivative 0 for v < 0, and
//! not `0.75·0^(-0.5)·0`.

use crate::ir::{Affine, Func, Graph, Id, Op, Product, View};

/// Nested so deep, it is not looked for.
const DEEPEST: usize = 6;

/// Whether the derivative is infinite at 0, where the value is 0.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
pub fn is_singular_at_zero(func: Func) -> bool {
    match func {
        Func::Powf(p) => p.get() > 0.0,
        other => matches!(other, Func::Sqrt | Func::Cbrt | Func::Pow),
    }
}

/// 1 where a node moves, 0 where it rests at 0, shaped like the node; `None` where it is not seen to
/// rest anywhere.
pub fn moving(graph: &mut Graph, node: Id) -> Option<Id> {
    moving_within(graph, node, DEEPEST)
}

fn moving_within(graph: &mut Graph, node: Id, depth: usize) -> Option<Id> {
    let depth = depth.checked_sub(1)?;
    let shape = graph.shape(node).to_vec();
    match graph.op(node).clone() {
        Op::Map(func @ (Func::Max | Func::Min), args) => {
            let zero = args.iter().position(|arg| graph.as_uniform(arg.node) == Some(0.0))?;
            let test = if func == Func::Max { Func::Ge } else { Func::Le };
            Some(graph.map(test, vec![args[1 - zero].clone(), args[zero].clone()], shape))
        }
        Op::Map(Func::Clamp, args) => {
            let bound = [1, 2].into_iter().find(|k| graph.as_uniform(args[*k].node) == Some(0.0))?;
            let test = if bound == 1 { Func::Ge } else { Func::Le };
            Some(graph.map(test, vec![args[0].clone(), args[bound].clone()], shape))
        }
        Op::Map(Func::Select, args) => {
            let [then, otherwise] = [1, 2].map(|arm| in_arm(graph, &args, arm, depth));
            if then.is_none() && otherwise.is_none() {
                return None;
            }
            let one = graph.constant(1.0);
            let moves = |arm: Option<View>| arm.unwrap_or(View { node: one, axes: Vec::new() });
            Some(graph.map(Func::Select, vec![args[0].clone(), moves(then), moves(otherwise)], shape))
        }
        Op::Product(product) => {
            let views = factors(graph, &product, depth)?;
            (!views.is_empty()).then(|| graph.times(1.0, &views, shape))
        }
        // A sum rests where all of its terms do.
        Op::Sum(terms) => {
            let mut all: Option<Id> = None;
            for term in terms {
                let own = moving_within(graph, term.view.node, depth)?;
                let own = graph.view(1.0, &View { node: own, axes: term.view.axes }, shape.clone());
                all = Some(match all {
                    Some(all) => graph.apply(Func::Max, &[all, own]),
                    None => own,
                });
            }
            all
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
        | Op::Slot(_) => None,
    }
}

/// Where an arm of a selection moves: nowhere, if it is 0; where its condition says so anyway,
/// nothing is to be said.
fn in_arm(graph: &mut Graph, args: &[View], arm: usize, depth: usize) -> Option<View> {
    let view = args[arm].clone();
    if graph.as_uniform(view.node) == Some(0.0) {
        return Some(View { node: graph.constant(0.0), axes: Vec::new() });
    }
    let own = moving_within(graph, view.node, depth)?;
    let own = View { node: own, axes: view.axes };
    (own != args[0]).then_some(own)
}

/// Where the factors of a product without sums move; the product rests where one of them does.
fn factors(graph: &mut Graph, product: &Product, depth: usize) -> Option<Vec<View>> {
    if product.extents.len() != product.out.len() || !product.guards.is_empty() {
        return None;
    }
    let axis = |index: &Affine| product.out.iter().position(|out| out == index && index.as_wire().is_some());
    let mut found = Vec::new();
    for operand in &product.operands {
        let axes: Option<Vec<usize>> = operand.index.iter().map(axis).collect();
        if let Some(axes) = axes
            && let Some(node) = moving_within(graph, operand.node, depth)
        {
            found.push(View { node, axes });
        }
    }
    Some(found)
}
