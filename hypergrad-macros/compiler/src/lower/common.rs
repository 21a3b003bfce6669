//! `Σ c_k (u ∘ y ∘ s_k) = u ∘ y ∘ Σ c_k s_k`, and so for dot products: factors that terms of a sum share.
//!
//! Fewer products, and `Σ c_k s_k` is kept at the stage of the `s_k`: a product with a direction then costs no more
//! than one term, and all that are made of the same sum share it. Facts are read before: mathematically nothing
//! happens here.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cost::{FEW_TERMS, MANY_TERMS};
use super::reading::is_elementwise;
use crate::analysis::{Stage, Stages};
use crate::ir::{Affine, Graph, Guard, Id, Number, Op, Operand, Product, Size, Term, View, Wire};

/// The roots, with common factors in front of their sums.
pub fn factor(graph: &mut Graph, stages: &mut Stages, roots: &[Id]) -> Vec<Id> {
    let mut images: FxHashMap<Id, Id> = FxHashMap::default();
    let mut pass = Pass { graph, stages, along: FxHashSet::default() };
    for id in pass.graph.reachable(roots) {
        let image = pass.rebuilt(id, &mut images);
        let image = pass.factored(image).unwrap_or(image);
        images.insert(id, image);
    }
    roots.iter().map(|root| images[root]).collect()
}

struct Pass<'g> {
    graph: &'g mut Graph,
    stages: &'g mut Stages,
    /// Products of a direction and one factor that knows none, and diagonal matrices of one vector.
    along: FxHashSet<Id>,
}

impl Pass<'_> {
    /// A node of the images of its operands, with a direction, or the diagonal that it is of, apart from the rest.
    fn rebuilt(&mut self, id: Id, images: &mut FxHashMap<Id, Id>) -> Id {
        let image = self.graph.rebuild_with(id, images);
        let Op::Product(product) = self.graph.op(image) else { return image };
        let is_along = is_diagonal(&product.out) || self.stages.get(self.graph, image) == Stage::Direction;
        if !is_along || self.along.contains(&image) || !is_plain(self.graph, product) {
            return image;
        }
        let product = product.clone();
        let (shape, along) = (self.graph.shape(image).to_vec(), &self.along);
        let whole = if product.operands.iter().any(|operand| along.contains(&operand.node)) {
            self.graph.product_inlining(product, shape.clone(), &|node| along.contains(&node))
        } else {
            image
        };
        let Op::Product(product) = self.graph.op(whole).clone() else { return whole };
        let (directions, rest): (Vec<_>, Vec<_>) = product.operands.iter().cloned().partition(|o| self.is_direction(o));
        // The rest is no larger than what it is kept apart from.
        let leading = if directions.is_empty() { &rest } else { &directions };
        let reads_all = |operand: &Operand| product.wires().all(|w| operand.index.iter().any(|index| index.mentions(w)));
        if !leading.iter().any(reads_all) {
            return whole;
        }
        self.along.insert(whole);
        if rest.len() < FEW_TERMS {
            return whole;
        }
        let (node, index) = inner(self.graph, &product.extents, &[(1.0, rest)], &[]);
        let operands = directions.into_iter().chain([Operand { node, index }]).collect();
        let apart = self.graph.product(Product { operands, ..product }, shape);
        self.along.insert(apart);
        apart
    }

    /// The sum, where terms of it share a factor.
    fn factored(&mut self, id: Id) -> Option<Id> {
        let Op::Sum(terms) = self.graph.op(id) else { return None };
        if terms.len() < FEW_TERMS {
            return None;
        }
        let (mut groups, mut rest) = (BTreeMap::<Frame, Vec<(Part, Term)>>::new(), Vec::new());
        for term in terms {
            match part(self.graph, term) {
                Some((frame, part)) => groups.entry(frame).or_default().push((part, term.clone())),
                None => rest.push(term.clone()),
            }
        }
        let shape = self.graph.shape(id).to_vec();
        let (mut changed, mut is_along) = (false, false);
        for (frame, mut parts) in groups {
            while let Some(factor) = self.factor(&parts) {
                let (sharing, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|((_, own), _)| own.contains(&factor));
                rest.push(self.shared(&frame, sharing, &shape));
                is_along = self.is_direction(&factor);
                (changed, parts) = (true, others);
            }
            if is_diagonal(&frame.out) && parts.len() >= FEW_TERMS {
                rest.push(self.shared(&frame, parts, &shape));
                (changed, is_along, parts) = (true, true, Vec::new());
            }
            rest.extend(parts.into_iter().map(|(_, term)| term));
        }
        let image = changed.then(|| self.graph.sum(rest, shape))?;
        if is_along && matches!(self.graph.op(image), Op::Product(product) if is_plain(self.graph, product)) {
            self.along.insert(image);
        }
        Some(image)
    }

    /// The operand that most terms share; a direction before all others.
    fn factor(&mut self, parts: &[(Part, Term)]) -> Option<Operand> {
        if parts.len() < FEW_TERMS {
            return None;
        }
        let mut counts: BTreeMap<&Operand, usize> = BTreeMap::new();
        for ((_, operands), _) in parts {
            let first = |k: &usize| !operands[..*k].contains(&operands[*k]);
            (0..operands.len()).filter(first).for_each(|k| *counts.entry(&operands[k]).or_default() += 1);
        }
        counts.retain(|_, count| *count >= FEW_TERMS);
        let mut best: Option<((bool, usize), &Operand)> = None;
        for (operand, count) in counts {
            let rank = (self.is_direction(operand), count);
            if (rank.0 || count >= MANY_TERMS) && best.is_none_or(|(most, _)| rank > most) {
                best = Some((rank, operand));
            }
        }
        best.map(|(_, operand)| operand.clone())
    }

    fn is_direction(&mut self, operand: &Operand) -> bool {
        self.stages.get(self.graph, operand.node) == Stage::Direction
    }

    /// The term that the product of what terms share and of the sum of what they do not is.
    fn shared(&mut self, frame: &Frame, parts: Vec<(Part, Term)>, shape: &[Size]) -> Term {
        let parts: Vec<Part> = parts.into_iter().map(|(part, _)| part).collect();
        let common = common(&parts);
        let (sum, index) = inner(self.graph, &frame.extents, &parts, &common);
        let node = self.factored(sum).unwrap_or(sum);
        let operands = common.into_iter().chain([Operand { node, index }]).collect();
        term(self.graph, frame, operands, shape)
    }
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

