//! `Σ c_k (u ∘ y ∘ s_k) = u ∘ y ∘ Σ c_k s_k`, and so for dot products: factors that many terms of a sum share.
//!
//! Fewer products, and `Σ c_k s_k` is kept at the stage of the `s_k`: a product with a direction then costs no more
//! than one term. Facts are read before: mathematically nothing happens here.

use std::collections::{BTreeMap, HashMap};

use super::materialise::is_elementwise;
use crate::ir::{Affine, Graph, Guard, Id, Number, Op, Operand, Product, Size, Term, View, Wire};

/// Sums of fewer terms stay as they are.
const MANY: usize = 4;

/// The roots, with common factors in front of their sums.
pub fn factor(graph: &mut Graph, roots: &[Id]) -> Vec<Id> {
    let mut images: HashMap<Id, Id> = HashMap::new();
    for id in graph.reachable(roots) {
        let image = graph.rebuild_with(id, &mut images);
        let image = factored(graph, image).unwrap_or(image);
        images.insert(id, image);
    }
    roots.iter().map(|root| images[root]).collect()
}

/// What terms have in common besides operands: with equal frames, their products differ in operands alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Frame {
    extents: Vec<Size>,
    out: Vec<Affine>,
    guards: Vec<Guard>,
    axes: Vec<usize>,
}

/// A term as its coefficient and operands.
type Part = (f64, Vec<Operand>);

/// The sum, where a group of its terms shares a factor.
fn factored(graph: &mut Graph, id: Id) -> Option<Id> {
    let Op::Sum(terms) = graph.op(id) else { return None };
    if terms.len() < MANY {
        return None;
    }
    let (mut groups, mut rest) = (BTreeMap::<Frame, Vec<Part>>::new(), Vec::new());
    for term in terms {
        match part(graph, term) {
            Some((frame, part)) => groups.entry(frame).or_default().push(part),
            None => rest.push(term.clone()),
        }
    }
    let shape = graph.shape(id).to_vec();
    let mut changed = false;
    for (frame, parts) in groups {
        let common = common(&parts);
        if parts.len() < MANY || common.is_empty() {
            rest.extend(parts.into_iter().map(|(coefficient, operands)| term(graph, &frame, coefficient, operands, &shape)));
            continue;
        }
        changed = true;
        let (sum, wires) = inner(graph, &frame, &parts, &common);
        let index = wires.iter().map(|wire| Affine::wire(*wire)).collect();
        let operands = common.into_iter().chain([Operand { node: sum, index }]).collect();
        rest.push(term(graph, &frame, 1.0, operands, &shape));
    }
    changed.then(|| graph.sum(rest, shape))
}

/// A term that is a product without sums, or a dot product of vectors.
fn part(graph: &Graph, term: &Term) -> Option<(Frame, Part)> {
    let Op::Product(product) = graph.op(term.view.node) else { return None };
    let is_dense = product.operands.iter().all(|operand| graph.supports(operand.node).is_empty());
    if !is_dense || !(is_elementwise(product) || product.extents.len() == 1) {
        return None;
    }
    let Product { coefficient, extents, operands, guards, out } = product.clone();
    let frame = Frame { extents, out, guards, axes: term.view.axes.clone() };
    Some((frame, (term.coefficient.get() * coefficient.get(), operands)))
}

/// The operands that all have, as often as each has them.
fn common(parts: &[Part]) -> Vec<Operand> {
    let Some(((_, first), others)) = parts.split_first() else { return Vec::new() };
    let mut found = first.clone();
    for (_, operands) in others {
        let mut left = operands.clone();
        found.retain(|operand| {
            let at = left.iter().position(|other| other == operand);
            at.map(|at| left.swap_remove(at)).is_some()
        });
    }
    found
}

