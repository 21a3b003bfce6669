//! Which nodes read inputs of given roles.

use crate::ir::{Graph, Id, Op, Role};

/// For every node, by id, whether it reads an input of one of the roles. A slot may be of any recursion.
pub fn dependence(graph: &Graph, roles: &[Role]) -> Vec<bool> {
    let mut depends: Vec<bool> = Vec::with_capacity(graph.len());
    for id in (0..graph.len() as u32).map(Id) {
        let reads = match graph.op(id) {
            Op::Input(input) => roles.contains(&graph.input_info(*input).role),
            Op::Slot(_) => true,
            Op::Scan(_) => graph.reads(id).iter().any(|operand| depends[operand.0 as usize]),
            op @ (Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. }
            | Op::State { .. }) => op.any_operand(&mut |operand| depends[operand.0 as usize]),
        };
        depends.push(reads);
    }
    depends
}
