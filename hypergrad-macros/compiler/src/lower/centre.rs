//! `c - <p, c>` of softmax weights p, free of cancellation: with `d = c - c[argmax z]` it is
//! `d - <p, d>`.
//!
//! Where p is all but 1 at its largest entry, the difference there is lost in the rounding of
//! `<p, c>`; the shifted one is a sum of small terms. Facts are read before: mathematically nothing
//! happens here.

use rustc_hash::FxHashMap;

use crate::ir::{Affine, Graph, Id, Number, Op, Operand, Product, Reduction, Size, Term, View, Wire};

/// The roots, with every such difference shifted.
pub fn shift(graph: &mut Graph, roots: &[Id]) -> Vec<Id> {
    let mut images: FxHashMap<Id, Id> = FxHashMap::default();
    for id in graph.reachable(roots) {
        let image = graph.rebuild_with(id, &mut images);
        let image = centred(graph, image).map_or(image, |found| found.shifted(graph));
        images.insert(id, image);
    }
    roots.iter().map(|root| images[root]).collect()
}

/// `factor·(c - <p, c>)`, p being the softmax of `arg` over the axes from `keep` on.
struct Centred {
    factor: f64,
    c: Id,
    weights: Id,
    arg: Id,
    keep: usize,
}

impl Centred {
    fn shifted(&self, graph: &mut Graph) -> Id {
        let shape = graph.shape(self.c).to_vec();
        let largest = graph.weights(Reduction::Max, self.arg, self.keep);
        let peak = mean(graph, largest, self.c, self.keep);
        let d = difference(graph, 1.0, self.c, (peak, self.keep), &shape);
        let mean = mean(graph, self.weights, d, self.keep);
        difference(graph, self.factor, d, (mean, self.keep), &shape)
    }
}

fn centred(graph: &mut Graph, id: Id) -> Option<Centred> {
    let Op::Sum(terms) = graph.op(id).clone() else { return None };
    let shape = graph.shape(id).to_vec();
    terms.iter().enumerate().find_map(|(position, term)| {
        let (weights, arg, keep, c) = weighted(graph, term, &shape)?;
        let factor = -term.coefficient.get();
        let rest = terms.iter().enumerate().filter(|(k, _)| *k != position).map(|(_, t)| t.clone()).collect();
        let scaled = vec![graph.term(factor, c)];
        (graph.sum(rest, shape.clone()) == graph.sum(scaled, shape.clone())).then_some(Centred { factor, c, weights, arg, keep })
    })
}

/// p, what it is the softmax of, the axes that are kept, and c, where a term is `<p, c>` spread over
/// this shape.
fn weighted(graph: &mut Graph, term: &Term, shape: &[Size]) -> Option<(Id, Id, usize, Id)> {
    let Op::Product(product) = graph.op(term.view.node).clone() else { return None };
    let whole: Vec<Affine> = product.wires().map(Affine::wire).collect();
    let keep = product.out.len();
    if product.extents != shape || product.out != whole[..keep] || term.view.axes != (0..keep).collect::<Vec<_>>() {
        return None;
    }
    let (position, arg) = product.operands.iter().enumerate().find_map(|(k, operand)| {
        if let Op::Weights { kind: Reduction::LogSumExp, arg, keep: own } = graph.op(operand.node)
            && *own == keep
            && operand.index == whole
        {
            Some((k, *arg))
        } else {
            None
        }
    })?;
    let mut rest = product;
    let weights = rest.operands.remove(position).node;
    // Without the weights: a coefficient is c's, too.
    let c = graph.product(Product { out: whole, ..rest }, shape.to_vec());
    Some((weights, arg, keep, c))
}

/// `<p, c>` over the axes from `keep` on.
fn mean(graph: &mut Graph, p: Id, c: Id, keep: usize) -> Id {
    let extents = graph.shape(c).to_vec();
    let whole: Vec<Affine> = (0..extents.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let operands = [p, c].map(|node| Operand { node, index: whole.clone() }).to_vec();
    let (shape, out) = (extents[..keep].to_vec(), whole[..keep].to_vec());
    graph.product(Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out }, shape)
}

/// `factor·(node - spread)`, the latter of the first axes only.
fn difference(graph: &mut Graph, factor: f64, node: Id, (spread, keep): (Id, usize), shape: &[Size]) -> Id {
    let view = View { node: spread, axes: (0..keep).collect() };
    let terms = vec![graph.term(factor, node), Term { coefficient: Number::new(-factor), view }];
    graph.sum(terms, shape.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differentiate::tests::fixture::Fixture;
    use crate::ir::interpret::{Point, Tensor};

    /// The product of the Hessian of log-sum-exp with a direction, where one weight is 1 - 2e-22.
    #[test]
    fn saturated_weights_lose_no_digits() {
        let mut fixture = Fixture::new();
        let z = fixture.x;
        let objective = fixture.graph.reduce(Reduction::LogSumExp, z, 0);
        let (g, u) = (fixture.square(z), [1.0, 1.7, 2.4]);
        let (mut model, quantities) = fixture.objective(objective, g);
        let mut point = Point { symbols: vec![2, 3], ..Point::default() };
        for (_, info, id) in model.graph.inputs() {
            let shape = point.shape(model.graph.shape(id));
            let data = if info.name == "x" {
                vec![50.0, 0.0, -3.0]
            } else {
                u.iter().cycle().take(shape.iter().product()).copied().collect()
            };
            point.inputs.insert(id, Tensor { shape, data });
        }
        // p∘(u - ū), ū - u₀ being a sum of small terms; the largest weight is 1 in these digits.
        let p = [1.0, (-50_f64).exp(), (-53_f64).exp()];
        let mean = p[1] * (u[1] - u[0]) + p[2] * (u[2] - u[0]);
        let expected: Vec<f64> = (0..3).map(|k| p[k] * (u[k] - u[0] - mean)).collect();
        let plain = point.value(&model.graph, quantities.f_1_mul[0]);
        assert!((plain.data[0] - expected[0]).abs() > 0.5 * expected[0].abs(), "nothing is lost: {plain:?}");
        let roots = shift(&mut model.graph, &quantities.f_1_mul);
        let found = point.value(&model.graph, roots[0]);
        for (found, expected) in found.data.iter().zip(&expected) {
            // A handful of roundings, and those of the exponentials.
            assert!((found - expected).abs() <= 1e-14 * expected.abs(), "found {found}, expected {expected}");
        }
    }
}