/// `Σ c_k s_k` of what is not common, over the wires that it reads.
fn inner(graph: &mut Graph, frame: &Frame, parts: &[Part], common: &[Operand]) -> (Id, Vec<Wire>) {
    let own: Vec<Part> = parts.iter().map(|(coefficient, operands)| (*coefficient, without(operands, common))).collect();
    let mut wires: Vec<Wire> =
        own.iter().flat_map(|(_, operands)| operands.iter().flat_map(|o| o.index.iter().flat_map(Affine::wires))).collect();
    wires.sort_unstable();
    wires.dedup();
    let place = |wire: Wire| Wire(wires.iter().position(|w| *w == wire).unwrap_or_default() as u32);
    let shape: Vec<Size> = wires.iter().map(|wire| frame.extents[wire.0 as usize].clone()).collect();
    let terms = own
        .into_iter()
        .map(|(coefficient, operands)| {
            let moved = |index: &Affine| index.substitute(&|wire| Affine::wire(place(wire)));
            let operands =
                operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(moved).collect() }).collect();
            let out = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
            let one = Number::new(1.0);
            let product = Product { coefficient: one, extents: shape.clone(), operands, guards: Vec::new(), out };
            let node = graph.product(product, shape.clone());
            graph.term(coefficient, node)
        })
        .collect();
    (graph.sum(terms, shape), wires)
}

fn without(operands: &[Operand], common: &[Operand]) -> Vec<Operand> {
    let mut rest = operands.to_vec();
    for operand in common {
        if let Some(at) = rest.iter().position(|other| other == operand) {
            rest.remove(at);
        }
    }
    rest
}

/// A term of a sum of this shape, from its frame and operands.
fn term(graph: &mut Graph, frame: &Frame, coefficient: f64, operands: Vec<Operand>, shape: &[Size]) -> Term {
    let Frame { extents, out, guards, axes } = frame.clone();
    let own: Vec<Size> = axes.iter().map(|axis| shape[*axis].clone()).collect();
    let node = graph.product(Product { coefficient: Number::new(1.0), extents, operands, guards, out }, own);
    Term { coefficient: Number::new(coefficient), view: View { node, axes } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differentiate::tests::fixture::Fixture;
    use crate::ir::Func;
    use crate::ir::interpret::Point;

    /// `Σ_k c_k (x ∘ s_k)` and `Σ_k c_k <x, s_k>` with `s_k = sin(k x)`: one product, and the same values.
    #[test]
    fn a_shared_factor_leaves_the_sum() {
        let mut fixture = Fixture::new();
        let x = fixture.x;
        let graph = &mut fixture.graph;
        let shape = graph.shape(x).to_vec();
        let sines: Vec<Id> = (1..6)
            .map(|k| {
                let scaled = graph.scaled(f64::from(k), x);
                graph.apply(Func::Sin, &[scaled])
            })
            .collect();
        let both = |graph: &Graph, s: Id| [graph.whole(x), graph.whole(s)];
        let mut products = Vec::new();
        let mut dots = Vec::new();
        for (k, s) in sines.iter().enumerate() {
            let product = graph.times(1.0, &both(graph, *s), shape.clone());
            products.push(graph.term(k as f64 - 1.5, product));
            let dot = graph.inner(x, *s);
            dots.push(graph.term(k as f64 - 1.5, dot));
        }
        let roots = [graph.sum(products, shape.clone()), graph.sum(dots, Vec::new())];
        let found = factor(graph, &roots);
        let mut point = Point { symbols: vec![3, 3], ..Point::default() };
        for (_, _, id) in graph.inputs() {
            let shape = point.shape(graph.shape(id));
            let data = (0..shape.iter().product::<usize>()).map(|k| 0.3 + 0.7 * k as f64).collect();
            point.inputs.insert(id, crate::ir::interpret::Tensor { shape, data });
        }
        for (before, after) in roots.iter().zip(&found) {
            assert!(matches!(graph.op(*after), Op::Product(product) if product.operands.len() == 2), "{:?}", graph.op(*after));
            let (before, after) = (point.value(graph, *before), point.value(graph, *after));
            for (before, after) in before.data.iter().zip(&after.data) {
                assert!((before - after).abs() < 1e-14 * (1.0 + before.abs()), "{before} {after}");
            }
        }
    }
}
