//! A product of products as one product: matrix chains in one index notation.

use crate::ir::{Affine, Graph, Number, Op, Operand, Product, Term, Wire};

/// More operands than this are left alone.
const MOST_OPERANDS: usize = 12;

/// Replaces operands that are products with plain outputs by their own operands, as long as the
/// result stays small. `None` where it does not.
pub fn flatten(graph: &Graph, product: &Product) -> Option<Product> {
    flatten_where(graph, product, &|_| true)
}

/// The same for some of the products only.
pub fn flatten_where(graph: &Graph, product: &Product, wanted: &dyn Fn(&Product) -> bool) -> Option<Product> {
    let mut flat = Product { operands: Vec::new(), ..product.clone() };
    let mut pending: Vec<Operand> = product.operands.iter().rev().cloned().collect();
    while let Some(operand) = pending.pop() {
        let inner = if let Op::Product(inner) = graph.op(operand.node)
            && wanted(inner)
            && is_plain(graph, &flat, &operand, inner)
        {
            inner
        } else {
            flat.operands.push(operand);
            continue;
        };
        if flat.operands.len() + pending.len() + inner.operands.len() > MOST_OPERANDS {
            return None;
        }
        let replacement = splice(&mut flat, inner, &operand.index);
        let rename = |affine: &Affine| affine.substitute(&|w| replacement[w.0 as usize].clone());
        flat.coefficient = Number::new(flat.coefficient.get() * inner.coefficient.get());
        flat.guards.extend(inner.guards.iter().cloned());
        let operands = inner.operands.iter().rev();
        pending.extend(operands.map(|o| Operand { node: o.node, index: o.index.iter().map(rename).collect() }));
    }
    Some(flat)
}

/// No guards but on sizes, read whole, and every output a wire of its own that spans its axis: the index
/// replaces the wire.
fn is_plain(graph: &Graph, outer: &Product, operand: &Operand, inner: &Product) -> bool {
    let shape = graph.shape(operand.node);
    let whole = operand.index.iter().zip(shape).all(|(i, size)| i.as_wire().is_some_and(|w| outer.extent(w) == *size));
    let outputs: Option<Vec<Wire>> = inner.out.iter().map(Affine::as_wire).collect();
    inner.guards.iter().all(|guard| guard.affine.as_size().is_some())
        && whole
        && outputs
            .is_some_and(|wires| wires.iter().enumerate().all(|(k, w)| !wires[..k].contains(w) && inner.extent(*w) == shape[k]))
}

/// What each wire of the inner product becomes: the index at which it is read, or a new wire.
fn splice(flat: &mut Product, inner: &Product, index: &[Affine]) -> Vec<Affine> {
    inner
        .wires()
        .map(|wire| match inner.out.iter().position(|o| o.as_wire() == Some(wire)) {
            Some(axis) => index[axis].clone(),
            None => {
                flat.extents.push(inner.extent(wire));
                Affine::wire(Wire(flat.extents.len() as u32 - 1))
            }
        })
        .collect()
}

/// `t Σ c s = Σ c t s`, for the first operand that is a sum.
pub fn distributed(graph: &Graph, product: &Product) -> Option<Vec<Product>> {
    product.operands.iter().enumerate().find_map(|(position, operand)| {
        let Op::Sum(terms) = graph.op(operand.node) else { return None };
        let of_term = |term: &Term| {
            let mut product = product.clone();
            let index = term.view.axes.iter().map(|axis| operand.index[*axis].clone()).collect();
            product.operands[position] = Operand { node: term.view.node, index };
            product.coefficient = Number::new(product.coefficient.get() * term.coefficient.get());
            product
        };
        Some(terms.iter().map(of_term).collect())
    })
}
