//! Log-sum-exp of entries that are alike: `ln Σᵢ e^{z_j} = ln n + lse(z)`, i over n. What is alike cancels in its derivatives,
//! by as many digits as it is large.

use super::logarithm::shifted;
use crate::ir::{Affine, Func, Graph, Id, Number, Op, Operand, Product, Reduction, Size, Term, View, Wire};

/// `lse(arg)`, where arg does not depend on some of the reduced axes.
pub fn reduce(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Id> {
    let once = once(graph, kind, arg, keep)?;
    let inner = graph.reduce(kind, once.node, keep);
    if let Some(count) = once.count.as_constant() {
        return Some(shifted(graph, inner, (count as f64).ln()));
    }
    let count = graph.count(once.count);
    let logarithm = graph.apply(Func::Ln, &[count]);
    let shape = graph.shape(inner).to_vec();
    let spread = Term { coefficient: Number::new(1.0), view: View { node: logarithm, axes: Vec::new() } };
    let terms = vec![graph.term(1.0, inner), spread];
    Some(graph.sum(terms, shape))
}

/// `softmax(arg)`, where arg does not depend on some of the reduced axes.
pub fn weights(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Id> {
    let once = once(graph, kind, arg, keep)?;
    let shape = graph.shape(arg).to_vec();
    let own = graph.weights(kind, once.node, keep);
    let own = View { node: own, axes: once.axes };
    if let Some(count) = once.count.as_constant() {
        return Some(graph.view(1.0 / count as f64, &own, shape));
    }
    let count = graph.count(once.count);
    let share = View { node: graph.apply(Func::Powi(-1), &[count]), axes: Vec::new() };
    Some(graph.times(1.0, &[own, share], shape))
}

/// A tensor without the axes that it does not depend on.
struct Once {
    node: Id,
    /// The axes that are left.
    axes: Vec<usize>,
    /// How many entries are alike.
    count: Size,
}

fn once(graph: &mut Graph, kind: Reduction, arg: Id, keep: usize) -> Option<Once> {
    if kind != Reduction::LogSumExp || graph.may_be_of_none(arg, keep) {
        return None;
    }
    let shape = graph.shape(arg).to_vec();
    let axes: Vec<usize> = (0..shape.len()).filter(|axis| *axis < keep || depends(graph, arg, *axis)).collect();
    if axes.len() == shape.len() {
        return None;
    }
    let gone: Vec<Size> = (0..shape.len()).filter(|axis| !axes.contains(axis)).map(|axis| shape[axis].clone()).collect();
    let extents: Vec<Size> = axes.iter().map(|axis| shape[*axis].clone()).collect();
    let out: Vec<Affine> = (0..axes.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let place = |axis: usize| axes.iter().position(|own| *own == axis);
    let index = (0..shape.len()).map(|axis| place(axis).map_or_else(Affine::default, |k| out[k].clone())).collect();
    let (coefficient, operands) = (Number::new(1.0), vec![Operand { node: arg, index }]);
    let first = Product { coefficient, extents: extents.clone(), operands, guards: Vec::new(), out };
    Some(Once { node: graph.product(first, extents), axes, count: Size::product(&gone) })
}

/// Whether a tensor is not seen to be alike along an axis.
fn depends(graph: &Graph, node: Id, axis: usize) -> bool {
    match graph.op(node) {
        Op::Product(product) => {
            let Some(wire) = product.out[axis].as_wire() else { return true };
            let reads = |affine: &Affine| affine.terms.iter().any(|(own, _)| *own == wire);
            let others = product.out.iter().enumerate().filter(|(k, _)| *k != axis).map(|(_, out)| out);
            let indices = product.operands.iter().flat_map(|operand| &operand.index);
            let guards = product.guards.iter().map(|guard| &guard.affine);
            product.extent(wire) != graph.shape(node)[axis] || others.chain(indices).chain(guards).any(reads)
        }
        Op::Sum(terms) => terms.iter().any(|term| term.view.axes.contains(&axis)),
        Op::Map(_, arguments) => arguments.iter().any(|argument| argument.axes.contains(&axis)),
        Op::Input(_)
        | Op::Constant(_)
        | Op::Count(_)
        | Op::Iota
        | Op::Reduce { .. }
        | Op::Weights { .. }
        | Op::Exclusive { .. }
        | Op::Factor { .. }
        | Op::Solve { .. }
        | Op::Lower { .. }
        | Op::Determinant { .. }
        | Op::Scan(_)
        | Op::State { .. }
        | Op::Slot(_) => true,
    }
}