/// A term that is a product without sums, or a dot product of vectors.
fn part(graph: &Graph, term: &Term) -> Option<(Frame, Part)> {
    let Op::Product(product) = graph.op(term.view.node) else { return bare(graph, term) };
    if !is_dense(graph, product) || !(is_elementwise(product) || product.extents.len() == 1) {
        return None;
    }
    let Product { coefficient, extents, operands, guards, out } = product.clone();
    let frame = Frame { extents, out, guards, axes: term.view.axes.clone() };
    Some((frame, (term.coefficient.get() * coefficient.get(), operands)))
}

/// Whether all that is not on some diagonal is zero.
fn is_diagonal(out: &[Affine]) -> bool {
    (1..out.len()).any(|axis| out[..axis].contains(&out[axis]))
}

fn is_dense(graph: &Graph, product: &Product) -> bool {
    product.operands.iter().all(|operand| graph.supports(operand.node).is_empty())
}

/// Whether entries are multiplied, all of them and nothing else.
fn is_plain(graph: &Graph, product: &Product) -> bool {
    product.guards.is_empty() && is_dense(graph, product) && is_elementwise(product)
}

/// A term that is no product, as the product of one factor.
fn bare(graph: &Graph, term: &Term) -> Option<(Frame, Part)> {
    let (node, axes) = (term.view.node, term.view.axes.clone());
    if !graph.supports(node).is_empty() {
        return None;
    }
    let extents = graph.shape(node).to_vec();
    let out: Vec<Affine> = (0..extents.len() as u32).map(|wire| Affine::wire(Wire(wire))).collect();
    let operands = vec![Operand { node, index: out.clone() }];
    Some((Frame { extents, out, guards: Vec::new(), axes }, (term.coefficient.get(), operands)))
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

/// `Σ c_k s_k` of what is not common, over the wires that it reads, and its index.
fn inner(graph: &mut Graph, extents: &[Size], parts: &[Part], common: &[Operand]) -> (Id, Vec<Affine>) {
    let own: Vec<Part> = parts.iter().map(|(coefficient, operands)| (*coefficient, without(operands, common))).collect();
    let mut wires: Vec<Wire> =
        own.iter().flat_map(|(_, operands)| operands.iter().flat_map(|o| o.index.iter().flat_map(Affine::wires))).collect();
    wires.sort_unstable();
    wires.dedup();
    let place = |wire: Wire| Wire(wires.iter().position(|w| *w == wire).unwrap_or_default() as u32);
    let shape: Vec<Size> = wires.iter().map(|wire| extents[wire.0 as usize].clone()).collect();
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
    (graph.sum(terms, shape), wires.into_iter().map(Affine::wire).collect())
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
fn term(graph: &mut Graph, frame: &Frame, operands: Vec<Operand>, shape: &[Size]) -> Term {
    let Frame { extents, out, guards, axes } = frame.clone();
    let own: Vec<Size> = axes.iter().map(|axis| shape[*axis].clone()).collect();
    let node = graph.product(Product { coefficient: Number::new(1.0), extents, operands, guards, out }, own);
    Term { coefficient: Number::new(1.0), view: View { node, axes } }
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
        let found = factor(graph, &mut Stages::new(&fixture.sizes), &roots);
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
