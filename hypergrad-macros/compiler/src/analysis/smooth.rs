//! Kinks and jumps: what is not twice continuously differentiable in given inputs.
//!
//! A condition that does not read these inputs selects once and for all: `if fold[i] == k` on data is no kink.

use super::dependence::dependence;
use super::facts::Fact;
use crate::differentiate::Quantities;
use crate::ir::{Func, Graph, Id, Op, Reduction, Role, View};

/// No function that x or y reaches has a kink or a jump.
pub fn fact(graph: &Graph, q: &Quantities) -> Fact {
    let roots: Vec<Id> = q.residual.iter().chain(&q.f).chain(&q.g).copied().collect();
    match kink(graph, &roots, &[Role::X, Role::Y]) {
        Some(name) => Fact::unproved(format!("`{name}` is not smooth")),
        None => Fact::proved("every function of x and y is twice continuously differentiable inside its domain"),
    }
}

/// The name of a kink or jump that inputs of these roles reach.
pub fn kink(graph: &Graph, roots: &[Id], roles: &[Role]) -> Option<&'static str> {
    let depends = dependence(graph, roles);
    let varies = |node: Id| depends[node.0 as usize];
    graph.reachable(roots).into_iter().filter(|id| varies(*id)).find_map(|id| match graph.op(id) {
        Op::Map(func, args) if !is_smooth(graph, *func, args, &varies) => Some(func.definition().word),
        Op::Reduce { kind, .. } | Op::Weights { kind, .. } => match kind {
            Reduction::Max => Some("max"),
            Reduction::Min => Some("min"),
            Reduction::LogSumExp => None,
        },
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
        | Op::Sum(_)
        | Op::Map(..)
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => None,
    })
}

/// Whether a function is smooth in those of its arguments that vary.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other function is left as it is")]
fn is_smooth(graph: &Graph, func: Func, args: &[View], varies: &dyn Fn(Id) -> bool) -> bool {
    match func {
        Func::Select => !varies(args[0].node),
        // √(a² + b²) away from 0.
        Func::Hypot => args.iter().any(|arg| graph.as_uniform(arg.node).is_some_and(|value| value != 0.0)),
        _ => func.is_smooth(),
    }
}
