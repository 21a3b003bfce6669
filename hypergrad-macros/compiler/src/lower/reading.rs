//! Pure questions: how a product reads its operands, and which form a node can have.

use super::cost::{LARGE_AXIS, SLICE, SMALL_TABLE};
use crate::ir::{Affine, Graph, Id, Op, Operand, Product, Size, Variable, View, Wire};

/// Every entry is one term: all wires follow from the result's index.
pub fn is_elementwise(product: &Product) -> bool {
    product.wires().all(|w| product.out.iter().any(|o| *o == Affine::wire(w)))
}

/// A product that sums, or that does not give every entry by one term: it cannot be inlined.
pub fn is_contraction(graph: &Graph, id: Id) -> bool {
    if let Op::Product(product) = graph.op(id) { !is_elementwise(product) } else { false }
}

/// A node whose entries can be computed one by one: no contraction that scatters.
pub fn is_gathered(graph: &Graph, id: Id) -> bool {
    if let Op::Product(p) = graph.op(id) {
        p.out.iter().enumerate().all(|(k, o)| o.as_wire().is_some() && !p.out[..k].contains(o))
    } else {
        true
    }
}

/// Whether a node is made by a call of the runtime alone: it is stored.
pub fn is_opaque(op: &Op) -> bool {
    match op {
        Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_) => true,
        // The states before a step are read while those after it are written.
        Op::Slot(slot) => matches!(slot.variable, Variable::State(_)),
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Product(_)
        | Op::Sum(_)
        | Op::Map(..)
        | Op::State { .. } => false,
    }
}

/// A function that the runtime computes several entries at once: stored, unless it is short.
pub fn computed_over_slices(graph: &Graph, node: Id) -> bool {
    let Op::Map(func, _) = graph.op(node) else { return false };
    let long = graph.order(node) > 0 && Size::product(graph.shape(node)).as_constant().is_none_or(|length| length >= SLICE);
    long && func.definition().over_slices
}

/// The argument of a function that is computed over slices, where it is as long: it is written to where its image will be.
pub fn maps_in_place(graph: &Graph, node: Id) -> Option<Id> {
    let Op::Map(_, args) = graph.op(node) else { return None };
    let [View { node: arg, axes }] = &args[..] else { return None };
    let whole = axes.iter().copied().eq(0..graph.order(node)) && graph.shape(*arg) == graph.shape(node);
    (whole && storable(graph.shape(node)) && computed_over_slices(graph, node)).then_some(*arg)
}

/// Tensors of more than two large axes are never stored for convenience.
pub fn storable(shape: &[Size]) -> bool {
    let large = shape.iter().filter(|s| s.as_constant().is_none_or(|c| c > LARGE_AXIS)).count();
    large <= 2 || is_small(shape)
}

pub fn is_small(shape: &[Size]) -> bool {
    Size::product(shape).as_constant().is_some_and(|c| c <= SMALL_TABLE)
}

/// Tensors of more than two axes are stored only where they have to be.
pub fn lies_stored(graph: &Graph, node: Id) -> bool {
    graph.order(node) <= 2 || matches!(graph.op(node), Op::Input(_)) || is_contraction(graph, node)
}

/// The wires of an operand that is read whole, each axis by a wire of its own.
pub fn plain(graph: &Graph, product: &Product, operand: &Operand) -> Option<Vec<Wire>> {
    let shape = graph.shape(operand.node);
    let mut wires = Vec::with_capacity(shape.len());
    for (axis, index) in operand.index.iter().enumerate() {
        let wire = index.as_wire()?;
        if wires.contains(&wire) || product.extent(wire) != shape[axis] {
            return None;
        }
        wires.push(wire);
    }
    Some(wires)
}
