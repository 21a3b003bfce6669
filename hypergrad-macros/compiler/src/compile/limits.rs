//! What would be emitted in more text than rustc compiles in reasonable time is refused before anything is
//! derived.
//!
//! Each function inside of another has derivatives to third order by all that it is inside of and all that is
//! inside of it, each a loop of its own: the text of a chain of functions grows by the square of its length.

use crate::analysis::dependence;
use crate::diagnostics::Diagnostics;
use crate::ir::{Graph, Id, Op, Role};
use crate::model::Model;

/// Functions and products of variables inside of one another.
pub const MOST_NESTED: usize = 64;

/// `None` where a role is refused.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) -> Option<()> {
    let roles = [(&model.inner.function, model.inner.nodes.as_slice()), (&model.outer.function, &[model.outer.node])];
    let mut fits = Some(());
    for (function, results) in roles {
        let depth = nested(&model.graph, results);
        if depth > MOST_NESTED {
            diagnostics.error_with_help(
                function,
                format!("`{function}` has {depth} functions and products inside of one another: at most {MOST_NESTED} are differentiated"),
                "state intermediate results as part of the inner problem, as variables with an equation each",
            );
            fits = None;
        }
    }
    fits
}

/// The longest chain of functions of x and y, and of products of two of them, below the roots.
fn nested(graph: &Graph, roots: &[Id]) -> usize {
    let varies = dependence(graph, &[Role::X, Role::Y]);
    let mut depths = vec![0_usize; graph.len()];
    for id in graph.reachable(roots) {
        let operands = graph.op(id).operands();
        let below = operands.iter().map(|operand| depths[operand.0 as usize]).max().unwrap_or(0);
        let own = match graph.op(id) {
            // What reads a factor is the function.
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Sum(_)
            | Op::Factor { .. }
            | Op::State { .. }
            | Op::Slot(_) => 0,
            Op::Product(_) => usize::from(operands.iter().filter(|operand| varies[operand.0 as usize]).count() > 1),
            Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::Scan(_) => usize::from(varies[id.0 as usize]),
        };
        depths[id.0 as usize] = below + own;
    }
    roots.iter().map(|root| depths[root.0 as usize]).max().unwrap_or(0)
}
